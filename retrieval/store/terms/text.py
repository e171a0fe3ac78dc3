"""A text as the stream of terms that BM25 counts."""

import re
from collections.abc import Iterator

from retrieval.store.terms.exact import split
from retrieval.store.terms.languages import stem

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_POSSESSIVE = re.compile(r"['’]s?$")
_LONGEST = 40


def words(text: str) -> Iterator[str]:
    """Words as they are written, without a possessive `'s`."""
    for match in _WORD.finditer(text):
        word = _POSSESSIVE.sub("", match.group())
        if len(word) <= _LONGEST:
            yield word


def stream(text: str, language: str) -> list[str]:
    """The stem of each word in order, then those of the parts of mixed words (`FY2018`, `BestBuy`)."""
    found = list(words(text))
    parts = [part for word in found if not word.isalpha() or not _one_case(word) for part in _parts(word)]
    return [stem(word.lower(), language) for word in found] + [stem(part, language) for part in parts]


def _parts(word: str) -> list[str]:
    parts = split(word)
    return parts if len(parts) > 1 else []


def _one_case(word: str) -> bool:
    return word.islower() or word.isupper() or word.istitle()

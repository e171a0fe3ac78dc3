"""What documents go by, and which words of a question are written like a name."""

import re
from collections.abc import Iterator

from retrieval.store.terms import exact
from retrieval.store.terms.languages import ENGLISH, folded, is_stop_word
from retrieval.store.terms.text import words

_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_HOST = re.compile(r"^[a-z]+://[^/]*/?")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_FIRST = re.compile(r"(?:^|[.!?:;]\s+|[\"“„«(]\s*)([^\W_]+)")
_FEW_WORDS = 3
_FEWEST_DIGITS = 3
_PART = 0.5  # the weight of a part of a mixed word: "2018" of "FY2018"


def of_document(path: str, title: str) -> frozenset[str]:
    """The words of its file and folder names and of its title, their parts, and neighbours that are a name as one.

    Of an address the host is left out, which all pages of a site share.
    """
    place = _ENDING.sub("", _HOST.sub("", path)).replace("_", " ")
    texts = (list(words(text)) for text in (place, title))
    return frozenset(term for found in texts for term in (*_terms(found), *_runs(found)))


def in_question(question: str) -> dict[str, float]:
    """Words with a digit or a capital that does not begin a sentence, and neighbours of them as one, with weights.

    A capital that begins a sentence counts before another name (`Best Buy revenue 2021`). In a question without any
    capital all words that are no stop words may be names; in one of a few words, no sentence, the first is as good as
    the others.
    """
    terms: dict[str, float] = {}
    run: list[str] = []
    for word, is_name in (*_told_apart(question), ("", False)):
        if is_name:
            run += words(word)
        elif run:
            _add(terms, [word for word in run if not is_stop_word(word.lower(), ENGLISH) or word.isupper()])
            run = []
    return terms


def _told_apart(question: str) -> list[tuple[str, bool]]:
    """Each word, and whether it is written like a name."""
    matches = list(_WORD.finditer(question))
    if question.islower():
        return [(match.group(), True) for match in matches]
    few = len(question.split()) <= _FEW_WORDS
    firsts = set() if few else {match.start(1) for match in _FIRST.finditer(question)}
    told = [(match.group(), _is_name(match.group(), is_first=match.start() in firsts)) for match in matches]
    return [
        (word, is_name or (follows and _is_name(word, is_first=False)))
        for (word, is_name), (_, follows) in zip(told, [*told[1:], ("", False)], strict=True)
    ]


def _runs(found: list[str]) -> Iterator[str]:
    """Two or three neighbours with capitals (`Best Buy`), or a word and its number (`dl 9`), as one."""
    for n in (2, 3):
        for run in (found[at : at + n] for at in range(len(found) - n + 1)):
            if all(word[0].isupper() for word in run) or (n == 2 and run[0].isalpha() and run[1].isdecimal()):
                yield folded("".join(run).lower())


def _add(terms: dict[str, float], run: list[str]) -> None:
    for term, weight in (_terms(run) | dict.fromkeys(exact.joined(" ".join(run)), 1.0)).items():
        terms[term] = max(weight, terms.get(term, 0.0))


def _is_name(word: str, *, is_first: bool) -> bool:
    return any(letter.isdigit() for letter in word) or any(letter.isupper() for letter in word[1 if is_first else 0 :])


def _terms(found: list[str]) -> dict[str, float]:
    """A bare number of one or two digits names nothing."""
    terms: dict[str, float] = {}
    for word in found:
        parts = exact.split(word)
        terms |= {folded(part): _PART for part in parts if len(parts) > 1 and folded(part) not in terms}
        terms[folded(word.lower())] = 1.0
    return {term: weight for term, weight in terms.items() if not (term.isdecimal() and len(term) < _FEWEST_DIGITS)}

"""Abbreviations where a text explains them: "Long Form (LF)".

After Schwartz and Hearst, "A simple algorithm for identifying abbreviation definitions in biomedical text" (2003),
stricter: each letter of the short form begins a word of the long one, in order, but for its small words.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_BEGIN = r"(?<!\w)(?<!\w['’&/-])"  # of a word: tried within a long one, too, it would be read once for each letter
_EXPLAINED = re.compile(_BEGIN + r"((?:[^\W_][\w'’&/-]*,?[ ]){1,10})\(([A-Z][A-Za-z0-9&-]{1,9}?)s?\)")
_IN_BRACKETS = re.compile(r"\([A-Z][A-Za-z0-9&-]{1,9}?s?\)")
_READ_BEFORE = 500  # characters: ten long words
_SMALL = frozenset(
    ("a", "and", "at", "by", "de", "der", "des", "et", "for", "in", "of", "on", "or", "the", "to", "und")
)
_GAP = re.compile(r"[\s,/-]+")


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """`short` as it is written, `long` in lower case, words one blank apart."""

    short: str
    long: str


def explained(text: str) -> Iterator[Abbreviation]:
    """In order of the text; what is in brackets and is no abbreviation of the words before is passed over."""
    for match in _candidates(text):
        short = match.group(2)
        letters = [letter.lower() for letter in short if letter.isalpha()]
        if sum(letter.isupper() for letter in short) >= 2 and (long := _long_form(match.group(1), letters)):
            yield Abbreviation(short, long)


def _candidates(text: str) -> Iterator[re.Match[str]]:
    """Brackets with the words before them; brackets are few, and words are slow to read from each on."""
    for brackets in _IN_BRACKETS.finditer(text):
        near = text[max(0, brackets.start() - _READ_BEFORE) : brackets.end()]
        yield from (match for match in _EXPLAINED.finditer(near) if match.end() == len(near))


def _long_form(before: str, letters: list[str]) -> str:
    """The shortest run of the last words whose initials are the letters; empty where there is none."""
    words = [word for word in _GAP.split(before.lower().strip()) if word]
    left = list(letters)
    for at in range(len(words) - 1, -1, -1):
        if left and words[at][0] == left[-1]:
            left.pop()
        elif words[at] not in _SMALL:
            return ""
        if not left:
            return " ".join(words[at:])
    return ""

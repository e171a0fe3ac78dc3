"""What a text names, and in which place of a sentence: what a follow-up names there takes the place of what was before.

"And in Norway?" after "... in Portugal have?" asks of Norway, and no longer of Portugal.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from retrieval.answer.words.terms import content_terms

Kind = Literal["name", "code", "number", "month", "year"]

_WORD = re.compile(r"\w+(?:[.'’/-]\w+)*")
_PREPOSITION_LIST = """
in on at for of from to with by under during since until between against via per
für von vom nach bei beim mit aus zu zum zur en au aux pour chez avec para por con à
"""
_ARTICLE_LIST = "a an the our your der die das den dem des le la les el los las un une"
_JOINING_LIST = "and or und oder ou y o"
_ROUND_LIST = "but so then also what how about too instead please was ist"
_MONTH_LIST = """
january february march april may june july august september october november december
januar februar märz mai juni juli oktober dezember
"""
PREPOSITIONS = frozenset(_PREPOSITION_LIST.split())
WITHIN_A_NAME = frozenset(f"{_ARTICLE_LIST} {_JOINING_LIST}".split())
_ROUND_A_NAME = WITHIN_A_NAME | frozenset(_ROUND_LIST.split())
_MONTHS = frozenset(_MONTH_LIST.split())
_YEAR = re.compile(r"(?:19|20)\d\d")
_NUMBER = re.compile(r"[\d.,/-]+")
_MOST_BETWEEN = 2  # words between a preposition and its name: "for the new sensor DL-9"


@dataclass(frozen=True, slots=True)
class Named:
    """Words in a row that name something. `preposition` is the one that they follow, "" where there is none."""

    words: tuple[str, ...]
    preposition: str
    kind: Kind


def replaced(earlier: str, later: str) -> frozenset[str]:
    """The words of `earlier` whose place a name of `later` takes.

    A place is a preposition and a kind of name. Where `later` is nothing but a name ("What about Norway?"), that takes
    the place of the only one of its kind, wherever it stands. Without capitals only a single word counts as a name.
    """
    plain = _is_plain(earlier) and _is_plain(later) and len(content_terms(later)) == 1
    now, before = named(later, plain=plain), named(earlier, plain=plain)
    places = {(one.preposition, one.kind) for one in now if one.preposition}
    gone = [one for one in before if (one.preposition, one.kind) in places]
    if _is_bare(later, now):
        alike = [one for one in before if one.kind == now[0].kind]
        gone += alike if len(alike) == 1 else []
    kept = {word for one in now for word in one.words}
    return frozenset(word for one in gone for word in one.words) - kept


def named(text: str, *, plain: bool = False) -> tuple[Named, ...]:
    """The names, codes, numbers, months and years of a text, in order.

    In a `plain` one, written without capitals, the word right behind a preposition counts as a name.
    """
    placed = _placed(_WORD.findall(text), plain=plain)
    return tuple(
        Named(tuple(word for word, _, _ in run), preposition, kind)
        for (preposition, kind), run in groupby(placed, key=lambda one: one[1:])
        if kind is not None
    )


def _placed(words: list[str], *, plain: bool) -> Iterator[tuple[str, str, Kind | None]]:
    """Each word with the preposition whose phrase it stands in, and what kind of name it is."""
    preposition, between, since_name = "", 0, False
    for at, word in enumerate(words):
        lower = word.lower()
        kind = _kind(word, first=at == 0, behind=plain and bool(preposition) and between == 0)
        if lower in PREPOSITIONS:
            preposition, between, since_name = lower, 0, False
        elif kind is None and lower not in WITHIN_A_NAME:
            between += 1
            ended = since_name or between > _MOST_BETWEEN or not content_terms(word)
            preposition = "" if ended else preposition
        since_name = since_name or kind is not None
        yield word, preposition, kind


def _kind(word: str, *, first: bool, behind: bool) -> Kind | None:
    if _YEAR.fullmatch(word):
        return "year"
    if _NUMBER.fullmatch(word):
        return "number"
    if any(character.isdigit() for character in word):
        return "code"
    if not content_terms(word) or not (behind or (word[0].isupper() and not first)):
        return None
    return "month" if word.lower() in _MONTHS else "name"


def _is_plain(text: str) -> bool:
    return not any(character.isupper() for character in text[1:])


def _is_bare(text: str, now: tuple[Named, ...]) -> bool:
    """Whether a text is one name, and nothing that would tell its place."""
    if len(now) != 1 or now[0].preposition:
        return False
    return all(word.lower() in _ROUND_A_NAME for word in _WORD.findall(text) if word not in now[0].words)

"""Whether two chunks are one paragraph with a few words changed, which says the same.

Few candidates are compared, so their words are held against each other directly; see DECISIONS.md. Likeness alone is
not enough: "30 days" and "20 days" are alike, and so are "may" and "may not". What tells facts apart (numbers, names,
negations, words that turn or bound a statement) has to be the same, in the same order.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from retrieval.models import StoredChunk

ALIKE = 0.7  # of the runs of three words, how many both have; measured by evals.benchmarks.near_duplicates
FEWEST_WORDS = 20  # of fewer, one is too large a part
_RUN = 3
_WORTH_COMPARING = 0.7  # of the words as they stand
_KEPT = 4_096  # chunks whose words are kept
_WORD = re.compile(r"[^\W_]+(?:[.,:/'-][^\W_]+)*|[%€$£¥<>=±§]")

_TURNING = {
    "en": (
        "no not never none neither nor without cannot can't don't doesn't didn't won't isn't aren't wasn't "
        "weren't shouldn't mustn't except unless until only all any each every both either some most least more "
        "less fewer greater higher lower above below under over before after since must may might shall should "
        "can could will would if when always sometimes often rarely per half double first second third last next "
        "one two three four five six seven eight nine ten eleven twelve hundred thousand million billion trillion "
        "day days week weeks month months year years"
    ),
    "de": (
        "kein keine keinen keiner keinem nicht nie niemals ohne außer nur alle jeder jede jedes einige mehr "
        "weniger höher niedriger über unter vor nach bis seit muss müssen darf dürfen kann können soll sollen "
        "wenn falls ein eine zwei drei vier fünf sechs sieben acht neun zehn elf zwölf"
    ),
    "fr": (
        "ne pas jamais aucun aucune sans sauf seulement tous toutes chaque plus moins avant après doit doivent "
        "peut peuvent si deux trois quatre cinq six sept huit neuf dix janvier février mars avril mai juin "
        "juillet août septembre octobre novembre décembre"
    ),
    "es": (
        "nunca ningún ninguna sin salvo solo sólo todos todas cada más menos antes después debe deben puede "
        "pueden dos tres cuatro cinco seis siete ocho nueve diez enero febrero marzo abril mayo junio julio "
        "agosto septiembre octubre noviembre diciembre"
    ),
}
_TURNS = frozenset(word for words in _TURNING.values() for word in words.split())
_NEGATING = ("un", "in", "im", "ir", "il", "non", "dis", "mis", "de", "ex", "des", "dés")


def same(one: StoredChunk, other: StoredChunk) -> bool:
    """Whether showing both would show one paragraph twice."""
    left, right = _words_as_they_stand(one.text), _words_as_they_stand(other.text)
    fewer, more = sorted((len(left), len(right)))
    if fewer < _WORTH_COMPARING * more or _share(left, right) < _WORTH_COMPARING:
        return False
    return alike(one.text, other.text) >= ALIKE and says_the_same(one.text, other.text)


def alike(one: str, other: str) -> float:
    """The share of runs of three words that both have, 0-1; 0 where one has too few words to tell."""
    left, right = _words(one), _words(other)
    if min(len(left), len(right)) < FEWEST_WORDS:
        return 0.0
    return _share(_runs(left), _runs(right))


def runs(text: str) -> frozenset[tuple[str, ...]]:
    """The runs of three words of a text."""
    return _runs(_words(text))


def tells(word: str) -> bool:
    """Whether a word tells one fact from another: a number, a sign, a name, one that turns or bounds a statement."""
    return not word.islower() or any(sign.isdigit() for sign in word) or word in _TURNS


def says_the_same(one: str, other: str) -> bool:
    """Whether all that tells facts apart is the same in both."""
    left, right = _words(one), _words(other)
    if _telling(left) != _telling(right):
        return False
    plain, there = ({word.casefold() for word in words} for words in (left, right))
    return not any(_opposed(word, there - plain) for word in plain - there)


def _telling(words: Sequence[str]) -> list[str]:
    """Numbers, signs, names and turning words, in order."""
    return [word.casefold() for word in words if tells(word)]


def _opposed(word: str, others: frozenset[str] | set[str]) -> bool:
    """Whether one of the others is the word with a negating prefix, or the other way round."""
    return any(
        longer.removeprefix(prefix) == shorter
        for other in others
        for longer, shorter in ((word, other), (other, word))
        for prefix in _NEGATING
        if longer.startswith(prefix)
    )


@lru_cache(_KEPT)
def _words_as_they_stand(text: str) -> frozenset[str]:
    """Cheap to make: most candidates have little in common, and need no closer look."""
    return frozenset(text.split())


def _words(text: str) -> list[str]:
    return _WORD.findall(text.replace("’", "'"))


def _runs(words: Sequence[str]) -> frozenset[tuple[str, ...]]:
    lower = [word.casefold() for word in words]
    return frozenset(zip(*(lower[start:] for start in range(_RUN)), strict=False))


def _share(left: frozenset[object] | frozenset[str], right: frozenset[object] | frozenset[str]) -> float:
    both = len(left & right)
    return both / max(1, len(left) + len(right) - both)

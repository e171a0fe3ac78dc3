"""Words that mean the same in a corpus, and which of them a question uses."""

from collections.abc import Iterator, Sequence

from retrieval.store.terms.languages import ENGLISH, detected, stem
from retrieval.store.terms.text import words

LONGEST = 6  # words of a synonym
_READ = 64  # words of a question


class Synonyms:
    """Groups of words and phrases that stand for one another, each for all others of its group.

    They are told by their stems: `annual leaves` is `annual leave`. Safe across threads.
    """

    def __init__(self, groups: Sequence[Sequence[str]] = ()) -> None:
        self._groups = tuple(tuple(group) for group in groups)
        self._by_language: dict[str, dict[tuple[str, ...], list[int]]] = {}

    def meant(self, question: str) -> tuple[str, ...]:
        """What the question could have said instead, as it is written in the groups; nothing that it says itself."""
        if not self._groups:
            return ()
        asked = list(words(question))[:_READ]
        others: dict[str, None] = {}
        for code in dict.fromkeys((ENGLISH, detected(question))):
            stems = tuple(stem(word.lower(), code) for word in asked)
            known = self._known(code)
            said = {run for run in _runs(stems) if run in known}
            for group in sorted({number for run in said for number in known[run]}):
                others |= {one: None for one in self._groups[group] if _stems(one, code) not in said}
        return tuple(others)

    def _known(self, code: str) -> dict[tuple[str, ...], list[int]]:
        if code not in self._by_language:
            known: dict[tuple[str, ...], list[int]] = {}
            for number, group in enumerate(self._groups):
                for stems in {_stems(one, code) for one in group}:
                    known.setdefault(stems, []).append(number)
            self._by_language[code] = known
        return self._by_language[code]


def _runs(stems: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for n in range(1, LONGEST + 1):
        for at in range(len(stems) - n + 1):
            yield stems[at : at + n]


def _stems(said: str, code: str) -> tuple[str, ...]:
    return tuple(stem(word.lower(), code) for word in words(said))

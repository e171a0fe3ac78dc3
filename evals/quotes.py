"""Quotes in a text.

A quote is looked for letter by letter first, then word by word: case, punctuation, line breaks and marks of emphasis
don't count, so that a quote taken from the page is found in the Markdown made of it.
"""

import bisect
import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cached_property

_WORD = re.compile(r"[^\W_]+")
_CANDIDATES = 50  # stretches of text that are compared word by word in order


class WordText:
    """A text by its words, for finding others in it."""

    def __init__(self, text: str) -> None:
        self.text = text

    def find(self, quote: str) -> tuple[tuple[int, int], ...]:
        """(start, end) of each place of `quote`; none for one without words.

        Whole words verbatim; where there are none, words in order; and failing that, verbatim inside words.
        """
        return self._verbatim(quote, whole_words=True) or self._by_words(quote) or self._verbatim(quote)

    def _verbatim(self, quote: str, *, whole_words: bool = False) -> tuple[tuple[int, int], ...]:
        if not words(quote):
            return ()
        before = r"(?<!\w)" if whole_words and quote[0].isalnum() else ""
        after = r"(?!\w)" if whole_words and quote[-1].isalnum() else ""
        return tuple(found.span() for found in re.finditer(before + re.escape(quote) + after, self.text))

    def _by_words(self, quote: str) -> tuple[tuple[int, int], ...]:
        wanted = " ".join(word for word, _, _ in words(quote))
        if not wanted:
            return ()
        joined, starts = self._joined
        places = []
        at = joined.find(f" {wanted} ")
        while at >= 0:
            first = bisect.bisect_left(starts, at + 1)
            last = first + wanted.count(" ")
            places.append((self._words[first][1], self._words[last][2]))
            at = joined.find(f" {wanted} ", at + 1)
        return tuple(places)

    def nearest(self, quote: str) -> str:
        """The stretch of as many words as `quote` has that shares the most with it; empty where none is shared."""
        wanted = [word for word, _, _ in words(quote)]
        candidates = self._sharing_most(wanted)
        if not candidates:
            return ""

        def alike(end: int) -> float:
            stretch = [word for word, _, _ in self._words[max(0, end + 1 - len(wanted)) : end + 1]]
            return difflib.SequenceMatcher(None, stretch, wanted, autojunk=False).ratio()

        end = max(candidates, key=alike)
        return self.text[self._words[max(0, end + 1 - len(wanted))][1] : self._words[end][2]]

    def _sharing_most(self, wanted: Sequence[str]) -> list[int]:
        """Where the first stretches of as many words end that share the most with `wanted`, in any order."""
        counts = Counter(wanted)
        held: Counter[str] = Counter()
        shared, most, ends = 0, 0, list[int]()
        for position, (word, _, _) in enumerate(self._words):
            held[word] += 1
            shared += held[word] <= counts[word]
            if position >= len(wanted):
                gone = self._words[position - len(wanted)][0]
                shared -= held[gone] <= counts[gone]
                held[gone] -= 1
            if shared > most:
                most, ends = shared, []
            if shared == most > 0 and len(ends) < _CANDIDATES:
                ends.append(position)
        return ends

    @cached_property
    def _words(self) -> list[tuple[str, int, int]]:
        return words(self.text)

    @cached_property
    def _joined(self) -> tuple[str, list[int]]:
        """The words with a blank around each, and where each starts in that."""
        starts, at = [], 1
        for word, _, _ in self._words:
            starts.append(at)
            at += len(word) + 1
        return " " + " ".join(word for word, _, _ in self._words) + " ", starts


def words(text: str) -> list[tuple[str, int, int]]:
    """(word as it is compared, start, end) for each run of letters and digits."""
    return [(_folded(found.group()), found.start(), found.end()) for found in _WORD.finditer(text)]


def _folded(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold().replace(" ", "")

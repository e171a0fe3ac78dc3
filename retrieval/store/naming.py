"""Which documents a question names: file and folder names and titles, counted by document and not by chunk.

Held in memory (a few words a document), by the document numbers of `Visibility`, and brought up to date by it.
"""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from retrieval.ports import Rows
from retrieval.store.terms import named


class Names:
    """What each document goes by. Reads may run beside one writer."""

    def __init__(self) -> None:
        self._carrying: dict[str, list[int]] = {}
        self._terms: dict[int, frozenset[str]] = {}
        self._rows: Rows = np.zeros(0, np.int64)
        self._owners: NDArray[np.int32] = np.zeros(0, np.int32)
        self._known: dict[str, float] = {}

    def put(self, number: int, *, path: str, title: str) -> None:
        terms = named.of_document(path, title)
        for gone in self._terms.get(number, frozenset()) - terms:
            self._carrying[gone] = [other for other in self._carrying[gone] if other != number]
        for new in terms - self._terms.get(number, frozenset()):
            self._carrying.setdefault(new, []).append(number)
        self._terms[number] = terms

    def drop(self, number: int) -> None:
        for gone in self._terms.pop(number, frozenset()):
            self._carrying[gone] = [other for other in self._carrying[gone] if other != number]

    def place(self, rows: Rows, owners: NDArray[np.int32]) -> None:
        """All live rows, ascending, and the number of the document each belongs to."""
        self._rows, self._owners, self._known = rows, owners, {}

    def evidence(self, question: str, mentions: Callable[[str], Rows]) -> Mapping[int, float]:
        """How much speaks for each document that the question names, by number; empty where it names none.

        The sum of weight x inverse document frequency over the terms of its name, times the cube of the exclusiveness
        of the most exclusive of them. A term is exclusive to the documents that carry it in their name by the share of
        its `mentions`, rows of chunks that hold it, that stand in them: a company's name in its reports is, a product's
        name in one of hundreds of pages on it is not. A year is exclusive to nothing, and tells the reports apart.
        """
        speaking: dict[int, float] = {}
        leading: dict[int, float] = {}
        for term, weight in named.in_question(question).items():
            carrying = self._carrying.get(term, ())
            if not carrying or len(self._terms) == 1:
                continue
            rarity = math.log(1 + (len(self._terms) - len(carrying) + 0.5) / (len(carrying) + 0.5))
            exclusive = self._exclusive(term, carrying, mentions)
            for number in carrying:
                speaking[number] = speaking.get(number, 0.0) + weight * rarity
                leading[number] = max(leading.get(number, 0.0), exclusive)
        return {number: speaks * leading[number] ** 3 for number, speaks in speaking.items()}

    def _exclusive(self, term: str, carrying: Sequence[int], mentions: Callable[[str], Rows]) -> float:
        known, rows, owners = self._known, self._rows, self._owners
        if term not in known:
            holding = np.sort(mentions(term))
            place = np.minimum(np.searchsorted(rows, holding), max(len(rows) - 1, 0))
            live = place[rows[place] == holding] if len(rows) else place[:0]
            inside = np.isin(owners[live], np.array(carrying, dtype=np.int32))
            known[term] = float(inside.mean()) if len(live) else 1.0
        return known[term]

"""What speaks for documents, beside the two rankings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import pytest

from retrieval.models import OWNER
from retrieval.ports import Rows
from retrieval.search.legs import Ranker
from retrieval.settings import SearchSettings
from tests.fakes import FakeEmbedder
from tests.retrieval.library import ExactVectors, SharedWords, Shelf


@dataclass(frozen=True)
class Reports:
    """The first document is named best, the second half as well, the third not at all."""

    def evidence(self, question: str, mentions: Callable[[str], Rows]) -> Mapping[int, float]:
        return {0: 4.0, 1: 2.0}


def test_what_is_named_half_as_well_as_the_best_counts_an_eighth_of_it() -> None:
    """4 x (2 / 4) cubed is 0.5."""
    shelf, embedder = Shelf(), FakeEmbedder(dimension=512)
    for year in (2022, 2021, 2020):
        shelf.put(f"{year}.md", f"Costs rose in {year}.")
    ranker = Ranker(ExactVectors(shelf, embedder), SharedWords(shelf), SearchSettings())
    view = replace(shelf.view(OWNER), names=Reports())  # type: ignore[arg-type]

    legs = ranker.rank("costs", embedder.embed_query("costs"), view, n=10, mode="hybrid")

    assert sorted(legs.named.values()) == pytest.approx([0.5, 4.0])
    assert legs.fused.rows[0] == view.rows[0]

"""What the graph finds among few visible rows is what an exact scan of these rows finds."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from retrieval.ports import Rows, Vectors
from retrieval.store.exact import ExactVectors
from retrieval.store.vector import TieredVectors

ROWS, DIMENSION = 4_000, 32


def units(draw: np.random.Generator, n: int) -> Vectors:
    made = draw.standard_normal((n, DIMENSION)).astype(np.float32)
    unit: Vectors = made / np.linalg.norm(made, axis=1, keepdims=True)
    return unit


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TieredVectors, Vectors]]:
    """The graph is asked wherever more than a row is visible."""
    home: Path = tmp_path_factory.mktemp("home")
    vectors = units(np.random.default_rng(3), ROWS)
    tiered = TieredVectors(ExactVectors(home / "exact", DIMENSION), home / "chroma", dimension=DIMENSION, exact_rows=1)
    tiered.add(np.arange(ROWS, dtype=np.int64), vectors)
    tiered.flush(1)
    yield tiered, vectors
    tiered.close()


def oracle(vectors: Vectors, question: Vectors, visible: Rows, n: int) -> set[int]:
    scores = vectors[visible] @ question
    return {int(visible[at]) for at in np.argsort(-scores, kind="stable")[:n]}


@pytest.mark.parametrize("share", [0.5, 0.1, 0.01, 0.001])
def test_the_ten_nearest_visible_rows_are_found_at_any_visibility(
    index: tuple[TieredVectors, Vectors], share: float
) -> None:
    tiered, vectors = index
    draw = np.random.default_rng(5)
    found = wanted = 0
    for question in units(draw, 20):
        visible = np.sort(draw.choice(ROWS, max(1, int(share * ROWS)), replace=False)).astype(np.int64)
        expected = oracle(vectors, question, visible, 10)
        hits = tiered.search(question, 10, visible)
        assert len(hits.rows) == min(10, len(visible))
        found += len(expected & set(hits.rows.tolist()))
        wanted += len(expected)

    assert found / wanted >= 0.99


@pytest.mark.parametrize("shown", [5, 400])
def test_they_are_found_where_all_nearer_ones_are_hidden(index: tuple[TieredVectors, Vectors], shown: int) -> None:
    """Only the farthest rows may be seen."""
    tiered, vectors = index
    for question in units(np.random.default_rng(6), 5):
        visible = np.sort(np.argsort(vectors @ question, kind="stable")[:shown]).astype(np.int64)

        hits = tiered.search(question, 10, visible)

        assert set(hits.rows.tolist()) == oracle(vectors, question, visible, 10)

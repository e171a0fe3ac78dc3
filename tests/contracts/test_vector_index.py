"""What every `VectorIndex` promises, on the exact scan, on Chroma, and on both tiers."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from retrieval.ports import Rows, VectorIndex, Vectors
from retrieval.store.chroma import ChromaVectors
from retrieval.store.exact import ExactVectors
from retrieval.store.vector import TieredVectors

DIMENSION = 16
MAKERS: dict[str, Callable[[Path], VectorIndex]] = {
    "exact": lambda folder: ExactVectors(folder, DIMENSION),
    "chroma": lambda folder: ChromaVectors(folder, DIMENSION),
    "tiered": lambda folder: TieredVectors(
        ExactVectors(folder / "exact", DIMENSION), folder / "chroma", dimension=DIMENSION, exact_rows=20
    ),
}


@pytest.fixture(params=list(MAKERS))
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], VectorIndex]]:
    made: list[VectorIndex] = []

    def open_one() -> VectorIndex:
        made.append(MAKERS[request.param](tmp_path / "index"))
        return made[-1]

    yield open_one
    for index in made:
        index.close()


def some_vectors(n: int, seed: int = 7) -> Vectors:
    vectors = np.random.default_rng(seed).normal(size=(n, DIMENSION)).astype(np.float32)
    unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def rows(*numbers: int) -> Rows:
    return np.array(numbers, dtype=np.int64)


def test_an_empty_index_finds_nothing(make: Callable[[], VectorIndex]) -> None:
    """Not even rows that are said to be visible."""
    index = make()

    assert len(index.search(some_vectors(1)[0], 5, rows(1, 2)).rows) == 0
    assert index.generation() == 0


def test_nearest_comes_first_and_scores_are_cosines(make: Callable[[], VectorIndex]) -> None:
    """A dot product of unit vectors; the vector itself scores 1."""
    index, vectors = make(), some_vectors(50)
    index.add(np.arange(1, 51), vectors)
    index.flush(1)

    found = index.search(vectors[9], 3, np.arange(1, 51))

    assert found.rows[0] == 10
    assert found.scores[0] == pytest.approx(1, abs=1e-5)
    assert found.scores == pytest.approx(np.sort(vectors @ vectors[9])[::-1][:3], abs=1e-5)


def test_only_visible_rows_are_found_and_as_many_as_there_are(make: Callable[[], VectorIndex]) -> None:
    """Also when every near neighbour is hidden."""
    index, vectors = make(), some_vectors(300)
    index.add(np.arange(1, 301), vectors)
    index.flush(1)
    hidden = {int(row) for row in index.search(vectors[0], 200, np.arange(1, 301)).rows}
    visible = np.array(sorted(set(range(1, 301)) - hidden), dtype=np.int64)

    found = index.search(vectors[0], 10, visible)

    exact = sorted(visible, key=lambda row: -float(vectors[row - 1] @ vectors[0]))[:10]
    assert list(found.rows) == exact
    assert len(index.search(vectors[0], 500, visible).rows) == len(visible)


def test_ties_are_ordered_by_row(make: Callable[[], VectorIndex]) -> None:
    """Equal vectors come in ascending order of row."""
    index = make()
    one = some_vectors(1)
    index.add(rows(5, 3, 9), np.repeat(one, 3, axis=0))
    index.flush(1)

    assert list(index.search(one[0], 3, rows(3, 5, 9)).rows) == [3, 5, 9]


def test_adding_a_row_again_replaces_it(make: Callable[[], VectorIndex]) -> None:
    """The last vector counts."""
    index, vectors = make(), some_vectors(2)
    index.add(rows(1), vectors[:1])
    index.flush(1)
    index.add(rows(1), vectors[1:])
    index.flush(2)

    assert index.search(vectors[1], 1, rows(1)).scores[0] == pytest.approx(1, abs=1e-5)
    assert index.scores(vectors[1], rows(1)) == pytest.approx([1], abs=1e-5)


def test_a_deleted_row_is_not_found_and_scores_nan(make: Callable[[], VectorIndex]) -> None:
    """Deleting one that is not there does nothing."""
    index, vectors = make(), some_vectors(3)
    index.add(rows(1, 2, 3), vectors)
    index.flush(1)

    index.delete(rows(2, 99))
    index.flush(2)

    assert sorted(index.search(vectors[1], 5, rows(1, 2, 3)).rows) == [1, 3]
    assert np.isnan(index.scores(vectors[1], rows(2))).all()


def test_what_was_flushed_is_there_after_reopening(make: Callable[[], VectorIndex]) -> None:
    """With the generation that was recorded."""
    index, vectors = make(), some_vectors(30)
    index.add(np.arange(1, 31), vectors)
    index.delete(rows(4))
    index.flush(7)
    index.close()

    again = make()

    assert again.generation() == 7
    assert list(again.search(vectors[2], 1, rows(3, 4)).rows) == [3]


def test_a_cleared_index_is_as_new(make: Callable[[], VectorIndex]) -> None:
    """Holding nothing, at generation 0, and ready to be filled."""
    index, vectors = make(), some_vectors(30)
    index.add(np.arange(1, 31), vectors)
    index.flush(7)

    index.clear()

    assert index.generation() == 0
    assert len(index.search(vectors[0], 5, np.arange(1, 31)).rows) == 0
    index.add(rows(3), vectors[:1])
    index.flush(8)
    assert list(index.search(vectors[0], 5, np.arange(1, 31)).rows) == [3]


def test_it_tells_which_rows_each_part_holds(make: Callable[[], VectorIndex]) -> None:
    """Deleted ones are not among them."""
    index = make()
    index.add(rows(3, 1, 2), some_vectors(3))
    index.delete(rows(2))
    index.flush(1)

    assert all(held.tolist() == [1, 3] for held in index.held().values())
    assert index.held()


def test_renewed_it_holds_the_new_rows_alone(make: Callable[[], VectorIndex]) -> None:
    """In several parts; the generation is recorded, and all of it is there when it is opened again."""
    index, vectors = make(), some_vectors(4)
    index.add(rows(1, 2), vectors[:2])
    index.flush(1)

    index.renew(iter([(rows(2), vectors[1:2]), (rows(3, 4), vectors[2:])]), 5)

    assert index.search(vectors[2], 1, rows(1, 2, 3, 4)).rows.tolist() == [3]
    index.close()
    again = make()
    assert again.generation() == 5
    assert all(held.tolist() == [2, 3, 4] for held in again.held().values())


def test_a_graph_that_is_made_anew_leaves_no_old_one_behind(tmp_path: Path) -> None:
    """However often: the folder holds the files of one graph, large enough here to be written out."""
    index, vectors = ChromaVectors(tmp_path / "index", DIMENSION), some_vectors(2_000)
    index.add(np.arange(1, 2_001), vectors)
    index.flush(1)

    for generation in (2, 3):
        index.renew([(np.arange(1, 2_001), vectors)], generation)
        index.search(vectors[0], 5, np.arange(1, 2_001))

    assert sum(path.is_dir() for path in (tmp_path / "index").iterdir()) <= 1
    assert index.search(vectors[7], 1, np.arange(1, 2_001)).rows.tolist() == [8]
    index.close()

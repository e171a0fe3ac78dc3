"""The exact matrix's files: compaction, and what a failure or a kill in the middle of it leaves."""

from pathlib import Path

import numpy as np
import pytest

from retrieval.errors import StorageFull
from retrieval.ports import Vectors
from retrieval.store import exact
from retrieval.store.exact import ExactVectors

DIMENSION = 8


def some_vectors(n: int) -> Vectors:
    return np.random.default_rng(3).normal(size=(n, DIMENSION)).astype(np.float32)


def worn(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[ExactVectors, Vectors]:
    """100 live rows and as many dead slots, flushed before a rewrite is due."""
    vectors = some_vectors(100)
    index = ExactVectors(folder, DIMENSION)
    for generation in (1, 2):
        index.add(np.arange(1, 101), vectors)
        index.flush(generation)
    monkeypatch.setattr(exact, "_FEWEST_DEAD", 10)
    return index, vectors


def check_right(index: ExactVectors, vectors: Vectors) -> None:
    rows, held = index.everything()
    assert rows.tolist() == list(range(1, len(vectors) + 1))
    assert np.array_equal(held, vectors)


def test_dead_slots_are_given_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files shrink to what is live, and hold it."""
    index, vectors = worn(tmp_path, monkeypatch)

    index.flush(3)

    check_right(ExactVectors(tmp_path, DIMENSION), vectors)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["footnote.json", "rows-1.i64", "vectors-1.f32"]
    assert (tmp_path / "vectors-1.f32").stat().st_size == 100 * DIMENSION * 4


def test_a_rewrite_that_fails_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was there is there, and what is added afterwards too."""
    index, vectors = worn(tmp_path, monkeypatch)

    def full(path: Path, block: bytes) -> None:
        raise StorageFull("no space left", remedy="none")

    with monkeypatch.context() as patch:
        patch.setattr(exact, "_write", full)
        with pytest.raises(StorageFull):
            index.flush(3)
    more = some_vectors(101)
    index.add(np.array([101]), more[100:])
    index.flush(4)

    check_right(index, more)
    check_right(ExactVectors(tmp_path, DIMENSION), more)
    assert np.array_equal(vectors, more[:100])


def test_what_a_kill_left_of_a_rewrite_is_not_built_upon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of an epoch that was never recorded are removed."""
    index, vectors = worn(tmp_path, monkeypatch)
    (tmp_path / "vectors-1.f32").write_bytes(b"left over" * 100)

    index.flush(3)

    check_right(index, vectors)
    (tmp_path / "rows-2.i64").write_bytes(b"left over" * 100)
    check_right(ExactVectors(tmp_path, DIMENSION), vectors)
    assert not (tmp_path / "rows-2.i64").exists()

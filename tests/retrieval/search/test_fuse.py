"""Fusion: every number is redone by hand."""

import numpy as np
import pytest

from retrieval.ports import Ranked
from retrieval.search.fuse import Weights, convex, ranked_by


def ranking(*rows: int) -> Ranked:
    return Ranked(np.array(rows, dtype=np.int64), np.linspace(1.0, 0.5, len(rows), dtype=np.float32))


def test_the_convex_mix_scales_each_leg_by_its_best() -> None:
    """0.6 x (0.4 / 0.8) + 0.4 x (10 / 10) = 0.7 beats 0.6 x 1 + 0.4 x 0 = 0.6."""
    rows = np.array([1, 2], dtype=np.int64)
    cosines = np.array([0.8, 0.4], dtype=np.float32)
    bm25 = np.array([0.0, 10.0], dtype=np.float32)

    fused = convex(rows, cosines, bm25, np.zeros(2, np.float32), Weights(dense=0.6))

    assert fused.rows.tolist() == [2, 1]
    assert fused.scores.tolist() == pytest.approx([0.7, 0.6])


def test_a_cosine_below_zero_counts_as_none() -> None:
    rows = np.array([1, 2], dtype=np.int64)

    cosines, bm25 = np.array([-0.5, 0.5], np.float32), np.array([2.0, 1.0], np.float32)

    fused = convex(rows, cosines, bm25, np.zeros(2, np.float32), Weights(dense=0.5))

    assert fused.rows.tolist() == [2, 1]
    assert fused.scores.tolist() == pytest.approx([0.5 * 1 + 0.5 * 0.5, 0.5 * 1])


def test_evidence_for_a_document_counts_in_units_of_bm25() -> None:
    """0.5 x 0.8 / 0.8 + 0.5 x 8 / 8 = 1; 0.5 x 0.4 / 0.8 + 0.5 x (4 + 2 x 3) / 8 = 0.875."""
    rows = np.array([1, 2], dtype=np.int64)
    cosines, bm25 = np.array([0.8, 0.4], np.float32), np.array([8.0, 4.0], np.float32)

    fused = convex(rows, cosines, bm25, np.array([0.0, 3.0], np.float32), Weights(dense=0.5, named=2.0))

    assert fused.rows.tolist() == [1, 2]
    assert fused.scores.tolist() == pytest.approx([1.0, 0.875])


def test_evidence_alone_is_scaled_by_its_best() -> None:
    """No word is shared: 0.5 x 1 + 0 and 0.5 x 0.5 + 0.5 x 1."""
    rows, nothing = np.array([1, 2], dtype=np.int64), np.zeros(2, np.float32)

    fused = convex(
        rows, np.array([0.8, 0.4], np.float32), nothing, np.array([0.0, 3.0], np.float32), Weights(dense=0.5, named=2.0)
    )

    assert fused.rows.tolist() == [2, 1]
    assert fused.scores.tolist() == pytest.approx([0.75, 0.5])


def test_without_any_signal_all_scores_are_zero() -> None:
    zeros = np.zeros(2, dtype=np.float32)

    assert convex(np.array([5, 6]), zeros, zeros, zeros, Weights(dense=0.6)).scores.tolist() == [0.0, 0.0]


def test_ties_are_ordered_by_row() -> None:
    """Also where the sums differ only in the last bits: 0.1 + 0.2 and 0.3."""
    fused = ranked_by(np.array([9, 4, 1]), np.array([0.1 + 0.2, 0.3, 0.3]))

    assert fused.rows.tolist() == [1, 4, 9]


def test_nothing_fuses_to_nothing() -> None:
    nothing = np.zeros(0, dtype=np.float32)

    assert len(convex(np.zeros(0, dtype=np.int64), nothing, nothing, nothing, Weights(dense=0.6)).rows) == 0

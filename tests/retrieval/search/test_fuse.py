"""Fusion: every number is redone by hand."""

import numpy as np
import pytest

from retrieval.ports import Ranked
from retrieval.search.fuse import convex, ranked_by


def ranking(*rows: int) -> Ranked:
    return Ranked(np.array(rows, dtype=np.int64), np.linspace(1.0, 0.5, len(rows), dtype=np.float32))


def test_the_convex_mix_scales_each_leg_by_its_best() -> None:
    """0.6 x (0.4 / 0.8) + 0.4 x (10 / 10) = 0.7 beats 0.6 x 1 + 0.4 x 0 = 0.6."""
    rows = np.array([1, 2], dtype=np.int64)
    cosines = np.array([0.8, 0.4], dtype=np.float32)
    bm25 = np.array([0.0, 10.0], dtype=np.float32)

    fused = convex(rows, cosines, bm25, dense_weight=0.6)

    assert fused.rows.tolist() == [2, 1]
    assert fused.scores.tolist() == pytest.approx([0.7, 0.6])


def test_a_cosine_below_zero_counts_as_none() -> None:
    rows = np.array([1, 2], dtype=np.int64)

    fused = convex(rows, np.array([-0.5, 0.5], np.float32), np.array([2.0, 1.0], np.float32), dense_weight=0.5)

    assert fused.rows.tolist() == [2, 1]
    assert fused.scores.tolist() == pytest.approx([0.5 * 1 + 0.5 * 0.5, 0.5 * 1])


def test_without_any_signal_all_scores_are_zero() -> None:
    zeros = np.zeros(2, dtype=np.float32)

    assert convex(np.array([5, 6]), zeros, zeros, dense_weight=0.6).scores.tolist() == [0.0, 0.0]


def test_ties_are_ordered_by_row() -> None:
    """Also where the sums differ only in the last bits: 0.1 + 0.2 and 0.3."""
    fused = ranked_by(np.array([9, 4, 1]), np.array([0.1 + 0.2, 0.3, 0.3]))

    assert fused.rows.tolist() == [1, 4, 9]


def test_nothing_fuses_to_nothing() -> None:
    nothing = np.zeros(0, dtype=np.float32)

    assert len(convex(np.zeros(0, dtype=np.int64), nothing, nothing, dense_weight=0.6).rows) == 0

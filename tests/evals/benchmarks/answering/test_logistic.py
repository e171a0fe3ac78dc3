"""Fitting, and areas under the ROC curve, on rows that are worked by hand."""

import numpy as np
import pytest

from evals.benchmarks.answering.logistic import balanced, chances, fitted
from evals.benchmarks.answering.roc import auroc, auroc_intervals, risk_coverage

LABELS = np.array([True, True, False, False])


def test_area_counts_pairs_in_order_and_ties_half() -> None:
    """Of four pairs (0.9, 0.5 against 0.5, 0.1) three are in order and one is a tie."""
    assert auroc(np.array([0.9, 0.5, 0.5, 0.1]), LABELS) == 3.5 / 4


def test_a_column_that_is_the_other_one_differs_by_nothing() -> None:
    scores = np.array([0.9, 0.5, 0.5, 0.1])

    found = auroc_intervals([scores, scores * 2], LABELS, ["a"] * 4)

    assert (found[0][1].mean, found[0][1].low, found[0][1].high) == (0.0, 0.0, 0.0)
    assert found[0][0].mean == 3.5 / 4


def test_resamples_keep_the_classes_of_each_group() -> None:
    """One row of each class in each group: every resample is the sample, so that the interval is a point."""
    found = auroc_intervals([np.array([0.9, 0.2, 0.5, 0.1])], LABELS, ["a", "b", "a", "b"])

    assert found[0][0].low == found[0][0].high == found[0][0].mean == 0.75


def test_risk_is_that_of_the_surest() -> None:
    """Order of confidence: right, wrong, right, wrong."""
    points = risk_coverage(np.array([0.9, 0.6, 0.7, 0.1]), LABELS, (0.25, 0.5, 1.0))

    assert [(point.risk, point.threshold) for point in points] == [(0.0, 0.9), (0.5, 0.7), (0.5, 0.1)]


def test_weights_part_what_can_be_parted_and_a_signal_against_its_sense_gets_none() -> None:
    features = np.array([[1.0, 0.0], [0.8, 0.0], [0.2, 1.0], [0.0, 1.0]])

    theta = fitted(features, LABELS, weights=np.ones(4), penalty=0.001, at_least_zero=np.array([True, True]))

    assert theta[0] > 0
    assert theta[1] == 0.0
    assert (chances(features, theta) > 0.5).tolist() == LABELS.tolist()


def test_without_features_that_tell_the_chance_is_the_weighted_share() -> None:
    """Three of four weigh as much as the one: one half."""
    labels = np.array([True, True, True, False])
    weights = balanced(["a"] * 4, labels)

    theta = fitted(np.zeros((4, 1)), labels, weights=weights, penalty=0.1, at_least_zero=np.array([False]))

    assert weights.tolist() == [1 / 3, 1 / 3, 1 / 3, 1.0]
    assert chances(np.zeros((1, 1)), theta)[0] == pytest.approx(0.5, abs=1e-4)

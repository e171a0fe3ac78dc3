"""Confidence against the truth, by hand."""

import numpy as np
import pytest

from evals.answers.refusal import auroc, risk_coverage


def test_auroc_is_the_share_of_pairs_in_order_with_ties_as_halves() -> None:
    """Pairs: .9 above .5 and .1; .5 ties with .5 and is above .1; .2 is below .5 and above .1: 4.5 of 6."""
    found = auroc(np.array([0.9, 0.5, 0.2]), np.array([0.5, 0.1]))

    assert found.mean == pytest.approx(4.5 / 6)
    assert 0.0 <= found.low <= found.mean <= found.high <= 1.0


def test_auroc_agrees_with_the_rank_sum_of_many() -> None:
    from scipy import stats

    draw = np.random.default_rng(7)
    first, second = draw.normal(0.4, 1, 300), draw.normal(0, 1, 200)

    statistic = stats.mannwhitneyu(first, second).statistic

    assert auroc(first, second).mean == pytest.approx(statistic / (300 * 200), abs=1e-12)


def test_the_surest_answers_come_in_first() -> None:
    """Of 5 questions 4 are answered; from the surest: right, wrong, then two of equal confidence, one of them right.

    Risks 0, 1/2, and 2/4 for both of the last; the area is (0 + .5 + .5 + .5) / 4.
    """
    found = risk_coverage(np.array([0.9, 0.3, 0.8, 0.3]), np.array([0.0, 1.0, 1.0, 0.0]), asked=5)

    assert found.threshold.tolist() == [0.9, 0.8, 0.3]
    assert found.coverage.tolist() == [0.2, 0.4, 0.8]
    assert found.risk.tolist() == [0.0, 0.5, 0.5]
    assert found.area.mean == pytest.approx(1.5 / 4)
    assert found.area.low <= found.area.mean <= found.area.high


def test_equal_confidence_has_one_risk_whatever_the_order() -> None:
    wrong = np.array([1.0, 0.0, 0.0, 1.0])

    one, other = (risk_coverage(np.full(4, 0.5), row, asked=4).area.mean for row in (wrong, wrong[::-1]))

    assert one == other == 0.5

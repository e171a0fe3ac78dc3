"""Bounds against scipy's, against exact ones, and how often they hold what they should."""

import numpy as np
import pytest
from scipy import stats

from evals.intervals import Interval, bca, mean_intervals


def test_bounds_are_those_of_scipy_up_to_resampling() -> None:
    """scipy.stats.bootstrap with BCa on 300 skewed scores; both resample, so they agree to a twentieth of the width."""
    values = np.random.default_rng(3).beta(0.5, 3, 300)
    peer = stats.bootstrap(
        (values,), np.mean, method="BCa", n_resamples=10_000, rng=np.random.default_rng(4)
    ).confidence_interval

    found = mean_intervals({"x": values})["x"]

    width = peer.high - peer.low
    assert found.mean == pytest.approx(values.mean())
    assert found.low == pytest.approx(peer.low, abs=width / 20)
    assert found.high == pytest.approx(peer.high, abs=width / 20)


def test_the_same_scores_have_the_same_interval_in_every_run() -> None:
    """Resampling is seeded, and a metric's bounds do not depend on which others are measured beside it."""
    values = np.random.default_rng(5).random(50)

    alone = mean_intervals({"x": values})
    beside = mean_intervals({"y": values**2, "x": values})

    assert alone["x"] == beside["x"]


def test_full_marks_everywhere_do_not_make_a_certainty() -> None:
    """20 of 20: the exact bound is 0.025^(1/20) = 0.8316; 0 of 20 mirrors it."""
    found = mean_intervals({"all": np.ones(20), "none": np.zeros(20)})

    assert found["all"] == Interval(1.0, pytest.approx(0.8316, abs=1e-4), 1.0)
    assert found["none"] == Interval(0.0, 0.0, pytest.approx(0.1684, abs=1e-4))


def test_one_value_everywhere_has_no_width() -> None:
    """Nothing varies between 0 and 1: resampling shows the value itself."""
    assert mean_intervals({"x": np.full(9, 0.25)})["x"] == Interval(0.25, 0.25, 0.25)


def test_no_queries_tell_nothing() -> None:
    """The bounds are those of the scale."""
    assert mean_intervals({"x": np.zeros(0)})["x"] == Interval(0.0, 0.0, 1.0)


def test_intervals_hold_the_true_mean_as_often_as_they_say() -> None:
    """1,000 samples of 200 queries whose scores are 0, 1 or in between: 95 % within three standard errors (2.1 %)."""
    generator = np.random.default_rng(11)
    kind = generator.random((200, 1_000))
    sample = np.where(kind < 0.25, 0.0, np.where(kind < 0.6, 1.0, generator.random((200, 1_000))))
    true_mean = 0.25 * 0 + 0.35 * 1 + 0.4 * 0.5

    low, high = bca(sample)

    assert np.mean((low <= true_mean) & (true_mean <= high)) == pytest.approx(0.95, abs=0.021)

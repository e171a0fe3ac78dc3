"""Tests of the paired test: exact cases by hand, scipy's on the same pairs, seeds, corrections and words."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from evals.models import QueryScores
from evals.paired import compare, detectable, holm, permutation_p
from retrieval.errors import UsageError


def scores(**values: list[float]) -> QueryScores:
    queries = tuple(f"q{number}" for number in range(len(next(iter(values.values())))))
    return QueryScores(queries, {name: np.array(column) for name, column in values.items()})


@pytest.mark.parametrize(
    ("differences", "expected"),
    [
        ([0.1, 0.2, 0.3], 2 / 2**3),  # of 8 sign patterns only +++ and --- are as far from 0
        ([0.1, 0.2, 0.3, 0.4, 0.5], 2 / 2**5),
        ([0.1, -0.1], 1.0),
        ([1.0, 1.0, 1.0, -1.0], 10 / 2**4),  # |sum| >= 2: 1 + 4 patterns either way
        ([0.5, 0.0, 0.0, 0.5], 2 / 2**2),  # queries that do not differ say nothing
    ],
)
def test_p_values_of_few_pairs_are_exact(differences: list[float], expected: float) -> None:
    """Counted by hand over all sign patterns."""
    assert permutation_p(np.array(differences)) == pytest.approx(expected)


def test_no_difference_at_all_has_a_p_value_of_one() -> None:
    """And does not divide by zero."""
    assert permutation_p(np.zeros(10)) == 1.0


def test_p_values_are_the_same_in_every_run() -> None:
    """Too many pairs for all patterns: they are drawn, from a seed."""
    differences = np.random.default_rng(2).normal(0.05, 0.3, 200)

    assert permutation_p(differences) == permutation_p(differences)


def test_the_randomisation_test_agrees_with_students_on_well_behaved_pairs() -> None:
    """For 200 normal differences the t test is a fair approximation; scipy's is the peer."""
    differences = np.random.default_rng(8).normal(0.04, 0.3, 200)

    assert permutation_p(differences) == pytest.approx(stats.ttest_1samp(differences, 0).pvalue, abs=0.01)


def test_signs_drawn_here_are_as_good_as_scipys_own() -> None:
    """scipy shuffles pairs itself, slowly; 9,999 draws tell a p-value to three standard errors, 0.015."""
    for seed in range(5):
        differences = np.random.default_rng(seed).normal(0.03, 0.3, 60)
        peer = stats.permutation_test(
            (differences,), np.mean, permutation_type="samples", vectorized=True, rng=np.random.default_rng(1)
        )

        assert permutation_p(differences) == pytest.approx(peer.pvalue, abs=0.02)


def test_holm_multiplies_by_the_number_of_hypotheses_left() -> None:
    """0.01 * 4, 0.02 * 3, 0.03 * 2 (which is no lower than 0.06), 0.5 * 1; in the order given."""
    corrected = holm({"d": 0.5, "a": 0.01, "c": 0.03, "b": 0.02})

    assert corrected == pytest.approx({"d": 0.5, "a": 0.04, "c": 0.06, "b": 0.06})
    assert list(corrected) == ["d", "a", "c", "b"]


def test_corrected_p_values_never_pass_one() -> None:
    """0.6 * 2 is no probability."""
    assert holm({"a": 0.6, "b": 0.7}) == {"a": 1.0, "b": 1.0}


def test_a_comparison_counts_wins_losses_and_ties() -> None:
    """Differences +0.5, +0.25, -0.25, 0: mean 0.125, and the effect is that over their standard deviation."""
    (found,) = compare(scores(x=[0.0, 0.25, 0.5, 1.0]), scores(x=[0.5, 0.5, 0.25, 1.0]))

    spread = math.sqrt(sum((d - 0.125) ** 2 for d in (0.5, 0.25, -0.25, 0.0)) / 3)
    assert (found.wins, found.losses, found.ties) == (2, 1, 1)
    assert found.difference.mean == pytest.approx(0.125)
    assert found.effect == pytest.approx(0.125 / spread)
    assert found.detectable == pytest.approx((1.959964 + 0.841621) * spread / math.sqrt(4), rel=1e-5)


def test_queries_are_paired_by_id_and_not_by_place() -> None:
    """The second run lists the same queries the other way round."""
    first = QueryScores(("a", "b"), {"x": np.array([0.1, 0.9])})
    second = QueryScores(("b", "a"), {"x": np.array([0.9, 0.1])})

    (found,) = compare(first, second)

    assert found.ties == 2


def test_runs_over_different_queries_are_refused() -> None:
    """A query that one run lacks must not vanish from the comparison."""
    with pytest.raises(UsageError, match="1 only in the first, 0 only in the second"):
        compare(scores(x=[0.1, 0.2]), scores(x=[0.1]))


def test_a_metric_that_one_run_lacks_is_refused() -> None:
    """Rather than left out of the table."""
    with pytest.raises(UsageError, match="y was not measured"):
        compare(scores(x=[0.1]), scores(x=[0.1]), metrics=["y"])


def test_the_sentence_says_better_only_when_chance_is_ruled_out() -> None:
    """A clear gain, and the same gain on too few queries to tell."""
    clear = compare(scores(x=[0.2] * 30), scores(x=_spread(0.4, 30)))[0]
    vague = compare(scores(x=[0.2] * 3), scores(x=_spread(0.4, 3)))[0]

    assert "the second run is better, p = under 0.001" in clear.sentence()
    assert "may be chance" in vague.sentence()
    assert "easily missed" in vague.sentence()


def test_the_sentence_of_equal_runs() -> None:
    """No query differs: no p-value to talk about."""
    (found,) = compare(scores(x=[0.2, 0.4]), scores(x=[0.2, 0.4]))

    assert found.sentence() == "x: no query differs."
    assert (found.p, found.effect) == (1.0, 0.0)


def test_one_query_shows_no_spread() -> None:
    """Nothing can be said about what it could detect."""
    one: NDArray[np.float64] = np.array([0.3])

    assert detectable(one) == 0.0


def _spread(around: float, number: int) -> list[float]:
    return [around + 0.01 * (position % 3) for position in range(number)]


@pytest.mark.parametrize(
    ("difference", "alternative", "p"), [(0.5, "two-sided", 1.0), (-0.5, "less", 0.5), (0.5, "less", 1.0)]
)
def test_one_differing_query_has_two_arrangements(difference: float, alternative: str, p: float) -> None:
    """Its sign as it is, and the other."""
    differences = np.array([0.0, difference, 0.0])

    assert permutation_p(differences, alternative=alternative) == p  # type: ignore[arg-type]


def test_a_one_sided_test_asks_for_losses_alone() -> None:
    """Of 2^6 arrangements of six losses one is as low; of six gains all are."""
    losses = -np.arange(1.0, 7.0)

    assert permutation_p(losses, alternative="less") == pytest.approx(1 / 64)
    assert permutation_p(-losses, alternative="less") == 1.0

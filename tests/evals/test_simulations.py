"""How often the statistics are wrong, counted where the truth is known. Seeds are fixed.

Shapes of scores, as retrieval metrics have them: `graded` (a quarter 0, a third 1, the rest between), `skewed` (small
overlaps, a long tail), drawn; and hits, 0 or 1, of which every outcome's probability is known, so that nothing need be
drawn. Over hits the coverage is averaged over a range of true rates: for one rate it jumps with the number of queries,
whatever the interval, because a mean of 0s and 1s takes steps (Brown, Cai and DasGupta 2001).
"""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from evals.intervals import mean_intervals
from evals.paired import holm, permutation_p

Floats = NDArray[np.float64]
SAMPLES = 4_000
AT_ONCE = 1_000
RATES = [(0.50, 0.60), (0.70, 0.80), (0.85, 0.95), (0.93, 0.97), (0.97, 0.99), (0.985, 0.995)]


def graded(draw: np.random.Generator, queries: int, samples: int) -> tuple[Floats, float]:
    """(queries, samples) scores, and their true mean."""
    kind = draw.random((queries, samples))
    values = np.where(kind < 1 / 4, 0.0, np.where(kind < 7 / 12, 1.0, draw.random((queries, samples))))
    return values, 1 / 3 + (5 / 12) / 2


def skewed(draw: np.random.Generator, queries: int, samples: int) -> tuple[Floats, float]:
    return draw.beta(0.5, 6, (queries, samples)), 0.5 / 6.5


def hits(draw: np.random.Generator, queries: int, samples: int) -> tuple[Floats, float]:
    return (draw.random((queries, samples)) < 0.9).astype(np.float64), 0.9


Shape = Callable[[np.random.Generator, int, int], tuple[Floats, float]]


def coverage(shape: Shape, queries: int) -> float:
    """The share of samples whose interval held the true mean."""
    draw = np.random.default_rng(queries)
    held = 0
    for _ in range(SAMPLES // AT_ONCE):
        values, truth = shape(draw, queries, AT_ONCE)
        found = mean_intervals({str(column): values[:, column] for column in range(AT_ONCE)})
        held += sum(one.low <= truth <= one.high for one in found.values())
    return held / SAMPLES


def coverage_of_hits(queries: int, rates: tuple[float, float]) -> float:
    """The probability that the interval holds the true rate, averaged over 1,000 rates in that range."""
    counts = np.arange(queries + 1)
    found = mean_intervals({str(count): (np.arange(queries) < count).astype(np.float64) for count in counts})
    low, high = np.array([[one.low, one.high] for one in found.values()]).T[:, :, None]
    true = np.linspace(*rates, 1_000)
    chances = stats.binom.pmf(counts[:, None], queries, true)
    return float((chances * ((low <= true) & (true <= high))).sum(axis=0).mean())


@pytest.mark.slow
@pytest.mark.parametrize("shape", [graded, skewed], ids=lambda shape: shape.__name__)
@pytest.mark.parametrize("queries", [200, 500])
def test_intervals_hold_the_truth_in_95_of_100_samples(shape: Shape, queries: int) -> None:
    """4,000 samples each; one standard error is 0.34 %."""
    assert coverage(shape, queries) == pytest.approx(0.95, abs=0.01)


@pytest.mark.slow
@pytest.mark.parametrize("queries", [200, 500])
def test_intervals_of_hit_rates_hold_the_truth_in_95_of_100_samples(queries: int) -> None:
    """Up to rates at which only one or two queries of 200 miss; counted exactly, to 1.05 %."""
    found = {rates: coverage_of_hits(queries, rates) for rates in RATES}

    assert found == dict.fromkeys(RATES, pytest.approx(0.95, abs=0.0105))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("queries", "lowest"), [(20, 0.91), (50, 0.93), (100, 0.935)], ids=["20 queries", "50 queries", "100 queries"]
)
def test_on_few_queries_intervals_hold_the_truth_less_often(queries: int, lowest: float) -> None:
    """The words in docs/evaluation.md: below 200 queries an interval may be too narrow, and by so much at most."""
    drawn = {shape.__name__: coverage(shape, queries) for shape in (graded, skewed)}
    counted = {str(rates): coverage_of_hits(queries, rates) for rates in RATES}
    found = drawn | counted

    assert lowest <= min(found.values()), found
    assert max(found.values()) <= 0.98, found


def null_scores(shape: Shape, draw: np.random.Generator, queries: int, samples: int) -> tuple[Floats, Floats]:
    """Two systems as good as each other: half of the queries score the same in both, the rest fall as they may."""
    same = draw.random((queries, samples)) < 0.5
    first, second = shape(draw, queries, samples)[0], shape(draw, queries, samples)[0]
    return first, np.where(same, first, second)


def false_alarms(shape: Shape, *, queries: int, pairs: int) -> float:
    """The share of pairs of equally good systems whose difference is called real at 5 %."""
    first, second = null_scores(shape, np.random.default_rng(queries), queries, pairs)
    return float(np.mean([permutation_p(second[:, pair] - first[:, pair]) <= 0.05 for pair in range(pairs)]))


@pytest.mark.slow
@pytest.mark.parametrize("shape", [graded, skewed], ids=lambda shape: shape.__name__)
def test_equal_systems_are_told_apart_in_5_of_100_comparisons(shape: Shape) -> None:
    """8,000 null pairs over 60 queries; three standard errors are 0.7 %."""
    assert false_alarms(shape, queries=60, pairs=8_000) == pytest.approx(0.05, abs=0.007)


@pytest.mark.slow
def test_hits_and_misses_are_told_apart_by_chance_no_oftener() -> None:
    """Few queries differ, so that p takes large steps: the exact test is then stricter than it says, never laxer."""
    assert 0.005 <= false_alarms(hits, queries=200, pairs=2_000) <= 0.057


@pytest.mark.slow
def test_ten_metrics_together_raise_a_false_alarm_in_5_of_100_comparisons() -> None:
    """Holm's correction: any of ten metrics of equal systems called different, over 1,500 comparisons."""
    draw = np.random.default_rng(10)
    alarms = 0
    for _ in range(1_500):
        first, second = null_scores(graded, draw, 40, 10)
        tested = {str(metric): permutation_p(second[:, metric] - first[:, metric]) for metric in range(10)}
        alarms += min(holm(tested).values()) <= 0.05

    assert alarms / 1_500 == pytest.approx(0.05, abs=0.017)

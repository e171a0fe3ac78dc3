"""How sure a mean over queries is: bootstrap intervals (Efron 1987, BCa), the same ones on every run."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

LEVEL = 0.95
SEED = 20_261
RESAMPLES = 10_000
_FEW = 20  # hits, or misses: from fewer, resampling can tell little
_STILL = 1e-18  # spread below which nothing but rounding varies
_AT_ONCE = 2_000_000  # counts drawn at a time, 16 MB of them


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and the bounds between which the mean over all queries like these lies, 95 times of 100."""

    mean: float
    low: float
    high: float


def mean_intervals(values: Mapping[str, NDArray[np.float64]], *, seed: int = SEED) -> dict[str, Interval]:
    """An interval for the mean of each metric; every array (n,) over the same n queries, scores within 0 to 1.

    Queries are resampled with replacement, the same draws for all metrics; bounds are corrected for bias and skew
    (BCa). Where all queries score 1 (or all 0) resampling can't tell anything: the bound is then the exact one, the
    mean at which n such scores still come up in 2.5 of 100 samples. Hits and misses of which one kind came up fewer
    than 20 times have the score interval (Wilson 1927). No queries: 0 and the bounds 0 to 1.

    How often the bounds hold the true mean is counted in tests/evals/test_simulations.py, and told in
    docs/evaluation.md: 95 % ± 1 from 200 queries on, 92 to 97 % on 20.
    """
    if not values:
        return {}
    table = np.column_stack(list(values.values()))
    if not len(table):
        return dict.fromkeys(values, Interval(0.0, 0.0, 1.0))
    low, high = bca(table, seed=seed)
    return {name: _bounded(table[:, column], low[column], high[column]) for column, name in enumerate(values)}


def bca(table: NDArray[np.float64], *, seed: int = SEED) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lower and upper bounds (m,) for the column means of `table` (n, m), n at least 1."""
    means = table.mean(axis=0)
    resampled = _resampled_means(table, seed)
    tolerance = 1e-12
    below = (resampled < means - tolerance).mean(axis=0)
    ties = (np.abs(resampled - means) <= tolerance).mean(axis=0)
    bias = special.ndtri(np.clip(below + ties / 2, 1 / RESAMPLES, 1 - 1 / RESAMPLES))
    tail = (1 - LEVEL) / 2
    bounds = []
    for share in (tail, 1 - tail):
        shift = bias + special.ndtri(share)
        levels = special.ndtr(bias + shift / (1 - _acceleration(table) * shift))
        bounds.append(np.array([np.quantile(resampled[:, column], level) for column, level in enumerate(levels)]))
    return bounds[0], bounds[1]


def _resampled_means(table: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """(RESAMPLES, m): how often each query is drawn, as counts, times the table."""
    generator = np.random.default_rng(seed)
    queries = len(table)
    batch = max(1, _AT_ONCE // queries)
    means = []
    for start in range(0, RESAMPLES, batch):
        rows = min(batch, RESAMPLES - start)
        drawn = generator.integers(0, queries, size=(rows, queries)) + np.arange(rows)[:, None] * queries
        counts = np.bincount(drawn.ravel(), minlength=rows * queries).reshape(rows, queries)
        means.append(counts @ table / queries)
    return np.concatenate(means)


def _acceleration(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """(m,): a sixth of the skewness of the mean's jackknife, which is that of the values; 0 where nothing varies."""
    deviations = table - table.mean(axis=0)
    spread = (deviations**2).sum(axis=0) ** 1.5
    skewness: NDArray[np.float64] = np.zeros(len(spread))
    np.divide((deviations**3).sum(axis=0), 6 * spread, out=skewness, where=spread > _STILL)
    return skewness


def _bounded(scores: NDArray[np.float64], low: float, high: float) -> Interval:
    exact = float(((1 - LEVEL) / 2) ** (1 / len(scores)))
    if np.all(scores == 1.0):
        return Interval(1.0, exact, 1.0)
    if np.all(scores == 0.0):
        return Interval(0.0, 0.0, 1 - exact)
    if np.all((scores == 0.0) | (scores == 1.0)) and min(scores.sum(), len(scores) - scores.sum()) < _FEW:
        return _wilson(float(scores.mean()), len(scores))
    return Interval(float(scores.mean()), float(low), float(high))


def _wilson(share: float, queries: int) -> Interval:
    """The score interval: (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n)."""
    z = float(special.ndtri((1 + LEVEL) / 2))
    centre = share + z**2 / (2 * queries)
    reach = z * float(np.sqrt(share * (1 - share) / queries + z**2 / (4 * queries**2)))
    return Interval(share, (centre - reach) / (1 + z**2 / queries), (centre + reach) / (1 + z**2 / queries))

"""Two runs over the same queries: is the difference more than chance?

The test is Fisher's randomisation test on the differences per query (signs flipped at random), the one to use for mean
metrics in retrieval (Smucker, Allan and Carterette, CIKM 2007). Over many metrics p-values are Holm's (1979).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from evals.intervals import LEVEL, SEED, Interval, bca
from evals.models import QueryScores
from retrieval.errors import UsageError

ALPHA = 1 - LEVEL
POWER = 0.8
RESAMPLES = 9_999
_SAME = 1e-12
_BATCH = 1_000
_FEW = 60  # more pairs than that have more sign patterns than anyone draws
_LESS_IS_BETTER = ("refused_answerable",)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One metric of a second run against a first, on `queries` queries.

    `difference` is second minus first. `p` is two-sided, `p_holm` the same with all compared metrics accounted for.
    `wins` are the queries on which the second is better, which is less where less is better (`direction`).
    `effect` is the mean difference over the standard deviation of the differences (Cohen's d for pairs), 0 where
    nothing differs. `detectable` is the smallest difference that a test at 5 % would find on this set 4 times of 5.
    """

    metric: str
    queries: int
    first: float
    second: float
    difference: Interval
    p: float
    p_holm: float
    effect: float
    wins: int
    losses: int
    ties: int
    detectable: float

    def sentence(self) -> str:
        """The finding in plain words."""
        counted = f"{self.wins} queries better, {self.losses} worse, {self.ties} the same"
        if self.wins == self.losses == 0:
            return f"{self.metric}: no query differs."
        moved = f"{self.metric} went from {self.first:.3f} to {self.second:.3f} ({self.difference.mean:+.3f}"
        bounds = f"95 % interval {self.difference.low:+.3f} to {self.difference.high:+.3f}; {counted})"
        if self.p_holm <= ALPHA:
            verdict = "better" if direction(self.metric) * self.difference.mean > 0 else "worse"
            return f"{moved}, {bounds}: the second run is {verdict}, p = {_shown(self.p_holm)}."
        return (
            f"{moved}, {bounds}: that may be chance, p = {_shown(self.p_holm)}; "
            f"on these {self.queries} queries a true difference under about {self.detectable:.3f} is easily missed."
        )


def direction(metric: str) -> int:
    """1 where more is better, -1 where less is."""
    return -1 if metric in _LESS_IS_BETTER else 1


def compare(
    first: QueryScores, second: QueryScores, *, metrics: Sequence[str] | None = None, seed: int = SEED
) -> tuple[Comparison, ...]:
    """Each metric that both runs have (or those named), p-values corrected for all of them.

    Raises: `UsageError` where the runs are not over the same queries, or a named metric is missing.
    """
    if set(first.queries) != set(second.queries):
        raise UsageError(_mismatch(first, second), remedy="compare runs over one and the same set")
    chosen = tuple(name for name in first.values if name in second.values) if metrics is None else tuple(metrics)
    for name in chosen:
        if name not in first.values or name not in second.values:
            raise UsageError(f"{name} was not measured in both runs", remedy=f"choose from {', '.join(first.values)}")
    position = {query: row for row, query in enumerate(second.queries)}
    order = [position[query] for query in first.queries]
    pairs = {name: (first.values[name], second.values[name][order]) for name in chosen}
    tested = {name: permutation_p(after - before, seed=seed) for name, (before, after) in pairs.items()}
    corrected = holm(tested)
    return tuple(_comparison(name, *pairs[name], p=tested[name], p_holm=corrected[name], seed=seed) for name in chosen)


def permutation_p(
    differences: NDArray[np.float64], *, alternative: Literal["two-sided", "less"] = "two-sided", seed: int = SEED
) -> float:
    """p-value of the mean of `differences` (n,) under random signs; exact where 2^n is few.

    `less` asks only whether the mean is below 0 by more than chance.

    1 where nothing differs.
    """
    telling = differences[np.abs(differences) > _SAME]
    if not len(telling):
        return 1.0
    if len(telling) == 1:  # two arrangements, which scipy refuses to count
        return 0.5 if alternative == "less" and telling[0] < 0 else 1.0
    if 2 ** min(len(telling), _FEW) <= RESAMPLES:
        exact = stats.permutation_test(
            (telling,), np.mean, permutation_type="samples", vectorized=True, alternative=alternative
        )
        return float(exact.pvalue)
    drawn = stats.monte_carlo_test(
        telling,
        _flips(telling, seed),
        np.mean,
        vectorized=True,
        n_resamples=RESAMPLES,
        batch=_BATCH,
        alternative=alternative,
    )
    return float(drawn.pvalue)


def _flips(differences: NDArray[np.float64], seed: int) -> Callable[..., NDArray[np.float64]]:
    """Draws samples of the differences with random signs: five times as fast as scipy's own shuffling of pairs."""
    generator = np.random.default_rng(seed)

    def draw(size: tuple[int, int]) -> NDArray[np.float64]:
        samples, length = size
        bits = np.frombuffer(generator.bytes(samples * -(-length // 8)), np.uint8).reshape(samples, -1)
        signs = np.unpackbits(bits, axis=1, count=length).astype(np.float64)
        return (2 * signs - 1) * differences

    return draw


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """Holm's step-down correction: the i-th smallest of m, times m - i + 1, never below the one before, at most 1."""
    corrected: dict[str, float] = {}
    largest = 0.0
    for position, name in enumerate(sorted(p_values, key=lambda name: p_values[name])):
        largest = max(largest, min(1.0, (len(p_values) - position) * p_values[name]))
        corrected[name] = largest
    return {name: corrected[name] for name in p_values}


def detectable(differences: NDArray[np.float64], *, tail: float = ALPHA / 2) -> float:
    """(z_(1 - tail) + z_0.8) s / √n: the difference found with 80 % power, given the spread seen; 0 for n < 2.

    `tail` is the chance of a false alarm on the side of the difference.
    """
    if len(differences) < 2:  # no spread can be seen in one
        return 0.0
    reach = float(special.ndtri(1 - tail) + special.ndtri(POWER))
    return reach * float(differences.std(ddof=1)) / float(np.sqrt(len(differences)))


def _comparison(
    metric: str,
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    *,
    p: float,
    p_holm: float,
    seed: int,
) -> Comparison:
    differences = after - before
    low, high = bca(differences[:, None], seed=seed)
    gains = direction(metric) * differences
    spread = float(differences.std(ddof=1)) if len(differences) > 1 else 0.0
    return Comparison(
        metric=metric,
        queries=len(differences),
        first=float(before.mean()),
        second=float(after.mean()),
        difference=Interval(float(differences.mean()), float(low[0]), float(high[0])),
        p=p,
        p_holm=p_holm,
        effect=float(differences.mean()) / spread if spread > _SAME else 0.0,
        wins=int((gains > _SAME).sum()),
        losses=int((gains < -_SAME).sum()),
        ties=int((np.abs(differences) <= _SAME).sum()),
        detectable=detectable(differences),
    )


def _mismatch(first: QueryScores, second: QueryScores) -> str:
    missing = set(first.queries) - set(second.queries)
    extra = set(second.queries) - set(first.queries)
    return f"the runs differ in their queries: {len(missing)} only in the first, {len(extra)} only in the second"


def _shown(p: float) -> str:
    return "under 0.001" if p < 0.001 else f"{p:.3f}"  # three digits are all that 9,999 resamples tell

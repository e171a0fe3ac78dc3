"""How well a score tells two classes apart: the area under the ROC curve, and what lies on either side of a bound."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evals.intervals import LEVEL, SEED, Interval

Values = NDArray[np.float64]
Flags = NDArray[np.bool_]
RESAMPLES = 2_000


def auroc(scores: Values, labels: Flags) -> float:
    """The chance that a row with the label scores above one without; ties count half (Mann and Whitney, 1947).

    `scores` and `labels` (n,), both classes present.
    """
    below = np.sort(scores[~labels])
    above = scores[labels]
    beaten = np.searchsorted(below, above, side="left") + np.searchsorted(below, above, side="right")
    return float(beaten.sum() / (2 * len(above) * len(below)))


def auroc_intervals(columns: Sequence[Values], labels: Flags, groups: Sequence[str]) -> list[list[Interval]]:
    """`[i][i]`: the area of column i; `[i][j]`: how much that of column i is above that of column j.

    All with percentile bootstrap intervals over the same resamples, drawn within each class of each group, so that
    differences are paired. Rows of several groups are pooled as they are.
    """
    generator = np.random.default_rng(SEED)
    strata = _strata(labels, groups)
    points = np.array([auroc(column, labels) for column in columns])
    draws = np.empty((RESAMPLES, len(columns)))
    for number in range(RESAMPLES):
        drawn = np.concatenate([generator.choice(stratum, len(stratum)) for stratum in strata])
        draws[number] = [auroc(column[drawn], labels[drawn]) for column in columns]
    size = range(len(columns))
    return [[_interval(points, draws, one, other) for other in size] for one in size]


@dataclass(frozen=True, slots=True)
class Point:
    """Of the `coverage` of all rows that score highest, `threshold` and above, the share `risk` lacks the label."""

    coverage: float
    risk: float
    threshold: float


def risk_coverage(scores: Values, labels: Flags, coverages: Sequence[float]) -> tuple[Point, ...]:
    """The curve at some coverages, each rounded to whole rows, at least one; ties in the order given."""
    order = np.argsort(-scores, kind="stable")
    wrong, sorted_scores = (~labels)[order], scores[order]
    counts = [max(1, round(coverage * len(order))) for coverage in coverages]
    return tuple(
        Point(coverage, float(wrong[:count].mean()), float(sorted_scores[count - 1]))
        for coverage, count in zip(coverages, counts, strict=True)
    )


def _strata(labels: Flags, groups: Sequence[str]) -> list[NDArray[np.int64]]:
    keys = np.array([f"{group}/{label}" for group, label in zip(groups, labels, strict=True)])
    return [np.flatnonzero(keys == key) for key in dict.fromkeys(keys.tolist())]


def _interval(points: Values, draws: Values, one: int, other: int) -> Interval:
    mean = points[one] if one == other else points[one] - points[other]
    varied = draws[:, one] if one == other else draws[:, one] - draws[:, other]
    tail = (1 - LEVEL) / 2
    return Interval(float(mean), float(np.quantile(varied, tail)), float(np.quantile(varied, 1 - tail)))

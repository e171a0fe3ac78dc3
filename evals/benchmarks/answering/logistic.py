"""Logistic regression, and how well a score ranks one class above another (area under the ROC curve)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special, stats

from evals.intervals import LEVEL, SEED, Interval

Values = NDArray[np.float64]
Flags = NDArray[np.bool_]
RESAMPLES = 2_000


def fitted(features: Values, labels: Flags, *, weights: Values, penalty: float, at_least_zero: Flags) -> Values:
    """Weights (m,) and bias, last: the minimum of the weighted mean log loss plus `penalty` times the squared weights.

    `features` (n, m); those flagged in `at_least_zero` (m,) get a weight of 0 or more, so that a signal never counts
    against what it stands for.
    """
    signs = np.where(labels, 1.0, -1.0)
    share = weights / weights.sum()
    columns = np.column_stack([features, np.ones(len(features))])

    def loss(theta: Values) -> tuple[float, Values]:
        margin = signs * (columns @ theta)
        value = float(share @ -special.log_expit(margin)) + penalty * float(theta[:-1] @ theta[:-1])
        slope = -(share * signs * special.expit(-margin)) @ columns
        slope[:-1] += 2 * penalty * theta[:-1]
        return value, slope

    bounds = [(0.0, None) if flag else (None, None) for flag in at_least_zero] + [(None, None)]
    found = optimize.minimize(loss, np.zeros(columns.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds)
    theta: Values = found.x
    return theta


def chances(features: Values, theta: Values) -> Values:
    given: Values = special.expit(features @ theta[:-1] + theta[-1])
    return given


def balanced(groups: Sequence[str], labels: Flags) -> Values:
    """A weight for each row, so that every class of every group weighs the same."""
    keys = [f"{group}/{label}" for group, label in zip(groups, labels, strict=True)]
    counts = {key: keys.count(key) for key in keys}
    return np.array([1.0 / counts[key] for key in keys])


def auroc(scores: Values, labels: Flags) -> float:
    """The chance that a row with the label scores above one without; ties count half (Mann and Whitney, 1947)."""
    ranks = stats.rankdata(scores)
    positive = int(labels.sum())
    negative = len(labels) - positive
    return float((ranks[labels].sum() - positive * (positive + 1) / 2) / (positive * negative))


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
        rows = np.concatenate([generator.choice(stratum, len(stratum)) for stratum in strata])
        draws[number] = [auroc(column[rows], labels[rows]) for column in columns]
    return [
        [
            _interval(points[i], draws[:, i]) if i == j else _interval(points[i] - points[j], draws[:, i] - draws[:, j])
            for j in range(len(columns))
        ]
        for i in range(len(columns))
    ]


def _strata(labels: Flags, groups: Sequence[str]) -> list[NDArray[np.int64]]:
    keys = np.array([f"{group}/{label}" for group, label in zip(groups, labels, strict=True)])
    return [np.flatnonzero(keys == key) for key in dict.fromkeys(keys.tolist())]


def _interval(point: float, draws: Values) -> Interval:
    tail = (1 - LEVEL) / 2
    return Interval(float(point), float(np.quantile(draws, tail)), float(np.quantile(draws, 1 - tail)))

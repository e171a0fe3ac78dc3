"""Logistic regression with weights that may be held at 0 and above."""

from collections.abc import Sequence

import numpy as np
from scipy import optimize, special

from evals.benchmarks.answering.roc import Flags, Values


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

"""Confidence against the truth: does it part what can be answered from what can't, right answers from wrong ones?"""

import numpy as np
from numpy.typing import NDArray

from evals.intervals import LEVEL, SEED, Interval
from evals.results import RiskCoverage

Floats = NDArray[np.float64]

_RESAMPLES = 2_000
_TAIL = (1 - LEVEL) / 2


def auroc(answerable: Floats, unanswerable: Floats, *, seed: int = SEED) -> Interval:
    """The chance that an answerable question gets more confidence than an unanswerable one, ties counting half.

    Both (n,), at least one each. The interval is a percentile bootstrap that draws from either class on its own.
    """
    greater = np.sign(answerable[:, None] - unanswerable[None, :]) / 2 + 0.5
    generator = np.random.default_rng(seed)
    rows = generator.multinomial(len(answerable), _equal(len(answerable)), size=_RESAMPLES) / len(answerable)
    columns = generator.multinomial(len(unanswerable), _equal(len(unanswerable)), size=_RESAMPLES) / len(unanswerable)
    drawn = np.einsum("ri,ij,rj->r", rows, greater, columns, optimize=True)
    low, high = np.quantile(drawn, [_TAIL, 1 - _TAIL])
    return Interval(float(greater.mean()), float(low), float(high))


def risk_coverage(confidence: Floats, wrong: Floats, *, asked: int, seed: int = SEED) -> RiskCoverage:
    """The curve over the answers given: `confidence` and `wrong` (0-1) of each, (n,) with n at least 1, of `asked`
    questions (El-Yaniv and Wiener 2010, JMLR 11; area as in Geifman et al. 2019, arXiv:1805.08206).

    Answers of equal confidence come in at once: no order among them is lucky.
    """
    generator = np.random.default_rng(seed)
    drawn = [
        _area(confidence[picked], wrong[picked])
        for picked in generator.integers(0, len(wrong), size=(_RESAMPLES, len(wrong)))
    ]
    low, high = np.quantile(drawn, [_TAIL, 1 - _TAIL])
    threshold, counts, risk = _curve(confidence, wrong)
    area = Interval(_area(confidence, wrong), float(low), float(high))
    return RiskCoverage(threshold=threshold, coverage=counts / asked, risk=risk, area=area)


def _area(confidence: Floats, wrong: Floats) -> float:
    """The mean over answers of the risk at the threshold that lets each in."""
    _, counts, risk = _curve(confidence, wrong)
    return float(np.average(risk, weights=np.diff(counts, prepend=0.0)))


def _curve(confidence: Floats, wrong: Floats) -> tuple[Floats, Floats, Floats]:
    """Distinct confidences from high to low, how many answers have at least each, and the share of those wrong."""
    threshold, group = np.unique(-confidence, return_inverse=True)
    counts = np.cumsum(np.bincount(group)).astype(np.float64)
    return -threshold, counts, np.cumsum(np.bincount(group, weights=wrong)) / counts


def _equal(count: int) -> Floats:
    return np.full(count, 1.0 / count)

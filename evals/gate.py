"""A gate: does search do worse on any figure than when its baseline was kept, by more than chance?

For each leg and metric a paired one-sided permutation test over the queries; Holm's correction over all of them, so
that the chance of any false alarm is `ALPHA` at most. A baseline is a file of scores by query.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from evals.baseline import GATED, Baseline, baseline_of, by_query, narrowed, read, write
from evals.benchmark import Prepared, measure, prepared
from evals.circumstances import changed, circumstances, query_digests
from evals.dataset import load
from evals.models import BeirSet, JudgedSet
from evals.paired import detectable, holm, permutation_p
from evals.results import RetrievalReport
from retrieval.errors import UsageError
from retrieval.models import Mode
from retrieval.settings import EngineSettings

ALPHA = 0.01  # one false alarm in a hundred changes that change nothing; damage worth an alarm is far beyond it
_SAME = 1e-12


@dataclass(frozen=True, slots=True)
class Fallen:
    """A query that scores less than it did."""

    query: str
    question: str
    before: float
    now: float


@dataclass(frozen=True, slots=True)
class Check:
    """One metric of one leg. `p_holm` is one-sided and counts all checks; `fallen` holds all queries that fell, the
    deepest first; `detectable` is the smallest loss that would be found four times of five.
    """

    mode: Mode
    metric: str
    queries: int
    before: float
    now: float
    p_holm: float
    detectable: float
    fallen: tuple[Fallen, ...]
    failed: bool

    def sentence(self) -> str:
        """The finding in plain words."""
        moved = f"{self.mode} {self.metric} went from {self.before:.3f} to {self.now:.3f} on {self.queries} queries"
        p = "under 0.001" if self.p_holm < 0.001 else f"{self.p_holm:.3f}"
        if self.failed:
            return f"{moved}: worse by more than chance, p = {p}; {len(self.fallen)} queries fell."
        if self.now >= self.before:
            return f"{moved}: no worse."
        return f"{moved}: that may be chance, p = {p}; a loss of about {self.detectable:.3f} would have been found."


@dataclass(frozen=True, slots=True)
class Verdict:
    """`checks` leg by leg."""

    set_name: str
    alpha: float
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        return not any(check.failed for check in self.checks)

    def as_json(self) -> dict[str, object]:
        return {
            "set": self.set_name,
            "passed": self.passed,
            "alpha": self.alpha,
            "checks": [_check_object(check) for check in self.checks],
        }


@dataclass(frozen=True, slots=True)
class Place:
    """What is gated: a set, over the home's documents or a corpus (see `evals.benchmark.retrieval`)."""

    set_path: Path
    settings: EngineSettings
    collection: str | None = None
    corpus: Path | None = None
    qrels: str | None = None
    cache: Path | None = None


def save(place: Place, file: Path, *, modes: Sequence[Mode], metrics: Sequence[str] = ()) -> Baseline:
    """Measure each leg and write the baseline. Raises as `evals.benchmark.retrieval`, `UsageError` for the metrics."""
    judged = load(place.set_path, qrels=place.qrels)
    baseline = baseline_of(_reports(place, judged, modes, metrics or GATED), judged, metrics=metrics)
    write(file, baseline)
    return baseline


def judge(
    place: Place, file: Path, *, modes: Sequence[Mode] = (), metrics: Sequence[str] = (), alpha: float = ALPHA
) -> Verdict:
    """Measure again, and compare with the baseline in `file`: all of its legs and metrics, or those chosen.

    Raises: as `evals.benchmark.retrieval`, `BadSet` for a file that is no baseline, and as `check`.
    """
    baseline = narrowed(read(file), modes, metrics)
    judged = load(place.set_path, qrels=place.qrels)
    _refuse_changed(baseline, judged)
    return check(_reports(place, judged, list(baseline.legs), baseline.metrics), judged, baseline, alpha=alpha)


def check(
    reports: Sequence[RetrievalReport], judged: JudgedSet, baseline: Baseline, *, alpha: float = ALPHA
) -> Verdict:
    """Compare each leg's report with the baseline, on all its metrics.

    Raises: `UsageError` where the set has changed since, or a leg or metric is in one of the two only.
    """
    _refuse_changed(baseline, judged)
    _refuse_other_legs([report.mode for report in reports], list(baseline.legs))
    pairs = {
        (report.mode, metric): (before, _now(report, metric, before))
        for report in reports
        for metric, before in baseline.legs[report.mode].items()
    }
    corrected = holm({" ".join(key): _one_sided(*pair) for key, pair in pairs.items()})
    questions = _questions(judged)
    checks = tuple(
        _check(key, *pair, p_holm=corrected[" ".join(key)], alpha=alpha, tail=alpha / len(pairs), questions=questions)
        for key, pair in pairs.items()
    )
    return Verdict(judged.name, alpha, checks)


def measured(ready: Prepared, *, modes: Sequence[Mode], metrics: Sequence[str] = ()) -> tuple[RetrievalReport, ...]:
    """One report a leg, at the cut-offs that the metrics want."""
    cuts = {int(cut) for name in metrics or GATED if (cut := name.partition("@")[2]).isdigit()}
    return tuple(measure(ready, mode=mode, ks=sorted(cuts), whole_run=False) for mode in modes)


def _reports(
    place: Place, judged: JudgedSet, modes: Sequence[Mode], metrics: Sequence[str]
) -> tuple[RetrievalReport, ...]:
    with prepared(
        judged,
        engine_settings=place.settings,
        collection=place.collection,
        corpus=place.corpus,
        cache=place.cache,
        queries=True,
    ) as ready:
        reports = measured(ready, modes=modes, metrics=metrics)
    made = circumstances(judged, place.settings)
    return tuple(replace(report, circumstances=made) for report in reports)


def _refuse_changed(baseline: Baseline, judged: JudgedSet) -> None:
    if said := changed(baseline.digests, query_digests(judged)):
        raise UsageError(
            f"the set is not the one of the baseline: {said}", remedy="write the baseline anew with --save"
        )


def _refuse_other_legs(measured: Sequence[Mode], held: Sequence[Mode]) -> None:
    """A leg that nobody measured must not pass, nor one that the baseline says nothing of."""
    if not held or set(measured) != set(held):
        raise UsageError(
            f"measured were {', '.join(measured) or 'no legs'}, the baseline holds {', '.join(held) or 'none'}",
            remedy="measure the legs of the baseline (narrowed chooses among them), or write it anew with --save",
        )


def _now(report: RetrievalReport, metric: str, before: Mapping[str, float]) -> dict[str, float]:
    now = by_query(report).get(metric, {})
    if set(now) != set(before):
        raise UsageError(
            f"{metric} is judged on {len(now)} queries, on {len(before)} in the baseline",
            remedy="write the baseline anew with --save",
        )
    return now


def _one_sided(before: Mapping[str, float], now: Mapping[str, float]) -> float:
    return permutation_p(np.array([now[query] - score for query, score in before.items()]), alternative="less")


def _check(
    key: tuple[Mode, str],
    before: Mapping[str, float],
    now: Mapping[str, float],
    *,
    p_holm: float,
    alpha: float,
    tail: float,
    questions: Mapping[str, str],
) -> Check:
    mode, metric = key
    differences = np.array([now[query] - score for query, score in before.items()])
    fallen = [
        Fallen(query, questions[query], score, now[query])
        for query, score in before.items()
        if now[query] < score - _SAME
    ]
    return Check(
        mode=mode,
        metric=metric,
        queries=len(before),
        before=float(np.mean(list(before.values()))),
        now=float(np.mean(list(now.values()))),
        p_holm=p_holm,
        detectable=detectable(differences, tail=tail),
        fallen=tuple(sorted(fallen, key=lambda one: one.now - one.before)),
        failed=p_holm <= alpha,
    )


def _questions(judged: JudgedSet) -> dict[str, str]:
    if isinstance(judged, BeirSet):
        return dict(judged.queries)
    return {question.id: question.question for question in judged.questions}


def _check_object(check: Check) -> dict[str, Any]:
    return {
        "mode": check.mode,
        "metric": check.metric,
        "queries": check.queries,
        "before": check.before,
        "now": check.now,
        "p_holm": check.p_holm,
        "detectable": check.detectable,
        "failed": check.failed,
        "sentence": check.sentence(),
        "fallen": [
            {"id": one.query, "question": one.question, "before": one.before, "now": one.now} for one in check.fallen
        ],
    }

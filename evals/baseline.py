"""What a gate holds search to: the scores of each leg by query, in a file."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evals.circumstances import query_digests
from evals.errors import BadSet, Problem
from evals.jsonl import text_of
from evals.kept import write_json
from evals.models import JudgedSet, QueryScores
from evals.results import RetrievalReport
from retrieval.errors import UsageError
from retrieval.models import Mode

GATED = ("ndcg@10", "page_ndcg@10", "quote_ndcg@10", "token_recall@5")
"""What is gated where nothing is chosen: one figure a level."""

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Baseline:
    """Scores by leg and metric, each over the queries that it judges; `digests` tell whether the set has changed."""

    set_name: str
    digests: Mapping[str, str]
    made_with: Mapping[str, str]
    legs: Mapping[Mode, Mapping[str, Mapping[str, float]]]

    @property
    def metrics(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for leg in self.legs.values() for name in leg))


def baseline_of(reports: Sequence[RetrievalReport], judged: JudgedSet, *, metrics: Sequence[str] = ()) -> Baseline:
    """What is to be kept of reports, one a leg. Raises `UsageError` for a metric that was not measured."""
    legs = {report.mode: _chosen(report, metrics) for report in reports}
    made_with = reports[0].circumstances.made_with
    return Baseline(judged.name, query_digests(judged), made_with, legs)


def narrowed(baseline: Baseline, modes: Sequence[Mode], metrics: Sequence[str]) -> Baseline:
    """Only these legs and metrics, all where none is named. Raises `UsageError` for one that it does not hold."""
    for kind, chosen, there in (("search", modes, tuple(baseline.legs)), ("metric", metrics, baseline.metrics)):
        for name in chosen:
            if name not in there:
                raise UsageError(
                    f"the baseline holds no {kind} {name}", remedy=f"choose from {', '.join(there)}, or --save it anew"
                )
    legs = {
        mode: {name: scores for name, scores in leg.items() if not metrics or name in metrics}
        for mode, leg in baseline.legs.items()
        if not modes or mode in modes
    }
    return replace(baseline, legs=legs)


def write(path: Path, baseline: Baseline) -> None:
    """Raises `UsageError` where no file can be written."""
    content = {
        "format": FORMAT,
        "set": baseline.set_name,
        "made_with": dict(baseline.made_with),
        "digests": dict(baseline.digests),
        "legs": {mode: {name: dict(row) for name, row in leg.items()} for mode, leg in baseline.legs.items()},
    }
    write_json(path, content)


def read(path: Path) -> Baseline:
    """Raises `BadSet` for a file that `write` did not write."""
    try:
        found = json.loads(text_of(path))
        if found["format"] != FORMAT:
            raise ValueError(f"its format is {found['format']!r}, not {FORMAT}")
        return Baseline(found["set"], found["digests"], found["made_with"], found["legs"])
    except (ValueError, KeyError, TypeError) as exc:
        raise BadSet([Problem(str(path), 0, "", f"holds no baseline ({exc}); `--save` writes one")]) from exc


def _chosen(report: RetrievalReport, metrics: Sequence[str]) -> dict[str, dict[str, float]]:
    measured_here = by_query(report)
    chosen = metrics or [name for name in GATED if name in measured_here]
    for name in chosen:
        if name not in measured_here:
            raise UsageError(f"{name} was not measured", remedy=f"choose from {', '.join(measured_here)}")
    return {name: measured_here[name] for name in chosen}


def by_query(report: RetrievalReport) -> dict[str, dict[str, float]]:
    levels: Sequence[QueryScores] = list(report.by_metric().values())
    return {
        name: dict(zip(scores.queries, row.tolist(), strict=True))
        for scores in levels
        for name, row in scores.values.items()
    }

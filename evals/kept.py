"""Reports as files: what was measured stays readable, comparable and worth reporting after the engine has changed."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from evals.errors import BadSet, Problem
from evals.intervals import Interval
from evals.jsonl import text_of
from evals.models import QueryScores
from evals.results import (
    AnswerRecord,
    AnswersReport,
    Circumstances,
    QueryRecord,
    RetrievalReport,
    RiskCoverage,
    Shown,
)
from retrieval.errors import UsageError

FORMAT = 1
_BEGINNING = b'{"kind":'  # as `packed` puts it
Report = RetrievalReport | AnswersReport


def write(path: Path, report: Report) -> None:
    """The whole report as JSON. Raises `UsageError` where no file can be written."""
    write_json(path, packed(report))


def read(path: Path) -> Report:
    """A report that `write` wrote, equal to what was written. Raises `BadSet` for any other file."""
    try:
        return unpacked(json.loads(text_of(path)))
    except (ValueError, KeyError, TypeError) as exc:
        raise BadSet([Problem(str(path), 0, "", f"holds no kept result ({exc})")]) from exc


def is_kept(path: Path) -> bool:
    """Whether a file looks like one that `write` wrote: question sets are JSON as well."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_BEGINNING)) == _BEGINNING


def write_json(path: Path, content: object) -> None:
    """Whole or not at all. Raises `UsageError`."""
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(content, indent=None, separators=(",", ":")), encoding="utf-8")
        part.replace(path)
    except OSError as exc:
        raise UsageError(f"{path} can't be written: {exc.strerror}", remedy="name a file in a folder you own") from exc


def packed(report: Report) -> dict[str, Any]:
    """A report as JSON values."""
    found: dict[str, Any] = {
        "format": FORMAT,
        "set": report.set_name,
        "metrics": {name: asdict(interval) for name, interval in report.metrics.items()},
        "scores": {level: _packed_scores(scores) for level, scores in report.scores.items()},
        "notes": list(report.notes),
        "records": [asdict(record) for record in report.records],
        "circumstances": asdict(report.circumstances),
    }
    if isinstance(report, RetrievalReport):
        return {"kind": "retrieval", "mode": report.mode, "run": report.run, "seconds": report.seconds.tolist()} | found
    auroc = None if report.auroc is None else asdict(report.auroc)
    return {"kind": "answers", "auroc": auroc, "risk": _packed_risk(report.risk)} | found


def unpacked(found: Any) -> Report:
    """Raises `ValueError`, `KeyError` or `TypeError` for what `packed` never makes."""
    if not isinstance(found, dict):
        raise TypeError("no object")
    if found.get("format") != FORMAT:
        raise ValueError(f"its format is {found.get('format')!r}, not {FORMAT}")
    metrics = {name: Interval(**interval) for name, interval in found["metrics"].items()}
    scores = {level: _unpacked_scores(one) for level, one in found["scores"].items()}
    circumstances, notes = Circumstances(**found["circumstances"]), tuple(found["notes"])
    if found["kind"] == "retrieval":
        return RetrievalReport(
            set_name=found["set"],
            mode=found["mode"],
            metrics=metrics,
            scores=scores,
            run=found["run"],
            seconds=np.array(found["seconds"], dtype=np.float64),
            notes=notes,
            records=tuple(_query_record(record) for record in found["records"]),
            circumstances=circumstances,
        )
    return AnswersReport(
        set_name=found["set"],
        metrics=metrics,
        scores=scores,
        auroc=None if found["auroc"] is None else Interval(**found["auroc"]),
        risk=None if found["risk"] is None else _unpacked_risk(found["risk"]),
        records=tuple(_answer_record(record) for record in found["records"]),
        notes=notes,
        circumstances=circumstances,
    )


def _packed_scores(scores: QueryScores) -> dict[str, Any]:
    return {"queries": list(scores.queries), "values": {name: row.tolist() for name, row in scores.values.items()}}


def _unpacked_scores(found: Mapping[str, Any]) -> QueryScores:
    values = {name: np.array(row, dtype=np.float64) for name, row in found["values"].items()}
    return QueryScores(tuple(found["queries"]), values)


def _packed_risk(risk: RiskCoverage | None) -> dict[str, Any] | None:
    if risk is None:
        return None
    curve = {name: getattr(risk, name).tolist() for name in ("threshold", "coverage", "risk")}
    return {**curve, "area": asdict(risk.area)}


def _unpacked_risk(found: Mapping[str, Any]) -> RiskCoverage:
    curve = {name: np.array(found[name], dtype=np.float64) for name in ("threshold", "coverage", "risk")}
    return RiskCoverage(**curve, area=Interval(**found["area"]))


def _query_record(found: Mapping[str, Any]) -> QueryRecord:
    return QueryRecord(**{**found, "expected": _shown(found["expected"]), "given": _shown(found["given"])})


def _answer_record(found: Mapping[str, Any]) -> AnswerRecord:
    places = {"expected": _shown(found["expected"]), "citations": _shown(found["citations"])}
    return AnswerRecord(**{**found, **places, "notes": tuple(found["notes"])})


def _shown(found: list[Mapping[str, Any]]) -> tuple[Shown, ...]:
    return tuple(Shown(**one) for one in found)

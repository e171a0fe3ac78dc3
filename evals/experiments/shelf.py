"""The folder of an experiment: a report a cell, named by all that it depends on, and `experiment.json` over them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from evals import kept
from evals.compare import compare_levels, headlines
from evals.errors import BadSet, Problem
from evals.experiments.cells import Measured
from evals.experiments.result import CellResult, ExperimentResult, corrected
from evals.intervals import Interval
from evals.jsonl import text_of
from evals.kept import Report
from evals.paired import Comparison
from retrieval.errors import UsageError

SUMMARY = "experiment.json"
_COMPARISONS = "comparisons.json"


class Shelf:
    """Reports by key, and comparisons by two keys and a metric; what is there is not computed again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, key: str) -> Report | None:
        """Null where none is kept, or what is kept can't be read any more."""
        file = self.folder / f"{key}.json"
        if not file.is_file():
            return None
        try:
            return kept.read(file)
        except BadSet:
            return None

    def put(self, key: str, report: Report) -> None:
        kept.write(self.folder / f"{key}.json", report)

    def comparisons(self, first: CellResult, second: CellResult, metrics: Sequence[str]) -> tuple[Comparison, ...]:
        """The second cell against the first, p-values not corrected yet."""
        known = self._known()
        names = {name: f"{first.key} {second.key} {name}" for name in metrics}
        if not all(name in known for name in names.values()):
            made = compare_levels(first.report.by_metric(), second.report.by_metric(), metrics=metrics)
            known |= dict.fromkeys(names.values()) | {names[one.metric]: asdict(one) for one in made.comparisons}
            kept.write_json(self.folder / _COMPARISONS, known)
        return tuple(_comparison(found) for name in names.values() if (found := known[name]) is not None)

    def _known(self) -> dict[str, Any]:
        try:
            found = json.loads((self.folder / _COMPARISONS).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}


def settle(
    shelf: Shelf, cells: Sequence[CellResult], *, name: str, set_name: str, measure: Measured, metrics: Sequence[str]
) -> ExperimentResult:
    """Compare the cells and write `experiment.json`. Raises `UsageError` for a metric that was not measured."""
    first = cells[0]
    measured = [one for scores in first.report.by_metric().values() for one in scores.values]
    for one in metrics:
        if one not in measured:
            raise UsageError(f"{one} was not measured", remedy=f"choose metrics from {', '.join(measured)}")
    chosen = tuple(metrics or headlines(measured))
    compared = (
        first,
        *(replace(cell, comparisons=shelf.comparisons(first, cell, chosen)) for cell in cells[1:]),
    )
    result = ExperimentResult(name, set_name, measure, chosen, corrected(compared))
    kept.write_json(shelf.folder / SUMMARY, {"format": kept.FORMAT, "keys": [c.key for c in cells], **result.as_json()})
    return result


def load(folder: Path) -> ExperimentResult:
    """A kept experiment, as it was. Raises `BadSet` where the folder holds none, or a cell's file is missing."""
    file = folder / SUMMARY
    try:
        found = json.loads(text_of(file))
        varied = [cell["varied"] for cell in found["cells"]]
        keys, metrics = list(found["keys"]), tuple(found["metrics"])
        name, set_name, measure = found["name"], found["set"], found["measure"]
    except (ValueError, KeyError, TypeError) as exc:
        raise BadSet([Problem(str(file), 0, "", f"holds no experiment ({exc})")]) from exc
    cells = [_kept_cell(folder, key, one) for key, one in zip(keys, varied, strict=True)]
    shelf = Shelf(folder)
    compared = [replace(cell, comparisons=shelf.comparisons(cells[0], cell, metrics)) for cell in cells[1:]]
    return ExperimentResult(name, set_name, measure, metrics, corrected((cells[0], *compared)))


def _kept_cell(folder: Path, key: str, varied: Mapping[str, object]) -> CellResult:
    return CellResult(varied, kept.read(folder / f"{key}.json"), (), key, reused=True)


def _comparison(found: Mapping[str, Any]) -> Comparison:
    return Comparison(**{**found, "difference": Interval(**found["difference"])})

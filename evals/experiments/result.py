"""What an experiment shows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from evals.experiments.cells import Measured
from evals.kept import Report
from evals.paired import Comparison, holm


@dataclass(frozen=True, slots=True)
class CellResult:
    """One combination with its report. `comparisons` are with the first cell, p-values corrected over all cells;
    none for the first cell itself. `key` names the kept file; `reused` is true where it was there before.
    """

    varied: Mapping[str, object]
    report: Report
    comparisons: tuple[Comparison, ...]
    key: str
    reused: bool = False

    @property
    def name(self) -> str:
        """The values that it was measured under."""
        return ", ".join(f"{name} {_told(value)}" for name, value in self.varied.items()) or "as configured"


@dataclass(frozen=True, slots=True)
class ExperimentResult:
    """`cells` in the order of the grid, at least one; `metrics` are those compared, by their full names."""

    name: str
    set_name: str
    measure: Measured
    metrics: tuple[str, ...]
    cells: tuple[CellResult, ...]

    def as_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "set": self.set_name,
            "measure": self.measure,
            "metrics": list(self.metrics),
            "cells": [_cell_object(cell, self.metrics) for cell in self.cells],
        }


def corrected(cells: tuple[CellResult, ...]) -> tuple[CellResult, ...]:
    """With p-values corrected over every metric of every cell."""
    tested = {f"{row} {one.metric}": one.p for row, cell in enumerate(cells) for one in cell.comparisons}
    p_values = holm(tested)
    return tuple(
        replace(
            cell, comparisons=tuple(replace(one, p_holm=p_values[f"{row} {one.metric}"]) for one in cell.comparisons)
        )
        for row, cell in enumerate(cells)
    )


def _told(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:39].rstrip()}…"


def _cell_object(cell: CellResult, metrics: tuple[str, ...]) -> dict[str, object]:
    report = cell.report.as_json()
    return {
        "varied": dict(cell.varied),
        "metrics": {
            name: {"mean": interval.mean, "low": interval.low, "high": interval.high}
            for name, interval in cell.report.metrics.items()
            if name in metrics
        },
        "seconds": report["seconds"],
        "comparisons": [
            {"metric": one.metric, "difference": one.difference.mean, "p_holm": one.p_holm, "sentence": one.sentence()}
            for one in cell.comparisons
        ],
        "reused": cell.reused,
        "file": f"{cell.key}.json",
    }

"""`footnote eval experiment`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np

from api import settings, terminal
from api.verbs.evaluate import tables
from api.verbs.options import json_option

if TYPE_CHECKING:
    from evals.experiments.result import CellResult, ExperimentResult


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where results are kept, and found again; evals/experiments/ in the home.",
)
@json_option
def command(*, file: Path, out: Path | None, as_json: bool) -> None:
    """Measure a set under every setting of a grid, and compare each with the first.

    FILE (TOML) names the set and the grid: docs/evaluation.md. What was measured before is not measured again.
    """
    from evals.experiments import run  # loads the engine

    result = run.experiment(file, engine_settings=settings.load().engine(), out=out)
    if as_json:
        terminal.emit(result.as_json())
    else:
        _print(result)


def _print(result: "ExperimentResult") -> None:
    tables.heading(f"{result.name}: {result.set_name}, {len(result.cells)} settings")
    varied = list(result.cells[0].varied)
    table = tables.plain(*varied, *result.metrics, "ms")
    for cell in result.cells:
        table.add_row(*(terminal.name(str(cell.varied[name]))[:30] for name in varied), *_figures(cell, result.metrics))
    terminal.console().print(table)
    for cell in result.cells[1:]:
        terminal.console().print(f"{cell.name}:", style="bold", markup=False, highlight=False)
        for one in cell.comparisons:
            terminal.console().print(f"  {one.sentence()}", markup=False, highlight=False)
    notes = (note for cell in result.cells for note in cell.report.notes)
    tables.notes(dict.fromkeys(notes))


def _figures(cell: "CellResult", metrics: tuple[str, ...]) -> list[str]:
    means = [tables.told(cell.report.metrics[name]) if name in cell.report.metrics else "" for name in metrics]
    return [*means, f"{1000 * float(np.median(cell.report.seconds)):.0f}"]

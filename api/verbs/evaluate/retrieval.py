"""`footnote eval retrieval`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table
from rich.text import Text

from api import settings, terminal
from api.verbs.options import json_option
from retrieval.models import Mode

if TYPE_CHECKING:
    from evals.benchmark import RetrievalReport

_MODES = ("dense", "lexical", "hybrid")


@click.command()
@click.argument("set_path", metavar="SET", type=click.Path(exists=True, path_type=Path))
@click.option("--mode", type=click.Choice(_MODES), default="hybrid", show_default=True, help="Which legs search.")
@click.option(
    "--run", "run_path", metavar="FILE", type=click.Path(path_type=Path), help="Write the ranked ids as a TREC run."
)
@click.option("--collection", metavar="C", help="Search this collection of the home.")
@click.option(
    "--corpus",
    metavar="FOLDER",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Search this folder, ingested for the purpose.",
)
@click.option("--qrels", metavar="NAME", help="Which judgements of a BEIR folder.")
@json_option
def command(
    *,
    set_path: Path,
    mode: Mode,
    run_path: Path | None,
    collection: str | None,
    corpus: Path | None,
    qrels: str | None,
    as_json: bool,
) -> None:
    """How well search finds what SET says it should, with 95 % intervals.

    SET is a BEIR folder, or a file of questions with evidence (JSON lines).
    """
    from evals import benchmark  # loads the engine

    report = benchmark.retrieval(
        set_path,
        engine_settings=settings.load().engine(),
        mode=mode,
        run_path=run_path,
        collection=collection,
        corpus=corpus,
        qrels=qrels,
    )
    if as_json:
        terminal.emit(report.as_json())
    else:
        _print(report)


def _print(report: "RetrievalReport") -> None:
    out = terminal.console()
    out.print(Text(terminal.name(f"{report.set_name}: {report.queries} queries, {report.mode}"), "bold"))
    families: dict[str, dict[str, str]] = {}
    for name, interval in report.metrics.items():
        family, _, cut = name.partition("@")
        cell = f"{interval.mean:.3f} ({interval.low:.3f}-{interval.high:.3f})"
        families.setdefault(family, {})[f"@{cut}" if cut else ""] = cell
    cuts = list(dict.fromkeys(cut for cells in families.values() for cut in cells))
    table = Table("Mean (95 % interval)", *cuts, box=None, pad_edge=False, header_style="dim")
    for family, cells in families.items():
        table.add_row(family, *(cells.get(cut, "") for cut in cuts))
    out.print(table)
    for note in report.notes:
        terminal.note(note)

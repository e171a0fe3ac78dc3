"""`footnote eval compare`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from api import terminal
from api.verbs.evaluate import tables
from api.verbs.options import json_option

if TYPE_CHECKING:
    from evals.compare import Compared

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("first", metavar="A", type=_FILE)
@click.argument("second", metavar="B", type=_FILE)
@click.option(
    "--set",
    "set_path",
    metavar="SET",
    type=click.Path(exists=True, path_type=Path),
    help="What runs are scored by: a BEIR folder, or questions with evidence.",
)
@click.option("--qrels", metavar="NAME", help="Which judgements of a BEIR folder.")
@click.option("--judgements", metavar="FILE", type=_FILE, help="What runs are scored by: a qrels file of TREC's.")
@click.option("--metric", "metrics", metavar="M", multiple=True, help="Compare this one. May be repeated.")
@json_option
def command(
    *,
    first: Path,
    second: Path,
    set_path: Path | None,
    qrels: str | None,
    judgements: Path | None,
    metrics: tuple[str, ...],
    as_json: bool,
) -> None:
    """Is B better than A, or is it chance? A paired test on every query.

    A and B are two results kept with --save, or two TREC runs.
    """
    from evals import compare  # loads the engine

    compared = compare.compare_files(
        first, second, set_path=set_path, qrels=qrels, judgements=judgements, metrics=metrics
    )
    if as_json:
        terminal.emit(compared.as_json())
    else:
        _print(compared)


def _print(compared: "Compared") -> None:
    tables.heading(f"{compared.first} against {compared.second}")
    table = tables.plain("", "A", "B", "B - A (95 % interval)", "effect", "better/worse/same", "p (Holm)")
    for one in compared.comparisons:
        moved = f"{one.difference.mean:+.3f} ({one.difference.low:+.3f} to {one.difference.high:+.3f})"
        counts = f"{one.wins}/{one.losses}/{one.ties}"
        table.add_row(
            one.metric,
            f"{one.first:.3f}",
            f"{one.second:.3f}",
            moved,
            f"{one.effect:+.2f}",
            counts,
            f"{one.p_holm:.3f}",
        )
    terminal.console().print(table)
    for one in compared.comparisons:
        terminal.console().print(one.sentence(), highlight=False)
    tables.notes(compared.notes)

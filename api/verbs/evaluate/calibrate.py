"""`footnote eval calibrate`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from api import settings, terminal
from api.opening import open_engine
from api.verbs.evaluate import tables
from api.verbs.evaluate.options import collection_option, corpus_option, set_argument
from api.verbs.options import json_option
from retrieval.errors import UsageError

if TYPE_CHECKING:
    from evals.calibrate import Calibration
    from evals.intervals import Interval


@click.command()
@set_argument
@collection_option
@corpus_option
@click.option(
    "--target",
    type=click.FloatRange(0, 1, max_open=True),
    default=0.1,
    show_default=True,
    help="At most this share of the answerable questions may be refused.",
)
@click.option("--save", is_flag=True, help="Answer the questions of --collection by this threshold from now on.")
@json_option
def command(
    *, set_path: Path, collection: str | None, corpus: Path | None, target: float, save: bool, as_json: bool
) -> None:
    """Find how sure an answer has to be, from questions that can and questions that can't be answered.

    SET is a file of questions (JSON lines), at least 20 of them answerable.
    """
    from evals import calibrate  # loads the engine

    if save and (collection is None or corpus is not None):
        raise UsageError("a threshold is kept with a collection", remedy="give --collection, and no --corpus")
    loaded = settings.load()
    found = calibrate.calibrate(
        set_path, engine_settings=loaded.engine(), collection=collection, corpus=corpus, target=target
    )
    if save and collection is not None:
        with open_engine(loaded, write=True) as engine:
            calibrate.keep(engine, found, collection=collection)
    if as_json:
        terminal.emit({**found.as_json(), "saved": save})
    else:
        _print(found, saved=collection if save else None)


def _print(found: "Calibration", *, saved: str | None) -> None:
    tables.heading(f"{found.set_name}: {found.answerable} answerable, {found.unanswerable} unanswerable questions")
    table = tables.plain("", "threshold", "answerable refused", "unanswerable refused")
    table.add_row("found", f"{found.threshold:.2f}", *_cells(found.refused))
    table.add_row("as shipped", f"{found.shipped:.2f}", *_cells(found.shipped_refused))
    terminal.console().print(table)
    if found.auroc is not None:
        terminal.console().print(f"Area under the ROC curve {tables.told(found.auroc)}", highlight=False)
    tables.notes(found.notes)
    if saved is not None:
        tables.notes([f"Kept for the collection {saved}."])


def _cells(refused: "dict[str, Interval]") -> list[str]:
    return [tables.told(refused[name]) if name in refused else "-" for name in ("answerable", "unanswerable")]

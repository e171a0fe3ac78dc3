"""`footnote eval retrieval`."""

from pathlib import Path

import click

from api import settings, terminal
from api.verbs.evaluate import tables
from api.verbs.evaluate.options import collection_option, corpus_option, save_option, set_argument
from api.verbs.options import json_option
from retrieval.models import Mode

_MODES = ("dense", "lexical", "hybrid")


@click.command()
@set_argument
@click.option("--mode", type=click.Choice(_MODES), default="hybrid", show_default=True, help="Which legs search.")
@click.option(
    "--run", "run_path", metavar="FILE", type=click.Path(path_type=Path), help="Write the ranked ids as a TREC run."
)
@collection_option
@corpus_option
@click.option("--qrels", metavar="NAME", help="Which judgements of a BEIR folder.")
@save_option
@json_option
def command(
    *,
    set_path: Path,
    mode: Mode,
    run_path: Path | None,
    collection: str | None,
    corpus: Path | None,
    qrels: str | None,
    save: Path | None,
    as_json: bool,
) -> None:
    """How well search finds what SET says it should, with 95 % intervals.

    SET is a BEIR folder, or a file of questions with evidence (JSON lines).
    """
    from evals import benchmark, kept  # loads the engine

    report = benchmark.retrieval(
        set_path,
        engine_settings=settings.load().engine(),
        mode=mode,
        run_path=run_path,
        collection=collection,
        corpus=corpus,
        qrels=qrels,
    )
    if save is not None:
        kept.write(save, report)
    if as_json:
        terminal.emit(report.as_json())
    else:
        tables.heading(f"{report.set_name}: {report.queries} queries, {report.mode}")
        tables.means(report.metrics)
        tables.notes(report.notes)

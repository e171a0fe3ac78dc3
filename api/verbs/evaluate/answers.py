"""`footnote eval answers`."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api import settings, terminal
from api.verbs.evaluate import tables
from api.verbs.evaluate.options import collection_option, corpus_option, save_option, set_argument
from api.verbs.options import json_option

if TYPE_CHECKING:
    from evals.results import AnswersReport

_RISKS = (0.25, 0.5, 0.75, 1.0)


@click.command()
@set_argument
@collection_option
@corpus_option
@click.option("--extractive", is_flag=True, help="Leave the configured language model out.")
@click.option("--answer-all", is_flag=True, help="Never abstain for want of confidence, to see the whole curve.")
@save_option
@json_option
def command(
    *,
    set_path: Path,
    collection: str | None,
    corpus: Path | None,
    extractive: bool,
    answer_all: bool,
    save: Path | None,
    as_json: bool,
) -> None:
    """How good the answers to SET are, without a judge: words, numbers, citations, refusals.

    SET is a file of questions (JSON lines). --json holds every question's record.
    """
    from evals import kept  # loads the engine
    from evals.answers import measure

    engine_settings = settings.load().engine()
    if extractive:
        engine_settings = replace(engine_settings, language_model=None)
    report = measure.answers(
        set_path, engine_settings=engine_settings, collection=collection, corpus=corpus, answer_all=answer_all
    )
    if save is not None:
        kept.write(save, report)
    if as_json:
        terminal.emit(report.as_json())
    else:
        _print(report)


def _print(report: "AnswersReport") -> None:
    modes = ", ".join(sorted({record.mode for record in report.records}))
    tables.heading(f"{report.set_name}: {report.queries} questions, {modes}")
    table = tables.plain("", "questions", "mean (95 % interval)")
    for scores in report.scores.values():
        for name in scores.values:
            table.add_row(name, str(len(scores.queries)), tables.told(report.metrics[name]))
    if report.auroc is not None:
        table.add_row("confidence: AUROC", str(report.queries), tables.told(report.auroc))
    if report.risk is not None:
        given = sum(not record.abstained for record in report.records)
        table.add_row("risk-coverage: area", str(given), tables.told(report.risk.area))
        for coverage, risk, threshold in _points(report):
            table.add_row(f"  risk of the surest {coverage:.0%}", "", f"{risk:.3f} (confidence from {threshold:.2f})")
    terminal.console().print(table)
    tables.notes(report.notes)


def _points(report: "AnswersReport") -> list[tuple[float, float, float]]:
    """A few of the curve's points: what part of the questions, the risk, the threshold."""
    assert report.risk is not None
    wanted = [share * report.risk.coverage[-1] for share in _RISKS]
    at = [int((report.risk.coverage < share - 1e-9).sum()) for share in wanted]
    return [
        (float(report.risk.coverage[row]), float(report.risk.risk[row]), float(report.risk.threshold[row]))
        for row in dict.fromkeys(at)
    ]

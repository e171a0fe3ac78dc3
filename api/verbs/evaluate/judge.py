"""`footnote eval judge`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from api import settings, terminal
from api.verbs.evaluate import tables
from api.verbs.options import json_option
from retrieval.errors import UsageError

if TYPE_CHECKING:
    from evals.judging.judge import Judged


@click.command()
@click.argument("result", metavar="RESULT", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replicates", type=int, default=3, show_default=True, help="How often the judge is asked.")
@json_option
def command(*, result: Path, replicates: int, as_json: bool) -> None:
    """What a language model thinks of the answers in RESULT (eval answers --save).

    FOOTNOTE_JUDGE names the model. It is asked several times, for it does not always say the same.
    """
    from evals import kept  # loads numpy and scipy
    from evals.judging.judge import judge
    from evals.results import AnswersReport
    from retrieval.answer.making import chat_model

    chosen = settings.load().judging()
    if chosen is None:
        raise UsageError("no judge is configured", remedy="set FOOTNOTE_JUDGE to provider:model")
    report = kept.read(result)
    if not isinstance(report, AnswersReport):
        raise UsageError(f"{result} holds no answers", remedy="keep them with `footnote eval answers SET --save FILE`")
    judged = judge(report, chat_model(chosen), replicates=replicates)
    if as_json:
        terminal.emit(judged.as_json())
    else:
        _print(judged)


def _print(judged: "Judged") -> None:
    tables.heading(f"{judged.set_name}, judged {judged.replicates} times by {judged.judge}")
    table = tables.plain("", "answers", "mean (95 % interval)", "each round", "spread", "unsteady", "unread")
    for name, one in judged.judgements.items():
        rounds = " ".join(f"{mean:.3f}" for mean in one.replicates)
        counted = (f"{one.spread:.3f}", f"{one.unsteady:.0%}", str(one.unread))
        table.add_row(name, str(len(one.queries)), tables.told(one.mean), rounds, *counted)
    terminal.console().print(table)
    tables.notes(judged.notes)

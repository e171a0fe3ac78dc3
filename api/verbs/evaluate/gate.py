"""`footnote eval gate`."""

from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from api import settings, terminal
from api.verbs.evaluate import tables
from api.verbs.evaluate.options import collection_option, corpus_option, set_argument
from api.verbs.options import json_option
from retrieval.models import Mode

if TYPE_CHECKING:
    from evals.baseline import Baseline
    from evals.gate import Check, Verdict

_NOT_MET = 3
_NAMED = 10  # queries that fell, of each check


@click.command()
@set_argument
@click.option(
    "--baseline",
    "baseline_path",
    metavar="FILE",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The scores to hold.",
)
@click.option("--save", is_flag=True, help="Write what is measured now to FILE as the baseline.")
@click.option(
    "--mode", "modes", multiple=True, type=click.Choice(get_args(Mode)), help="Gate this leg alone. May be repeated."
)
@click.option("--metric", "metrics", metavar="M", multiple=True, help="With --save: gate this one. May be repeated.")
@click.option("--alpha", type=click.FloatRange(0, 0.5, min_open=True), help="Chance of a false alarm (0.01).")
@collection_option
@corpus_option
@click.option("--qrels", metavar="NAME", help="Which judgements of a BEIR folder.")
@json_option
def command(
    *,
    set_path: Path,
    baseline_path: Path,
    save: bool,
    modes: tuple[Mode, ...],
    metrics: tuple[str, ...],
    alpha: float | None,
    collection: str | None,
    corpus: Path | None,
    qrels: str | None,
    as_json: bool,
) -> int:
    """Exit with 3 where search is worse than its baseline by more than chance, and name the queries that fell."""
    from evals import gate  # loads the engine

    place = gate.Place(set_path, settings.load().engine(), collection=collection, corpus=corpus, qrels=qrels)
    if save:
        baseline = gate.save(place, baseline_path, modes=modes or get_args(Mode), metrics=metrics)
        _told(baseline, baseline_path, as_json=as_json)
        return 0
    verdict = gate.judge(
        place, baseline_path, modes=modes, metrics=metrics, alpha=gate.ALPHA if alpha is None else alpha
    )
    if as_json:
        terminal.emit(verdict.as_json())
    else:
        _print(verdict)
    return 0 if verdict.passed else _NOT_MET


def _told(baseline: "Baseline", path: Path, *, as_json: bool) -> None:
    means = {
        mode: {name: sum(scores.values()) / len(scores) for name, scores in leg.items()}
        for mode, leg in baseline.legs.items()
    }
    if as_json:
        terminal.emit({"set": baseline.set_name, "saved": str(path), "legs": means})
        return
    tables.heading(f"{baseline.set_name}: baseline written to {path}")
    table = tables.plain("", *baseline.metrics)
    for mode, leg in means.items():
        table.add_row(mode, *(f"{leg[name]:.3f}" if name in leg else "" for name in baseline.metrics))
    terminal.console().print(table)


def _print(verdict: "Verdict") -> None:
    tables.heading(f"{verdict.set_name}: the gate is {'passed' if verdict.passed else 'not passed'}")
    for check in verdict.checks:
        terminal.console().print(check.sentence(), style="red" if check.failed else None, highlight=False)
        if check.failed:
            _name(check)


def _name(check: "Check") -> None:
    for one in check.fallen[:_NAMED]:
        question = terminal.name(one.question)
        line = f"  {terminal.name(one.query)}: {one.before:.3f} > {one.now:.3f}  {question[:80]}"
        terminal.console().print(line, markup=False, highlight=False)
    if (more := len(check.fallen) - _NAMED) > 0:
        terminal.console().print(f"  and {more} more", highlight=False)

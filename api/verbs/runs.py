"""`footnote runs`."""

import click
from rich.table import Table
from rich.text import Text

from api import settings, terminal
from api.bounds import LARGEST_NUMBER
from api.ledger import run_object, runs_object
from api.objects import OUTCOMES, RunObject
from api.opening import open_engine, quiet
from api.reports import print_outcomes, summary
from api.verbs.options import EVERYTHING, as_option, caller_of, json_option


@click.group(invoke_without_command=True)
@as_option
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="How many runs.")
@json_option
@click.pass_context
def command(ctx: click.Context, *, groups: tuple[str, ...], limit: int, as_json: bool) -> None:
    """List the latest ingest runs; `runs show ID` prints how each source ended.

    Sources whose documents you may not see are neither shown nor counted; those
    that were never indexed are the owner's: --as '*' shows everything.
    """
    if ctx.invoked_subcommand is not None:
        return
    quiet()
    with open_engine(settings.load()) as engine:
        found = runs_object(engine.catalog, caller_of(groups), limit=limit)
    _note_hidden(groups)
    if as_json:
        terminal.emit(found)
    else:
        _print(found["runs"])


@command.command("show")
@click.argument("run_id", type=click.IntRange(1, LARGEST_NUMBER), metavar="ID")
@as_option
@json_option
def show(*, run_id: int, groups: tuple[str, ...], as_json: bool) -> None:
    """Print how each source of run ID ended."""
    quiet()
    with open_engine(settings.load()) as engine:
        found = run_object(engine.catalog, caller_of(groups), run_id=run_id)
    _note_hidden(groups)
    if as_json:
        terminal.emit(found)
        return
    out = terminal.console()
    out.print(summary(found))
    print_outcomes(found["outcomes"], out, kinds=OUTCOMES)


def _note_hidden(groups: tuple[str, ...]) -> None:
    """Whoever has the machine may see all, and is told how."""
    if EVERYTHING not in groups:
        terminal.note("what was skipped or failed, and what is not public, is shown with --as '*' alone")


def _print(runs: list[RunObject]) -> None:
    out = terminal.console()
    if not runs:
        out.print("No runs that you may see.")
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("Run", "Collection", "Started"):
        table.add_column(name)
    for name in OUTCOMES:
        table.add_column(name.capitalize(), justify="right")
    for run in runs:
        counts = [run["indexed"], run["unchanged"], run["duplicate"], run["skipped"], run["failed"], run["removed"]]
        state = "" if run["finished_at"] else " (unfinished)"
        first = (str(run["run_id"]), Text(terminal.name(run["collection"])), run["started_at"][:19] + state)
        table.add_row(*first, *(str(count or "") for count in counts))
    out.print(table)

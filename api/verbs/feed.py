"""`footnote ingest`."""

import os
import sys
from typing import Any

import click

from api import progress, settings, terminal, writing
from api.bounds import LARGEST_NUMBER
from api.errors import InvalidRequest
from api.objects import ReportObject
from api.opening import quiet
from api.progress import Counts
from api.reports import print_outcomes, print_preview, summary
from api.settings import Settings
from api.verbs.options import json_option
from retrieval.errors import HomeLocked

_ATTENTION = ("failed", "skipped", "removed")
_NOT_ALL_DONE = 1


@click.command("ingest")
@click.argument("paths", nargs=-1, metavar="PATH|URL...")
@click.option("--collection", metavar="C", help="Put the documents into this collection.")
@click.option(
    "--allow", multiple=True, metavar="GROUP", help="Only GROUP may see them. May be repeated; is remembered."
)
@click.option("--prune", is_flag=True, help="Remove documents whose source is gone.")
@click.option("--force", is_flag=True, help="Prune even if more than 20 % would go.")
@click.option("--checksum", is_flag=True, help="Read every file, also where size and times are as before.")
@click.option("--keep", type=click.IntRange(1, 1_000), metavar="N", help="Keep N versions of each document (first: 3).")
@click.option("--atomic", is_flag=True, help="Publish the whole run at once, at its end, or nothing.")
@click.option("--again", is_flag=True, help="Take in what was forgotten, too.")
@click.option("--retry", type=click.IntRange(1, LARGEST_NUMBER), metavar="RUN", help="What failed in RUN, alone.")
@click.option("--dry-run", is_flag=True, help="Tell what would be done, and do nothing.")
@click.option("--watch", is_flag=True, help="Go on, and take in each change, until stopped.")
@json_option
def command(
    *,
    paths: tuple[str, ...],
    collection: str | None,
    allow: tuple[str, ...],
    prune: bool,
    force: bool,
    checksum: bool,
    keep: int | None,
    again: bool,
    atomic: bool,
    retry: int | None,
    dry_run: bool,
    watch: bool,
    as_json: bool,
) -> int:
    """Take in files and folders: what is new or changed is converted and indexed.

    A running server is handed the work. Exit code 1: some sources failed.
    """
    quiet()
    _refuse_nonsense(paths=paths, retry=retry, prune=prune, force=force, alone=dry_run or watch, both=dry_run and watch)
    arguments: dict[str, Any] = {
        "paths": [path if "://" in path else os.path.abspath(path) for path in paths],
        "collection": collection,
        "allow": list(allow) or None,
        "prune": prune,
        "force": force,
        "checksum": checksum,
        "keep": keep,
        "again": again,
        "atomic": atomic,
        "retry": retry,
    }
    loaded = settings.load()
    if dry_run:
        _previewed(loaded, arguments, as_json=as_json)
        return 0
    if watch:
        from api import watching  # loads the library that watches

        def run() -> None:
            _told(_ingest(loaded, arguments), as_json=as_json)
            sys.stdout.flush()  # whoever reads it wants it now, not when the program ends

        watching.watch(loaded.home, arguments["paths"], run)
        return 0
    return _told(_ingest(loaded, arguments), as_json=as_json)


def _refuse_nonsense(
    *, paths: tuple[str, ...], retry: int | None, prune: bool, force: bool, alone: bool, both: bool
) -> None:
    if bool(paths) == (retry is not None):
        raise InvalidRequest("either paths, or --retry with a run's number", remedy="`footnote runs` lists the runs")
    if force and not prune:
        raise InvalidRequest("--force goes with --prune", remedy="leave it out, or add --prune")
    if both or (alone and retry is not None):
        raise InvalidRequest("--dry-run, --watch and --retry exclude each other", remedy="use one of them")


def _ingest(loaded: Settings, arguments: dict[str, Any]) -> ReportObject:
    from api import feeding  # loads the pipeline and the engine

    with progress.shown() as show:
        try:
            return feeding.ingest(loaded, arguments, Counts(show))
        except HomeLocked:
            with writing.server(loaded.home) as server:
                if server is None:
                    raise
                return server.ingest(arguments, show)


def _previewed(loaded: Settings, arguments: dict[str, Any], *, as_json: bool) -> None:
    from api import feeding

    found = feeding.preview(loaded, arguments)
    if as_json:
        terminal.emit(found)
    else:
        print_preview(found, terminal.console())


def _told(report: ReportObject, *, as_json: bool) -> int:
    """The exit code, once the report is printed."""
    if as_json:
        terminal.emit(report)
    else:
        _print(report)
    return _NOT_ALL_DONE if report["failed"] or report["refusal"] else 0


def _print(report: ReportObject) -> None:
    out = terminal.console()
    print_outcomes(report["outcomes"], out, kinds=_ATTENTION)
    done = f" · {report['chunks']:,} chunks, {report['embedded']:,} embedded, {report['seconds']:.1f} s"
    out.print(summary(report).append(done, "dim"))
    for note in report["notes"]:
        terminal.note(note)
    if report["refusal"]:
        terminal.note(f"{report['refusal']}; --force prunes all the same")
    elif report["gone"]:
        terminal.note(f"{report['gone']:,} documents have no file any more; --prune removes them")

"""`footnote reindex`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from api import progress, settings, terminal, upkeep, writing
from api.errors import InvalidRequest
from api.opening import quiet
from api.progress import Counts
from api.settings import Settings
from api.upkeep import CancelledObject, ReindexedObject
from api.verbs.options import json_option
from retrieval.errors import HomeLocked
from retrieval.store.home import Home

if TYPE_CHECKING:
    from api.remote import Remote
    from retrieval.engine import Engine


@click.command()
@click.option("--model", metavar="NAME|PATH", help="The embedding model to change to.")
@click.option("--chunk-tokens", type=click.IntRange(0, 8192), metavar="N", help="At most in a chunk's text; 0: usual.")
@click.option("--cancel", is_flag=True, help="Give up one that is at work or unfinished.")
@json_option
def command(*, model: str | None, chunk_tokens: int | None, cancel: bool, as_json: bool) -> None:
    """Build the index anew, by another model or other chunk limits.

    The present one answers until the new one is whole; then one transaction
    switches. Stopped half way, the same command goes on, also without options.
    Afterwards the home is one of the new model, whatever FOOTNOTE_MODEL was.
    """
    quiet()
    loaded = settings.load()
    Home(loaded.home).refuse_missing()
    if cancel:
        if model is not None or chunk_tokens is not None:
            raise InvalidRequest("--cancel goes alone", remedy="leave the other options out")
        _told_cancelled(writing.wherever(loaded, _cancelled_here, _cancelled_there), as_json=as_json)
        return
    arguments = {"model": _placed(model), "chunk_tokens": chunk_tokens}
    done = _reindexed(loaded, arguments)
    if as_json:
        terminal.emit(done)
    else:
        _print(done)


def _placed(model: str | None) -> str | None:
    """A path is made absolute: a server, or a later opening, has another folder."""
    return str(Path(model).expanduser().resolve()) if model and Path(model).expanduser().is_dir() else model


def _reindexed(loaded: Settings, arguments: dict[str, Any]) -> ReindexedObject:
    from api import reindexing  # loads the engine and what cuts documents

    with progress.shown(of="versions") as show:
        try:
            return reindexing.here(loaded, arguments, Counts(show))
        except HomeLocked:
            with writing.server(loaded.home) as server:
                if server is None:
                    raise
                return cast(ReindexedObject, server.work("/v1/reindex", arguments, show))


def _cancelled_here(engine: "Engine") -> CancelledObject:
    return upkeep.cancelled_object(engine.index)


def _cancelled_there(server: "Remote") -> CancelledObject:
    return cast(CancelledObject, server.work("/v1/reindex", {"cancel": True}))


def _told_cancelled(done: CancelledObject, *, as_json: bool) -> None:
    if as_json:
        terminal.emit(done)
        return
    terminal.console().print("Given up." if done["cancelled"] else "None was unfinished.")


def _print(done: ReindexedObject) -> None:
    limits = f"chunks of {done['chunk_tokens'] or 'the usual number of'} tokens"
    out = terminal.console()
    if done["switched"]:
        out.print(terminal.plain(f"{done['model']} answers now, {done['dimension']} dimensions, {limits}"))
        counts = f"{done['versions']:,} versions, {done['chunks']:,} chunks, {done['embedded']:,} embedded"
        out.print(f"{counts}, {done['seconds']:.1f} s")
    for one in done["as_before"]:
        terminal.note(f"cut as before: {one['uri']}: {one['reason']}")
    for note in done["notes"]:
        terminal.note(note)

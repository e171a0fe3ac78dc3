"""`footnote import`."""

from pathlib import Path

import click

from api import settings, terminal
from api.opening import open_engine, quiet
from api.upkeep import imported_object
from api.verbs.options import json_option


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@json_option
def command(*, file: Path, as_json: bool) -> None:
    """Make a home of the archive FILE, which `export` wrote. Nothing is embedded.

    The home must not hold documents yet. Everything is checked before any of it
    is put in its place; then both indexes are filled.
    """
    quiet()
    from retrieval.store.backup.importing import restore  # loads the database
    from retrieval.store.home import Home

    loaded = settings.load()
    done = imported_object(restore(file, Home(loaded.home)))
    open_engine(loaded, write=True).close()
    if as_json:
        terminal.emit(done)
        return
    counts = f"{done['documents']:,} documents, {done['versions']:,} versions, {done['originals']:,} originals"
    terminal.console().print(f"{counts}, as of {done['created_at'][:19]}")
    if done["missing"]:
        terminal.note(f"{done['missing']} originals were not in it")

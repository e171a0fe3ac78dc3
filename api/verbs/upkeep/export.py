"""`footnote export`."""

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from api import settings, terminal, upkeep
from api.opening import quiet
from api.upkeep import ExportedObject
from api.verbs.options import json_option
from api.writing import wherever

if TYPE_CHECKING:
    from api.remote import Remote
    from retrieval.engine import Engine


@click.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@json_option
def command(*, file: Path, as_json: bool) -> None:
    """Write the home into the new archive FILE; `import FILE` makes a home of it.

    Documents with their versions, vectors, originals, access and ledger are in
    it, keys and answers are not. It may be made while a server answers.
    """
    quiet()
    target = file.absolute()

    def here(engine: "Engine") -> ExportedObject:
        return upkeep.exported_object(engine.index.upkeep, target)

    def there(server: "Remote") -> ExportedObject:
        return cast(ExportedObject, server.work("/v1/export", {"path": str(target)}))

    done = wherever(settings.load(), here, there)
    if as_json:
        terminal.emit(done)
        return
    counts = f"{done['documents']:,} documents, {done['versions']:,} versions, {done['originals']:,} originals"
    terminal.console().print(f"{counts}: {done['size']:,} bytes")
    for note in done["notes"]:
        terminal.note(note)

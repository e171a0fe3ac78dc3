"""`footnote rollback`."""

from typing import TYPE_CHECKING

import click

from api import history, settings, terminal
from api.bounds import LARGEST_NUMBER
from api.history import RolledBackObject
from api.opening import quiet
from api.verbs.options import json_option
from api.writing import wherever
from retrieval.models import OWNER

if TYPE_CHECKING:
    from api.remote import Remote
    from retrieval.engine import Engine


@click.command()
@click.argument("document_id", metavar="ID")
@click.argument("version", type=click.IntRange(1, LARGEST_NUMBER), metavar="VERSION")
@json_option
def command(*, document_id: str, version: int, as_json: bool) -> None:
    """Let the kept VERSION of the document ID answer again.

    Its stored text, chunks and vectors become the newest version in one
    transaction; nothing is converted or embedded. A removed document comes back.
    The next ingest of its source brings back what the source holds then.
    """
    quiet()

    def here(engine: "Engine") -> RolledBackObject:
        return history.roll_back(engine, document_id, version, OWNER)

    def there(server: "Remote") -> RolledBackObject:
        return server.roll_back(document_id, version)

    done = wherever(settings.load(), here, there)
    if as_json:
        terminal.emit(done)
        return
    terminal.console().print(f"Version {done['restored']} answers again, as version {done['version']}.")
    for note in done["notes"]:
        terminal.note(note)

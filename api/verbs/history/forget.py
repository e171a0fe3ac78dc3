"""`footnote forget`."""

from typing import TYPE_CHECKING

import click

from api import history, settings, terminal
from api.activity.store import opened
from api.history import ForgottenObject
from api.opening import quiet
from api.verbs.options import json_option
from api.writing import wherever
from retrieval.models import OWNER

if TYPE_CHECKING:
    from api.remote import Remote
    from retrieval.engine import Engine


@click.command()
@click.argument("document_id", metavar="ID")
@json_option
def command(*, document_id: str, as_json: bool) -> None:
    """Erase the document ID for good, with all its versions.

    Text, vectors, the original and every kept answer that quotes it go; both
    indexes are written anew without it. A later ingest passes its source, and
    copies of it, over unless --again is given. It can't be undone.
    """
    quiet()
    loaded = settings.load()

    def here(engine: "Engine") -> ForgottenObject:
        with opened(loaded.home) as activity:
            return history.forget(engine, activity.answers, document_id, OWNER)

    def there(server: "Remote") -> ForgottenObject:
        return server.forget(document_id)

    done = wherever(loaded, here, there)
    if as_json:
        terminal.emit(done)
        return
    said = f"{done['versions']:,} versions, {done['chunks']:,} chunks, {done['vectors']:,} vectors"
    said += f", {done['originals']:,} originals, {done['answers']:,} answers"
    terminal.console().print(f"Forgotten: {said}.")
    for note in done["notes"]:
        terminal.note(note)

"""`footnote documents`."""

import click
from rich.table import Table
from rich.text import Text

from api import settings, terminal
from api.objects import DocumentObject, documents_object
from api.opening import open_engine, quiet
from api.verbs.options import as_option, caller_of, collection_option, json_option, note_unknown


@click.command()
@collection_option
@as_option
@json_option
def command(*, collection: str | None, groups: tuple[str, ...], as_json: bool) -> None:
    """List the documents that may be seen, by collection and path."""
    quiet()
    caller = caller_of(groups)
    with open_engine(settings.load()) as engine:
        shown = documents_object(engine.catalog.documents(caller, collection), caller)
        note_unknown(collection, engine.catalog, caller)
    if as_json:
        terminal.emit(shown)
    else:
        _print(shown["documents"])


def _print(documents: list[DocumentObject]) -> None:
    out = terminal.console()
    if not documents:
        out.print("No documents.")
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("ID", "Collection", "Document", "Title"):
        table.add_column(name, overflow="fold", no_wrap=name == "ID")
    table.add_column("Pages", justify="right")
    table.add_column("Chunks", justify="right")
    for one in documents:
        texts = [Text(terminal.name(one[name])) for name in ("document_id", "collection", "document", "title")]
        table.add_row(*texts, str(one["pages"] or ""), str(one["chunks"]))
    out.print(table)

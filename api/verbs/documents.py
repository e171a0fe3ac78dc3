"""`footnote documents`."""

from typing import TYPE_CHECKING

import click
from rich.table import Table
from rich.text import Text

from api import settings, terminal
from api.objects import DocumentObject, GroupObject, GroupsObject, document_object, documents_object
from api.opening import open_engine, quiet
from api.verbs.options import as_option, caller_of, collection_option, json_option, note_unknown
from retrieval.models import Caller

if TYPE_CHECKING:
    from retrieval.engine import Engine


@click.command()
@collection_option
@as_option
@click.option("--near-duplicates", "near", is_flag=True, help="Groups of documents that are much the same instead.")
@json_option
def command(*, collection: str | None, groups: tuple[str, ...], near: bool, as_json: bool) -> None:
    """List the documents that may be seen, by collection and path."""
    quiet()
    caller = caller_of(groups)
    with open_engine(settings.load()) as engine:
        note_unknown(collection, engine.catalog, caller)
        if near:
            alike = _groups(engine, caller, collection)
        else:
            shown = documents_object(engine.catalog.documents(caller, collection), caller)
    if as_json:
        terminal.emit(alike if near else shown)
    elif near:
        _print_groups(alike["groups"])
    else:
        _print(shown["documents"])


def _groups(engine: "Engine", caller: Caller, collection: str | None) -> GroupsObject:
    from retrieval.search.near_duplicates import near_duplicates  # seconds to import

    found = near_duplicates(engine.catalog, caller, collection)
    return {
        "groups": [
            {"alike": round(group.alike, 2), "documents": [document_object(one, caller) for one in group.documents]}
            for group in found
        ]
    }


def _print_groups(groups: list[GroupObject]) -> None:
    out = terminal.console()
    if not groups:
        out.print("No near-duplicates.")
    for group in groups:
        out.print(Text(f"{group['alike']:.2f} alike or more", "dim"))
        for one in group["documents"]:
            out.print(Text(f"  {one['document_id']}  {terminal.name(one['document'])}"), soft_wrap=True)


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

"""`footnote show`."""

import sys

import click

from api import settings, terminal
from api.bounds import LARGEST_NUMBER
from api.objects import VersionObject, version_object
from api.opening import open_engine, quiet
from api.verbs.options import as_option, caller_of, json_option


@click.command()
@click.argument("document_id", metavar="ID")
@click.option(
    "--version",
    "number",
    type=click.IntRange(1, LARGEST_NUMBER),
    metavar="N",
    help="A kept version; else the live one.",
)
@as_option
@json_option
def command(*, document_id: str, number: int | None, groups: tuple[str, ...], as_json: bool) -> None:
    """Print the stored text of the document ID.

    All offsets of hits and citations count in this text, in Unicode characters.
    """
    quiet()
    with open_engine(settings.load()) as engine:
        shown = version_object(engine.catalog.version(document_id, caller_of(groups), number))
    if as_json:
        terminal.emit(shown)
    else:
        _print(shown)


def _print(version: VersionObject) -> None:
    document, title, uri = (terminal.name(version[name]) for name in ("document", "title", "uri"))
    terminal.note(f"{document}, version {version['version']}: {title}\n{uri}\n")
    text = version["text"]
    sys.stdout.write((terminal.plain(text) if sys.stdout.isatty() else text) + "\n")

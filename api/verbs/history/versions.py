"""`footnote versions`."""

import click
from rich.table import Table
from rich.text import Text

from api import settings, terminal
from api.history import VersionsObject, versions_object
from api.opening import open_engine, quiet
from api.verbs.options import as_option, caller_of, json_option


@click.command()
@click.argument("document_id", metavar="ID")
@as_option
@json_option
def command(*, document_id: str, groups: tuple[str, ...], as_json: bool) -> None:
    """List the kept versions of the document ID, newest first.

    `show ID --version N` prints one, `diff ID` compares two, `rollback ID N` lets
    one answer again. `ingest --keep N` says how many are kept.
    """
    quiet()
    with open_engine(settings.load()) as engine:
        shown = versions_object(engine, document_id, caller_of(groups))
    if as_json:
        terminal.emit(shown)
    else:
        _print(shown)


def _print(found: VersionsObject) -> None:
    terminal.note(f"{terminal.name(found['document'])}\n{terminal.name(found['uri'])}\n")
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("Version", "", "Published", "Title"):
        table.add_column(name, overflow="fold")
    for name in ("Bytes", "Pages", "Chunks"):
        table.add_column(name, justify="right")
    for one in found["versions"]:
        state = "answers" if one["live"] else "kept"
        title = Text(terminal.name(one["title"]))
        when = one["published_at"][:19]
        table.add_row(
            str(one["version"]), state, when, title, f"{one['size']:,}", str(one["pages"] or ""), str(one["chunks"])
        )
    terminal.console().print(table)

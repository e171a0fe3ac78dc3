"""`footnote diff`."""

import click
from rich.console import Console
from rich.text import Text

from api import settings, terminal
from api.bounds import LARGEST_NUMBER
from api.history import DiffObject, PlacedChunkObject, diff_object
from api.opening import open_engine, quiet
from api.verbs.options import as_option, caller_of, json_option

_NUMBER = click.IntRange(1, LARGEST_NUMBER)


@click.command()
@click.argument("document_id", metavar="ID")
@click.argument("old", type=_NUMBER, required=False, metavar="[OLD]")
@click.argument("new", type=_NUMBER, required=False, metavar="[NEW]")
@as_option
@json_option
def command(*, document_id: str, old: int | None, new: int | None, groups: tuple[str, ...], as_json: bool) -> None:
    """Print which chunks of the document ID differ between versions OLD and NEW.

    Without NEW: the newest one; without OLD: the one before it. `-` was removed,
    `+` was added, `~` has the same text under another title or heading.
    """
    quiet()
    with open_engine(settings.load()) as engine:
        shown = diff_object(engine, document_id, caller_of(groups), old=old, new=new)
    if as_json:
        terminal.emit(shown)
    else:
        _print(shown, terminal.console())


def _print(found: DiffObject, out: Console) -> None:
    for sign, style, chunks in (
        ("-", "red", found["removed"]),
        ("+", "green", found["added"]),
        ("~", "yellow", found["recontexted"]),
    ):
        for chunk in chunks:
            out.print(_lines(sign, chunk), style=style)
    counts = (len(found["removed"]), len(found["added"]), len(found["recontexted"]), found["unchanged"])
    said = "{} removed, {} added, {} under another context, {} unchanged".format(*counts)
    out.print(f"Versions {found['old']} and {found['new']}: {said}")


def _lines(sign: str, chunk: PlacedChunkObject) -> Text:
    place = " › ".join(chunk["section"]) or "no section"
    page = f" · page {chunk['page']}" if chunk["page"] else ""
    lines = [f"{sign} [{place}{page} · {chunk['start']}-{chunk['end']}]"]
    lines += [f"{sign}   {line}" for line in chunk["text"].split("\n")]
    return Text(terminal.plain("\n".join(lines)))

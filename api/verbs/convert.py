"""`footnote convert`."""

import sys
from pathlib import Path

import click

from api import settings, terminal
from api.opening import quiet
from api.verbs.options import json_option


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def command(*, file: Path, as_json: bool) -> None:
    """Print the Markdown that would be indexed of FILE.

    `<!-- page 3 -->` stands alone on a line before each page. With --json: the
    blocks with their kind, page, section and place in the text.
    """
    quiet()
    from api import converting  # loads the workers

    document = converting.convert(file, settings.load())
    shown = converting.document_object(document)
    if as_json:
        terminal.emit(shown)
        return
    text = shown["markdown"]
    sys.stdout.write((terminal.plain(text) if sys.stdout.isatty() else text) + "\n")
    attached = [f"attachment {one.name}, {one.error or f'{len(one.data):,} bytes'}" for one in document.attachments]
    marks = [f"{name.replace('_', ' ')}: {count}" for name, count in document.quality.items()]
    for note in (*document.notes, *attached, *marks):
        terminal.note(note)

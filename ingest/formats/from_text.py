"""Markdown and plain text: the words as they were typed."""

import re
from collections.abc import Iterator
from pathlib import Path

from ingest.blocks import assemble, heading_text
from ingest.errors import Unreadable
from ingest.formats.decoding import decode
from ingest.formats.front_matter import split_front_matter
from ingest.formats.titles import choose_title
from ingest.markdown import clean_text, pieces
from ingest.media import media_type
from ingest.models import Document, Piece

_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9_.:-]+)""")
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n)+")
_TITLE_CHARACTERS = 100


def convert(path: Path, name: str) -> Document:
    """The text in `path`; no pages. Markdown's front matter goes into the metadata, not into the text.

    Raises `Unreadable`, `Malformed` (binary data).
    """
    text = read_text(path, name)
    return _markdown(text, name) if media_type(path, name) == "text/markdown" else as_it_stands(text, name)


def as_it_stands(text: str, name: str) -> Document:
    """Paragraphs between blank lines; nothing in them is markup."""
    found = list(_paragraphs(text))
    return assemble(found, title=choose_title(name, declared=_first_line(found)))


def read_text(path: Path, name: str) -> str:
    """The clean text of a file. Raises `Unreadable`, `Malformed` (binary data)."""
    try:
        data = path.read_bytes()
    except OSError as exc:
        raise Unreadable(f"{name}: {exc.strerror}", remedy="Check that the file exists and may be read.") from exc
    declared = _DECLARED.match(data[:200].lstrip())
    return clean_text(decode(data, name, declared=declared[1].decode("ascii") if declared else None))


def _markdown(text: str, name: str) -> Document:
    properties, body = split_front_matter(text)
    found = list(pieces(body))
    top = (heading_text(piece.text) for piece in found if piece.level == 1)
    title = choose_title(name, declared=properties.get("title") or next(top, ""), pieces=found)
    return assemble(found, title=title, metadata={key: value for key, value in properties.items() if key != "title"})


def _paragraphs(text: str) -> Iterator[Piece]:
    for paragraph in _BLANK_LINES.split(text):
        if paragraph.strip():
            yield Piece("paragraph", paragraph.strip("\n"))


def _first_line(found: list[Piece]) -> str:
    """The first paragraph where it reads as a title: one short line that is no sentence."""
    first = found[0].text.strip() if found else ""
    return (
        first
        if len(first) <= _TITLE_CHARACTERS and "\n" not in first and not first.endswith((".", ",", ";", ":"))
        else ""
    )

"""EPUB, ODT, RTF and what else unstructured reads offline; it goes through pandoc for most of them."""

import os

os.environ["DO_NOT_TRACK"] = "1"  # both are read when unstructured is imported or first called
os.environ["UNSTRUCTURED_DISABLE_NOTICE"] = "1"

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePath

import lxml.html
from unstructured.documents import elements as kinds
from unstructured.errors import UnprocessableEntityError
from unstructured.partition.org import partition_org
from unstructured.partition.rst import partition_rst
from unstructured.partition.rtf import partition_rtf

from ingest.blocks import assemble
from ingest.errors import Malformed, UnknownFormat
from ingest.formats.lists import Item, list_text
from ingest.formats.spacy_pipeline import use_local_pipeline
from ingest.formats.tables import pipe_table
from ingest.formats.titles import choose_title
from ingest.models import Document, Piece

_PARTITIONS: dict[str, Callable[..., list[kinds.Element]]] = {
    ".org": partition_org,
    ".rst": partition_rst,
    ".rtf": partition_rtf,
}


def convert(path: Path, name: str) -> Document:
    """The document in `path`; its kind is seen by its first bytes, for text by the suffix of `name`. No pages.

    Raises `Malformed`, `UnknownFormat`.
    """
    suffix = _suffix(path, name)
    use_local_pipeline()
    try:
        with path.open("rb") as file:
            found = _PARTITIONS[suffix](file=file, metadata_filename=name)
    except (UnprocessableEntityError, RuntimeError, ValueError, KeyError) as exc:
        raise Malformed(f"{name}: no readable {suffix[1:].upper()} ({exc})", remedy="Save it again.") from exc
    pieces = list(_pieces(found))
    return assemble(pieces, title=choose_title(name, declared="", pieces=pieces))


def _suffix(path: Path, name: str) -> str:
    with path.open("rb") as file:
        head = file.read(200)
    if head.startswith(b"{\\rtf"):
        return ".rtf"
    suffix = PurePath(name).suffix.lower()
    if suffix not in _PARTITIONS:
        raise UnknownFormat(f"{name}: no converter for {suffix or 'files without a suffix'}", remedy="Save it as PDF.")
    return suffix


def _pieces(found: Iterable[kinds.Element]) -> Iterator[Piece]:
    items: list[Item] = []
    for element in found:
        if isinstance(element, kinds.ListItem):
            items.append(Item(element.metadata.category_depth or 0, "-", " ".join(element.text.split())))
            continue
        yield from _list(items)
        yield from _piece(element)
    yield from _list(items)


def _list(items: list[Item]) -> Iterator[Piece]:
    """The items so far as one list; they are taken."""
    if items:
        yield Piece("list", list_text(items))
        items.clear()


def _piece(element: kinds.Element) -> Iterator[Piece]:
    text = element.text.strip()
    if isinstance(element, kinds.Title) and element.metadata.category_depth is not None:
        level = min(element.metadata.category_depth + 1, 6)
        yield Piece("heading", f"{'#' * level} {' '.join(text.split())}", level=level)
    elif isinstance(element, kinds.Table) and element.metadata.text_as_html:
        yield Piece("table", pipe_table(_rows(element.metadata.text_as_html)))
    elif isinstance(element, kinds.CodeSnippet):
        yield Piece("code", f"```\n{text}\n```")
    elif isinstance(element, kinds.FigureCaption):
        yield Piece("caption", text)
    elif not isinstance(element, kinds.PageBreak | kinds.Header | kinds.Footer):
        yield Piece("paragraph", text)


def _rows(table: str) -> list[list[str]]:
    rows = lxml.html.fragment_fromstring(table).iter("tr")
    return [[" ".join(cell.text_content().split()) for cell in row.iterchildren("td", "th")] for row in rows]

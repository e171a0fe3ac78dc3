"""XML: repeated siblings as records; what holds none stays as it stands. No entity is resolved, no DTD is read."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from lxml import etree

from ingest.blocks import assemble
from ingest.errors import OverLimit
from ingest.formats.from_text import as_it_stands, read_text
from ingest.formats.records import Record, Value, declared_title, record_pieces
from ingest.formats.sheet_grid import MOST_CHARACTERS
from ingest.formats.titles import choose_title
from ingest.models import Document


class _NoRecords(Exception):
    """The tree says something that records would lose."""


def convert(path: Path, name: str) -> Document:
    """The records in `path`; no pages. Raises `Unreadable`, `Malformed` (binary data), `OverLimit`."""
    text = read_text(path, name)
    if len(text) > MOST_CHARACTERS:
        raise OverLimit(f"{name}: more than {MOST_CHARACTERS:,} characters", remedy="Split the file.")
    try:
        value = _value(_root(text))
        pieces = record_pieces(value, name)
    except etree.XMLSyntaxError as exc:
        return replace(as_it_stands(text, name), notes=(f"no whole XML ({exc}): its text is kept as it stands",))
    except _NoRecords:
        pieces = None
    if pieces is None:
        return as_it_stands(text, name)
    return assemble(pieces, title=choose_title(name, declared=declared_title(value)))


def _root(text: str) -> etree._Element:
    """The text is decoded already: its declaration no longer holds. libxml2's limits on depth and size do."""
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    return etree.fromstring(text.lstrip().encode("utf-8"), parser)


def _value(element: etree._Element) -> Value:
    """A string for an element of text alone, else an object: attributes, children by name, and "" for text beside them.

    Raises _NoRecords for entities, and for prose with marks in it that have attributes, as links have.
    """
    children = list(element)
    if any(child.tag is etree.Entity for child in children):
        raise _NoRecords
    if _is_prose(element, children):
        if any(mark.attrib or mark.tag is etree.Entity for mark in element.iterdescendants()):
            raise _NoRecords
        found: Record = {"": "".join(element.itertext())}
    else:
        found = _by_name((str(etree.QName(child).localname), _value(child)) for child in children)
        if not children:
            found[""] = element.text or ""
    attributes: Record = {str(etree.QName(key).localname): str(text) for key, text in element.attrib.items()}
    if not attributes and found.keys() == {""}:
        return found[""]
    return _by_name([*attributes.items(), *found.items()])


def _is_prose(element: etree._Element, children: Iterable[etree._Element]) -> bool:
    """Whether words stand between child elements."""
    beside = [element.text, *(child.tail for child in children)]
    return len(beside) > 1 and any((text or "").strip() for text in beside)


def _by_name(entries: Iterable[tuple[str, Value]]) -> Record:
    """Values that come more than once under a name are a list."""
    grouped: dict[str, list[Value]] = {}
    for key, value in entries:
        grouped.setdefault(key, []).append(value)
    return {key: values[0] if len(values) == 1 else list(values) for key, values in grouped.items()}

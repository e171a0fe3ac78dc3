"""EPUB: its chapters in the order of the spine, each read like an HTML page, of which all is content."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from lxml import etree

from ingest.blocks import assemble
from ingest.errors import Malformed
from ingest.formats.decoding import decode
from ingest.formats.html_markdown import markdown
from ingest.formats.html_tables import unwrap_layout
from ingest.formats.html_tree import drop_icons, drop_unseen, parse
from ingest.formats.packages import Package, metadata, open_package
from ingest.formats.titles import choose_title
from ingest.markdown import clean_text, pieces
from ingest.models import Document, Piece

_CONTAINER = "META-INF/container.xml"
_PAGES = ("application/xhtml+xml", "text/html")
_DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
_MOST_CHAPTERS = 5_000


@dataclass(slots=True)
class _Hidden:
    texts: list[str] = field(default_factory=list)


def convert(path: Path, name: str) -> Document:
    """The book in `path`. No pages. Raises `Malformed`, `Encrypted`, `OverLimit`."""
    hidden = _Hidden()
    with open_package(path, name) as package:
        place = _package_file(package, name)
        opf = package.tree(place)
        properties = _properties(opf)
        found = [piece for part in _spine(opf, place, package) for piece in _chapter(package, part, name, hidden)]
    if hidden.texts:
        found.append(Piece("paragraph", "\n".join(dict.fromkeys(hidden.texts)), hidden=True))
    title = choose_title(name, declared=properties.get("title", ""), pieces=found)
    return assemble(found, title=title, metadata=metadata(properties), notes=_notes(hidden))


def _package_file(package: Package, name: str) -> str:
    for root in package.tree(_CONTAINER).iter("{*}rootfile"):
        place: str = root.get("full-path", "")
        if place in package.parts:
            return place
    raise Malformed(f"{name}: no book in the package", remedy="Open it in an e-book reader and save it again.")


def _properties(opf: etree._Element) -> dict[str, str]:
    """Dublin Core properties by local name, the first of each."""
    found: dict[str, str] = {}
    for element in opf.iter(f"{_DUBLIN_CORE}*"):
        found.setdefault(etree.QName(element).localname, " ".join("".join(element.itertext()).split()))
    return {key: value for key, value in found.items() if value}


def _spine(opf: etree._Element, place: str, package: Package) -> Iterator[str]:
    """The chapters' parts in reading order, each once; the table of contents is none."""
    items = {item.get("id", ""): item for item in opf.iter("{*}item")}
    seen: set[str] = set()
    for reference in opf.iter("{*}itemref"):
        item = items.get(reference.get("idref", ""))
        if item is None or item.get("media-type") not in _PAGES or "nav" in item.get("properties", "").split():
            continue
        part = posixpath.normpath(posixpath.join(posixpath.dirname(place), unquote(item.get("href", ""))))
        if part in package.parts and part not in seen and len(seen) < _MOST_CHAPTERS:
            seen.add(part)
            yield part


def _chapter(package: Package, part: str, name: str, hidden: _Hidden) -> Iterator[Piece]:
    text = decode(package.read(part), name, declared="utf-8")
    if not text.strip():
        return
    tree = parse(text, f"{name}: {part}")
    hidden.texts += [unseen for _, unseen in drop_unseen(tree)]
    drop_icons(tree)
    unwrap_layout(tree)
    yield from pieces(clean_text(markdown(tree)))


def _notes(hidden: _Hidden) -> list[str]:
    return [f"hidden texts kept and not searched: {len(hidden.texts)}"] if hidden.texts else []

"""Bytes of a page to a tree that holds what a reader would see: no scripts, nothing hidden, no depth bombs."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import lxml.html
from lxml import etree

from ingest.errors import Malformed, Unreadable
from ingest.formats.decoding import decode
from ingest.formats.html_unseen import is_unseen
from ingest.markdown import clean_text

Element: TypeAlias = lxml.html.HtmlElement

MAX_DEPTH = 120
"""Below this depth an element is its text alone. Real pages stay under 60; what recurses later stays in bounds."""

_DECLARED = re.compile(
    rb"""<(?:meta|\?xml)[^>]*?(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_:.-]+)""", re.IGNORECASE
)
_UNSEEN_TAGS = (
    "script", "noscript", "template", "svg", "canvas", "iframe", "object", "embed", "applet", "audio", "video",
    "map", "input", "select", "textarea", "datalist", "progress", "meter", "dialog", "rp",
)  # fmt: skip
_HIDDEN_CLASSES = {
    "sortkey", "sort-key", "sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text", "screen-reader-only",
    "screenreader-only", "element-invisible", "mw-editsection", "mw-empty-elt",
}  # fmt: skip
_ICON_PIXELS = 40
_PICTURE_NAME = re.compile(r".+\.(?:jpe?g|png|gif|svg|webp|bmp|tiff?)", re.IGNORECASE)
_BLOCK_TAGS = {"td", "th", "li", "p", "div", "dd", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "figure", "body"}
_BUTTON_HOLDERS = {"h1", "h2", "h3", "h4", "h5", "h6", "summary", "dt"}
_WORD = re.compile(r"\w+")


def read_page(path: Path, name: str) -> Element:
    """The whole page as it was written, `html` its root. Raises `Unreadable`, `Malformed`."""
    try:
        data = path.read_bytes()
    except OSError as exc:
        raise Unreadable(f"{name}: {exc.strerror}", remedy="Check that the file exists and may be read.") from exc
    declared = _DECLARED.search(data[:4096])
    return parse(decode(data, name, declared=declared[1].decode("ascii") if declared else None), name)


def parse(text: str, name: str) -> Element:
    """The tree of `text`, at most `MAX_DEPTH` deep. Raises `Malformed` where there is nothing to parse."""
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = lxml.html.document_fromstring(clean_text(text).encode("utf-8"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as exc:
        raise Malformed(f"{name}: no HTML in it ({exc})", remedy="Check what the file really is.") from exc
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise Malformed(f"{name}: elements nested thousands deep", remedy="Check what made the file.")
    _clean(root)
    _level(root)
    return root


def drop_unseen(root: Element) -> list[tuple[Element, str]]:
    """Take out of the tree what no reader sees: scripts, form controls, hidden elements (sort keys, collapsed menus).

    An element that holds most of the page's words stays even if it is marked as hidden: pages do so with their whole
    body until a script has run, or while a dialog is open. Returned are the texts that were hidden from all readers,
    each with the nearest element around it that says something else.
    """
    for element in list(root.iter(*_UNSEEN_TAGS)):
        remove(element)
    for element in list(root.iter("button")):
        if any(ancestor.tag in _BUTTON_HOLDERS for ancestor in element.iterancestors()):
            element.drop_tag()
        else:
            remove(element)
    most = words(root) / 2
    styled = any(element.tag == "style" or element.get("rel") == "stylesheet" for element in root.iter("style", "link"))
    for element in list(root.iter("style")):
        remove(element)
    hidden: list[tuple[Element, str]] = []
    for element in list(root.iter(etree.Element)):
        parent = element.getparent()
        if parent is None:
            continue
        unseen = is_unseen(element, styled=styled)
        if (unseen or _is_for_machines(element)) and words(element) <= most:
            text = " ".join("".join(element.itertext()).split())
            around = [parent, *parent.iterancestors()]
            remove(element)
            if unseen and text:
                hidden.append((next((one for one in around if words(one)), root), text))
    return hidden


def drop_icons(root: Element) -> None:
    """Take out pictures whose description tells a reader nothing: file names, words that stand beside it, icons.

    A picture of at most 40 pixels is an icon if there is text beside it; alone (a tick in a table's cell) it is kept.
    """
    texts: dict[Element, str] = {}
    for image in list(root.iter("img")):
        alt = " ".join((image.get("alt") or "").split())
        block = next((found for found in image.iterancestors() if found.tag in _BLOCK_TAGS), root)
        if block not in texts:
            texts[block] = "".join(block.itertext()).casefold()
        is_idle = not alt or _PICTURE_NAME.fullmatch(alt) or alt.casefold() in texts[block]
        if is_idle or (_is_icon(image) and texts[block].strip()):
            remove(image)


def remove(element: Element) -> None:
    """Take an element out, keeping the text behind it. One that is out already, or the root, is left alone."""
    if element.getparent() is not None:
        element.drop_tree()


def words(element: Element) -> int:
    return sum(len(_WORD.findall(text)) for text in element.itertext())


def tokens(element: Element) -> str:
    """What an author called an element: class, id and role, lower case."""
    return " ".join(element.get(name) or "" for name in ("class", "id", "role")).lower()


def _is_for_machines(element: Element) -> bool:
    """What is said again for programs that sort, edit or read the page aloud."""
    if (element.get("aria-hidden") or "").lower() == "true":
        return True
    return not _HIDDEN_CLASSES.isdisjoint((element.get("class") or "").split())


def _is_icon(image: Element) -> bool:
    sizes = [re.match(r"\s*(\d+)", image.get(side) or "") for side in ("width", "height")]
    return any(size and int(size[1]) <= _ICON_PIXELS for size in sizes)


def _clean(root: Element) -> None:
    """Take out what character references brought back in: lxml reads control characters and refuses to write them."""
    for element in root.iter():
        for part in ("text", "tail"):
            text = getattr(element, part)
            if text and (cleaned := clean_text(text)) != text:
                setattr(element, part, cleaned)


def _level(root: Element) -> None:
    """Replace what stands too deep by its text, without recursion."""
    for element, depth in list(_depths(root)):
        if depth == MAX_DEPTH and len(element):
            text = " ".join("".join(element.itertext()).split())
            tail = element.tail
            element.clear()
            element.text, element.tail = text, tail


def _depths(root: Element) -> Iterator[tuple[Element, int]]:
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            yield element, depth
            depth += 1
        else:
            depth -= 1

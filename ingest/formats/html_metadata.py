"""What a page says about itself: title, language, author, date."""

import json
import re
from collections.abc import Iterator

from ingest.formats.html_tree import Element

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})|(\d{4})(\d{2})(\d{2})(?:$|T)")
_SITE = re.compile(r"\s+(?:[|·•»«—–]|-|::)\s+")
_AUTHOR_NAMES = ("author", "article:author", "dc.creator", "dcterms.creator", "parsely-author", "citation_author")
_DATE_NAMES = (
    "article:published_time", "datepublished", "dc.date", "dcterms.date", "dc.date.issued", "date", "pubdate",
    "publish-date", "parsely-pub-date", "citation_publication_date", "article:modified_time", "last-modified",
)  # fmt: skip
_MAX_VALUE = 200
_MAX_NESTING = 20


def title_of(root: Element) -> str:
    """The page's title: its only first-level heading, what it tells to those who link to it, or its window's title.

    "" where it has none. Of a window's title the site's name is left out where a part of it is a heading, too.
    """
    headings = [text for element in root.iter("h1") if (text := _words("".join(element.itertext())))]
    if len(headings) == 1:
        return headings[0]
    named = next(_meta(root, ("og:title", "twitter:title")), "")
    window = next((text for element in root.iter("title") if (text := _words(element.text or ""))), "")
    told = named or window
    parts = [part for part in _SITE.split(told) if part in headings]
    return parts[0] if parts else told or next(iter(headings), "")


def metadata_of(root: Element) -> dict[str, str]:
    """`language` (BCP 47), `author`, `date` (ISO 8601), each only where the page names it."""
    linked = list(_linked_data(root))
    found = {
        "language": _language(root),
        "author": next((name for name in _authors(root, linked) if not name.startswith("http")), ""),
        "date": next((day for text in _dates(root, linked) if (day := _iso_day(text))), ""),
    }
    return {name: value for name, value in found.items() if value}


def _words(text: str) -> str:
    return " ".join(text.split())


def _meta(root: Element, names: tuple[str, ...]) -> Iterator[str]:
    """The contents of the meta elements of those names, the first name's first."""
    found: dict[str, list[str]] = {}
    for element in root.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        if content := _words(element.get("content") or ""):
            found.setdefault(name.lower(), []).append(content[:_MAX_VALUE])
    for name in names:
        yield from found.get(name, [])


def _language(root: Element) -> str:
    declared = root.get("lang") or root.get("xml:lang") or next(_meta(root, ("og:locale", "language")), "")
    match = _LANGUAGE.match(declared.strip())
    return match[0].replace("_", "-") if match else ""


def _authors(root: Element, linked: list[dict[str, object]]) -> Iterator[str]:
    yield from _meta(root, _AUTHOR_NAMES)
    for item in linked:
        people = item.get("author")
        names = [_named(person) for person in (people if isinstance(people, list) else [people])]
        yield from [", ".join(name for name in names if name)] if any(names) else []
    for element in root.iter("a"):
        if element.get("rel") == "author" and (name := _words("".join(element.itertext()))):
            yield name[:_MAX_VALUE]


def _named(person: object) -> str:
    name = person.get("name") if isinstance(person, dict) else person
    return _words(name)[:_MAX_VALUE] if isinstance(name, str) else ""


def _dates(root: Element, linked: list[dict[str, object]]) -> Iterator[str]:
    yield from _meta(root, _DATE_NAMES)
    for item in linked:
        yield from (value for name in ("datePublished", "dateModified") if isinstance(value := item.get(name), str))
    for element in root.iter("time"):
        if element.get("itemprop") == "datePublished" or element.get("pubdate") is not None:
            yield element.get("datetime") or ""


def _iso_day(text: str) -> str:
    match = _DATE.match(text.strip())
    if match is None:
        return ""
    year, month, day = match[1] or match[4], match[2] or match[5], match[3] or match[6]
    return f"{year}-{month}-{day}" if 1 <= int(month) <= 12 and 1 <= int(day) <= 31 else ""


def _linked_data(root: Element) -> Iterator[dict[str, object]]:
    """The objects of the page's JSON-LD; what is no JSON says nothing."""
    for element in root.iter("script"):
        if element.get("type") != "application/ld+json":
            continue
        try:
            data = json.loads(element.text or "")
        except (ValueError, RecursionError):
            continue
        yield from _objects(data, _MAX_NESTING)


def _objects(data: object, levels: int) -> Iterator[dict[str, object]]:
    if isinstance(data, dict):
        yield data
        yield from _objects(data.get("@graph"), levels - 1)
    elif isinstance(data, list) and levels > 0:
        for item in data:
            yield from _objects(item, levels - 1)

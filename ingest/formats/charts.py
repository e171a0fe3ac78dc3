"""A chart's part (DrawingML) to words: its title, and the numbers that it was drawn from."""

import re
from collections.abc import Iterator

from lxml import etree

from ingest.formats.number_formats import shown
from ingest.formats.tables import pipe_table
from ingest.models import Piece


def chart_caption(root: etree._Element) -> str:
    """`Chart: Revenue by region (2023, 2024)`: the title and the names of the series, as far as there are any."""
    title = chart_title(root)
    names = ", ".join(name for series in root.iter("{*}ser") if (name := _values(series, "tx").get(0, "")) != title)
    return " ".join(["Chart:" if title or names else "", title, f"({names})" if names else ""]).strip()


def chart_title(root: etree._Element) -> str:
    titles = root.iterfind("{*}chart/{*}title")
    return " ".join(" ".join(t.text or "" for title in titles for t in title.iter("{*}t", "{*}v")).split())


def chart_pieces(root: etree._Element, *, page: int | None = None) -> Iterator[Piece]:
    """The title as a caption and a table: a row for each category (or x value), a column for each series."""
    if title := chart_title(root):
        yield Piece("caption", f"Chart: {title}", page=page)
    series = list(root.iter("{*}ser"))
    categories: dict[int, str] = {}
    for one in series:
        categories = categories or _values(one, "cat") or _values(one, "xVal")
    columns = [_values(one, "val") or _values(one, "yVal") for one in series]
    numbers = sorted({index for column in (categories, *columns) for index in column})
    header = ["", *(_values(one, "tx").get(0, "") for one in series)]
    rows = [[categories.get(i, ""), *(column.get(i, "") for column in columns)] for i in numbers]
    if rows and series:
        yield Piece("table", pipe_table([header, *rows]), page=page)


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"[-+]?[\d.]+(?:E[-+]?\d+)?", text)) and text.count(".") < 2


def _values(series: etree._Element, role: str) -> dict[int, str]:
    """Index to stored text of a series' names, categories or values; levels of a category are joined."""
    source = series.find(f"{{*}}{role}")
    if source is None:
        return {}
    found: dict[int, str] = {}
    code = next((code.text or "" for code in source.iter("{*}formatCode")), "")
    for point in source.iter("{*}pt"):
        index, text = int(point.get("idx", "0")), " ".join((point.findtext("{*}v") or "").split())
        text = shown(float(text), point.get("formatCode", code)) if code and _is_number(text) else text
        found[index] = f"{text} {found[index]}" if index in found else text
    if not found and (text := source.findtext("{*}v")):
        found[0] = text
    return found

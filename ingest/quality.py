"""Marks that tell an admin which documents need a look: counts by name, zeros left out.

- `odd_characters`: characters that no writer meant: replacement signs, private ones, letters in a wrong encoding
- `pages_without_text`: pages of which nothing is in the text
- `ragged_tables`: tables whose rows differ in length, or that are mostly blank
- `headings_missing`: 1 for a long document without any heading
- `hidden_characters`: characters that no reader of the source sees
- `ocr_pages`, `ocr_confidence`: pages read off a picture, and how sure that is in percent
"""

import re
from collections.abc import Mapping

from ingest.models import Document

LONG_PAGES = 8
LONG_CHARACTERS = 15_000
"""A document of so many pages, or characters, has headings if it is whole."""
_MOSTLY_BLANK = 0.6
_LEAST_CELLS = 12

_ODD = re.compile(
    "[\ufffd\ue000-\uf8ff]"
    "|\u00c3[\u0080-\u00bf]"  # UTF-8 read as Latin-1 or Windows-1252: two-byte letters
    "|\u00e2\u20ac[\u2018-\u203a\u0153\u2122\u00a0-\u00bf]"  # and typographic quotes and dashes
    "|\u00c2[\u00a0-\u00bf]"
    r"|\(cid:\d+\)"
)
_CELL_EDGE = re.compile(r"(?<!\\)\|")


def quality(document: Document) -> Mapping[str, int]:
    """The marks of a document, with those that its converter has given it."""
    seen = [block for block in document.blocks if not block.hidden]
    tables = [document.text[block.start : block.end] for block in seen if block.kind == "table"]
    found = {
        "odd_characters": sum(len(_ODD.findall(document.text[block.start : block.end])) for block in seen),
        "pages_without_text": sum(span.start == span.end for span in document.pages),
        "ragged_tables": sum(map(_is_ragged, tables)),
        "headings_missing": int(_is_long(document) and not any(block.kind == "heading" for block in seen)),
        "hidden_characters": sum(end - start for start, end in document.hidden),
    }
    return {**document.quality, **{name: count for name, count in found.items() if count}}


def _is_long(document: Document) -> bool:
    return len(document.pages) >= LONG_PAGES or len(document.text) >= LONG_CHARACTERS


def _is_ragged(table: str) -> bool:
    rows = [[cell.strip() for cell in _CELL_EDGE.split(line)[1:-1]] for line in table.split("\n")]
    rows = [row for position, row in enumerate(rows) if position != 1]  # the rule below the header
    cells = [cell for row in rows for cell in row]
    blank = len(cells) >= _LEAST_CELLS and sum(not cell for cell in cells) > _MOSTLY_BLANK * len(cells)
    return blank or len({len(row) for row in rows}) > 1

"""JSON and JSON Lines: records as a table or as sections; what holds none stays as it stands."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ingest.blocks import assemble
from ingest.errors import OverLimit
from ingest.formats.from_text import as_it_stands, read_text
from ingest.formats.records import Record, Value, declared_title, record_pieces
from ingest.formats.sheet_grid import MOST_CHARACTERS
from ingest.formats.titles import choose_title
from ingest.models import Document

_SHOWN_LINES = 12
"""Line numbers named in a note."""


def convert(path: Path, name: str) -> Document:
    """The records in `path`; no pages. Lines of JSON Lines that are no objects are left out and named in the notes.

    Raises `Unreadable`, `Malformed` (binary data), `OverLimit`.
    """
    text = read_text(path, name)
    if len(text) > MOST_CHARACTERS:
        raise OverLimit(f"{name}: more than {MOST_CHARACTERS:,} characters", remedy="Split the file.")
    try:
        value, note = _value(text)
        pieces = record_pieces(value, name)
    except RecursionError:
        pieces, note = None, "nested too deep to be read as records: its text is kept as it stands"
    if pieces is None:
        document = as_it_stands(text, name)
    else:
        document = assemble(pieces, title=choose_title(name, declared=declared_title(value)))
    return replace(document, notes=(note,)) if note else document


def _value(text: str) -> tuple[Value, str]:
    """What the text says, with a note where not all of it was understood; null where it is neither form of JSON."""
    try:
        return _parsed(text), ""
    except ValueError as exc:
        lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
        records, bad = _records(lines)
        if len(records) > 1 and len(records) >= len(bad):
            return list(records), _bad_lines(bad) if bad else ""
        return None, f"no whole JSON ({exc}): its text is kept as it stands"


def _records(lines: Sequence[tuple[int, str]]) -> tuple[list[Record], list[int]]:
    """The objects of the lines, and the numbers of those that hold none."""
    records: list[Record] = []
    bad: list[int] = []
    for number, line in lines:
        try:
            value = _parsed(line)
        except ValueError:
            value = None
        if isinstance(value, dict):
            records.append(value)
        else:
            bad.append(number)
    return records, bad


def _parsed(text: str) -> Value:
    """Numbers as they are written. Raises ValueError."""
    value: Value = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    return value


def _bad_lines(numbers: Sequence[int]) -> str:
    if len(numbers) == 1:
        return f"line {numbers[0]} is no JSON object and left out"
    more = f" and {len(numbers) - _SHOWN_LINES} more" if len(numbers) > _SHOWN_LINES else ""
    return f"lines {', '.join(map(str, numbers[:_SHOWN_LINES]))}{more} are no JSON objects and left out"

"""Records out of JSON or XML to Markdown: a table where they are flat and short, else a section for each.

Values stand as they were written: numbers with their zeros, strings with their words.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from ingest.errors import OverLimit
from ingest.formats.sheet_grid import MOST_CHARACTERS
from ingest.formats.tables import HEADER_JOINER, pipe_table
from ingest.markdown import clean_text
from ingest.models import Piece

Value: TypeAlias = "str | bool | list[Value] | dict[str, Value] | None"
"""A number is its text."""
Record: TypeAlias = "dict[str, Value]"
Path: TypeAlias = tuple[str, ...]

_MOST_COLUMNS = 24
_CELL_CHARACTERS = 200
_LEAST_FILLED = 0.5
"""Of a table's cells; records that share less have little of a table."""
_LINE_CHARACTERS = 300
_TITLE_CHARACTERS = 120
_TITLES = ("title", "name", "headline", "subject", "label", "id", "_id")


def record_pieces(value: Value, name: str) -> list[Piece] | None:
    """What `value` says, null where there are no records in it: no list of objects, nor an object that holds one.

    What stands beside the lists comes first, each list under a heading of its own. Raises `OverLimit`.
    """
    lists = list(_record_lists(value, ()))
    if not lists:
        return None
    beside = _beside(value, {path for path, _ in lists}, ())
    pieces = list(_fields(_flat(beside)))
    several = len(lists) > 1 or bool(pieces)
    for path, records in lists:
        if several and path:
            pieces.append(_heading(HEADER_JOINER.join(path), 2))
        pieces += _list_pieces(records, name, level=3 if several and path else 2)
    return pieces


def declared_title(value: Value) -> str:
    """What an object that holds records calls itself, at most one level down; "" where it does not."""
    if not isinstance(value, dict):
        return ""
    inner = [entry for entry in value.values() if isinstance(entry, dict)]
    return next((title for entry in (value, *inner) if isinstance(title := entry.get("title"), str)), "")


def _record_lists(value: Value, path: Path) -> Iterator[tuple[Path, list[Record]]]:
    """The lists of objects inside objects, with the keys that lead to them; those inside lists are of their record."""
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from _record_lists(entry, (*path, key))
    elif isinstance(value, list) and value and all(isinstance(entry, dict) for entry in value):
        yield path, [entry for entry in value if isinstance(entry, dict)]


def _beside(value: Value, taken: set[Path], path: Path) -> Record:
    """The object without the lists at `taken`."""
    if not isinstance(value, dict):
        return {}
    kept = {key: entry for key, entry in value.items() if (*path, key) not in taken}
    return {
        key: _beside(entry, taken, (*path, key)) if isinstance(entry, dict) else entry for key, entry in kept.items()
    }


def _list_pieces(records: Sequence[Record], name: str, *, level: int) -> Iterator[Piece]:
    flat: list[Mapping[str, str]] = []
    characters = 0
    for record in records:
        flat.append(_flat(record))
        characters += sum(len(key) + len(value) for key, value in flat[-1].items())
        if characters > MOST_CHARACTERS:
            raise OverLimit(f"{name}: more than {MOST_CHARACTERS:,} characters", remedy="Split the file.")
    if columns := _columns(flat):
        rows = ([record.get(column, "") for column in columns] for record in flat)
        yield Piece("table", pipe_table([columns, *rows]))
        return
    for number, fields in enumerate(flat, 1):
        yield _heading(_title(fields) or f"Record {number}", level)
        yield from _fields(fields)


def _flat(record: Record) -> dict[str, str]:
    """Each value's text by the keys that lead to it; what is null or blank is left out."""
    found: dict[str, str] = {}
    for path, text in _leaves(record, ()):
        key = " ".join(HEADER_JOINER.join(part for part in path if part).split()) or "value"
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found


def _leaves(value: Value, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from _leaves(entry, (*path, key))
    elif isinstance(value, list):
        yield from _of_list(value, path)
    elif text := _text(value):
        yield path, text


def _of_list(values: Sequence[Value], path: Path) -> Iterator[tuple[Path, str]]:
    """Plain values in one line; objects and lists one by one, by their number where there are several."""
    if not any(isinstance(value, dict | list) for value in values):
        yield from _leaves(", ".join(filter(None, map(_text, values))), path)
        return
    for number, value in enumerate(values, 1):
        last = f"{path[-1] if path else ''} {number}".strip()
        yield from _leaves(value, (*path[:-1], last) if len(values) > 1 else path)


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return clean_text(value).strip() if isinstance(value, str) else ""


def _columns(records: Sequence[Mapping[str, str]]) -> list[str]:
    """The table's columns in the order in which they come up; none where the records make no good table."""
    columns: dict[str, None] = {}
    for record in records:
        columns.update(dict.fromkeys(record))
        if len(columns) > _MOST_COLUMNS or any(not _is_short(value) for value in record.values()):
            return []
    filled = sum(map(len, records))
    return list(columns) if filled >= _LEAST_FILLED * len(records) * len(columns) else []


def _is_short(value: str) -> bool:
    return len(value) <= _CELL_CHARACTERS and "\n" not in value


def _title(record: Mapping[str, str]) -> str:
    """What the record calls itself, where that fits a line."""
    named = {key.lower(): value for key, value in record.items() if len(value) <= _TITLE_CHARACTERS}
    found = next((key for key in _TITLES if key in named), "")
    return f"{found} {named[found]}" if found in ("id", "_id") else named.get(found, "")


def _heading(text: str, level: int) -> Piece:
    return Piece("heading", f"{'#' * level} {' '.join(text.split())}", level)


def _fields(record: Mapping[str, str]) -> Iterator[Piece]:
    """Short values as items of a list, a long one as paragraphs that its key begins."""
    items: list[str] = []
    for key, value in record.items():
        if "\n" not in value and len(value) <= _LINE_CHARACTERS:
            items.append(f"- {key}: {value}")
            continue
        if items:
            yield Piece("list", "\n".join(items))
            items = []
        yield from (Piece("paragraph", part.strip("\n")) for part in f"{key}: {value}".split("\n\n") if part.strip())
    if items:
        yield Piece("list", "\n".join(items))

"""The small Markdown in which the sources of PDF, DOCX and PPTX files are written.

Front matter (`key: value` lines between `---`), headings, paragraphs of one line, lists (nested by two
blanks), tables, fenced code, and `>` notes. In a table, a cell `<` belongs to the cell at its left
and `^` to the one above. `<!-- plain -->` before a table means: no rules, columns by white space.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str


@dataclass(frozen=True, slots=True)
class Item:
    depth: int
    number: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Items:
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    rows: tuple[tuple[str, ...], ...]
    ruled: bool


@dataclass(frozen=True, slots=True)
class Code:
    text: str


@dataclass(frozen=True, slots=True)
class Note:
    text: str


Block = Heading | Paragraph | Items | Grid | Code | Note


@dataclass(frozen=True, slots=True)
class Manuscript:
    """`settings` holds the front matter: title, style, header, date, outline."""

    settings: dict[str, str]
    blocks: tuple[Block, ...]


def read_manuscript(path: Path) -> Manuscript:
    _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    settings = dict(line.split(": ", 1) for line in front.splitlines())
    return Manuscript(settings=settings, blocks=tuple(_blocks(body)))


def _blocks(body: str) -> Iterator[Block]:
    """Blocks are parted by blank lines, so code has none within."""
    for text in re.split(r"\n\n+", body.strip()):
        lines = text.split("\n")
        ruled = lines[0] != "<!-- plain -->"
        yield _block(lines if ruled else lines[1:], ruled=ruled)


def _block(lines: list[str], *, ruled: bool) -> Block:
    if lines[0].startswith("|"):
        return _grid(lines, ruled=ruled)
    for opening, read in _READERS:
        if re.match(opening, lines[0]):
            return read(lines)
    return Paragraph(" ".join(lines))


def _heading(lines: list[str]) -> Heading:
    marks, text = lines[0].split(" ", 1)
    return Heading(level=len(marks), text=text)


def _items(lines: list[str]) -> Items:
    return Items(tuple(_item(line) for line in lines))


def _item(line: str) -> Item:
    mark, text = line.split(maxsplit=1)
    depth = (len(line) - len(line.lstrip())) // 2
    return Item(depth=depth, number=None if mark == "-" else int(mark[:-1]), text=text)


def _code(lines: list[str]) -> Code:
    return Code("\n".join(lines[1:-1]))


def _note(lines: list[str]) -> Note:
    return Note(" ".join(line.removeprefix(">").strip() for line in lines))


def _grid(lines: list[str], *, ruled: bool) -> Grid:
    rows = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]
    return Grid(rows=(rows[0], *rows[2:]), ruled=ruled)


_READERS: tuple[tuple[str, Callable[[list[str]], Block]], ...] = (
    (r"#+ ", _heading),
    (r"(-|\d+\.) ", _items),
    (r"```", _code),
    (r">", _note),
)

"""How much of a long text is shown at once: whole lines around what was asked for, a cut table under its header."""

import re
from dataclasses import dataclass
from itertools import pairwise

SIZE = 40_000
"""Characters of Markdown that a browser is given at once."""

_RULE = re.compile(r"\|[ :|-]+\|[ ]*")
_TABLE_LINES = 100_000


@dataclass(frozen=True, slots=True)
class Window:
    """`text[start:end]`, between line ends. `header` are a table's head lines where the window begins inside one."""

    start: int
    end: int
    header: str


def window(text: str, start: int, *, size: int = SIZE) -> Window:
    """Around `start`, of about `size` characters: a third of it before, as much more as there is after."""
    first = 0 if len(text) <= size else _line_start(text, max(0, min(start - size // 3, len(text) - size)))
    last = min(len(text), first + size)
    end = len(text) if last == len(text) else _line_end(text, max(last, start))
    return Window(first, end, _header(text, first))


def _line_start(text: str, offset: int) -> int:
    """Of the paragraph that `offset` stands in, or of its line where the paragraph is long."""
    paragraph = text.rfind("\n\n", max(0, offset - 2_000), offset)
    return paragraph + 2 if paragraph >= 0 else text.rfind("\n", 0, offset) + 1


def _line_end(text: str, offset: int) -> int:
    paragraph = text.find("\n\n", offset, offset + 2_000)
    line = text.find("\n", offset)
    found = paragraph if paragraph >= 0 else line
    return len(text) if found < 0 else found


def _header(text: str, start: int) -> str:
    """The first two lines of the table whose row the window begins with; empty where it begins with none."""
    if not text.startswith("|", start):
        return ""
    lines = text[:start].rsplit("\n\n", 1)[-1].split("\n")[:_TABLE_LINES]
    for head, rule in pairwise(lines):
        if head.startswith("|") and _RULE.fullmatch(rule):
            return f"{head}\n{rule}\n"
    return ""

"""Documents that say of themselves which they are: every paragraph names its file and the number of its text."""

import re
from dataclasses import dataclass

_SAID = re.compile(r"File (\S+) text (\d+) line (\d+)")


@dataclass(frozen=True, slots=True)
class Said:
    """What a paragraph says of itself."""

    path: str
    number: int
    line: int


def text_of(path: str, number: int) -> str:
    """Between 4 and 12 paragraphs."""
    lines = 4 + number * 7 % 9
    return "\n\n".join(paragraph(path, number, line) for line in range(lines))


def paragraph(path: str, number: int, line: int) -> str:
    return f"File {path} text {number} line {line} says {unique(path, number, line)} about pumps and leave."


def unique(path: str, number: int, line: int) -> str:
    """A word that stands nowhere else."""
    return f"w{path.split('.')[0]}x{number}x{line}"


def said(text: str) -> list[Said]:
    """Every paragraph that begins in a text, in order."""
    return [Said(path, int(number), int(line)) for path, number, line in _SAID.findall(text)]

"""Items of a list as an office file knows them, one by one with depth and mark, to one Markdown list."""

from collections.abc import Sequence
from dataclasses import dataclass

_INDENT = "    "
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl")),
    *((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)


@dataclass(frozen=True, slots=True)
class Item:
    """`marker` is `-`, `3.`, or a dash with the number as shown (`- b)`); `depth` counts from 0."""

    depth: int
    marker: str
    text: str


def list_text(items: Sequence[Item]) -> str:
    """The items as one list; the shallowest stand at the margin, later lines of an item below its text."""
    top = min((item.depth for item in items), default=0)
    lines = []
    for item in items:
        indent = _INDENT * (item.depth - top)
        lines.append(f"{indent}{item.marker} " + item.text.replace("\n", f"\n{indent}  "))
    return "\n".join(lines)


def list_number(number: int, kind: str) -> str:
    """`number` in an office format (`lowerLetter`, `upperRoman`, ...); those of other scripts as plain digits."""
    if kind in ("lowerLetter", "upperLetter") and number > 0:
        letters = chr(97 + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letters if kind == "lowerLetter" else letters.upper()
    if kind in ("lowerRoman", "upperRoman") and 0 < number < 4000:
        roman = ""
        for value, digits in _ROMAN:
            roman += digits * (number // value)
            number %= value
        return roman if kind == "lowerRoman" else roman.upper()
    return f"{number:02}" if kind == "decimalZero" else str(number)

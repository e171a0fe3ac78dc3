"""Figures with their intervals on a terminal."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from api import terminal

if TYPE_CHECKING:
    from evals.intervals import Interval


def heading(line: str) -> None:
    terminal.console().print(Text(terminal.name(line), "bold"))


def means(metrics: "Mapping[str, Interval]") -> None:
    """One row for each family of metrics, `ndcg`, one column for each cut-off, `@10`."""
    families: dict[str, dict[str, str]] = {}
    for name, interval in metrics.items():
        family, _, cut = name.partition("@")
        families.setdefault(family, {})[f"@{cut}" if cut else ""] = told(interval)
    cuts = list(dict.fromkeys(cut for cells in families.values() for cut in cells))
    table = plain("Mean (95 % interval)", *cuts)
    for family, cells in families.items():
        table.add_row(family, *(cells.get(cut, "") for cut in cuts))
    terminal.console().print(table)


def plain(*headings: str) -> Table:
    return Table(*headings, box=None, pad_edge=False, header_style="dim")


def told(interval: "Interval") -> str:
    return f"{interval.mean:.3f} ({interval.low:.3f}-{interval.high:.3f})"


def notes(lines: Iterable[str]) -> None:
    for line in lines:
        terminal.note(line)

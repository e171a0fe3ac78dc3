"""How far an ingest is: counted as the pipeline tells it, shown as a bar on a terminal and as lines elsewhere."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from typing import Protocol

from api import terminal
from retrieval.models import Outcome

_SECONDS_BETWEEN_LINES = 5.0


class Tally(Protocol):
    """`ended` of `files` are through; `chunks` are published, of which `embedded` had to be embedded."""

    files: int
    ended: int
    chunks: int
    embedded: int


class Counts:
    """Counts what the pipeline tells of its progress; `changed` hears of every step and may raise to stop the run."""

    def __init__(self, changed: Callable[[Tally], None]) -> None:
        self._changed = changed
        self.files = 0
        self.ended = 0
        self.chunks = 0
        self.embedded = 0

    def planned(self, files: int) -> None:
        self.files = files
        self._changed(self)

    def finished(self, outcome: Outcome) -> None:  # noqa: ARG002 - the pipeline's protocol
        self.ended += 1
        self._changed(self)

    def published(self, chunks: int, embedded: int) -> None:
        self.chunks += chunks
        self.embedded += embedded
        self._changed(self)


@contextlib.contextmanager
def shown() -> Iterator[Callable[[Tally], None]]:
    """Shows what it is called with, on stderr."""
    with _bar() if sys.stderr.isatty() else _lines() as show:
        yield show


@contextlib.contextmanager
def _bar() -> Iterator[Callable[[Tally], None]]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("Reading"),
        BarColumn(bar_width=32),
        MofNCompleteColumn(),
        TextColumn("files · {task.fields[chunks]:,} chunks ·"),
        TimeRemainingColumn(compact=True),
        TextColumn("left"),
    )
    with Progress(*columns, console=terminal.stderr(), transient=True) as progress:
        task = progress.add_task("", total=None, chunks=0)

        def show(tally: Tally) -> None:
            progress.update(task, total=tally.files or None, completed=tally.ended, chunks=tally.chunks)

        yield show


@contextlib.contextmanager
def _lines() -> Iterator[Callable[[Tally], None]]:
    started = spoke = time.monotonic()

    def show(tally: Tally) -> None:
        nonlocal spoke
        now = time.monotonic()
        if now - spoke >= _SECONDS_BETWEEN_LINES and tally.files:
            spoke = now
            terminal.note(_line(tally, now - started))

    yield show


def _line(tally: Tally, seconds: float) -> str:
    line = f"{tally.ended:,} of {tally.files:,} files, {tally.chunks:,} chunks"
    if not tally.ended:
        return line
    return f"{line}, about {seconds / tally.ended * (tally.files - tally.ended):,.0f} s left"

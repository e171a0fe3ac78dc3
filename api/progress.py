"""How far an ingest is: counted as the pipeline tells it, shown as a bar on a terminal and as lines elsewhere."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Protocol

from api import terminal
from retrieval.models import Outcome

_SECONDS_BETWEEN_LINES = 5.0
_TELLING_PART = 0.1


class Tally(Protocol):
    """`ended` of `files` are through, `pages` were read; `chunks` are published, `embedded` of them were embedded."""

    files: int
    ended: int
    pages: int
    chunks: int
    embedded: int


class Counts:
    """Counts what the pipeline tells of its progress; `changed` hears of every step and may raise to stop the run."""

    def __init__(self, changed: Callable[[Tally], None]) -> None:
        self._changed = changed
        self.files = 0
        self.ended = 0
        self.pages = 0
        self.chunks = 0
        self.embedded = 0

    def planned(self, files: int) -> None:
        self.files = files
        self._changed(self)

    def counted(self, ended: int, total: int) -> None:
        """For work that knows how far it is."""
        self.ended, self.files = ended, total
        self._changed(self)

    def finished(self, outcome: Outcome) -> None:
        self.ended += 1
        self.files = max(self.files, self.ended)  # what lies in mails and archives is not known before
        self.pages += outcome.pages if outcome.outcome in ("indexed", "duplicate") else 0
        self._changed(self)

    def published(self, chunks: int, embedded: int) -> None:
        self.chunks += chunks
        self.embedded += embedded
        self._changed(self)


@contextlib.contextmanager
def shown(of: str = "files") -> Iterator[Callable[[Tally], None]]:
    """Shows what it is called with, on stderr; `of` are what it counts."""
    with _bar(of) if sys.stderr.isatty() else _lines(of) as show:
        yield show


@contextlib.contextmanager
def _bar(of: str) -> Iterator[Callable[[Tally], None]]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (
        TextColumn("Reading"),
        BarColumn(bar_width=32),
        MofNCompleteColumn(),
        TextColumn(of + " · {task.fields[pages]:,} pages · {task.fields[chunks]:,} chunks{task.fields[left]}"),
    )
    with Progress(*columns, console=terminal.stderr(), transient=True) as progress:
        task = progress.add_task("", total=None, pages=0, chunks=0, left="")
        started = time.monotonic()

        def show(tally: Tally) -> None:
            seconds = time.monotonic() - started
            left = seconds_left(tally, seconds)
            rate = f" · {tally.chunks / seconds:,.0f} chunks/s" if tally.chunks and seconds > 0 else ""
            shown = f"{rate} · about {timedelta(seconds=round(left))} left" if left is not None else rate
            total = tally.files or None
            progress.update(
                task, total=total, completed=tally.ended, pages=tally.pages, chunks=tally.chunks, left=shown
            )

        yield show


@contextlib.contextmanager
def _lines(of: str) -> Iterator[Callable[[Tally], None]]:
    started = spoke = time.monotonic()

    def show(tally: Tally) -> None:
        nonlocal spoke
        now = time.monotonic()
        if now - spoke >= _SECONDS_BETWEEN_LINES and tally.files:
            spoke = now
            terminal.note(_line(tally, now - started, of))

    yield show


def _line(tally: Tally, seconds: float, of: str = "files") -> str:
    pages = f"{tally.pages:,} pages, " if of == "files" else ""
    line = f"{tally.ended:,} of {tally.files:,} {of}, {pages}{tally.chunks:,} chunks"
    line += f", {tally.chunks / seconds:,.1f} chunks/s" if tally.chunks and seconds > 0 else ""
    left = seconds_left(tally, seconds)
    return line if left is None else f"{line}, about {left:,.0f} s left"


def seconds_left(tally: Tally, seconds: float) -> float | None:
    """Seconds, as long as those so far were for the files so far; null while these are too few to tell by, or all."""
    if not tally.ended or not _TELLING_PART * tally.files <= tally.ended < tally.files:
        return None
    return seconds / tally.ended * (tally.files - tally.ended)

"""Progress on stderr: stdout is for results."""

from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Protocol, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from retrieval.models import Outcome

T = TypeVar("T")


def track(items: Sequence[T], doing: str) -> Iterable[T]:
    """`items` one by one, with a bar and the time left where stderr is a terminal, and in silence elsewhere."""
    console = Console(stderr=True)
    with bar(console) as progress:
        yield from progress.track(items, description=doing)


class Tracks(Protocol):
    """What `track` does, whoever shows it."""

    def __call__(self, items: Sequence[T], doing: str) -> Iterable[T]: ...


class SharedBar:
    """One bar over several passes of `total` items in all, so that the time left is that of the whole."""

    def __init__(self, total: int) -> None:
        self._bar = bar()
        self._task = self._bar.add_task("", total=total)

    def track(self, items: Sequence[T], doing: str) -> Iterable[T]:
        self._bar.update(self._task, description=doing)
        for item in items:
            yield item
            self._bar.advance(self._task)

    def __enter__(self) -> "SharedBar":
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()


def bar(console: Console | None = None) -> Progress:
    """A bar for work that is told piece by piece."""
    console = console or Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


class IngestBar:
    """Files and chunks of an ingest as they are done; what `ingest.pipeline` calls its progress."""

    def __init__(self) -> None:
        self._bar = bar()
        self._files = self._bar.add_task("Ingesting", total=None)
        self._chunks = self._bar.add_task("Chunks", total=None)
        self._embedded = 0

    def planned(self, files: int) -> None:
        self._bar.update(self._files, total=files)

    def finished(self, outcome: Outcome) -> None:
        self._bar.update(self._files, advance=1, description=f"Ingesting {outcome.uri.rsplit('/', 1)[-1][:40]}")

    def published(self, chunks: int, embedded: int) -> None:
        self._embedded += embedded
        self._bar.update(self._chunks, advance=chunks, description=f"Chunks, {self._embedded} embedded")

    def __enter__(self) -> "IngestBar":
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

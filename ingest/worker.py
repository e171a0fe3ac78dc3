"""A converter's process: it reads jobs from the pipe whose descriptor it was started with, until that ends.

It works under limits on address space and processor time, opens no connection (the guard is Python's own audit hook;
native code is kept from it by the switches that `ingest.workers` sets), keeps nothing between jobs, and ends with its
parent. An error that no converter expected ends it, with a last word about where: its state is not to be trusted.
"""

import ctypes
import importlib
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Protocol, cast

from ingest.chunk import chunks
from ingest.errors import NoText, OverLimit, UnknownFormat
from ingest.media import ARCHIVE, media_type
from ingest.models import Attachment, Block, ConvertSettings, Document, Limits
from retrieval.errors import SourceError
from retrieval.models import Chunk, PageSpan
from retrieval.settings import ChunkSettings
from retrieval.store.tokens import TokenCounter

_PR_SET_PDEATHSIG = 1
_NETWORK = (
    "socket.bind",
    "socket.connect",
    "socket.getaddrinfo",
    "socket.gethostby",
    "socket.sendmsg",
    "socket.sendto",
)


@dataclass(frozen=True, slots=True)
class Setup:
    """What a worker is started with: the embedding model's `tokenizer.json`, the name of the module that converts."""

    limits: Limits
    max_tokens: int
    special_tokens: int
    tokenizer: Path
    chunking: ChunkSettings
    settings: ConvertSettings
    converter: str
    parent: int


@dataclass(frozen=True, slots=True)
class Job:
    """One source: the copy that is read, and the name it was found under.

    `blocks` asks for those too; `archives` says whether one may be opened.
    """

    path: Path
    name: str
    blocks: bool = False
    archives: bool = True


@dataclass(frozen=True, slots=True)
class Converted:
    """A source as it is handed on; see `Document` for what stands in it. `blocks` is empty unless asked for."""

    media_type: str
    title: str
    text: str
    pages: tuple[PageSpan, ...]
    metadata: Mapping[str, str]
    notes: tuple[str, ...]
    chunks: tuple[Chunk, ...]
    hidden: tuple[tuple[int, int], ...] = ()
    boxes: bytes = b""
    attachments: tuple[Attachment, ...] = ()
    quality: Mapping[str, int] = field(default_factory=dict)
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """How a job ended. `spent` asks for a fresh process: this one holds much memory."""

    result: Converted | SourceError
    spent: bool = False


@dataclass(frozen=True, slots=True)
class Crash:
    """The last word of a process that met an error which no converter expected."""

    what: str


class _Converter(Protocol):
    def convert(self, path: Path, media_type: str, name: str, settings: ConvertSettings) -> Document: ...


def main() -> None:
    connection = Connection(int(sys.argv[1]))
    setup: Setup = connection.recv()
    _die_with(setup.parent)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (setup.limits.memory_bytes, setup.limits.memory_bytes))
    sys.addaudithook(_no_network)
    sys.excepthook = _last_word(connection)
    counter = TokenCounter.from_file(setup.tokenizer)
    while True:
        try:
            job: Job = connection.recv()
        except EOFError:
            return
        _allow_seconds(setup.limits.seconds)
        try:
            connection.send(
                Reply(_result(job, setup, counter), spent=_address_space() > setup.limits.memory_bytes // 2)
            )
        except MemoryError:
            connection.send(Reply(_too_much_memory(job, setup), spent=True))


def _result(job: Job, setup: Setup, counter: TokenCounter) -> Converted | SourceError:
    try:
        return _converted(job, setup, counter)
    except SourceError as exc:
        return exc.with_traceback(None)
    except RecursionError:
        return OverLimit(f"{job.name}: nested too deeply", remedy="save it again in a simpler form")


def _converted(job: Job, setup: Setup, counter: TokenCounter) -> Converted:
    kind = media_type(job.path, job.name)
    if kind == ARCHIVE and not job.archives:
        raise UnknownFormat(f"{job.name}: an archive inside of an archive is not opened", remedy="unpack it")
    converter = cast(_Converter, importlib.import_module(setup.converter))
    document = converter.convert(job.path, kind, job.name, setup.settings)
    if len(document.text) > setup.limits.characters:
        raise OverLimit(
            f"{job.name}: {len(document.text):,} characters of text, more than {setup.limits.characters:,}",
            remedy="split the file",
        )
    found = chunks(document, setup, counter.count, setup.chunking)
    if not found:
        raise NoText(f"{job.name}: no text in it", remedy="If it holds pictures of text, it needs OCR first.")
    return Converted(
        kind,
        document.title,
        document.text,
        document.pages,
        dict(document.metadata),
        document.notes,
        found,
        hidden=document.hidden,
        boxes=document.boxes,
        attachments=document.attachments,
        quality=dict(document.quality),
        blocks=document.blocks if job.blocks else (),
    )


def _too_much_memory(job: Job, setup: Setup) -> OverLimit:
    return OverLimit(
        f"{job.name}: needs more than {setup.limits.memory_bytes / 2**30:.3g} GiB of memory", remedy="split the file"
    )


def _die_with(parent: int) -> None:
    """End when the parent is killed; it ignores Ctrl-C, which is the parent's to act on."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _no_network(event: str, _: tuple[object, ...]) -> None:
    if event.startswith(_NETWORK):
        raise PermissionError(f"no network in a converter ({event})")


def _last_word(connection: Connection) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    def tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        place = traceback.extract_tb(trace)[-1] if trace else None
        where = f" at {Path(place.filename).name}:{place.lineno}" if place else ""
        connection.send(Crash(f"{kind.__name__}: {str(error)[:200]}{where}"))

    return tell


def _allow_seconds(seconds: float) -> None:
    """So much more processor time; the signal that comes then ends the process."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(spent.ru_utime + spent.ru_stime + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _address_space() -> int:
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except FileNotFoundError:
        return 0


if __name__ == "__main__":
    main()

"""How the sources of a run ended: one line for each, and what the run came to."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ingest.parts import INSIDE, part_uri
from ingest.sources import FoundFile
from retrieval.models import KnownDocument, Outcome, OutcomeKind
from retrieval.store.index import Index
from retrieval.store.sightings import Sighting

KINDS: tuple[OutcomeKind, ...] = ("indexed", "unchanged", "duplicate", "skipped", "failed", "removed")
_NOT_FOR_US = ("no_text", "unknown_format")
_WRITTEN_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class IngestReport:
    """One run. `outcomes` holds every source seen exactly once, by URI.

    `chunks` counts those of the versions published in this run, `embedded` those of them that had to be embedded.
    `gone` counts known documents without a file that were left in place; `refusal` says why pruning did nothing, and
    is empty otherwise. `notes` are for whoever keeps the corpus.
    """

    run_id: int
    collection: str
    outcomes: tuple[Outcome, ...]
    chunks: int
    embedded: int
    seconds: float
    gone: int = 0
    refusal: str = ""
    notes: tuple[str, ...] = ()

    def counts(self) -> Mapping[OutcomeKind, int]:
        """Sources by outcome; every kind is there."""
        found = Counter(outcome.outcome for outcome in self.outcomes)
        return {kind: found[kind] for kind in KINDS}

    @property
    def complete(self) -> bool:
        """Whether all that was asked for was done: no source failed, and pruning was not refused."""
        return not self.refusal and not any(outcome.outcome == "failed" for outcome in self.outcomes)


@dataclass(frozen=True, slots=True)
class Published:
    """How many chunks the versions have that were published, and how many of those were embedded for it."""

    chunks: int
    embedded: int


class Progress(Protocol):
    """Told of a run as it goes. What it raises ends the run; what was published by then stays.

    `planned` says how many outcomes there will be, `finished` tells each, `published` how many chunks were made
    findable in one go, and how many of them were embedded for it: none, every second or so, while files are read or a
    source is slow.
    """

    def planned(self, files: int) -> None: ...
    def finished(self, outcome: Outcome) -> None: ...
    def published(self, chunks: int, embedded: int) -> None: ...


class Silence:
    """Progress that nobody watches."""

    def planned(self, files: int) -> None: ...
    def finished(self, outcome: Outcome) -> None: ...
    def published(self, chunks: int, embedded: int) -> None: ...


class Ledger:
    """One run's lines: written to the catalogue in batches, told to whoever watches, kept for the report."""

    def __init__(self, index: Index, progress: Progress, *, collection: str, arguments: Mapping[str, object]) -> None:
        self.run_id = index.begin_run(collection, arguments)
        self.outcomes: list[Outcome] = []
        self._index = index
        self._progress = progress
        self._unwritten: list[Outcome] = []

    def ended(self, outcome: Outcome) -> None:
        """A source has ended in a way that changed nothing else."""
        self._unwritten.append(outcome)
        if len(self._unwritten) >= _WRITTEN_AT_ONCE:
            self.write()
        self.told([outcome])

    def told(self, outcomes: Sequence[Outcome]) -> None:
        """These lines stand in the catalogue already, with the change that they tell of."""
        self.outcomes.extend(outcomes)
        for outcome in outcomes:
            self._progress.finished(outcome)

    def write(self) -> None:
        unwritten, self._unwritten = self._unwritten, []
        self._index.record(self.run_id, unwritten)


class Why(Protocol):
    """Why something can't be read: an error, or what an earlier run kept of one."""

    @property
    def code(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def remedy(self) -> str: ...


def unchanged(one: KnownDocument, reason: str = "") -> Outcome:
    """The line of a document whose source is as it was."""
    return Outcome(
        one.uri,
        "unchanged",
        reason,
        pages=one.pages,
        chunks=one.chunks,
        explained=one.explained,
        quality=one.quality,
        document_id=one.document_id,
    )


def part_unread(found: FoundFile, why: Sighting, known: Mapping[str, KnownDocument]) -> Outcome:
    """The line of a file inside of another that could not be read in an earlier run; both are as they were."""
    document = known.get(why.path)
    uri = part_uri(found.uri, why.path[len(found.path) + len(INSIDE) :])
    return unread(uri, why, known=document.document_id if document else None)


def unread(uri: str, error: Why, *, known: str | None = None) -> Outcome:
    """The outcome of a source that could not be read; what holds no text or is of no known format is skipped.

    `known` is the id of the document that was read from it before: it stays as it is, and the reason says so.
    """
    kind: OutcomeKind = "skipped" if error.code in _NOT_FOR_US else "failed"
    reason = f"{error.code}: {error.message}"
    return Outcome(
        uri,
        kind,
        f"{reason}; what was read of it before still answers" if known else reason,
        document_id=known,
        code=error.code,
        remedy=error.remedy,
    )

"""What tests of ingest runs share: files to ingest, and short words for what became of them."""

from pathlib import Path

from ingest.ledger import IngestReport
from ingest.options import IngestOptions
from ingest.pipeline import ingest
from retrieval.engine import Engine
from retrieval.models import OWNER, Caller, DocumentSummary, Outcome


def write(folder: Path, **texts: str) -> None:
    """Files by stem; `__` parts folders."""
    for stem, text in texts.items():
        path = folder / f"{stem.replace('__', '/')}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def run(engine: Engine, *targets: Path, **options: object) -> IngestReport:
    return ingest(engine.index, [str(target) for target in targets], IngestOptions(workers=1, **options))  # type: ignore[arg-type]


def told(report: IngestReport) -> dict[str, str]:
    """Name of each source with its outcome and the reason."""
    return {
        one.uri.rsplit("/", 1)[-1]: f"{one.outcome}: {one.reason}" if one.reason else one.outcome
        for one in report.outcomes
    }


def documents(engine: Engine, caller: Caller = OWNER) -> dict[str, DocumentSummary]:
    return {one.document: one for one in engine.catalog.documents(caller)}


def found(engine: Engine, question: str, caller: Caller = OWNER) -> list[str]:
    return [hit.chunk.document for hit in engine.search(question, caller=caller, mode="lexical")]


class Watcher:
    """Keeps what it was told, and ends the run where it was told to."""

    def __init__(self, *, end_after: int | None = None) -> None:
        self.files = 0
        self.outcomes: list[Outcome] = []
        self.chunks: list[tuple[int, int]] = []
        self._end_after = end_after

    def planned(self, files: int) -> None:
        self.files = files

    def finished(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        if len(self.outcomes) == self._end_after:
            raise KeyboardInterrupt

    def published(self, chunks: int, embedded: int) -> None:
        self.chunks.append((chunks, embedded))

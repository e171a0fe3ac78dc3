"""Corpora as staged versions: converted and cut once, published as often as a trial needs them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals import records
from evals.models import BeirSet
from ingest.options import IngestOptions
from ingest.pipeline import ingest
from retrieval.engine import Engine
from retrieval.models import Outcome, StagedVersion
from retrieval.ports import Embedder
from retrieval.settings import EngineSettings
from retrieval.store.index import Acknowledged, Index
from retrieval.store.tokens import TokenCounter

_BATCH = 200

Staged = tuple[StagedVersion, ...]


def of_records(judged: BeirSet, scratch: Path, embedder: Embedder) -> Staged:
    """A BEIR set's records, those with text."""
    with Engine(EngineSettings(scratch), write=True, embedder=embedder) as engine:
        limits = engine.index.chunk_limits
        count = TokenCounter.from_file(limits.tokenizer).count
        made = (records.staged(record, root="beir:trial", limits=limits, count=count) for record in judged.records)
        return tuple(version for version in made if version.chunks)


def of_folder(folder: Path, scratch: Path, embedder: Embedder) -> Staged:
    """A folder's files as the pipeline hands them over."""
    with Engine(EngineSettings(scratch), write=True, embedder=embedder) as engine:
        listening = _Listening(engine.index)
        ingest(listening, [str(folder)], IngestOptions())  # type: ignore[arg-type]  # an index in all but name
        return tuple(listening.staged)


def publish(staged: Staged, home: Path, embedder: Embedder, *, at_once: int = _BATCH) -> None:
    """A new home that holds these versions, published in their order, `at_once` to a batch."""
    with Engine(EngineSettings(home), write=True, embedder=embedder) as engine:
        run_id = engine.index.begin_run(staged[0].source.collection, {})
        for start in range(0, len(staged), at_once):
            engine.index.publish(run_id, [(version, _outcome(version)) for version in staged[start : start + at_once]])
        engine.index.finish_run(run_id)


def _outcome(version: StagedVersion) -> Outcome:
    return Outcome(version.source.uri, "indexed", chunks=len(version.chunks))


class _Listening:
    """An index that keeps what is published through it."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self.staged: list[StagedVersion] = []

    def publish(
        self,
        run_id: int,
        batch: Sequence[tuple[StagedVersion, Outcome]],
        removals: Sequence[tuple[str, Outcome]] = (),
        *,
        again: bool = True,
    ) -> Acknowledged:
        self.staged += [version for version, _ in batch]
        return self._index.publish(run_id, batch, removals, again=again)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)

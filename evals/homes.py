"""Corpora to measure on, in homes of their own below one cache folder, so that nothing is embedded twice.

The home of BEIR records is named by what they hold, that of a folder of files by its path, and either by the model and
by how chunks are cut. It is brought up to date before it is used, with the vectors that any of them has (`vectors`).
"""

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from evals.models import BeirSet, Record
from evals.progress import IngestBar
from evals.records import fill, fingerprint
from evals.vectors import cached_embedder
from ingest import chunk
from ingest.options import IngestOptions
from ingest.pipeline import ingest
from retrieval.engine import Engine
from retrieval.errors import HomeError, ModelMismatch
from retrieval.ports import Embedder
from retrieval.settings import EngineSettings
from retrieval.store.index import Index

_FILLED = "filled.json"


def for_records(
    judged: BeirSet, *, settings: EngineSettings, cache: Path, embedder: Embedder | None = None
) -> EngineSettings:
    """`settings` with the home that holds the set's records, each one document whose path is its id.

    `cache` is the folder for homes and vectors; `embedder` is the configured model over them, where the caller has it
    open. Raises: `HomeLocked` while another process fills the same home.
    """
    embedder = embedder or cached_embedder(settings, cache)
    digest = records_digest(judged.records)
    own = _own(settings, cache, judged.name, digest)
    made = {"records": digest, "fingerprint": fingerprint(settings.chunks)}
    if not _is_ready(own, made, embedder):
        _anew_on_mismatch(own, embedder, lambda index: fill(index, judged.records, root=f"beir:{digest}"))
        (own.home / _FILLED).write_text(json.dumps(made))
    return own


def for_folder(
    folder: Path, *, settings: EngineSettings, cache: Path, embedder: Embedder | None = None
) -> EngineSettings:
    """`settings` with the home that holds the folder's files as they are now, ingested as users do it.

    `cache` and `embedder` as in `for_records`. Raises: what `ingest.pipeline.ingest` raises for a folder that can't be
    walked, `HomeLocked`.
    """
    embedder = embedder or cached_embedder(settings, cache)
    path = folder.resolve()
    own = _own(settings, cache, path.name, hashlib.sha256(str(path).encode()).hexdigest())
    options = IngestOptions(prune=True, force=True)
    with IngestBar() as progress:
        _anew_on_mismatch(own, embedder, lambda index: ingest(index, [str(path)], options, progress))
    return own


def _own(settings: EngineSettings, cache: Path, name: str, digest: str) -> EngineSettings:
    """The settings with a home for this content, model and chunker."""
    cut = hashlib.sha256(chunk.fingerprint(settings.chunks).encode()).hexdigest()[:6]
    return replace(settings, home=cache / f"{slug(name)}-{slug(settings.model)}-{digest[:12]}-{cut}")


def _anew_on_mismatch(settings: EngineSettings, embedder: Embedder, work: Callable[[Index], object]) -> None:
    """Open the home to write and do the work; a home that another model built is thrown away first: it is a cache."""
    try:
        engine = Engine(settings, write=True, embedder=embedder)
    except ModelMismatch:
        shutil.rmtree(settings.home)
        engine = Engine(settings, write=True, embedder=embedder)
    with engine:
        work(engine.index)


def _is_ready(settings: EngineSettings, made: object, embedder: Embedder) -> bool:
    """Whether the home holds these records, and the model that is installed now can search it."""
    if _filled(settings.home) != made:
        return False
    try:
        _brought_up_to_date(settings, embedder)
    except ModelMismatch:
        return False
    return True


def _brought_up_to_date(settings: EngineSettings, embedder: Embedder) -> None:
    """A home that an older version of this program left is opened by a writer, who alone changes it."""
    try:
        Engine(settings, write=False, embedder=embedder).close()
    except ModelMismatch:
        raise
    except HomeError:
        Engine(settings, write=True, embedder=embedder).close()


def _filled(home: Path) -> object:
    try:
        return json.loads((home / _FILLED).read_text())
    except (FileNotFoundError, ValueError):
        return None


def records_digest(records: Sequence[Record]) -> str:
    """Of what the records hold."""
    digest = hashlib.sha256()
    for record in records:
        digest.update(json.dumps([record.id, record.title, record.text]).encode())
    return digest.hexdigest()


def slug(text: str) -> str:
    """A text as part of a file's name."""
    return re.sub(r"[^\w.-]+", "_", text)[-40:] or "set"

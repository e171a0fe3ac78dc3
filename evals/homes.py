"""Corpora to measure on, in homes of their own below one cache folder, so that nothing is embedded twice.

The home of BEIR records is named by what they hold and by the model, that of a folder of files by its path and the
model. Either is brought up to date before it is used, which embeds only what is new.
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
from ingest.pipeline import IngestOptions, ingest
from retrieval.engine import Engine
from retrieval.errors import ModelMismatch
from retrieval.settings import EngineSettings

_FILLED = "filled.json"


def for_records(judged: BeirSet, *, settings: EngineSettings, cache: Path) -> EngineSettings:
    """`settings` with the home that holds the set's records, each one document whose path is its id.

    Raises: `HomeLocked` while another process fills the same home.
    """
    digest = _digest(judged.records)
    own = replace(settings, home=cache / f"{_slug(judged.name)}-{_slug(settings.model)}-{digest[:12]}")
    made = {"records": digest, "fingerprint": fingerprint(settings.chunks)}
    if not _is_ready(own, made):
        _anew_on_mismatch(own, lambda engine: fill(engine.index, judged.records, root=f"beir:{digest}"))
        (own.home / _FILLED).write_text(json.dumps(made))
    return own


def for_folder(folder: Path, *, settings: EngineSettings, cache: Path) -> EngineSettings:
    """`settings` with the home that holds the folder's files as they are now, ingested as users do it.

    Raises: what `ingest.pipeline.ingest` raises for a folder that can't be walked, `HomeLocked`.
    """
    path = folder.resolve()
    place = hashlib.sha256(str(path).encode()).hexdigest()
    own = replace(settings, home=cache / f"{_slug(path.name)}-{_slug(settings.model)}-{place[:12]}")
    options = IngestOptions(prune=True, force=True)
    with IngestBar() as progress:
        _anew_on_mismatch(own, lambda engine: ingest(engine.index, [str(path)], options, progress))
    return own


def _anew_on_mismatch(settings: EngineSettings, work: Callable[[Engine], object]) -> None:
    """Open the home to write and do the work; a home that another model built is thrown away first: it is a cache."""
    try:
        engine = Engine.open(settings, write=True)
    except ModelMismatch:
        shutil.rmtree(settings.home)
        engine = Engine.open(settings, write=True)
    with engine:
        work(engine)


def _is_ready(settings: EngineSettings, made: object) -> bool:
    """Whether the home holds these records, and the model that is installed now can search it."""
    if _filled(settings.home) != made:
        return False
    try:
        Engine.open(settings).close()
    except ModelMismatch:
        return False
    return True


def _filled(home: Path) -> object:
    try:
        return json.loads((home / _FILLED).read_text())
    except (FileNotFoundError, ValueError):
        return None


def _digest(records: Sequence[Record]) -> str:
    digest = hashlib.sha256()
    for record in records:
        digest.update(json.dumps([record.id, record.title, record.text]).encode())
    return digest.hexdigest()


def _slug(text: str) -> str:
    return re.sub(r"[^\w.-]+", "_", text)[-40:] or "set"

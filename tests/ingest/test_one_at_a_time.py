"""Runs that overlap: an older read never replaces a newer version."""

import threading
from functools import partial
from pathlib import Path

import pytest

from ingest import publishing
from ingest.options import IngestOptions
from ingest.pipeline import ingest
from ingest.workers import Workers
from retrieval.engine import Engine
from retrieval.models import OWNER
from tests.ingest.runs import Watcher, documents, write


class Planned(Watcher):
    """Tells when its run has seen its sources."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = threading.Event()

    def planned(self, files: int) -> None:
        super().planned(files)
        self.seen.set()


def test_a_slow_worker_s_result_does_not_replace_what_a_later_run_read(
    engine: Engine, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is changed while a worker still reads what it held before; a later run waits for the first one."""
    monkeypatch.setattr(publishing, "Workers", partial(Workers, converter="tests.ingest.misbehaving"))
    gate, watcher = tmp_path / "gate", Planned()
    write(corpus, a=f"await {gate}")

    def run(told: Watcher) -> None:
        ingest(engine.index, [str(corpus)], IngestOptions(workers=1), told)

    first = threading.Thread(target=run, args=(watcher,))
    first.start()
    assert watcher.seen.wait(60)
    while not any(engine.home.blobs.rglob("*/*")):
        first.join(0.01)
    write(corpus, a="read newer")
    second = threading.Thread(target=run, args=(Watcher(),))
    second.start()
    second.join(10)  # by then it would have published
    gate.touch()
    first.join(60)
    second.join(60)

    document = documents(engine)["a.md"]
    assert engine.catalog.version(document.document_id, OWNER).text == "newer"
    assert document.version == 2

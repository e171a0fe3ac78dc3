"""The process that is killed: it changes documents in every way there is, one after the other, until it dies.

Before each change it says what it is about to do; each change that has a run in the ledger has exactly one.
"""

import random
import threading
from collections.abc import Callable
from pathlib import Path

from api.progress import Counts
from ingest.options import IngestOptions
from ingest.pipeline import ingest
from retrieval.engine import Engine
from retrieval.errors import UsageError
from retrieval.models import OWNER, Outcome
from retrieval.store.reindex.kept import AsBefore
from tests.crash.log import Log
from tests.crash.queries import ask_for_ever
from tests.crash.texts import text_of
from tests.fakes import FakeEmbedder
from tests.retrieval.store.stories import indexed, version

COLLECTION = "c"
FILES = 16
MODELS = {"first": FakeEmbedder(), "second": FakeEmbedder(dimension=48, fingerprint="fake-2")}
_PATHS = [f"f{number}.txt" for number in range(FILES)]


def write_for_ever(engine: Engine, place: Path, log: Log, chance: random.Random, first: int) -> None:
    """`first` is a number that no text has yet."""
    seed = chance.random()
    threading.Thread(target=ask_for_ever, args=(engine, log, random.Random(seed)), daemon=True).start()
    writer = Writer(engine, place, log, chance, first)
    log.say("ready")
    while True:
        writer.change()


class Writer:
    def __init__(self, engine: Engine, place: Path, log: Log, chance: random.Random, first: int) -> None:
        self._engine = engine
        self._place = place
        self._log = log
        self._chance = chance
        self._number = first
        self._changes: list[tuple[int, Callable[[], None]]] = [
            (10, self.update),
            (2, self.ingest),
            (3, self.remove),
            (4, self.roll_back),
            (3, self.sweep),
            (2, self.forget),
            (1, self.export),
            (8, self.reindex),
        ]
        self._reindexing: threading.Thread | None = None

    def change(self) -> None:
        weights, changes = zip(*self._changes, strict=True)
        self._chance.choices(changes, weights)[0]()

    def update(self) -> None:
        """New and changed documents and removed ones in one run, published in two batches, as an ingest does."""
        wanted = {path: self._new_text() for path in self._chance.sample(_PATHS, self._chance.randint(1, 6))}
        others = [one for one in self._engine.catalog.documents(OWNER) if one.document not in wanted]
        gone = self._chance.sample(others, min(len(others), self._chance.randint(0, 2)))
        self._log.say("update", texts=wanted, removed=[one.document for one in gone])
        index = self._engine.index
        run = index.begin_run(COLLECTION, {"again": True})
        batch = [indexed(version(path, *text_of(path, number).split("\n\n"))) for path, number in wanted.items()]
        half = len(batch) // 2
        for part in (batch[:half], batch[half:]):
            for one, _ in part:
                self._keep(one.text)
            index.publish(run, part)
        index.remove(run, [(one.document_id, Outcome(one.uri, "removed", document_id=one.document_id)) for one in gone])
        index.sweep()
        index.finish_run(run)

    def ingest(self) -> None:
        """Files through the whole pipeline, with pruning; it may take in again what was forgotten."""
        folder = self._place / "corpus"
        folder.mkdir(exist_ok=True)
        wanted = {path: self._new_text() for path in self._chance.sample(_PATHS, self._chance.randint(0, 3))}
        gone = self._chance.sample(_PATHS, 1)[0]
        again = self._chance.random() < 0.5
        self._log.say("ingest", texts=wanted, removed=[gone], again=again)
        for path, number in wanted.items():
            (folder / f"file-{path}").write_text(text_of(f"file-{path}", number))
        if gone not in wanted:
            (folder / f"file-{gone}").unlink(missing_ok=True)
        ingest(
            self._engine.index,
            [str(folder)],
            IngestOptions(collection=COLLECTION, prune=True, force=True, again=again, workers=1),
        )

    def remove(self) -> None:
        documents = self._engine.catalog.documents(OWNER)
        if not documents:
            return
        one = self._chance.choice(documents)
        self._log.say("remove", path=one.document)
        index = self._engine.index
        run = index.begin_run(COLLECTION, {})
        index.remove(run, [(one.document_id, Outcome(one.uri, "removed", document_id=one.document_id))])
        index.finish_run(run)

    def roll_back(self) -> None:
        documents = self._engine.catalog.documents(OWNER)
        if not documents:
            return
        one = self._chance.choice(documents)
        number = self._chance.choice(self._engine.history.versions(one.document_id, OWNER)).version
        self._log.say("rollback", path=one.document, number=number)
        index = self._engine.index
        run = index.begin_run(COLLECTION, {})
        index.rollback(run, one.document_id, number, Outcome(one.uri, "indexed", document_id=one.document_id))
        index.finish_run(run)

    def forget(self) -> None:
        documents = self._engine.catalog.documents(OWNER)
        if not documents:
            return
        one = self._chance.choice(documents)
        self._log.say("forget", path=one.document)
        index = self._engine.index
        run = index.begin_run(COLLECTION, {})
        index.forget(run, one.document_id, Outcome(one.uri, "removed", document_id=one.document_id))
        index.finish_run(run)

    def sweep(self) -> None:
        self._engine.index.sweep()

    def export(self) -> None:
        self._log.say("export")
        archive = self._place / "home.zip"
        archive.unlink(missing_ok=True)
        self._engine.index.upkeep.export(archive)

    def reindex(self) -> None:
        """To the other of two models of different dimension, while the other changes go on.

        One that a kill left unfinished is gone on with, or given up.
        """
        if self._reindexing is not None and self._reindexing.is_alive():
            if self._chance.random() < 0.3:
                self._log.say("cancel")
                self._engine.index.reindexer.cancel()
            return
        reindexer = self._engine.index.reindexer
        if reindexer.state() is not None and self._chance.random() < 0.3:
            self._log.say("cancel")
            reindexer.cancel()
        self._log.say("reindex", unfinished=reindexer.state() is not None)
        self._reindexing = threading.Thread(target=self._reindexed, daemon=True)
        self._reindexing.start()

    def _reindexed(self) -> None:
        reindexer = self._engine.index.reindexer
        other = "first" if self._engine.index.model_fingerprint == MODELS["second"].fingerprint else "second"
        try:
            name = None if reindexer.state() is not None else other
            reindexer.run(reindexer.wanted(name, None), AsBefore(), Counts(lambda _: None))
        except UsageError:
            return  # given up meanwhile
        except Exception as exc:
            self._log.say("broken", wrong=f"{type(exc).__name__}: {exc}")
            raise
        self._log.say("switched")

    def _keep(self, text: str) -> None:
        source = self._place / "source.txt"
        source.write_text(text)
        self._engine.index.keep_original(source)

    def _new_text(self) -> int:
        self._number += 1
        return self._number

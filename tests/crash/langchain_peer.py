"""The same kills for LangChain's `index(cleanup="incremental")` over a persistent Chroma, for the documentation.

`python -m tests.crash.langchain_peer --kills 100`. As its documentation has it: a record manager on SQLite, one source
id a document. A change counts as acknowledged once `index()` returned. Nothing here is asserted: it is a measurement.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path

os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
os.environ.setdefault("LANGCHAIN_TRACING_V2", "false")

from langchain_chroma import Chroma
from langchain_classic.indexes import SQLRecordManager
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.indexing import index

from tests.crash.harness import _await, _forked, _waited
from tests.crash.log import Log, read
from tests.crash.texts import said, text_of
from tests.fakes import FakeEmbedder

_FILES = [f"f{number}.txt" for number in range(16)]
_LONGEST = 3.0
Held = dict[str, dict[int, set[int]]]


class Fake(Embeddings):
    def __init__(self) -> None:
        self._model = FakeEmbedder()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self._model.embed_documents(texts).tolist()  # type: ignore[no-any-return]

    def embed_query(self, text: str) -> list[float]:
        return self._model.embed_query(text).tolist()  # type: ignore[no-any-return]


@dataclass
class Report:
    """`mixed_answers` of those `answered` held two versions of one document while `index()` ran; after a kill,
    `mixed_documents` stood there in two versions and `torn` ones in a part of one; `lost` were acknowledged."""

    seed: int
    kills: int = 0
    acknowledged: int = 0
    answered: int = 0
    mixed_answers: int = 0
    kills_with_mixed_documents: int = 0
    mixed_documents: int = 0
    torn: int = 0
    lost: int = 0
    unopened: int = 0
    mixed_after_a_whole_run: int = 0


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--kills", type=int, default=100)
    arguments.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**31))
    given = arguments.parse_args()
    place = Path(tempfile.mkdtemp(prefix="langchain-crash-"))
    report, chance, known = Report(given.seed), random.Random(given.seed), dict[str, int]()
    try:
        while report.kills < given.kills and not report.unopened:
            _round(place, report, chance, known)
        report.mixed_after_a_whole_run = _after_a_whole_run(place)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    sys.stdout.write(json.dumps(asdict(report)) + "\n")


def _round(place: Path, report: Report, chance: random.Random, known: dict[str, int]) -> None:
    log, seed, first = place / "writer.log", chance.random(), (report.kills + 1) * 1_000
    log.unlink(missing_ok=True)
    writer = _forked(lambda: _write_for_ever(place, Log(log), random.Random(seed), first))
    _await(log, writer)
    time.sleep(chance.uniform(0.0, _LONGEST))
    os.kill(writer, signal.SIGKILL)
    _waited(writer)
    report.kills += 1
    lines = read(log)
    for line in lines:
        if line["what"] == "done":
            known.update(line["texts"])
            report.acknowledged += len(line["texts"])
    report.answered += max((line["total"] for line in lines if line["what"] == "answered"), default=0)
    report.mixed_answers += max((line["mixed"] for line in lines if line["what"] == "answered"), default=0)
    _look(place, report, known)


def _after_a_whole_run(place: Path) -> int:
    """Documents in two versions after all of them were indexed anew, undisturbed; -1 where that can't be told."""

    def run() -> None:
        records, store = _opened(place)
        _index(records, store, dict.fromkeys(_FILES, 1_000_000))

    _waited(_forked(run))
    held = _held(place)
    return -1 if held is None else sum(len(numbers) > 1 for numbers in held.values())


def _held(place: Path) -> Held | None:
    """The lines that are there, by document and text; null where the store does not open."""
    found = place / "found.json"
    found.unlink(missing_ok=True)

    def look() -> None:
        texts = _opened(place)[1].get(include=["documents"])["documents"]
        found.write_text(json.dumps(texts))

    if _waited(_forked(look)) != 0 or not found.exists():
        return None
    held: Held = defaultdict(lambda: defaultdict(set))
    for one in (one for text in json.loads(found.read_text()) for one in said(text)):
        held[one.path][one.number].add(one.line)
    return held


def _look(place: Path, report: Report, known: dict[str, int]) -> None:
    held = _held(place)
    if held is None:
        report.unopened += 1
        return
    mixed = [path for path, numbers in held.items() if len(numbers) > 1]
    report.mixed_documents += len(mixed)
    report.kills_with_mixed_documents += bool(mixed)
    for path, numbers in held.items():
        whole = [number for number, lines in numbers.items() if lines == _lines(path, number)]
        report.torn += not whole
    report.lost += sum(path not in held for path in known)


def _lines(path: str, number: int) -> set[int]:
    return {one.line for one in said(text_of(path, number))}


def _write_for_ever(place: Path, log: Log, chance: random.Random, number: int) -> None:
    records, store = _opened(place)
    threading.Thread(target=_ask_for_ever, args=(store, log), daemon=True).start()
    log.say("ready")
    while True:
        wanted = {path: (number := number + 1) for path in chance.sample(_FILES, chance.randint(1, 6))}
        log.say("index", texts=wanted)
        _index(records, store, wanted)
        log.say("done", texts=wanted)


def _index(records: SQLRecordManager, store: Chroma, wanted: dict[str, int]) -> None:
    documents = [
        Document(paragraph, metadata={"source": path})
        for path, number in wanted.items()
        for paragraph in text_of(path, number).split("\n\n")
    ]
    index(documents, records, store, cleanup="incremental", source_id_key="source", key_encoder="sha256")


def _ask_for_ever(store: Chroma, log: Log) -> None:
    answered = mixed = 0
    while True:
        numbers: dict[str, set[int]] = defaultdict(set)
        for document in store.similarity_search("pumps and leave", k=200):
            for one in said(document.page_content):
                numbers[one.path].add(one.number)
        answered += 1
        mixed += any(len(found) > 1 for found in numbers.values())
        log.say("answered", total=answered, mixed=mixed)


def _opened(place: Path) -> tuple[SQLRecordManager, Chroma]:
    records = SQLRecordManager("corpus", db_url=f"sqlite:///{place / 'records.db'}")
    records.create_schema()
    return records, Chroma("corpus", Fake(), persist_directory=str(place / "chroma"))


if __name__ == "__main__":
    main()

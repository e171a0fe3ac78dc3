"""What is looked at after a kill, by a process of its own: does the home open, how soon does it answer, is all true."""

import random
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import select

from retrieval.engine import Engine
from retrieval.models import OWNER
from retrieval.store.schema import chunks
from tests.crash.expected import Expected
from tests.crash.texts import said, unique

_UNTIL_SWEPT = "files are kept that no version needs"


@dataclass
class Checked:
    """`seconds` from opening to the first answer. `runs` is the newest run's number."""

    seconds: float
    runs: int
    acknowledged: int
    faults: list[str] = field(default_factory=list)
    expected: dict[str, Any] = field(default_factory=dict)


def check(
    opened: "type[Engine] | Any", expected: Expected, log: list[dict[str, Any]], *, since: int, chance: random.Random
) -> Checked:
    """`opened` opens the home for writing; `since` is the newest run before the process that was killed."""
    started = time.monotonic()
    with opened() as engine:
        engine.search("pumps and leave", caller=OWNER)
        seconds = time.monotonic() - started
        runs = sorted(run.run_id for run in engine.catalog.runs(10_000) if run.run_id > since)
        before = expected.acknowledged
        expected.apply(log, [engine.catalog.outcomes(run) for run in runs])
        faults, expected.faults = expected.faults, []
        faults += _documents(engine, expected) + _found(engine, chance) + _sound(engine)
    checked = Checked(seconds, max(runs, default=since), expected.acknowledged - before, faults)
    checked.expected = asdict(expected)
    return checked


def _documents(engine: Engine, expected: Expected) -> list[str]:
    """Every document is the whole text that was acknowledged last, and no other is there."""
    live = {
        one.document: engine.catalog.version(one.document_id, OWNER).text for one in engine.catalog.documents(OWNER)
    }
    faults = [f"{path} was acknowledged and is lost" for path in expected.live if path not in live]
    faults += [f"{path} was never acknowledged, or removed, and is there" for path in live if path not in expected.live]
    both = live.keys() & expected.live.keys()
    return faults + [f"{path} is another text than acknowledged" for path in both if live[path] != expected.live[path]]


def _found(engine: Engine, chance: random.Random) -> list[str]:
    """Some documents, through a word that stands in them alone; what the vectors find is the doctor's to say."""
    documents = engine.catalog.documents(OWNER)
    faults = []
    for one in chance.sample(documents, min(3, len(documents))):
        paragraph = chance.choice(said(engine.catalog.version(one.document_id, OWNER).text))
        word = unique(paragraph.path, paragraph.number, paragraph.line)
        lexical = engine.search(word, k=1, caller=OWNER, mode="lexical")
        if [hit.chunk.document for hit in lexical] != [one.document] or word not in lexical[0].chunk.text:
            faults.append(f"{word} is not found by its word")
    return faults


def _left(engine: Engine) -> list[str]:
    """No build lies in the catalogue or on the disk but the one that answers and one that can be gone on with."""
    begun = engine.index.reindexer.state()
    needed = {engine.catalog.build(), *([begun.number] if begun else [])}
    with engine._database.read() as connection:
        held = set(connection.execute(select(chunks.c.build).distinct()).scalars())
    held |= set(engine.home.numbers()) | ({1} if engine.home.indexes(1).exact.exists() else set())
    return [f"build {number} is left over" for number in sorted(held - needed)]


def _sound(engine: Engine) -> list[str]:
    """The doctor finds nothing, in the catalogue, in either index, among the originals."""
    findings = engine.index.upkeep.examine(repair=False).findings
    return _left(engine) + [
        f"{one.place}: {one.fault} ({one.count}: {', '.join(one.examples)})"
        for one in findings
        if one.fault != _UNTIL_SWEPT
    ]

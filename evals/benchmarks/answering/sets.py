"""Known sets as questions with what a good answer would hold, over records or files that are indexed together."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals import homes, questions
from evals.benchmarks.piece_sets import cookbook_docs
from evals.models import BeirSet, Record
from retrieval.engine import Engine
from retrieval.models import OWNER, Caller, Turn
from retrieval.settings import EngineSettings

SAMPLE = Path("data")


@dataclass(frozen=True, slots=True)
class Asked:
    """One question; `gold` are the sentences that answer it, verbatim in the corpus, `reference` is an answer in free
    words; either may be missing. `relevant` are the ids of the records that hold the answer. A question of which
    `judged` is false is neither answerable nor not (it needs to be asked back, or only a part of the answer is there).
    """

    id: str
    question: str
    history: tuple[Turn, ...] = ()
    answerable: bool = True
    judged: bool = True
    gold: tuple[str, ...] = ()
    reference: str = ""
    relevant: tuple[str, ...] = ()
    caller: Caller = OWNER


@dataclass(frozen=True, slots=True)
class AnswerSet:
    """Questions over records, or over the files of `corpus`."""

    name: str
    questions: tuple[Asked, ...]
    records: tuple[Record, ...] = ()
    corpus: Path | None = None


def clapnq(folder: Path) -> AnswerSet:
    """CLAPnq: a passage a question; of 108 questions the passage does not hold the answer. Gold sentences, answers."""
    found = [(name == "answerable", line) for name in ("answerable", "unanswerable") for line in _lines(folder, name)]
    passages = {
        passage["text"]: Record(f"p{number}", passage["title"], passage["text"])
        for number, passage in enumerate(passage for _, line in found for passage in line["passages"])
    }
    asked = tuple(
        Asked(
            id=line["id"],
            question=line["input"],
            answerable=answerable,
            gold=tuple(line["output"][0]["selected_sentences"]),
            reference=line["output"][0]["answer"],
            relevant=(passages[line["passages"][0]["text"]].id,) if answerable else (),
        )
        for answerable, line in found
    )
    return AnswerSet("clapnq", asked, tuple(passages.values()))


def mtrag(folder: Path) -> AnswerSet:
    """mtRAG: turns of conversations over four corpora. Partial and underspecified ones are not judged."""
    place = folder / "mini-beir"
    relevant: dict[str, list[str]] = {}
    for qrels in sorted((place / "qrels").glob("*.tsv")):
        for line in qrels.read_text(encoding="utf-8").splitlines()[1:]:
            query, record, score = line.split("\t")
            if int(score) > 0:
                relevant.setdefault(query, []).append(record)
    asked = tuple(
        Asked(
            id=line["_id"],
            question=line["text"],
            history=tuple(Turn("user" if who == "user" else "assistant", said) for who, said in line["history"]),
            answerable="ANSWERABLE" in line["answerability"],
            judged=line["answerability"][0] in ("ANSWERABLE", "UNANSWERABLE"),
            reference=line["target"],
            relevant=tuple(relevant.get(line["_id"], ())),
        )
        for line in _lines(place, "queries")
    )
    records = tuple(Record(line["_id"], line["title"], line["text"]) for line in _lines(place, "corpus"))
    return AnswerSet("mtrag", asked, records)


def docs(folder: Path) -> AnswerSet:
    """Anthropic's cookbook, product documentation, with reference answers."""
    place = folder / "docs"
    judged: BeirSet = cookbook_docs(place)
    answers = {line["id"]: line["correct_answer"] for line in json.loads((place / "questions.json").read_text())}
    asked = tuple(
        Asked(name, text, reference=answers[name], relevant=tuple(judged.qrels[name]))
        for name, text in judged.queries.items()
    )
    return AnswerSet("docs", asked, judged.records)


def sample(_: Path) -> AnswerSet:
    """This project's own questions over its own corpus, each asked by one of its groups."""
    read = questions.read(SAMPLE / "questions.jsonl").questions
    asked = tuple(
        Asked(
            id=one.id,
            question=one.question,
            history=one.history,
            answerable=one.answerable,
            gold=tuple(evidence.quote for evidence in one.evidence if evidence.quote),
            reference=one.answer or "",
            relevant=tuple(dict.fromkeys(evidence.document for evidence in one.evidence)),
            caller=Caller(one.groups),
        )
        for one in read
    )
    return AnswerSet("sample", asked, corpus=SAMPLE / "corpus")


SETS: dict[str, tuple[str, Callable[[Path], AnswerSet]]] = {
    "clapnq": ("clapnq", clapnq),
    "mtrag": ("mtrag", mtrag),
    "sample": ("", sample),
    "docs": ("anthropic-cookbook-rag", docs),
}
"""Each set by name: its folder below the shared one, and its reader."""


def read(name: str, shared: Path) -> AnswerSet:
    folder, reader = SETS[name]
    return reader(shared / folder)


@contextmanager
def opened(chosen: AnswerSet, *, cache: Path) -> Iterator[Engine]:
    """An engine over the set's corpus, which is indexed in a home of its own below `cache` unless it is there."""
    settings = EngineSettings(home=cache)
    if chosen.corpus is not None:
        settings = homes.for_folder(chosen.corpus, settings=settings, cache=cache)
    else:
        judged = BeirSet(chosen.name, chosen.name, chosen.records, {}, {})
        settings = homes.for_records(judged, settings=settings, cache=cache)
    with Engine.open(settings) as engine:
        yield engine


def _lines(folder: Path, name: str) -> list[dict[str, Any]]:
    text = (folder / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line.strip()]

"""Question sets as files, and as BEIR folders for other tools."""

import json
from collections.abc import Sequence
from pathlib import Path

from evals import questions
from evals.errors import BadSet, Problem
from evals.evidence import Gold, Texts, locate
from evals.making.from_feedback import evidence_object
from evals.models import Question, QuestionSet
from retrieval.errors import UsageError
from retrieval.models import OWNER

_HEADER = "query-id\tcorpus-id\tscore\n"


def write(path: Path, made: Sequence[Question]) -> int:
    """Add the questions to the set in `path`, or begin it; how many were not in it yet, by their ids.

    Raises: `BadSet` where what is there is no set, `UsageError` where nothing can be written.
    """
    there = {one.id for one in questions.read(path).questions} if path.is_file() else set()
    new = [one for one in {one.id: one for one in made}.values() if one.id not in there]
    write_lines(path, [as_object(one) for one in new], mode="a", first="" if _ends_a_line(path) else "\n")
    return len(new)


def as_object(question: Question) -> dict[str, object]:
    """One line of a set; what is not known is left out."""
    told: dict[str, object] = {"id": question.id, "question": question.question}
    if question.answer is not None:
        told["answer"] = question.answer
    if not question.answerable:
        told["answerable"] = False
    if question.evidence:
        told["evidence"] = [evidence_object(item) for item in question.evidence]
    if question.history:
        told["history"] = [{"role": turn.role, "content": turn.content} for turn in question.history]
    if question.groups:
        told["group"] = sorted(question.groups)
    return told


def _ends_a_line(path: Path) -> bool:
    """Whether what is added begins a line of its own: files written by hand often lack the last line end."""
    return not path.is_file() or path.read_bytes()[-1:] in (b"", b"\n")


def write_lines(path: Path, lines: Sequence[dict[str, object]], *, mode: str = "w", first: str = "") -> None:
    """One JSON object a line, after `first`. Raises `UsageError`."""
    try:
        with path.open(mode, encoding="utf-8") as file:
            file.write(first if lines else "")
            file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    except OSError as exc:
        raise UsageError(f"{path} can't be written: {exc.strerror}", remedy="name a file in a folder you own") from exc


def export_beir(judged: QuestionSet, texts: Texts, folder: Path, *, collection: str | None = None) -> int:
    """A question set with the documents it is asked over, as a BEIR folder; how many documents are in it.

    Every document is a record, its id the one that the product gives it, and relevant to a question is what its
    evidence names: pages and quotes have no place in BEIR. Questions without evidence are left out.

    Raises: `BadSet` for evidence that is not there, `UsageError` where the folder holds something or can't be made.
    """
    gold = locate(judged, texts, collection=collection).gold
    summaries = texts.documents(OWNER, collection)
    by_path = {summary.document: summary.document_id for summary in summaries}
    _make(folder)
    corpus = [_record(texts, summary.document_id) for summary in summaries]
    write_lines(folder / "corpus.jsonl", corpus)
    write_lines(folder / "queries.jsonl", [{"_id": one.question.id, "text": one.question.question} for one in gold])
    judgements = [line for one in gold for line in _judgements(judged.origin, one, by_path)]
    (folder / "qrels" / "test.tsv").write_text(_HEADER + "".join(judgements), encoding="utf-8")
    return len(corpus)


def _make(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not empty", remedy="name a new folder")
    try:
        (folder / "qrels").mkdir(parents=True)
    except OSError as exc:
        raise UsageError(f"{folder} can't be made: {exc.strerror}", remedy="name a folder where you may write") from exc


def _record(texts: Texts, document_id: str) -> dict[str, object]:
    version = texts.version(document_id, OWNER)
    return {"_id": document_id, "title": version.title, "text": version.text, "metadata": {"path": version.document}}


def _judgements(origin: str, gold: Gold, by_path: dict[str, str]) -> list[str]:
    missing = [path for path in gold.documents if path not in by_path]
    if missing:
        raise BadSet([Problem(origin, gold.question.line, "evidence", f"{missing[0]!r} was not indexed")])
    return [f"{gold.question.id}\t{by_path[path]}\t1\n" for path in gold.documents]

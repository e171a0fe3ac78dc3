"""TREC runs and qrels, as trec_eval reads them. Scores survive a round trip to the last bit."""

import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import numpy as np

from evals import jsonl
from evals.errors import BadSet, Problem
from evals.models import Qrels, Run
from retrieval.errors import UsageError

N = TypeVar("N", int, float)

_RUN_COLUMNS = 6
_QRELS_COLUMNS = 4


def write_run(path: Path, run: Run, *, tag: str) -> None:
    """`query Q0 document rank score tag`, best first. Raises `UsageError` for ids with white space."""
    lines = []
    for query, scores in run.items():
        for rank, (document, score) in enumerate(by_rank(scores), start=1):
            lines.append(f"{_column(query)} Q0 {_column(document)} {rank} {float(score)!r} {_column(tag)}\n")
    path.write_text("".join(lines), encoding="utf-8")


def read_run(path: Path) -> Run:
    """Scores by query and document; ranks and tags are passed over, as trec_eval does. Raises `BadSet`."""
    problems: list[Problem] = []
    run: dict[str, dict[str, float]] = {}
    for line, columns in _rows(path, _RUN_COLUMNS, problems):
        query, _, document, _, text, _ = columns
        score = _number(text, float)
        if score is None or not math.isfinite(score):
            problems.append(Problem(str(path), line, "score", f"{text!r} is not a number"))
        elif document in run.setdefault(query, {}):
            problems.append(Problem(str(path), line, "document", f"{document!r} was returned for {query!r} before"))
        else:
            run[query][document] = score
    if problems:
        raise BadSet(problems)
    return run


def write_qrels(path: Path, qrels: Qrels) -> None:
    """`query 0 document relevance`. Raises `UsageError` for ids with white space."""
    lines = [
        f"{_column(query)} 0 {_column(document)} {relevance}\n"
        for query, judged in qrels.items()
        for document, relevance in judged.items()
    ]
    path.write_text("".join(lines), encoding="utf-8")


def read_qrels(path: Path) -> Qrels:
    """Relevance by query and document. Raises `BadSet`, for a file without judgements too."""
    problems: list[Problem] = []
    qrels: dict[str, dict[str, int]] = {}
    for line, columns in _rows(path, _QRELS_COLUMNS, problems):
        query, _, document, text = columns
        relevance = _number(text, int)
        if relevance is None:
            problems.append(Problem(str(path), line, "relevance", f"{text!r} is not a whole number"))
        elif document in qrels.setdefault(query, {}):
            problems.append(Problem(str(path), line, "document", f"{document!r} was judged for {query!r} before"))
        else:
            qrels[query][document] = relevance
    if not qrels and not problems:
        problems.append(Problem(str(path), 0, "", "holds no judgement"))
    if problems:
        raise BadSet(problems)
    return qrels


def by_rank(scores: Mapping[str, float]) -> list[tuple[str, float]]:
    """Items as trec_eval ranks them: by score in single precision, equal ones by id from z to a."""
    with np.errstate(over="ignore"):  # beyond single precision a score is infinite, as in C
        return sorted(scores.items(), key=lambda item: (np.float32(item[1]), item[0]), reverse=True)


def _rows(path: Path, columns: int, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(jsonl.text_of(path).split("\n"), start=1):
        row = line.split()
        if len(row) == columns:
            yield number, row
        elif row:
            problems.append(Problem(str(path), number, "", f"{len(row)} columns instead of {columns}"))


def _number(text: str, kind: Callable[[str], N]) -> N | None:
    try:
        return kind(text)
    except ValueError:
        return None


def _column(text: str) -> str:
    if not text or text != "".join(text.split()):
        raise UsageError(
            f"the id {text!r} is empty or holds white space", remedy="rename it: a TREC file could not be read back"
        )
    return text

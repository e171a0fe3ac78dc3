"""BEIR folders: `corpus.jsonl`, `queries.jsonl`, `qrels/NAME.tsv` (Thakur et al. 2021, arXiv:2104.08663)."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from evals import jsonl
from evals.errors import BadSet, Problem
from evals.models import BeirSet, Qrels, Record

_HEADER = ["query-id", "corpus-id", "score"]
_DEFAULT_QRELS = "test"

Identifier = Annotated[str, Field(pattern=r"^\S+$")]
"""An id may hold no white space: TREC files separate their columns by it."""


class _RecordLine(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    id: Identifier = Field(alias="_id")
    title: str | None = None
    text: str


class _QueryLine(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    id: Identifier = Field(alias="_id")
    text: str = Field(pattern=r"\S")


def read(folder: Path, *, qrels: str | None = None) -> BeirSet:
    """The set in `folder`; only queries with judgements are kept.

    `qrels` names the file below `qrels/` without `.tsv`. Left out, it is the only one, else the one that the only
    `queries.NAME.jsonl` is named for, else `test`. Queries come from `queries.jsonl`, else `queries.NAME.jsonl`, else
    the only `queries*.jsonl`.

    Raises: `BadSet` with every problem: lines that are no records, duplicate ids, unknown queries or documents,
    scores that are no whole numbers, nothing relevant at all.
    """
    problems: list[Problem] = []
    judgements = _qrels_file(folder, qrels)
    queries_file = _queries_file(folder, judgements.stem)
    records = _unique(folder / "corpus.jsonl", _RecordLine, lambda line: line.id, problems)
    queries = _unique(queries_file, _QueryLine, lambda line: line.id, problems)
    judged = _read_qrels(judgements, known=(queries, records), problems=problems)
    if problems:
        raise BadSet(problems)
    return BeirSet(
        name=folder.resolve().name,
        origin=str(folder),
        records=tuple(Record(line.id, line.title or "", line.text) for line in records.values()),
        queries={query: queries[query].text for query in judged},
        qrels=judged,
    )


def _qrels_file(folder: Path, name: str | None) -> Path:
    found = sorted((folder / "qrels").glob("*.tsv"))
    names = [path.stem for path in found]
    if name is None:
        named = [path.name.removeprefix("queries.").removesuffix(".jsonl") for path in folder.glob("queries.*.jsonl")]
        if len(found) == 1:
            return found[0]
        name = named[0] if len(named) == 1 and named[0] in names else _DEFAULT_QRELS
    if name not in names:
        there = f"there are {', '.join(names)}" if names else "there is none"
        raise BadSet([Problem(str(folder / "qrels"), 0, "", f"no file {name}.tsv; {there}")])
    return folder / "qrels" / f"{name}.tsv"


def _queries_file(folder: Path, name: str) -> Path:
    for candidate in (folder / "queries.jsonl", folder / f"queries.{name}.jsonl"):
        if candidate.is_file():
            return candidate
    found = sorted(folder.glob("queries*.jsonl"))
    if len(found) != 1:
        there = f"and {len(found)} others" if found else "and no other"
        raise BadSet([Problem(str(folder), 0, "", f"neither queries.jsonl nor queries.{name}.jsonl {there}")])
    return found[0]


def _unique(
    path: Path, model: type[jsonl.T], identify: Callable[[jsonl.T], str], problems: list[Problem]
) -> dict[str, jsonl.T]:
    lines: dict[str, int] = {}
    kept: dict[str, jsonl.T] = {}
    for number, line in jsonl.read(path, model, problems):
        if (key := identify(line)) in kept:
            problems.append(Problem(str(path), number, "_id", f"{key!r} stands on line {lines[key]} too"))
            continue
        lines[key] = number
        kept[key] = line
    return kept


def _read_qrels(
    path: Path, *, known: tuple[Mapping[str, object], Mapping[str, object]], problems: list[Problem]
) -> Qrels:
    judged: dict[str, dict[str, int]] = {}
    for number, line in enumerate(jsonl.text_of(path).split("\n"), start=1):
        columns = [column.strip() for column in line.split("\t")]
        if not line.strip() or (number == 1 and columns == _HEADER):
            continue
        seen = judged.get(columns[0], {})
        if found := [Problem(str(path), number, *problem) for problem in _faults(columns, known, seen)]:
            problems.extend(found)
            continue
        judged.setdefault(columns[0], {})[columns[1]] = int(columns[2])
    if not any(score > 0 for scores in judged.values() for score in scores.values()):
        problems.append(Problem(str(path), 0, "", "no query has a relevant document"))
    return judged


def _faults(
    columns: list[str], known: tuple[Mapping[str, object], Mapping[str, object]], seen: Collection[str]
) -> list[tuple[str, str]]:
    if len(columns) != len(_HEADER):
        return [("", f"{len(columns)} columns instead of {', '.join(_HEADER)} with tabs between them")]
    queries, documents = known
    query, document, score = columns
    faults = []
    if query not in queries:
        faults.append(("query-id", f"{query!r} is not among the queries"))
    if document not in documents:
        faults.append(("corpus-id", f"{document!r} is not in the corpus"))
    if document in seen:
        faults.append(("corpus-id", f"{document!r} was judged for {query!r} before"))
    if not score.removeprefix("-").isdecimal():
        faults.append(("score", f"{score!r} is not a whole number"))
    return faults

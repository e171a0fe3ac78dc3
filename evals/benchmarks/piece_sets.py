"""Known sets of pieces of text with questions that want certain pieces: each piece is a record."""

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from evals.models import BeirSet, Record


def cookbook_docs(folder: Path) -> BeirSet:
    """Anthropic's cookbook, product documentation: 232 pieces by heading, 43 questions with 1 or 2 pieces each."""
    records = tuple(
        Record(piece["chunk_link"], piece["chunk_heading"], piece["text"]) for piece in _read(folder / "chunks.json")
    )
    questions = _read(folder / "questions.json")
    return BeirSet(
        name="cookbook-docs",
        origin=str(folder),
        records=records,
        queries={question["id"]: question["question"] for question in questions},
        qrels={question["id"]: dict.fromkeys(question["correct_chunks"], 1) for question in questions},
    )


def cookbook_codebase(folder: Path) -> BeirSet:
    """Anthropic's cookbook, source files of nine projects: 737 pieces, 248 queries with the pieces they are about."""
    records = tuple(
        Record(_piece_id(file["original_uuid"], piece["original_index"]), "", piece["content"])
        for file in _read(folder / "codebase_chunks.json")
        for piece in file["chunks"]
    )
    lines = (folder / "evaluation_set.jsonl").read_text(encoding="utf-8").splitlines()
    queries = {f"q{number}": json.loads(line) for number, line in enumerate(lines, start=1) if line.strip()}
    return BeirSet(
        name="cookbook-codebase",
        origin=str(folder),
        records=records,
        queries={name: query["query"] for name, query in queries.items()},
        qrels={
            name: {_piece_id(*piece): 1 for piece in query["golden_chunk_uuids"]} for name, query in queries.items()
        },
    )


def narrowed(judged: BeirSet, records: int | None) -> BeirSet:
    """With a corpus of so many records, the judged ones and the first others, for machines or hours that have little
    time; all of them where None. Figures on it are higher than on the whole set, and no others' are comparable.
    """
    if records is None:
        return judged
    wanted = {record for relevances in judged.qrels.values() for record in relevances}
    chosen = sorted(judged.records, key=lambda record: record.id not in wanted)[: max(records, len(wanted))]
    return replace(judged, name=f"{judged.name}-{len(chosen)}", records=tuple(chosen))


def add_records_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--records", type=int, help="a corpus of so many: the judged records and the first others")


def _piece_id(file: str, index: int | str) -> str:
    return f"{file}:{index}"


def _read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))

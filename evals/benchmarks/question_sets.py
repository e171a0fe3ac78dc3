"""Known sets of questions over files, as question sets."""

import csv
import json
from pathlib import Path

from evals.models import Evidence, Question, QuestionSet

_LONGEST_FIELD = 10_000_000


def chunking_evaluation(folder: Path, *, only: str | None = None) -> QuestionSet:
    """Chroma's chunking evaluation: 1-5 verbatim excerpts a question, over Markdown files in `corpora/`.

    The published offsets count in the files; ours in the stored text, so excerpts are looked up there. `only` the
    questions on one of the files, which are asked of all of them.
    """
    file = folder / "questions_df.csv"
    csv.field_size_limit(_LONGEST_FIELD)
    with file.open(newline="", encoding="utf-8") as rows:
        questions = tuple(
            _question(
                f"{row['corpus_id']}-{number}",
                row["question"],
                evidence=[
                    Evidence(f"{row['corpus_id']}.md", quote=excerpt["content"])
                    for excerpt in json.loads(row["references"])
                ],
                line=number,
            )
            for number, row in enumerate(csv.DictReader(rows), start=2)
            if only in (None, row["corpus_id"])
        )
    return QuestionSet("chunking", str(file), questions)


def financebench(folder: Path) -> QuestionSet:
    """FinanceBench: questions on filings in `pdfs/`, with the page (0-based there) on which the evidence stands.

    Its evidence texts were taken with another reader of PDF and are not compared letter by letter.
    """
    file = folder / "data" / "questions.jsonl"
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    questions = tuple(
        _question(
            line["financebench_id"],
            line["question"],
            answer=line["answer"],
            evidence=[Evidence(f"{item['doc_name']}.pdf", item["evidence_page_num"] + 1) for item in line["evidence"]],
            line=number,
        )
        for number, line in enumerate(lines, start=1)
    )
    return QuestionSet("financebench", str(file), questions)


def _question(name: str, question: str, *, evidence: list[Evidence], line: int, answer: str | None = None) -> Question:
    return Question(
        id=name,
        question=question,
        answer=answer,
        answerable=True,
        evidence=tuple(dict.fromkeys(evidence)),
        history=(),
        groups=frozenset(),
        line=line,
    )

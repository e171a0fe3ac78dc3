"""Question sets, one JSON object a line.

`{"id", "question", "answer"?, "answerable"?, "evidence"?: [{"document", "page"?, "quote"?}], "history"?, "group"?}`
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from evals import jsonl
from evals.errors import BadSet, Problem
from evals.models import Evidence, Question, QuestionSet
from retrieval.models import Turn

Filled = Annotated[str, Field(pattern=r"\S")]


class _EvidenceLine(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    document: Filled
    page: Annotated[int, Field(ge=1)] | None = None
    quote: Filled | None = None


class _TurnLine(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    role: Literal["user", "assistant"]
    content: str


class _QuestionLine(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    id: Annotated[str, Field(pattern=r"^\S+$")]
    question: Filled
    answer: str | None = None
    answerable: bool = True
    evidence: list[_EvidenceLine] = []
    history: list[_TurnLine] = []
    group: list[Filled] = []

    @model_validator(mode="after")
    def _unanswerable_without_evidence(self) -> "_QuestionLine":
        if self.evidence and not self.answerable:
            raise ValueError("a question that is not answerable has no evidence")
        return self


def read(path: Path) -> QuestionSet:
    """The set in a file. Raises `BadSet` with every problem; unknown fields of a question are passed over."""
    problems: list[Problem] = []
    lines: dict[str, int] = {}
    questions: list[Question] = []
    for number, line in jsonl.read(path, _QuestionLine, problems):
        if line.id in lines:
            problems.append(Problem(str(path), number, "id", f"{line.id!r} stands on line {lines[line.id]} too"))
            continue
        lines[line.id] = number
        questions.append(_question(line, number))
    if not questions and not problems:
        problems.append(Problem(str(path), 0, "", "holds no question"))
    if problems:
        raise BadSet(problems)
    return QuestionSet(path.stem, str(path), tuple(questions))


def _question(line: _QuestionLine, number: int) -> Question:
    return Question(
        id=line.id,
        question=line.question,
        answer=line.answer,
        answerable=line.answerable,
        evidence=tuple(Evidence(item.document, item.page, item.quote) for item in line.evidence),
        history=tuple(Turn(turn.role, turn.content) for turn in line.history),
        groups=frozenset(line.group),
        line=number,
    )

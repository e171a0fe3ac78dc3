"""From sentences and quotes to the answer object; an abstention with its nearest sources and what is missing."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from retrieval.answer.extract import Statement
from retrieval.answer.model.cite import cite
from retrieval.answer.model.prompt import NOT_IN_DOCUMENTS
from retrieval.answer.support import all_checked, evidence
from retrieval.answer.words.wording import shown
from retrieval.models import Answer, Citation, Hit, Sentence

AnswerMode = Literal["extractive", "llm"]
JOINT = "\n"
_NAMED_SOURCES = 3
_NAMED_WORDS = 6


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer says: sentences checked against their quotes, and the quotes."""

    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...] = ()


def footnoted(statements: Sequence[Statement]) -> Told:
    """Each statement as a sentence with a footnote of its own."""
    numbered = list(enumerate(statements, start=1))
    citations = tuple(cite(statement.passage, statement.unit, marker=number) for number, statement in numbered)
    sentences = tuple(
        Sentence(_told(statement, before), (citation.marker,))
        for statement, before, citation in zip(statements, (None, *statements), citations, strict=False)
    )
    proof = {number: evidence(statement.unit) for number, statement in numbered}
    return Told(all_checked(sentences, proof), citations)


def _told(statement: Statement, before: Statement | None) -> str:
    """How a statement is shown; what introduces a list is said once."""
    led_alike = before is not None and before.unit.lead == statement.unit.lead and before.passage == statement.passage
    return f"- {shown(replace(statement.unit, lead=''))}" if led_alike and statement.unit.lead else statement.text


def composed(question: str, told: Told, *, mode: AnswerMode, hits: tuple[Hit, ...], notes: tuple[str, ...]) -> Answer:
    return Answer(
        answer_id=uuid.uuid4().hex,
        question=question,
        text=JOINT.join(piece for piece, _ in pieces(told.sentences)),
        abstained=False,
        mode=mode,
        sentences=told.sentences,
        citations=told.citations,
        sources=hits,
        notes=notes,
    )


def nothing_found(hits: Sequence[Hit], missing: Sequence[str]) -> Told:
    """That the documents do not hold it, what no source speaks of, and the nearest sources."""
    said = [NOT_IN_DOCUMENTS]
    if hits and missing:
        words = ", ".join(f"“{word}”" for word in missing[:_NAMED_WORDS])
        said.append(f"None of the nearest sources speaks of {words}.")
    if nearest := _nearest(hits):
        said.append(f"The nearest sources are {nearest}.")
    return Told(tuple(Sentence(text, ()) for text in said))


def _nearest(hits: Sequence[Hit]) -> str:
    """The best hits' documents, each once, with the page of its best hit."""
    named: dict[str, str] = {}
    for hit in hits:
        page = f" (page {hit.chunk.page})" if hit.chunk.page is not None else ""
        named.setdefault(hit.chunk.document, f"{hit.chunk.document}{page}")
    return "; ".join(list(named.values())[:_NAMED_SOURCES])


def pieces(sentences: Sequence[Sentence]) -> Iterator[tuple[str, Sentence]]:
    """Each sentence as it stands in the text, with its markers."""
    return (
        (sentence.text + "".join(f" [{marker}]" for marker in sentence.markers), sentence) for sentence in sentences
    )

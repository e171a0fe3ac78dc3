"""A question before it is in a set."""

import hashlib
import re
from dataclasses import dataclass

from evals.models import Evidence, Question
from retrieval.models import StoredVersion

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Draft:
    """`start` and `end` say where the answer stands in the stored text: `quote == text[start:end]`, on `page`."""

    question: str
    answer: str | None
    document: str
    page: int | None
    start: int
    end: int
    quote: str
    groups: frozenset[str]

    def as_question(self) -> Question:
        evidence = (Evidence(self.document, self.page, self.quote),)
        name = named(self.question, self.document)
        return Question(
            name, self.question, self.answer, answerable=True, evidence=evidence, history=(), groups=self.groups, line=0
        )


def draft(
    version: StoredVersion, start: int, end: int, *, question: str, answer: str | None, groups: frozenset[str]
) -> Draft:
    """Evidence cut from the stored text, so that it is verbatim there."""
    page = next((span.page for span in version.pages if span.start <= start < span.end), None)
    quote = version.text[start:end]
    return Draft(question, answer, version.document, page, start, end, quote, groups)


def named(question: str, document: str) -> str:
    """An id that says a little and is always the same: the question's longest words and a hash."""
    words = sorted(_WORD.findall(question.lower()), key=len, reverse=True)[:3]
    in_order = [word for word in dict.fromkeys(_WORD.findall(question.lower())) if word in words]
    digest = hashlib.sha256(f"{document}\n{question}".encode()).hexdigest()[:8]
    return "-".join([*in_order, digest])


def is_hidden(version: StoredVersion, start: int, end: int) -> bool:
    """Whether a reader of the page would not see all of it."""
    return any(begin < end and start < stop for begin, stop in version.hidden)

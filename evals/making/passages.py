"""What is asked about: the sections of the stored texts, in an order that takes from all documents in turn."""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evals.evidence import Texts
from evals.making.drafts import is_hidden
from retrieval.models import OWNER, StoredVersion

SHORTEST = 100  # characters of a passage that is worth a question
LONGEST = 2_400
_HEADING = re.compile(r"^(#{1,6}) +(.*)$", re.MULTILINE)
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_BREAK = "\n\n"


@dataclass(frozen=True, slots=True)
class Passage:
    """`text == version.text[start:end]`: a section without its heading, or a part of a long one.

    `headings` leads from the document's top to it; `groups` are those who may see the document, none for all.
    """

    version: StoredVersion
    headings: tuple[str, ...]
    start: int
    end: int
    groups: frozenset[str]

    @property
    def text(self) -> str:
        return self.version.text[self.start : self.end]


def passages(texts: Texts, *, collection: str | None = None, seed: int = 0) -> Iterator[Passage]:
    """Every passage once, one of each document after another, in an order that the seed alone decides."""
    draw = random.Random(seed)  # noqa: S311 - a sample, no secret
    queues: list[list[Passage]] = []
    for summary in sorted(texts.documents(OWNER, collection), key=lambda one: (one.collection, one.document)):
        found = of_version(texts.version(summary.document_id, OWNER), frozenset(summary.groups))
        draw.shuffle(found)
        queues.append(found)
    draw.shuffle(queues)
    while queues := [queue for queue in queues if queue]:
        for queue in queues:
            yield queue.pop()


def of_version(version: StoredVersion, groups: frozenset[str]) -> list[Passage]:
    """In order; what is too short for a question, or has words in it that no reader sees, is left out."""
    return [
        Passage(version, headings, start, end, groups)
        for headings, section_start, section_end in _sections(version.text)
        for start, end in _parts(version.text, section_start, section_end)
        if end - start >= SHORTEST and not is_hidden(version, start, end)
    ]


def _sections(text: str) -> Iterator[tuple[tuple[str, ...], int, int]]:
    """(headings from the top, start, end) of what stands between one heading and the next."""
    fences = [found.span() for found in _FENCE.finditer(text)]
    marks = [found for found in _HEADING.finditer(text) if not any(a <= found.start() < b for a, b in fences)]
    path: list[tuple[int, str]] = []
    starts = [0, *(mark.end() for mark in marks)]
    ends = [*(mark.start() for mark in marks), len(text)]
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        if number:
            depth = len(marks[number - 1].group(1))
            path = [*(one for one in path if one[0] < depth), (depth, marks[number - 1].group(2).strip())]
        yield tuple(words for _, words in path), start, end


def _parts(text: str, start: int, end: int) -> Sequence[tuple[int, int]]:
    """The section without white space around it, cut between blocks where it is long."""
    parts: list[tuple[int, int]] = []
    at = start
    while at < end:
        stop = end if end - at <= LONGEST else text.rfind(_BREAK, at + SHORTEST, at + LONGEST)
        stop = stop if stop > at else min(end, at + LONGEST)
        body = text[at:stop]
        left = at + len(body) - len(body.lstrip())
        if left < (right := at + len(body.rstrip())):
            parts.append((left, right))
        at = stop
    return parts

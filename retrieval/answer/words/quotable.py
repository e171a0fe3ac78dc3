"""A passage as what can be quoted from it: units in the stored text's offsets, with their terms and their context's."""

from dataclasses import dataclass, replace

from retrieval.answer.words.sentences import Unit, UnitKind, units
from retrieval.answer.words.terms import content_terms
from retrieval.models import Passage


@dataclass(frozen=True, slots=True)
class Quotable:
    """The unit's offsets count in the stored text; `context` are the terms of title, headings, lead and header."""

    unit: Unit
    terms: frozenset[str]
    context: frozenset[str]


def quotable(passage: Passage, kinds: frozenset[UnitKind]) -> tuple[Quotable, ...]:
    """The passage's units of the given kinds, in reading order."""
    return tuple(
        Quotable(
            unit=replace(unit, start=unit.start + passage.start, end=unit.end + passage.start),
            terms=frozenset(content_terms(unit.text)),
            context=_context(passage, unit),
        )
        for unit in units(passage.text)
        if unit.kind in kinds
    )


def _context(passage: Passage, unit: Unit) -> frozenset[str]:
    around = (passage.title, *passage.section, unit.heading, unit.lead, *unit.header)
    return frozenset(content_terms(" ".join(around)))

"""Evidence, hits and citations as a reader of a report sees them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from evals.evidence import Gold
from evals.models import BeirSet, Question, Record
from evals.results import QueryRecord, Shown
from evals.run import Found
from retrieval.models import Citation, Hit

_CHARACTERS = 300  # of a text; what is worst is told in less than a page
_HITS = 5
_JUDGED = 10


def evidence(question: Question) -> tuple[Shown, ...]:
    return tuple(Shown(one.document, one.page, _cut(one.quote or "")) for one in question.evidence)


def citations(given: Iterable[Citation]) -> tuple[Shown, ...]:
    """Whole quotes: a judge of the answer has to read all of them."""
    return tuple(Shown(one.document, one.page, one.quote) for one in given)


def shortened(places: Iterable[Shown]) -> tuple[Shown, ...]:
    return tuple(replace(one, text=_cut(one.text)) for one in places)


def of_questions(gold: Sequence[Gold], found: Mapping[str, Found]) -> tuple[QueryRecord, ...]:
    return tuple(
        QueryRecord(one.question.id, one.question.question, evidence(one.question), _hits(found[one.question.id].hits))
        for one in gold
    )


def of_records(judged: BeirSet, found: Mapping[str, Found]) -> tuple[QueryRecord, ...]:
    """Expected are the records judged relevant, the most relevant first."""
    records = {record.id: record for record in judged.records}
    return tuple(
        QueryRecord(
            query, text, _relevant(judged.qrels[query], records), _hits(found[query].hits if query in found else ())
        )
        for query, text in judged.queries.items()
    )


def _relevant(judgements: Mapping[str, int], records: Mapping[str, Record]) -> tuple[Shown, ...]:
    wanted = sorted((one for one in judgements.items() if one[1] > 0), key=lambda one: (-one[1], one[0]))
    return tuple(
        Shown(name, text=_cut(f"{records[name].title}\n{records[name].text}".strip()))
        for name, _ in wanted[:_JUDGED]
        if name in records
    )


def _hits(hits: Sequence[Hit]) -> tuple[Shown, ...]:
    return tuple(Shown(hit.chunk.document, hit.page, _cut(hit.text), hit.score) for hit in hits[:_HITS])


def _cut(text: str) -> str:
    return text if len(text) <= _CHARACTERS else text[: _CHARACTERS - 1].rstrip() + "…"

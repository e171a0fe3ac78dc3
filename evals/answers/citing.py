"""An answer's citations against a question's evidence, at three levels.

Precision is the share of the citations that are good, recall the share of the evidence that is cited:

- **document**: the citation's document is one of the evidence.
- **page**: so are its document and page; over questions whose evidence names a page.
- **quote**: its quote and a gold quote overlap by at least half of the shorter one; over questions whose evidence has
  quotes. Of a gold quote that stands in several places any will do.

An answer without citations, an abstention too, scores 0 for both: there was evidence to be cited.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from evals.evidence import Gold, GoldQuote
from evals.spans import Span
from retrieval.models import Citation

_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Cited:
    precision: float
    recall: float


def judge_citations(gold: Gold, citations: Sequence[Citation]) -> dict[str, Cited]:
    """By level; one on which the question has no evidence is left out."""
    levels = {
        "document": _sets([citation.document for citation in citations], gold.documents),
    }
    if gold.pages:
        levels["page"] = _sets([(citation.document, citation.page) for citation in citations], gold.pages)
    if gold.quotes:
        levels["quote"] = _quotes([_span(citation) for citation in citations], gold.quotes)
    return levels


def _sets(cited: Sequence[object], wanted: Sequence[object]) -> Cited:
    good = sum(one in wanted for one in cited)
    return Cited(good / len(cited) if cited else 0.0, len(set(wanted) & set(cited)) / len(set(wanted)))


def _quotes(cited: Sequence[Span], wanted: Sequence[GoldQuote]) -> Cited:
    good = sum(any(_meet(span, quote) for quote in wanted) for span in cited)
    found = sum(any(_meet(span, quote) for span in cited) for quote in wanted)
    return Cited(good / len(cited) if cited else 0.0, found / len(wanted))


def _meet(span: Span, quote: GoldQuote) -> bool:
    return any(_common(span, place) >= _SHARE * min(len(span), len(place)) for place in quote.places)


def _common(one: Span, other: Span) -> float:
    """Characters that both spans hold; less than none where they are of different documents."""
    if one.document != other.document:
        return -1.0
    return max(0, min(one.end, other.end) - max(one.start, other.start))


def _span(citation: Citation) -> Span:
    return Span(citation.document_id, citation.start, citation.end)

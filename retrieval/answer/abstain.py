"""Whether the documents hold the answer at all: a chance from what retrieval and the sentences show."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

from retrieval.answer.extract import Statement
from retrieval.answer.terms import content_terms, weights
from retrieval.models import Hit, Passage

_WEIGHTS = {"cosine": 6.0, "margin": 2.0, "coverage": 2.0, "agreement": 0.5, "sentence": 2.0}
_BIAS = -4.5
ANSWER_FROM = 0.5


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for an answer, each 0-1.

    `cosine`: the best hit's. `margin`: by how much it exceeds the mean of the other hits. `coverage`: weight of the
    question's terms that the best passage for them holds. `agreement`: share of the first five hits that both legs
    found. `sentence`: the best statement's score.
    """

    cosine: float
    margin: float
    coverage: float
    agreement: float
    sentence: float

    @property
    def confidence(self) -> float:
        """The chance, 0-1, that the documents hold the answer."""
        logit = _BIAS + sum(_WEIGHTS[field.name] * float(getattr(self, field.name)) for field in fields(self))
        return 1.0 / (1.0 + math.exp(-logit))


def signals(
    question: str, *, hits: Sequence[Hit], passages: Sequence[Passage], statements: Sequence[Statement]
) -> Signals:
    """All 0 where nothing was found. `statements` best first."""
    cosines = sorted((hit.provenance.dense_score or 0.0 for hit in hits), reverse=True)
    others = cosines[1:]
    return Signals(
        cosine=max(0.0, cosines[0]) if cosines else 0.0,
        margin=max(0.0, cosines[0] - sum(others) / len(others)) if others else 0.0,
        coverage=_coverage(question, passages),
        agreement=_agreement(hits),
        sentence=statements[0].score if statements else 0.0,
    )


def _coverage(question: str, passages: Sequence[Passage]) -> float:
    held = [
        frozenset(content_terms(" ".join((passage.title, *passage.section, passage.context, passage.text))))
        for passage in passages
    ]
    telling = weights(content_terms(question), held)
    total = sum(telling.values())
    if not total:
        return 0.0
    return max((sum(telling[term] for term in telling if term in terms) for terms in held), default=0.0) / total


def _agreement(hits: Sequence[Hit]) -> float:
    first = hits[:5]
    both = sum(hit.provenance.dense_rank is not None and hit.provenance.lexical_rank is not None for hit in first)
    return both / len(first) if first else 0.0

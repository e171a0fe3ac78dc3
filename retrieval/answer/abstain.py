"""Whether the documents hold the answer at all: a chance from what retrieval and the sentences show.

The weights were learnt by logistic regression on 333 questions of two public sets, 196 that their passages answer and
137 that they do not, each set and class with the same weight; the statements' scores come from `extract` and belong to
its weights. Area under the curve, five-fold: 0.88 and 0.94 (the best hit's cosine alone: 0.88 and 0.91), pooled 0.85
(0.83).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

from retrieval.answer.extract import Statement
from retrieval.answer.terms import content_terms, weights
from retrieval.models import Hit, Passage

_WEIGHTS = {"cosine": 2.9, "coverage": 1.0, "sentence": 4.2}
_BIAS = -4.2
ANSWER_FROM = 0.4


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for an answer, each 0-1.

    `cosine`: the best hit's. `coverage`: the share of the question's terms, by weight, that the passage which holds
    most of them holds. `sentence`: the best statement's score.
    """

    cosine: float
    coverage: float
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
    return Signals(
        cosine=max((hit.provenance.dense_score or 0.0 for hit in hits), default=0.0),
        coverage=_coverage(question, passages),
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

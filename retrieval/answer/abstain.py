"""Whether the documents hold the answer at all: a chance from what retrieval and the sentences show.

The weights were learnt by logistic regression on 478 questions, 323 that their documents answer and 155 that they do
not: two public sets and the sample questions, each set and class with the same weight. They belong to the weights of
`extract`. Area under the curve, five-fold, per set: 0.88, 0.90, 0.76; pooled 0.84. The best hit's cosine alone: 0.88,
0.90, 0.50; pooled 0.76. At the default threshold 0.51, 0.82 and 0.58 of the unanswerable are refused, and 0.05, 0.15
and 0.21 of the answerable.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

from retrieval.answer.extract import Statement
from retrieval.answer.words.terms import content_terms, names, telling_words, weights
from retrieval.models import Hit, Passage

_WEIGHTS = {"cosine": 1.5, "coverage": 1.4, "sentence": 3.2, "named": 1.2}
_BIAS = -3.75
ANSWER_FROM = 0.35
WEIGHTS_NAME = hashlib.sha256(repr((_WEIGHTS, _BIAS)).encode()).hexdigest()[:12]
"""Names these weights: a bound on the confidence holds for them alone."""


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for an answer, each 0-1.

    `cosine`: the best hit's. `coverage`: the share of the question's terms, by weight, that the passage which holds
    most of them holds. `sentence`: the best statement's score. `named`: the share of the question's names and codes
    that the best statement's passage holds, 1 where it has none.
    """

    cosine: float
    coverage: float
    sentence: float
    named: float

    @property
    def confidence(self) -> float:
        """The chance, 0-1, that the documents hold the answer."""
        logit = _BIAS + sum(_WEIGHTS[field.name] * float(getattr(self, field.name)) for field in fields(self))
        return 1.0 / (1.0 + math.exp(-logit))

    def by_name(self) -> dict[str, float]:
        return {field.name: float(getattr(self, field.name)) for field in fields(self)}


def signals(
    question: str, *, hits: Sequence[Hit], passages: Sequence[Passage], statements: Sequence[Statement]
) -> Signals:
    """All 0 where nothing was found. `statements` best first."""
    return Signals(
        cosine=max((hit.provenance.dense_score or 0.0 for hit in hits), default=0.0),
        coverage=_coverage(question, passages),
        sentence=statements[0].score if statements else 0.0,
        named=_named(question, statements[0].passage) if statements else 0.0,
    )


def missing_words(question: str, passages: Sequence[Passage]) -> tuple[str, ...]:
    """The question's telling words, as written there, that stand in none of the passages; each once."""
    held = frozenset[str]().union(*(_terms(passage) for passage in passages))
    missing = [word for word in telling_words(question) if not held & set(content_terms(word))]
    return tuple(dict.fromkeys(missing))


def _named(question: str, passage: Passage) -> float:
    asked = names(question)
    return len(asked & _terms(passage)) / len(asked) if asked else 1.0


def _coverage(question: str, passages: Sequence[Passage]) -> float:
    held = [_terms(passage) for passage in passages]
    telling = weights(content_terms(question), held)
    total = sum(telling.values())
    if not total:
        return 0.0
    return max((sum(telling[term] for term in telling if term in terms) for terms in held), default=0.0) / total


def _terms(passage: Passage) -> frozenset[str]:
    around = (passage.document, passage.title, *passage.section, passage.context)
    return frozenset(content_terms(" ".join((*around, passage.text))))

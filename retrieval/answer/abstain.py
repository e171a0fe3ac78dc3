"""Whether the documents hold the answer at all: a chance from what retrieval and the sentences show.

The weights were learnt by logistic regression on 478 questions, 323 that their documents answer and 155 that they do
not: two public sets and the sample questions, each set and class with the same weight. They belong to the weights of
`extract`. That of `heard`, which hardly a question of them lacks, was chosen by hand, and the bias is less by it. How
well they part the two, and what the shipped threshold refuses of each, docs/answers.md tells.
"""

import hashlib
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields

from retrieval.answer.extract import Features, Statement
from retrieval.answer.words.terms import content_terms, names, telling_words, weights
from retrieval.models import Passage

_WEIGHTS = {"sentences": 2.42, "lead": 1.66, "coverage": 1.61, "named": 1.1, "heard": 0.8}
_BIAS = -3.45
_PROMISE = {
    "cosine": 4.0,
    "coverage": 3.0,
    "context": 1.2,
    "hit": 4.0,
    "behind": -2.0,
    "fits": 1.0,
    "bare": -1.0,
    "short": -0.5,
}
_PROMISE_BIAS = -6.5
_PERIOD = re.compile(r"(?:[fc]y|q[1-4]|[1-4]q|h[12]|[12]h)(?:\d{2}|\d{4})?")  # FY2018, Q4: written in many ways
_BEST = 3
_BEHIND = 5
ANSWER_FROM = 0.35
WEIGHTS_NAME = hashlib.sha256(repr((_WEIGHTS, _BIAS, _PROMISE, _PROMISE_BIAS)).encode()).hexdigest()[:12]
"""Names these weights: a bound on the confidence holds for them alone."""


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for an answer, each 0-1.

    `sentences`: the mean `promise` of the three best statements. `lead`: by how much the best one is ahead of the five
    behind it, on average: where all are alike, none answers. `coverage`: the share of the question's terms, by weight,
    that the first passage holds. `named`: the share of the question's names and codes that the best statement's passage
    holds, 1 where it has none. `heard`: 0 where no passage at all holds any of the names, such as a place, that the
    question as it was put has, or one lacks a code of it; else 1. Bare numbers and periods such as FY2018 don't count,
    nor what was carried over.
    """

    sentences: float
    lead: float
    coverage: float
    named: float
    heard: float

    @property
    def confidence(self) -> float:
        """The chance, 0-1, that the documents hold the answer."""
        logit = _BIAS + sum(_WEIGHTS[field.name] * float(getattr(self, field.name)) for field in fields(self))
        return 1.0 / (1.0 + math.exp(-logit))

    def by_name(self) -> dict[str, float]:
        return {field.name: float(getattr(self, field.name)) for field in fields(self)}


def promise(features: Features) -> float:
    """How much a statement promises an answer, 0-1, comparable between questions, which a statement's score is not:
    that one ranks the statements of one question, and is near 1 for the best of each.
    """
    logit = _PROMISE_BIAS + sum(weight * float(getattr(features, name)) for name, weight in _PROMISE.items())
    return 1.0 / (1.0 + math.exp(-logit))


def signals(question: str, *, passages: Sequence[Passage], statements: Sequence[Statement], put: str = "") -> Signals:
    """All 0 where nothing was found. Both best first. `put`: a follow-up as it was put, of `question` as it is read."""
    if not statements:
        return Signals(0.0, 0.0, 0.0, 0.0, 0.0)
    promising = sorted(statements, key=lambda statement: -promise(statement.features))
    scores = [promise(statement.features) for statement in promising]
    behind = scores[1 : 1 + _BEHIND]
    return Signals(
        sentences=sum(scores[:_BEST]) / len(scores[:_BEST]),
        lead=scores[0] - sum(behind) / len(behind) if behind else 0.0,
        coverage=_coverage(question, passages),
        named=_named(question, promising[0].passage),
        heard=_heard(put or question, passages),
    )


def missing_words(question: str, passages: Sequence[Passage]) -> tuple[str, ...]:
    """The question's telling words, as written there, that stand in none of the passages; each once."""
    held = frozenset[str]().union(*(_terms(passage) for passage in passages))
    missing = [word for word in telling_words(question) if not held & set(content_terms(word))]
    return tuple(dict.fromkeys(missing))


def _named(question: str, passage: Passage) -> float:
    asked = names(question)
    return len(asked & _terms(passage)) / len(asked) if asked else 1.0


def _heard(question: str, passages: Sequence[Passage]) -> float:
    asked = (name for name in names(question) if not _PERIOD.fullmatch(name))
    spelled = {name for name in asked if len(name) > 1 and any(map(str.isalpha, name))}
    codes = {name for name in spelled if any(map(str.isdigit, name))}
    held = frozenset[str]().union(*map(_terms, passages))
    return float(codes <= held and (not spelled or not spelled.isdisjoint(held)))


def _coverage(question: str, passages: Sequence[Passage]) -> float:
    held = [_terms(passage) for passage in passages]
    telling = weights(content_terms(question), held)
    total = sum(telling.values())
    return sum(telling[term] for term in telling if term in held[0]) / total if total else 0.0


def _terms(passage: Passage) -> frozenset[str]:
    around = (passage.document, passage.title, *passage.section, passage.context)
    return frozenset(content_terms(" ".join((*around, passage.text))))

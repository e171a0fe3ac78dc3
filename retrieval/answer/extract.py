"""The answer without a language model: which of the documents' own sentences and table rows answer the question."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from retrieval.answer.quotable import Quotable, quotable
from retrieval.answer.sentences import Unit, UnitKind
from retrieval.answer.terms import content_terms, numbers, weights
from retrieval.answer.wording import shown
from retrieval.models import Passage
from retrieval.ports import Embedder

MOST_STATEMENTS = 4
EMBED_AT_MOST = 48
_ANSWERING: frozenset[UnitKind] = frozenset({"sentence", "item", "row", "code"})
_CONTEXT_SHARE = 0.5
_NEAR_BEST = 0.7

_AMOUNT = re.compile(
    r"\bhow (?:many|much|long|often|far|old|high|large|big)\b|\b(?:number|amount|price|cost|fee|limit|rate|percentage"
    r"|percent|maximum|minimum|budget|total|salary|revenue|wie ?viele?|combien|cuánt[oa]s?)\b",
    re.IGNORECASE,
)
_MOMENT = re.compile(
    r"\b(?:when|what (?:date|day|year|month|time)|which (?:date|day|year|month)|since|until|deadline|wann|quand"
    r"|cuándo)\b",
    re.IGNORECASE,
)
_PERSON = re.compile(r"\b(?:who|whom|whose|wer|wen|wem|qui|quién)\b|\b(?:e-?mail|phone|contact)\b", re.IGNORECASE)
_REASON = re.compile(r"^\W*why\b|\b(?:reason|warum|pourquoi|por qué)\b", re.IGNORECASE)
_DATE = re.compile(
    r"\b(?:1[5-9]|20)\d\d\b|\b\d{1,2}[:./]\d{1,2}\b|\b(?:January|February|March|April|May|June|July|August|September"
    r"|October|November|December|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|daily|weekly|monthly"
    r"|quarterly|annually|days?|weeks?|months?|years?|hours?|minutes?)\b"
)
_NAME = re.compile(r"\S@\S|\b[A-ZÄÖÜ][\w'’-]+\s+(?:[A-Z]\.\s+)?[A-ZÄÖÜ][\w'’-]+|\+?\d[\d\s()/-]{6,}\d")
_BECAUSE = re.compile(
    r"\b(?:because|since|due to|so that|in order to|therefore|as a result|weil|denn)\b", re.IGNORECASE
)

# Learnt on questions with marked answer sentences; see `Features`.
_WEIGHTS = {"cosine": 4.0, "coverage": 2.0, "context": 1.0, "hit": 2.0, "first": 0.5, "fits": 0.5, "short": -0.7}
_BIAS = -4.0


@dataclass(frozen=True, slots=True)
class Features:
    """What speaks for a unit, each 0-1 (cosines -1 to 1).

    `cosine`: question and unit under its heading. `coverage`: weight of the question's terms in the unit.
    `context`: weight of those that stand only in its heading, header or title. `hit`: cosine of its passage's best
    hit. `first`: 1 / rank of its passage. `fits`: holds what who, when, how many or why ask for. `short`: fewer than
    three content terms.
    """

    cosine: float
    coverage: float
    context: float
    hit: float
    first: float
    fits: float
    short: float

    @property
    def score(self) -> float:
        """The chance, 0-1, that the unit belongs to the answer."""
        logit = _BIAS + sum(weight * float(getattr(self, name)) for name, weight in _WEIGHTS.items())
        return float(1.0 / (1.0 + np.exp(-logit)))


@dataclass(frozen=True, slots=True)
class Statement:
    """One unit of a passage that answers. `text` is how it is shown; `covered` are the question's terms it holds."""

    passage: Passage
    unit: Unit
    text: str
    features: Features
    score: float
    covered: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A quotable unit of the passage that is `rank`-th by its best hit."""

    passage: Passage
    rank: int
    quotable: Quotable


class Extractor:
    """Scores every unit of the passages and chooses the few that answer. Deterministic."""

    def __init__(self, embedder: Embedder, *, embed_at_most: int = EMBED_AT_MOST) -> None:
        self._embedder = embedder
        self._embed_at_most = embed_at_most

    def statements(self, question: str, passages: Sequence[Passage]) -> tuple[Statement, ...]:
        """All units worth looking at, best first; ties in reading order. Empty where the passages hold no sentence."""
        candidates = _candidates(passages)
        asked = content_terms(question)
        telling = weights(asked, [candidate.quotable.terms | candidate.quotable.context for candidate in candidates])
        near = _nearest_in_words(candidates, telling, self._embed_at_most)
        cosines = self._cosines(question, near)
        scored = [
            _scored(candidate, question=question, telling=telling, cosine=float(cosine))
            for candidate, cosine in zip(near, cosines, strict=True)
        ]
        return tuple(sorted(scored, key=lambda statement: -statement.score))

    def _cosines(self, question: str, candidates: Sequence[_Candidate]) -> Sequence[float]:
        if not candidates:
            return ()
        vectors = self._embedder.embed_documents([_embedded_text(candidate) for candidate in candidates])
        return [float(cosine) for cosine in vectors @ self._embedder.embed_query(question)]


def chosen(statements: Sequence[Statement], *, most: int = MOST_STATEMENTS) -> tuple[Statement, ...]:
    """The statements that make the answer, in reading order: best passage first, then as they stand in it."""
    picked: list[Statement] = []
    for statement in statements:
        if len(picked) == most:
            break
        if not picked or _adds(statement, picked):
            picked.append(statement)
    return tuple(sorted(picked, key=lambda statement: (statement.passage.hits[0].rank, statement.unit.start)))


def _adds(statement: Statement, picked: Sequence[Statement]) -> bool:
    best = picked[0]
    if statement.score < _NEAR_BEST * best.score or any(_same(statement, earlier) for earlier in picked):
        return False
    if statement.unit.kind == "row" or best.unit.kind == "row":
        return best.covered <= statement.covered
    return True


def _same(one: Statement, other: Statement) -> bool:
    """Whether two statements say the same: most of the words of the shorter stand in the longer."""
    left, right = set(content_terms(one.text)), set(content_terms(other.text))
    return len(left & right) >= 0.8 * max(1, min(len(left), len(right))) and numbers(one.text) == numbers(other.text)


def _candidates(passages: Sequence[Passage]) -> list[_Candidate]:
    return [
        _Candidate(passage, rank, found)
        for rank, passage in enumerate(passages, start=1)
        for found in quotable(passage, _ANSWERING)
    ]


def _nearest_in_words(
    candidates: Sequence[_Candidate], telling: Mapping[str, float], most: int
) -> Sequence[_Candidate]:
    """The `most` candidates that share most of the question's telling terms, better passages first among equals."""

    def closeness(candidate: _Candidate) -> float:
        own, context = _coverage(candidate.quotable, telling)
        return own + _CONTEXT_SHARE * context + 1.0 / (1 + candidate.rank)

    order = sorted(range(len(candidates)), key=lambda at: (-closeness(candidates[at]), at))
    return [candidates[at] for at in sorted(order[:most])]


def _coverage(found: Quotable, telling: Mapping[str, float]) -> tuple[float, float]:
    """The share of the question's weight that the unit holds itself, and that only its context holds."""
    total = sum(telling.values()) or 1.0
    own = sum(weight for term, weight in telling.items() if term in found.terms)
    context = sum(weight for term, weight in telling.items() if term in found.context - found.terms)
    return own / total, context / total


def _scored(candidate: _Candidate, *, question: str, telling: Mapping[str, float], cosine: float) -> Statement:
    own, context = _coverage(candidate.quotable, telling)
    found, unit = candidate.quotable, candidate.quotable.unit
    hit = candidate.passage.hits[0].provenance.dense_score
    features = Features(
        cosine=cosine,
        coverage=own,
        context=context,
        hit=0.0 if hit is None else hit,
        first=1.0 / candidate.rank,
        fits=float(_fits(question, unit.text)),
        short=float(len(found.terms) < 3 and unit.kind != "row"),
    )
    covered = frozenset(telling) & (found.terms | found.context)
    return Statement(candidate.passage, unit, shown(unit), features, features.score, covered)


def _embedded_text(candidate: _Candidate) -> str:
    unit, passage = candidate.quotable.unit, candidate.passage
    heading = unit.heading or (passage.section or (passage.title,))[-1]
    return f"{heading}: {shown(unit)}" if heading else shown(unit)


def _fits(question: str, text: str) -> bool:
    """Whether the text holds the kind of thing that the question asks for; false where it asks for no kind."""
    if _PERSON.search(question):
        return bool(_NAME.search(text))
    if _MOMENT.search(question):
        return bool(_DATE.search(text))
    if _AMOUNT.search(question):
        return any(character.isdigit() for character in text)
    return bool(_REASON.search(question) and _BECAUSE.search(text))

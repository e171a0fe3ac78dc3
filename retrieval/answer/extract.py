"""The answer without a language model: which of the documents' own sentences and table rows answer the question."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from retrieval.answer.followup import asked_instead
from retrieval.answer.words.kinds import asks_for_one_thing, fits, names_sender
from retrieval.answer.words.quotable import Quotable, quotable
from retrieval.answer.words.sentences import Unit, UnitKind
from retrieval.answer.words.terms import content_terms, names, numbers, weights
from retrieval.answer.words.wording import shown
from retrieval.models import Passage
from retrieval.ports import Embedder

MOST_STATEMENTS = 3
MOST_ITEMS = 8
EMBED_AT_MOST = 24
_ANSWERING: frozenset[UnitKind] = frozenset({"sentence", "item", "row", "code", "field"})
_CONTEXT_SHARE = 0.5
_OWN_WORDS = 3.0  # how much more a follow-up's own words weigh than those that are carried over

_ENDED = re.compile(r"""[.!?:;。！？…]["'”’»)\]*_`]*$""")
_ASKING = re.compile(r"""[?？]["'”’»)*_]*$""")
_GOING_ON = re.compile(r"(?:he|she|his|her|it|its|they|their|this|these|that|those|such)\b", re.IGNORECASE)

# Chosen on the three sets of `evals.benchmarks.answering.extraction`; docs/answers.md has the figures.
_WEIGHTS = {
    "cosine": 8.0,
    "coverage": 2.0,
    "context": 1.2,
    "named": 1.0,
    "hit": 4.0,
    "behind": -4.0,
    "rank": 1.5,
    "fits": 1.0,
    "bare": -1.0,
    "short": -0.5,
}
_BIAS = -6.5
_GAP = 4.0  # in logits, behind the best statement
_GAP_ASKED_FOR_ONE_THING = 1.5
_GAP_TO_WHAT_GOES_ON = 3.0
_GAP_TO_ANOTHER_PASSAGE = 1.0


@dataclass(frozen=True, slots=True)
class Features:
    """What speaks for or against a unit, each 0-1 (the cosine -1 to 1).

    `cosine`: question and unit under its heading. `coverage`: the share of the question's terms, by weight, in the
    unit. `context`: of those that stand only in its heading, header or title. `named`: the share of its names and codes
    that either holds, 1 for a question without. `hit`: the cosine of its passage's best hit. `behind`: by how much that
    is behind the best of all. `rank`: 1 for the first passage, 1/2 for the second. `fits`: it holds what who, when, how
    many or why ask for. `bare`: a line that no punctuation ends, such as a caption. `short`: fewer than three content
    terms, no row.
    """

    cosine: float
    coverage: float
    context: float
    named: float
    hit: float
    behind: float
    rank: float
    fits: float
    bare: float
    short: float

    @property
    def logit(self) -> float:
        return _BIAS + sum(weight * float(getattr(self, name)) for name, weight in _WEIGHTS.items())

    @property
    def score(self) -> float:
        """The chance, 0-1, that the unit belongs to the answer."""
        return float(1.0 / (1.0 + np.exp(-self.logit)))


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

    def statements(self, question: str, passages: Sequence[Passage], *, put: str = "") -> tuple[Statement, ...]:
        """All units worth looking at, best first; ties in reading order. Empty where the passages hold no sentence.

        `put` is a follow-up as it was put: what it says itself weighs more than what `question` carries over.
        """
        asked = content_terms(question)
        candidates = _to_the_point([one for one in _candidates(passages) if _may_answer(one, question, asked)], put)
        rarity = weights(asked, [candidate.quotable.terms | candidate.quotable.context for candidate in candidates])
        own = set(content_terms(put))
        telling = {term: weight * (_OWN_WORDS if term in own else 1.0) for term, weight in rarity.items()}
        wanted = names(put) or names(question)
        near = _nearest_in_words(candidates, telling, self._embed_at_most)
        cosines = self._cosines(question, near)
        nearest = max((_hit_cosine(passage) for passage in passages), default=0.0)
        scored = [
            _scored(candidate, question=question, wanted=wanted, telling=telling, cosine=float(cosine), nearest=nearest)
            for candidate, cosine in zip(near, cosines, strict=True)
        ]
        return tuple(sorted(scored, key=lambda statement: -statement.score))

    def _cosines(self, question: str, candidates: Sequence[_Candidate]) -> Sequence[float]:
        if not candidates:
            return ()
        vectors = self._embedder.embed_documents([_embedded_text(candidate) for candidate in candidates])
        return [float(cosine) for cosine in vectors @ self._embedder.embed_query(question)]


def chosen(question: str, statements: Sequence[Statement], *, most: int = MOST_STATEMENTS) -> tuple[Statement, ...]:
    """The statements that make the answer, in reading order: best passage first, then as they stand in it.

    What stands in the passage of the best one belongs with it; of other passages, and where who, when or how much is
    asked, only what is nearly as good as the best is shown beside it.
    """
    gap = _GAP_ASKED_FOR_ONE_THING if asks_for_one_thing(question) else _GAP
    picked = _whole_list(statements)
    for statement in statements:
        if len(picked) >= most:
            break
        if not picked or _adds(statement, picked, gap):
            picked.append(statement)
    return tuple(sorted(picked, key=lambda statement: (statement.passage.hits[0].rank, statement.unit.start)))


def _whole_list(statements: Sequence[Statement]) -> list[Statement]:
    """All items of the best statement's list, where what introduces the list is what the question asks for."""
    if not statements or statements[0].unit.kind != "item" or not statements[0].unit.lead:
        return []
    best = statements[0]
    if not best.covered & set(content_terms(best.unit.lead)) >= best.covered & set(content_terms(best.unit.text)):
        return []
    listed = [one for one in statements if one.passage == best.passage and one.unit.lead == best.unit.lead]
    return listed if 1 < len(listed) <= MOST_ITEMS else []


def _adds(statement: Statement, picked: Sequence[Statement], gap: float) -> bool:
    best = picked[0]
    behind = best.features.logit - statement.features.logit
    allowed = gap if statement.passage == best.passage else min(gap, _GAP_TO_ANOTHER_PASSAGE)
    if _goes_on(statement, best):
        allowed = max(allowed, _GAP_TO_WHAT_GOES_ON)
    if behind > allowed or any(_same(statement, earlier) for earlier in picked):
        return False
    if statement.unit.kind == "row" or best.unit.kind == "row":
        return best.covered <= statement.covered
    return True


def _goes_on(statement: Statement, best: Statement) -> bool:
    """Whether a sentence is the next one and speaks of the same: "His successor will be ..."."""
    follows = statement.passage == best.passage and 0 <= statement.unit.start - best.unit.end <= len("\n\n")
    prose = statement.unit.kind == best.unit.kind == "sentence"
    return follows and prose and bool(_GOING_ON.match(statement.unit.text))


def _same(one: Statement, other: Statement) -> bool:
    """Whether two statements say the same: most of the words of the shorter stand in the longer."""
    left, right = set(content_terms(one.text)), set(content_terms(other.text))
    return len(left & right) >= 0.8 * max(1, min(len(left), len(right))) and numbers(one.text) == numbers(other.text)


def _candidates(passages: Sequence[Passage]) -> list[_Candidate]:
    return [
        _Candidate(passage, rank, found)
        for rank, passage in enumerate(passages, start=1)
        for found in quotable(passage, _ANSWERING)
        if not _ASKING.search(found.unit.text)
    ]


def _may_answer(candidate: _Candidate, question: str, asked: Collection[str]) -> bool:
    """A field, such as a line of a mail's head, only where what it names is asked for, or who sent the mail."""
    unit = candidate.quotable.unit
    if unit.kind != "field":
        return True
    name = unit.text.partition(":")[0]
    return not set(content_terms(name)).isdisjoint(asked) or names_sender(question, unit)


def _to_the_point(candidates: list[_Candidate], put: str) -> list[_Candidate]:
    """Those that speak of what a follow-up names in place of what was asked before, where any does."""
    pointed = asked_instead(put)
    spoken = [one for one in candidates if pointed <= one.quotable.terms | one.quotable.context] if pointed else []
    return spoken or candidates


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


def _scored(
    candidate: _Candidate,
    *,
    question: str,
    wanted: Collection[str],
    telling: Mapping[str, float],
    cosine: float,
    nearest: float,
) -> Statement:
    own, context = _coverage(candidate.quotable, telling)
    found, unit = candidate.quotable, candidate.quotable.unit
    features = Features(
        cosine=cosine,
        coverage=own,
        context=context,
        named=_named(wanted, found),
        hit=_hit_cosine(candidate.passage),
        behind=nearest - _hit_cosine(candidate.passage),
        rank=1.0 / candidate.rank,
        fits=float(fits(question, unit.text)),
        bare=float(_is_bare(unit) and not names_sender(question, unit)),
        short=float(len(found.terms) < 3 and unit.kind != "row"),
    )
    covered = frozenset(telling) & (found.terms | found.context)
    return Statement(candidate.passage, unit, shown(unit), features, features.score, covered)


def _is_bare(unit: Unit) -> bool:
    return unit.kind in ("sentence", "field") and not _ENDED.search(unit.text)


def _named(wanted: Collection[str], found: Quotable) -> float:
    held = found.terms | found.context
    return sum(name in held for name in wanted) / len(wanted) if wanted else 1.0


def _hit_cosine(passage: Passage) -> float:
    """The best cosine among the passage's hits."""
    return max((hit.provenance.dense_score or 0.0 for hit in passage.hits), default=0.0)


def _embedded_text(candidate: _Candidate) -> str:
    unit, passage = candidate.quotable.unit, candidate.passage
    heading = unit.heading or (passage.section or (passage.title,))[-1]
    return f"{heading}: {shown(unit)}" if heading else shown(unit)

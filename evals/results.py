"""What measuring gives: reports with the mean, the scores and the story of every query."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from evals.intervals import Interval
from evals.models import QueryScores, Run
from retrieval.models import Mode

LEVEL_PREFIXES = {"document": "", "page": "page_", "quote": "quote_", "token": "token_"}
"""What stands before a retrieval metric's name, by level: `ndcg@10`, `page_ndcg@10`."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A place with its words, as a reader of a report should see it; the text may be cut, or empty.

    `document` is a path, or a record's id; `score` is that of a hit, null for what was expected.
    """

    document: str
    page: int | None = None
    text: str = ""
    score: float | None = None


@dataclass(frozen=True, slots=True)
class QueryRecord:
    """What was asked of search, what should have come, and the best hits, in their order."""

    query: str
    question: str
    expected: tuple[Shown, ...]
    given: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class AnswerRecord:
    """What was asked, what should have been answered (null where the set does not say), and the answer.

    `expected` is the evidence, `citations` what the answer quotes; `confidence` (0-1) that the documents hold the
    answer, also where it abstained, null where the engine told none. `right` is null for an unanswerable question.
    """

    query: str
    question: str
    answerable: bool
    expected_answer: str | None
    expected: tuple[Shown, ...]
    answer: str
    abstained: bool
    confidence: float | None
    citations: tuple[Shown, ...]
    mode: str
    seconds: float
    right: bool | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RiskCoverage:
    """How often answers are wrong if only the surest are given.

    Arrays (m,), one entry a distinct confidence, from the surest on: the share of all questions that is answered from
    that `threshold` up (`coverage`), and the share of those answers that is not right (`risk`). Abstentions end the
    curve. `area` is the mean risk over the answers in that order: lower is better.
    """

    threshold: NDArray[np.float64]
    coverage: NDArray[np.float64]
    risk: NDArray[np.float64]
    area: Interval


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Under which a result came about. `configuration` is what an experiment varies, by name.

    `digests` names each query with its judgements by a hash: results over other ones are not compared. `made_with`
    holds versions, machine, git commit and time.
    """

    configuration: Mapping[str, object] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    made_with: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RetrievalReport:
    """What one mode scored on one set.

    `metrics` holds the mean of each with its interval, `scores` the same by level and query; `run` the ranked documents
    (ids of BEIR records, paths of a question set) with strictly falling scores; `seconds` (n,) what each query took,
    searched deeper than users do. `notes` say what an evaluator should know before trusting a figure.
    """

    set_name: str
    mode: Mode
    metrics: Mapping[str, Interval]
    scores: Mapping[str, QueryScores]
    run: Run
    seconds: NDArray[np.float64]
    notes: tuple[str, ...]
    records: tuple[QueryRecord, ...] = ()
    circumstances: Circumstances = field(default_factory=Circumstances)

    @property
    def queries(self) -> int:
        """How many queries are judged."""
        return len(self.scores["document"].queries)

    def by_metric(self) -> dict[str, QueryScores]:
        """Each level's scores with the metrics' full names."""
        return {
            level: QueryScores(one.queries, {LEVEL_PREFIXES[level] + name: row for name, row in one.values.items()})
            for level, one in self.scores.items()
        }

    def as_json(self) -> dict[str, object]:
        """The object that other programs rely on (design.md), and beside it how many queries each level judges."""
        return {
            "set": self.set_name,
            "queries": self.queries,
            "mode": self.mode,
            "metrics": {name: _interval(interval) for name, interval in self.metrics.items()},
            "levels": {level: len(scores.queries) for level, scores in self.scores.items()},
            "seconds": _seconds(self.seconds),
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class AnswersReport:
    """What the answers to one set are worth.

    `scores` by what is judged, each over the questions for which that can be told: `agreement` and `numeric` with the
    expected answer, `document`, `page` and `quote` citations, `grounded` (answers given), `refused_answerable` and
    `refused_unanswerable`. Metrics bear their full names in it. `auroc` tells how well confidence parts what the
    documents answer from what they don't, null where the set or the engine does not let it be told, as is `risk`.
    """

    set_name: str
    metrics: Mapping[str, Interval]
    scores: Mapping[str, QueryScores]
    auroc: Interval | None
    risk: RiskCoverage | None
    records: tuple[AnswerRecord, ...]
    notes: tuple[str, ...]
    circumstances: Circumstances = field(default_factory=Circumstances)

    @property
    def queries(self) -> int:
        return len(self.records)

    @property
    def seconds(self) -> NDArray[np.float64]:
        """(n,) what each answer took."""
        return np.array([record.seconds for record in self.records])

    def by_metric(self) -> dict[str, QueryScores]:
        return dict(self.scores)

    def as_json(self) -> dict[str, object]:
        """Means with intervals, the curve, and every question's record."""
        return {
            "set": self.set_name,
            "queries": self.queries,
            "metrics": {name: _interval(interval) for name, interval in self.metrics.items()},
            "levels": {level: len(scores.queries) for level, scores in self.scores.items()},
            "auroc": None if self.auroc is None else _interval(self.auroc),
            "risk_coverage": None if self.risk is None else _curve(self.risk),
            "seconds": _seconds(self.seconds),
            "records": [_record(record) for record in self.records],
            "notes": list(self.notes),
        }


def _interval(interval: Interval) -> dict[str, float]:
    return {"mean": interval.mean, "low": interval.low, "high": interval.high}


def _seconds(seconds: NDArray[np.float64]) -> dict[str, float]:
    return {"p50": float(np.median(seconds)), "p95": float(np.quantile(seconds, 0.95))}


def _curve(risk: RiskCoverage) -> dict[str, object]:
    points = zip(risk.threshold.tolist(), risk.coverage.tolist(), risk.risk.tolist(), strict=True)
    return {
        "area": _interval(risk.area),
        "points": [{"threshold": at, "coverage": coverage, "risk": wrong} for at, coverage, wrong in points],
    }


def _record(record: AnswerRecord) -> dict[str, object]:
    return {
        "id": record.query,
        "question": record.question,
        "answerable": record.answerable,
        "expected": record.expected_answer,
        "evidence": [_shown(one) for one in record.expected],
        "answer": record.answer,
        "abstained": record.abstained,
        "confidence": record.confidence,
        "citations": [_shown(one) for one in record.citations],
        "mode": record.mode,
        "right": record.right,
        "seconds": record.seconds,
    }


def _shown(shown: Shown) -> dict[str, object]:
    return {"document": shown.document, "page": shown.page, "text": shown.text}

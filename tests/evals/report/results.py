"""Small kept results of search and of answers, with figures that are easily followed."""

from collections.abc import Sequence

import numpy as np

from evals.intervals import Interval, mean_intervals
from evals.models import QueryScores
from evals.results import (
    AnswerRecord,
    AnswersReport,
    Circumstances,
    QueryRecord,
    RetrievalReport,
    RiskCoverage,
    Shown,
)
from retrieval.models import Mode

DIGESTS = Circumstances(digests={"q0": "a", "q1": "b"}, made_with={"python": "3.11"}, configuration={"model": "m"})


def searched(
    hits: Sequence[float], *, mode: Mode = "dense", seconds: float = 0.1, questions: Sequence[str] = ()
) -> RetrievalReport:
    """`hits` are the scores of `hit@1`, a query each; `recall@10` is 1 everywhere."""
    queries = tuple(f"q{number}" for number in range(len(hits)))
    values = {"hit@1": np.array(hits, dtype=np.float64), "recall@10": np.ones(len(hits))}
    asked = questions or [f"question {query}?" for query in queries]
    return RetrievalReport(
        set_name="few questions",
        mode=mode,
        metrics=mean_intervals(values),
        scores={"document": QueryScores(queries, values)},
        run={},
        seconds=np.full(len(hits), seconds),
        notes=("1 question has no evidence",),
        records=tuple(
            QueryRecord(
                query,
                question,
                (Shown("a.pdf", 3, "the words"),),
                (Shown("a.pdf", 3, "words that came", 0.9), Shown("a.pdf", 4, "more", 0.8), Shown("b.pdf")),
            )
            for query, question in zip(queries, asked, strict=True)
        ),
        circumstances=DIGESTS,
    )


def answered(right: Sequence[float]) -> AnswersReport:
    """`right` are the scores of `f1`, a query each; the last question was refused."""
    queries = tuple(f"q{number}" for number in range(len(right)))
    values = {"f1": np.array(right, dtype=np.float64)}
    records = [
        AnswerRecord(
            query=query,
            question=f"question {query}?",
            answerable=True,
            expected_answer="30 days",
            expected=(Shown("a.pdf", 3, "30 days"),),
            answer="30 days [1]",
            abstained=query == queries[-1],
            confidence=0.5,
            citations=(Shown("a.pdf", 3, "30 days"),),
            mode="extractive",
            seconds=0.2,
            right=True,
        )
        for query in queries
    ]
    curve = RiskCoverage(
        np.array([0.9, 0.5]), np.array([0.5, 1.0]), np.array([0.0, 0.25]), area=Interval(0.125, 0.0, 0.3)
    )
    return AnswersReport(
        set_name="few questions",
        metrics=mean_intervals(values),
        scores={"agreement": QueryScores(queries, values)},
        auroc=Interval(0.8, 0.6, 0.9),
        risk=curve,
        records=tuple(records),
        notes=(),
        circumstances=DIGESTS,
    )

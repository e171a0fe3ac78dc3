"""Every answer of a kept result judged, several times each."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evals.intervals import Interval, mean_intervals
from evals.judging.questions import Asked, faithfulness, relevance
from evals.progress import track
from evals.results import AnswerRecord, AnswersReport
from retrieval.errors import UsageError
from retrieval.ports import ChatModel

REPLICATES = 3
_QUESTIONS: Mapping[str, Callable[[AnswerRecord, str], Asked | None]] = {
    "faithfulness": faithfulness,
    "relevance": relevance,
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """One thing judged, over the answers whose every reply could be read.

    `scores` (n, k) holds an answer's k replies, 0 to 1. `mean` is that of the answers' means, its interval over
    answers; `replicates` (k) are the means that each round alone would have given, and `spread` their standard
    deviation; `unsteady` is the share of answers on which the rounds differ. `unread` counts replies without sense.
    """

    queries: tuple[str, ...]
    scores: NDArray[np.float64]
    mean: Interval
    replicates: tuple[float, ...]
    spread: float
    unsteady: float
    unread: int


@dataclass(frozen=True, slots=True)
class Judged:
    """What one judge made of one result's answers; refusals are not judged."""

    set_name: str
    judge: str
    replicates: int
    judgements: Mapping[str, Judgement]
    notes: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        return {
            "set": self.set_name,
            "judge": self.judge,
            "replicates": self.replicates,
            "judgements": {name: _object(one) for name, one in self.judgements.items()},
            "notes": list(self.notes),
        }


def judge(
    report: AnswersReport,
    model: ChatModel,
    *,
    replicates: int = REPLICATES,
    word: Callable[[], str] = lambda: secrets.token_hex(8),
) -> Judged:
    """Ask a judge of every answer given whether its quotes say it, and whether it answers the question.

    Raises: `UsageError` for fewer than two replicates, whose spread nobody could see, and where nothing was answered;
    `LanguageModelFailed` where the judge fails.
    """
    if replicates < 2:  # one reply has no spread
        raise UsageError(f"{replicates} replicates show no spread", remedy="ask the judge at least twice")
    given = [record for record in report.records if not record.abstained]
    if not given:
        raise UsageError("no question was answered", remedy="judge a result in which some were")
    replies: dict[str, dict[str, list[float | None]]] = {name: {} for name in _QUESTIONS}
    for record in track(given, f"Judging by {model.name}"):
        for name, asked_of in _QUESTIONS.items():
            if (asked := asked_of(record, word())) is not None:
                replies[name][record.query] = [asked.read(_said(model, asked)) for _ in range(replicates)]
    return Judged(
        set_name=report.set_name,
        judge=model.name,
        replicates=replicates,
        judgements={name: _judgement(found, replicates) for name, found in replies.items()},
        notes=_notes(report, model),
    )


def _said(model: ChatModel, asked: Asked) -> str:
    return "".join(piece for piece in model.stream(asked.messages) if isinstance(piece, str))


def _judgement(replies: Mapping[str, Sequence[float | None]], replicates: int) -> Judgement:
    read = {query: [reply for reply in found if reply is not None] for query, found in replies.items()}
    whole = {query: found for query, found in read.items() if len(found) == replicates}
    scores = np.array(list(whole.values()), dtype=np.float64).reshape(len(whole), replicates)
    rounds = scores.mean(axis=0) if len(scores) else np.zeros(replicates)
    return Judgement(
        queries=tuple(whole),
        scores=scores,
        mean=mean_intervals({"": scores.mean(axis=1)})[""],
        replicates=tuple(float(mean) for mean in rounds),
        spread=float(rounds.std(ddof=1)),
        unsteady=float((np.ptp(scores, axis=1) > 0).mean()) if len(scores) else 0.0,
        unread=sum(len(found) for found in replies.values()) - sum(len(found) for found in read.values()),
    )


def _notes(report: AnswersReport, model: ChatModel) -> tuple[str, ...]:
    refused = sum(record.abstained for record in report.records)
    notes = [f"{refused} of {len(report.records)} questions were refused and are not judged"] if refused else []
    if report.circumstances.configuration.get("language_model") == model.name:
        notes.append("the judge wrote the answers itself: judges like their own words")
    return tuple(notes)


def _object(one: Judgement) -> dict[str, object]:
    return {
        "answers": len(one.queries),
        "mean": one.mean.mean,
        "low": one.mean.low,
        "high": one.mean.high,
        "replicate_means": list(one.replicates),
        "spread": one.spread,
        "unsteady": one.unsteady,
        "unread": one.unread,
        "scores": {query: row.tolist() for query, row in zip(one.queries, one.scores, strict=True)},
    }

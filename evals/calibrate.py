"""From a set of questions to the confidence below which a collection's questions get no answer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evals.answers.measure import asked
from evals.answers.refusal import auroc
from evals.benchmark import Prepared, prepared
from evals.dataset import load
from evals.intervals import Interval, mean_intervals
from evals.models import QuestionSet
from evals.progress import track
from retrieval.answer.abstain import ANSWER_FROM, WEIGHTS_NAME
from retrieval.engine import Engine
from retrieval.errors import UsageError
from retrieval.settings import EngineSettings
from retrieval.store.thresholds import Threshold

TARGET = 0.1
FEWEST = 20
"""Questions with an answer; fewer say next to nothing of a tenth of them."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """`threshold` refuses at most `target` of the answerable questions; `refused` and `shipped_refused` are the shares
    that it and the shipped bound refuse, by `answerable` and `unanswerable`, a class without questions left out.
    `auroc` is null where one class has none.
    """

    set_name: str
    target: float
    threshold: float
    shipped: float
    answerable: int
    unanswerable: int
    refused: dict[str, Interval]
    shipped_refused: dict[str, Interval]
    auroc: Interval | None
    notes: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        return {
            "set": self.set_name,
            "target": self.target,
            "threshold": self.threshold,
            "shipped_threshold": self.shipped,
            "answerable": self.answerable,
            "unanswerable": self.unanswerable,
            "refused": {name: _bounds(interval) for name, interval in self.refused.items()},
            "shipped_refused": {name: _bounds(interval) for name, interval in self.shipped_refused.items()},
            "auroc": _bounds(self.auroc) if self.auroc else None,
            "notes": list(self.notes),
        }


def calibrate(
    set_path: Path,
    *,
    engine_settings: EngineSettings,
    collection: str | None = None,
    corpus: Path | None = None,
    cache: Path | None = None,
    target: float = TARGET,
) -> Calibration:
    """Ask every question as its asker would, without a language model, and find the bound.

    Raises: as `evals.benchmark.retrieval`; `UsageError` for a target outside 0-1, for queries without answers, and for
    fewer than `FEWEST` answerable questions.
    """
    if not 0 <= target < 1:
        raise UsageError(f"{target} is no share of questions", remedy="give a target from 0 to below 1")
    judged = load(set_path)
    if not isinstance(judged, QuestionSet):
        raise UsageError(f"{set_path} holds queries, not questions", remedy="give a file with one question a line")
    if (answerable := sum(question.answerable for question in judged.questions)) < FEWEST:
        raise UsageError(
            f"{set_path} has {answerable} answerable questions", remedy=f"bring {FEWEST} at least, better 100"
        )
    settings = replace(engine_settings, language_model=None)
    with prepared(judged, engine_settings=settings, collection=collection, corpus=corpus, cache=cache) as ready:
        return of(judged, _confidences(ready, judged), target=target)


def of(judged: QuestionSet, confidences: NDArray[np.float64], *, target: float) -> Calibration:
    """The bound for `confidences` (n,), those of the set's questions in order."""
    labels = np.array([question.answerable for question in judged.questions])
    bound = threshold(confidences[labels], target)
    both = bool(labels.any() and not labels.all())
    notes = () if both else ("the set has no unanswerable question: what the bound keeps out can't be told",)
    return Calibration(
        set_name=judged.name,
        target=target,
        threshold=bound,
        shipped=ANSWER_FROM,
        answerable=int(labels.sum()),
        unanswerable=int((~labels).sum()),
        refused=_refused(confidences, labels, bound),
        shipped_refused=_refused(confidences, labels, ANSWER_FROM),
        auroc=auroc(confidences[labels], confidences[~labels]) if both else None,
        notes=notes,
    )


def threshold(answerable: NDArray[np.float64], target: float) -> float:
    """The highest bound, two digits after the point, below which at most `target` of the confidences lie."""
    allowed = int(target * len(answerable) + 1e-9)
    highest = np.sort(answerable)[min(allowed, len(answerable) - 1)]
    return float(np.floor(highest * 100) / 100)


def keep(engine: Engine, found: Calibration, *, collection: str) -> None:
    """Store the bound with the collection. Raises `UsageError` where the home was opened for reading."""
    if not engine.write:
        raise UsageError("this home was opened for reading", remedy="open it with write=True")
    engine.thresholds.keep(
        Threshold(
            collection=collection,
            value=found.threshold,
            weights=WEIGHTS_NAME,
            target=found.target,
            set_name=found.set_name,
            questions=found.answerable,
            refused=found.refused["answerable"].mean,
        )
    )


def _confidences(ready: Prepared, judged: QuestionSet) -> NDArray[np.float64]:
    """0 for a question that no document was asked for."""
    found = []
    for question in track(judged.questions, f"{judged.name}, calibration"):
        answer = asked(ready, question)
        verdict = answer.trace.verdict if answer.trace else None
        found.append(verdict.confidence if verdict else 0.0)
    return np.array(found)


def _refused(confidences: NDArray[np.float64], labels: NDArray[np.bool_], bound: float) -> dict[str, Interval]:
    refused = (confidences < bound).astype(np.float64)
    classes: Sequence[tuple[str, NDArray[np.bool_]]] = (("answerable", labels), ("unanswerable", ~labels))
    return {name: mean_intervals({name: refused[rows]})[name] for name, rows in classes if rows.any()}


def _bounds(interval: Interval) -> dict[str, float]:
    return {"mean": interval.mean, "low": interval.low, "high": interval.high}

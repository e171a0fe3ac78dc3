"""Every question of a set asked, and the answers measured: what `footnote eval answers` and a notebook use."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from evals import shown
from evals.answers.agreement import Agreement, agreement
from evals.answers.citing import judge_citations
from evals.answers.grounded import groundedness
from evals.answers.refusal import auroc, risk_coverage
from evals.benchmark import Prepared, prepared
from evals.circumstances import circumstances
from evals.dataset import load
from evals.evidence import Gold
from evals.intervals import Interval, mean_intervals
from evals.models import QueryScores, Question, QuestionSet
from evals.progress import Tracks, track
from evals.results import AnswerRecord, AnswersReport, RiskCoverage
from retrieval.errors import UsageError
from retrieval.models import Answer, Caller
from retrieval.search.requests import MAX_QUESTION
from retrieval.settings import EngineSettings

ANSWER_ALL = 0.0
"""The threshold under which no answer falls: nothing is refused, and the risk-coverage curve runs to its end."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A question with its answer; the gold is null for one without evidence."""

    question: Question
    gold: Gold | None
    answer: Answer
    seconds: float

    @property
    def confidence(self) -> float | None:
        trace = self.answer.trace
        return trace.verdict.confidence if trace is not None and trace.verdict is not None else None


def answers(
    set_path: Path,
    *,
    engine_settings: EngineSettings,
    collection: str | None = None,
    corpus: Path | None = None,
    cache: Path | None = None,
    answer_all: bool = False,
) -> AnswersReport:
    """Ask every question of a set as its asker would, with history and groups, and measure what is answered.

    The set is a file of questions; over what it is asked, see `evals.benchmark.retrieval`. The configured language
    model writes the answers, where there is one. `answer_all` asks the extractive answerer not to abstain, so that the
    risk-coverage curve runs to its end; refusals then say nothing.

    Raises: as `evals.benchmark.retrieval`, and `UsageError` for a BEIR folder, which has no answers.
    """
    judged = load(set_path)
    if not isinstance(judged, QuestionSet):
        raise UsageError(f"{set_path} holds queries, not questions", remedy="give a file with one question a line")
    if answer_all:
        engine_settings = replace(engine_settings, abstain_below=ANSWER_ALL)
    with prepared(judged, engine_settings=engine_settings, collection=collection, corpus=corpus, cache=cache) as ready:
        report = measure(ready)
        made = circumstances(judged, engine_settings, answer_all=answer_all)
    return replace(report, circumstances=made)


def measure(ready: Prepared, *, track: Tracks = track) -> AnswersReport:
    """Ask and measure; see `answers`. Raises `UsageError` for a set of queries."""
    judged = ready.judged
    if not isinstance(judged, QuestionSet):
        raise UsageError(f"{judged.name} holds queries, not questions", remedy="measure answers on a question set")
    gold = {one.question.id: one for one in ready.located.gold}
    answered = [
        _ask(ready, question, gold.get(question.id)) for question in track(judged.questions, f"{judged.name}, answers")
    ]
    long = [one.id for one in judged.questions if len(one.question) > MAX_QUESTION]
    notes = [f"{len(long)} questions are longer than may be asked and were cut: {', '.join(long[:5])}"] if long else []
    return report(judged.name, answered, notes=(*ready.located.notes, *notes))


def report(set_name: str, answered: Sequence[Answered], *, notes: Iterable[str] = ()) -> AnswersReport:
    """The figures of answers at hand, in the order of the questions."""
    agreements = {
        one.question.id: agreement(one.question.answer, "" if one.answer.abstained else one.answer.text)
        for one in answered
        if one.question.answerable and one.question.answer is not None
    }
    scores = _scores(answered, agreements)
    right = {one.question.id: _right(one, agreements) for one in answered if one.question.answerable}
    return AnswersReport(
        set_name=set_name,
        metrics={name: mean for level in scores.values() for name, mean in mean_intervals(level.values).items()},
        scores=scores,
        auroc=_auroc(answered),
        risk=_risk(answered, right),
        records=tuple(_record(one, right.get(one.question.id)) for one in answered),
        notes=(*notes, *_notes(answered)),
    )


def asked(ready: Prepared, question: Question) -> Answer:
    """The answer to who asks it; a question longer than the engine takes is cut to that, as for search."""
    text, caller = question.question[:MAX_QUESTION], Caller(question.groups)
    return ready.engine.ask(text, caller=caller, collection=ready.collection, history=question.history)


def _ask(ready: Prepared, question: Question, gold: Gold | None) -> Answered:
    started = time.perf_counter()
    answer = asked(ready, question)
    return Answered(question, gold, answer, time.perf_counter() - started)


def _scores(answered: Sequence[Answered], agreements: Mapping[str, Agreement]) -> dict[str, QueryScores]:
    """By what is judged; what no question lets judge is left out."""
    rows: dict[str, dict[str, dict[str, float]]] = {"agreement": {}, "numeric": {}}
    for query, one in agreements.items():
        rows["agreement"][query] = {"exact": one.exact, "contains": one.contains, "f1": one.f1, "recall": one.recall}
        if one.numeric is not None:
            rows["numeric"][query] = {"numeric": one.numeric}
    for given in answered:
        if given.gold is not None:
            cited = judge_citations(given.gold, () if given.answer.abstained else given.answer.citations)
            for level, judged in cited.items():
                named = {f"{level}_citation_precision": judged.precision, f"{level}_citation_recall": judged.recall}
                rows.setdefault(level, {})[given.question.id] = named
        if not given.answer.abstained:
            rows.setdefault("grounded", {})[given.question.id] = {"groundedness": groundedness(given.answer)}
    for given in answered:
        name = "refused_answerable" if given.question.answerable else "refused_unanswerable"
        rows.setdefault(name, {})[given.question.id] = {name: float(given.answer.abstained)}
    return {level: _table(by_query) for level, by_query in rows.items() if by_query}


def _table(by_query: Mapping[str, Mapping[str, float]]) -> QueryScores:
    names = list(next(iter(by_query.values())))
    return QueryScores(
        tuple(by_query), {name: np.array([scores[name] for scores in by_query.values()]) for name in names}
    )


def _right(one: Answered, agreements: Mapping[str, Agreement]) -> bool:
    """Whether an answer says what is expected, or quotes the evidence.

    It agrees if it is the expected text, contains it, or tells all its numbers; it quotes the evidence if one of its
    citations meets a gold quote, or where the set has no quotes stands on a gold page, or in a gold document.
    """
    if one.answer.abstained:
        return False
    if (found := agreements.get(one.question.id)) is not None and found.right:
        return True
    if one.gold is None:
        return False
    levels = judge_citations(one.gold, one.answer.citations)
    finest = next(levels[level] for level in ("quote", "page", "document") if level in levels)
    return finest.recall > 0


def _auroc(answered: Sequence[Answered]) -> Interval | None:
    confidences: dict[bool, list[float]] = {True: [], False: []}
    for one in answered:
        if one.confidence is not None:
            confidences[one.question.answerable].append(one.confidence)
    if not confidences[True] or not confidences[False]:
        return None
    return auroc(np.array(confidences[True]), np.array(confidences[False]))


def _risk(answered: Sequence[Answered], right: Mapping[str, bool]) -> RiskCoverage | None:
    """An answer to a question that the documents don't answer is wrong."""
    given = [
        (one.confidence, 1.0 - right.get(one.question.id, False))
        for one in answered
        if one.confidence is not None and not one.answer.abstained
    ]
    if not given:
        return None
    confidence, wrong = np.array(given, dtype=np.float64).T
    return risk_coverage(confidence, wrong, asked=len(answered))


def _record(one: Answered, right: bool | None) -> AnswerRecord:  # noqa: FBT001 - a value, no switch
    return AnswerRecord(
        query=one.question.id,
        question=one.question.question,
        answerable=one.question.answerable,
        expected_answer=one.question.answer,
        expected=shown.evidence(one.question),
        answer=one.answer.text,
        abstained=one.answer.abstained,
        confidence=one.confidence,
        citations=shown.citations(one.answer.citations),
        mode=one.answer.mode,
        seconds=one.seconds,
        right=right,
        notes=one.answer.notes,
    )


def _notes(answered: Sequence[Answered]) -> list[str]:
    notes = []
    if dropped := sum(one.answer.dropped for one in answered):
        notes.append(f"{dropped} markers of the language model resolved to no quote and were dropped")
    if fallen := sum(_fell_back(one.answer) for one in answered):
        notes.append(f"{fallen} answers are extractive because the language model failed")
    return notes


def _fell_back(answer: Answer) -> bool:
    return answer.mode == "extractive" and answer.trace is not None and bool(answer.trace.model)

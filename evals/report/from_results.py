"""Kept results of one set, of search or of answers, as a report."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from evals.circumstances import changed
from evals.compare import compare_levels, headlines
from evals.kept import Report as Result
from evals.paired import holm
from evals.report.content import Case, Configuration, Report, Versus
from evals.results import AnswerRecord, QueryRecord, RetrievalReport
from evals.shown import shortened
from retrieval.errors import UsageError

_MAIN = ("quote_recall@5", "page_hit@5", "ndcg@10", "f1", "document_citation_recall", "refused_unanswerable")
_SHOWN = 7


def report(measured: Mapping[str, Result], *, main: str | None = None, shown: Sequence[str] = ()) -> Report:
    """One configuration per name, all over one set; the first is what the others are held against.

    `main` is the metric to decide by, by default the first of `shown`, else that of the closest level which the set
    judges: quotes, pages, documents; for answers the words in common with what was expected. `shown` are the metrics
    of tables and tests, by default the headlines.

    Raises: `UsageError` where nothing was measured, or not that metric, or the results are of two kinds, or over
    other queries.
    """
    if not measured:
        raise UsageError("nothing was measured", remedy="give at least one result")
    first = next(iter(measured.values()))
    for name, one in measured.items():
        _check(name, first, one)
    in_all = [name for name in first.metrics if all(name in one.metrics for one in measured.values())]
    main = main or next((name for name in (*shown[:1], *_MAIN) if name in in_all), in_all[0])
    if main not in in_all:
        raise UsageError(f"{main} was not measured", remedy=f"choose from {', '.join(in_all)}")
    chosen = [name for name in shown if name in in_all] or headlines(in_all)
    shown = [main, *(name for name in chosen if name != main)][:_SHOWN]
    return Report(
        title=first.set_name,
        measures="Search" if isinstance(first, RetrievalReport) else "Answers",
        queries=first.queries,
        main=main,
        shown=tuple(shown),
        configurations=tuple(_configuration(name, one) for name, one in measured.items()),
        versus=_versus(measured, main, shown),
        notes=tuple(dict.fromkeys(note for one in measured.values() for note in one.notes)),
        provenance=_provenance(measured),
    )


def _check(name: str, first: Result, other: Result) -> None:
    if type(other) is not type(first):
        raise UsageError(f"{name} is of another kind than the first", remedy="report search and answers apart")
    if said := changed(first.circumstances.digests, other.circumstances.digests):
        raise UsageError(f"{name}: the set has changed: {said}", remedy="measure all of them on one and the same set")


def _configuration(name: str, measured: Result) -> Configuration:
    by_query = {
        metric: dict(zip(scores.queries, map(float, values), strict=True))
        for scores in measured.by_metric().values()
        for metric, values in scores.values.items()
    }
    if isinstance(measured, RetrievalReport):
        found = {record.query: _case_of_search(record) for record in measured.records}
        return Configuration(name, measured.metrics, by_query, measured.seconds, found)
    answered = {record.query: _case_of_answer(record) for record in measured.records}
    metrics = dict(measured.metrics)
    if measured.auroc is not None:
        metrics["auroc"] = measured.auroc
    return Configuration(name, metrics, by_query, measured.seconds, answered, measured.risk)


def _case_of_search(record: QueryRecord) -> Case:
    return Case(record.query, record.question, "", record.expected, "", record.given)


def _case_of_answer(record: AnswerRecord) -> Case:
    expected = record.expected_answer or ("" if record.answerable else "no answer: the documents do not hold it")
    came = f"refused: {record.answer}" if record.abstained else record.answer
    return Case(record.query, record.question, expected, record.expected, came, shortened(record.citations))


def _versus(measured: Mapping[str, Result], main: str, shown: Sequence[str]) -> tuple[Versus, ...]:
    """Every other configuration against the first, p-values corrected for all the comparisons of the report."""
    (_, first), *others = measured.items()
    found = {
        name: compare_levels(first.by_metric(), other.by_metric(), metrics=shown).comparisons for name, other in others
    }
    corrected = holm({f"{name}\n{one.metric}": one.p for name, many in found.items() for one in many})
    return tuple(
        Versus(
            name,
            tuple(replace(one, p_holm=corrected[f"{name}\n{one.metric}"]) for one in found[name]),
            _differences(first, other, main),
        )
        for name, other in others
    )


def _differences(first: Result, second: Result, metric: str) -> dict[str, float]:
    before, after = _scores(first, metric), _scores(second, metric)
    return {query: after[query] - value for query, value in before.items() if query in after}


def _scores(measured: Result, metric: str) -> dict[str, float]:
    return next(
        dict(zip(scores.queries, map(float, scores.values[metric]), strict=True))
        for scores in measured.by_metric().values()
        if metric in scores.values
    )


def _provenance(measured: Mapping[str, Result]) -> dict[str, str]:
    """The first one's versions and machine, and of every configuration what it was told."""
    first = next(iter(measured.values()))
    told = {name: value for name, value in first.circumstances.made_with.items() if value}
    for name, one in measured.items():
        settings = ", ".join(f"{key} {value}" for key, value in one.circumstances.configuration.items() if value != "")
        if settings:
            told[name] = settings
    return told

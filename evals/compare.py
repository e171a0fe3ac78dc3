"""Two results over the same queries, side by side: kept reports, or runs with the judgements they are scored by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evals import dataset, kept, trec
from evals.benchmark import BEIR_KS, written
from evals.circumstances import changed
from evals.jsonl import text_of
from evals.kept import Report
from evals.metrics import evaluate
from evals.models import BeirSet, JudgedSet, Qrels, QueryScores
from evals.paired import Comparison, compare, holm
from evals.results import AnswersReport, RetrievalReport
from retrieval.errors import UsageError

HEADLINES = (
    *("ndcg@10", "recall@10", "hit@1"),
    *("page_ndcg@10", "page_hit@1", "quote_ndcg@10", "quote_recall@5", "token_recall@5", "token_iou@5"),
    *("exact", "contains", "f1", "numeric", "groundedness", "refused_answerable", "refused_unanswerable"),
    *("document_citation_recall", "page_citation_precision", "page_citation_recall"),
    *("quote_citation_precision", "quote_citation_recall"),
)
"""What is compared where nothing is chosen: few figures, for each more makes all the others less sure."""

Levels = Mapping[str, QueryScores]


@dataclass(frozen=True, slots=True)
class Compared:
    """The second against the first; p-values are corrected over all `comparisons` together."""

    first: str
    second: str
    comparisons: tuple[Comparison, ...]
    notes: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        return {
            "first": self.first,
            "second": self.second,
            "comparisons": [comparison_object(one) for one in self.comparisons],
            "notes": list(self.notes),
        }


def compare_files(
    first: Path,
    second: Path,
    *,
    set_path: Path | None = None,
    qrels: str | None = None,
    judgements: Path | None = None,
    metrics: Sequence[str] = (),
) -> Compared:
    """Two kept reports, or two TREC runs scored by a set's judgements or those of a TREC qrels file.

    Raises: `BadSet` for a file that is none of these, `UsageError` where they can't be compared.
    """
    if all(_is_report(path) for path in (first, second)):
        compared = compare_reports(kept.read(first), kept.read(second), metrics=metrics)
    elif any(_is_report(path) for path in (first, second)):
        raise UsageError("one of them is a kept result, the other a run", remedy="compare two of a kind")
    else:
        judged = _judgements(set_path, qrels, judgements)
        levels = [{"document": evaluate(judged, trec.read_run(path), ks=BEIR_KS)} for path in (first, second)]
        compared = compare_levels(*levels, metrics=metrics)
    return replace(compared, first=str(first), second=str(second))


def compare_reports(first: Report, second: Report, *, metrics: Sequence[str] = ()) -> Compared:
    """Raises `UsageError` where the reports are of two kinds, or their queries or judgements differ."""
    if type(first) is not type(second):
        raise UsageError("one measures retrieval, the other answers", remedy="compare two of a kind")
    if said := changed(first.circumstances.digests, second.circumstances.digests):
        raise UsageError(f"the set has changed between the two: {said}", remedy="measure both on one and the same set")
    found = compare_levels(first.by_metric(), second.by_metric(), metrics=metrics)
    return replace(found, first=_name(first), second=_name(second))


def compare_levels(first: Levels, second: Levels, *, metrics: Sequence[str] = ()) -> Compared:
    """Each chosen metric of every level; none chosen: the headlines.

    A level that the two judge on other queries (answers given, of which each has its own) is left out, with a note.
    """
    notes: list[str] = []
    found: list[Comparison] = []
    for level, scores in first.items():
        chosen = [name for name in _chosen(first, metrics) if name in scores.values]
        if not chosen or level not in second:
            continue
        if set(scores.queries) != set(second[level].queries):
            notes.append(f"{', '.join(chosen)}: each has its own queries ({level}), so they are not compared")
            continue
        found += compare(scores, second[level], metrics=chosen)
    corrected = holm({one.metric: one.p for one in found})
    return Compared("", "", tuple(replace(one, p_holm=corrected[one.metric]) for one in found), tuple(notes))


def comparison_object(one: Comparison) -> dict[str, object]:
    """One metric's comparison as JSON values."""
    return {
        "metric": one.metric,
        "queries": one.queries,
        "first": one.first,
        "second": one.second,
        "difference": {"mean": one.difference.mean, "low": one.difference.low, "high": one.difference.high},
        "p": one.p,
        "p_holm": one.p_holm,
        "effect": one.effect,
        "wins": one.wins,
        "losses": one.losses,
        "ties": one.ties,
        "detectable": one.detectable,
        "sentence": one.sentence(),
    }


def _chosen(levels: Levels, metrics: Sequence[str]) -> list[str]:
    """Raises `UsageError` for a metric that was not measured."""
    there = [name for scores in levels.values() for name in scores.values]
    for name in metrics:
        if name not in there:
            raise UsageError(f"{name} was not measured", remedy=f"choose from {', '.join(there)}")
    return list(metrics) or headlines(there)


def headlines(there: Sequence[str]) -> list[str]:
    """The headlines among what was measured; where other cut-offs were chosen, the largest of each kind."""
    if found := [name for name in HEADLINES if name in there]:
        return found
    kinds = dict.fromkeys(name.partition("@")[0] for name in HEADLINES)
    by_kind = {kind: [name for name in there if name.partition("@")[0] == kind] for kind in kinds}
    return [names[-1] for names in by_kind.values() if names] or list(there)


def _is_report(path: Path) -> bool:
    return text_of(path).lstrip().startswith("{")


def _judgements(set_path: Path | None, qrels: str | None, judgements: Path | None) -> Qrels:
    if (set_path is None) == (judgements is None):
        raise UsageError("runs are scored by judgements", remedy="give one of --set and --judgements")
    if judgements is not None:
        return trec.read_qrels(judgements)
    assert set_path is not None
    return _qrels_of(dataset.load(set_path, qrels=qrels))


def _qrels_of(judged: JudgedSet) -> Qrels:
    """A question's documents are those of its evidence, named as in a run that was written."""
    if isinstance(judged, BeirSet):
        return judged.qrels
    wanted = {
        one.id: dict.fromkeys((evidence.document for evidence in one.evidence), 1.0)
        for one in judged.questions
        if one.evidence
    }
    return {query: dict.fromkeys(scores, 1) for query, scores in written(wanted, judged).items()}


def _name(report: RetrievalReport | AnswersReport) -> str:
    return f"{report.set_name}, {report.mode}" if isinstance(report, RetrievalReport) else report.set_name

"""Runs and their outcomes as a caller may see them.

An outcome belongs to a document; who may not see that does not see the outcome, nor is it counted. One that belongs to
no document (a source that was never indexed) is the owner's alone, because nobody knows who else may see it. (A job's
report is another matter: its submitter named the sources and hears how each of them ended.)
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from api.objects import OUTCOMES, RunObject, RunsObject, outcome_object
from api.server.services import CatalogReads
from retrieval.errors import NotFound
from retrieval.models import Caller, Outcome

if TYPE_CHECKING:
    from retrieval.store.catalog import RunSummary


def visible(outcomes: Sequence[Outcome], catalog: CatalogReads, caller: Caller) -> tuple[Outcome, ...]:
    if caller.owner:
        return tuple(outcomes)
    seen = {summary.document_id for summary in catalog.documents(caller)}
    return tuple(_without_others(outcome) for outcome in outcomes if outcome.document_id in seen)


def runs_object(catalog: CatalogReads, caller: Caller, *, limit: int) -> RunsObject:
    """The latest runs first; those of which the caller may see nothing are absent."""
    shown = (_seen_by(caller, summary, catalog) for summary in catalog.runs(limit))
    return {"runs": [_run_object(summary) for summary in shown if summary is not None]}


def run_object(catalog: CatalogReads, caller: Caller, *, run_id: int) -> RunObject:
    """One run with its outcomes. Raises `NotFound`."""
    outcomes = visible(catalog.outcomes(run_id), catalog, caller)
    summary = next((run for run in catalog.runs(limit=2**31) if run.run_id == run_id), None)
    if summary is None or not (outcomes or caller.owner):
        raise NotFound(f"there is no run {run_id}", remedy="`footnote runs` lists them")
    shown = _run_object(replace(summary, counts=_counts(outcomes)))
    shown["outcomes"] = [outcome_object(outcome) for outcome in outcomes]
    return shown


def _seen_by(caller: Caller, summary: "RunSummary", catalog: CatalogReads) -> "RunSummary | None":
    if caller.owner:
        return summary
    outcomes = visible(catalog.outcomes(summary.run_id), catalog, caller)
    return replace(summary, counts=_counts(outcomes)) if outcomes else None


def _without_others(outcome: Outcome) -> Outcome:
    """A duplicate's reason names another document, which the caller may not be allowed to know of."""
    return replace(outcome, reason="same bytes as another") if outcome.outcome == "duplicate" else outcome


def _counts(outcomes: Iterable[Outcome]) -> dict[str, int]:
    return dict(Counter(outcome.outcome for outcome in outcomes))


def _run_object(summary: "RunSummary") -> RunObject:
    counts = {kind: summary.counts.get(kind, 0) for kind in OUTCOMES}
    return {
        "run_id": summary.run_id,
        "collection": summary.collection,
        "started_at": summary.started_at,
        "finished_at": summary.finished_at,
        "indexed": counts["indexed"],
        "unchanged": counts["unchanged"],
        "duplicate": counts["duplicate"],
        "skipped": counts["skipped"],
        "failed": counts["failed"],
        "removed": counts["removed"],
    }

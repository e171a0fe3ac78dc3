"""The ingest pipeline behind the verb and the server's jobs. It loads the pipeline: import it when it is wanted."""

from collections.abc import Mapping
from typing import Any

from api import scratch
from api.objects import PreviewObject, ReportObject, outcome_object
from api.opening import open_engine
from api.progress import Counts
from api.settings import Settings
from ingest import pipeline
from ingest import preview as previewing
from ingest.ledger import IngestReport
from ingest.models import ConvertSettings, CrawlLimits
from ingest.options import IngestOptions
from retrieval.store.index import Index


def ingest(settings: Settings, arguments: Mapping[str, Any], progress: Counts) -> ReportObject:
    """Opens the home, ingests, closes it. Raises `HomeLocked` where another process writes to it."""
    with open_engine(settings, write=True) as engine, scratch.inside(settings.home):
        return into(
            engine.index,
            arguments,
            progress=progress,
            workers=settings.workers,
            converting=settings.converting(),
            crawl=settings.crawling(),
        )


def into(
    index: Index,
    arguments: Mapping[str, Any],
    *,
    progress: Counts,
    workers: int,
    converting: ConvertSettings,
    crawl: CrawlLimits,
) -> ReportObject:
    """`arguments` are those of `POST /v1/ingest`."""
    options = _options(arguments, workers=workers, converting=converting, crawl=crawl)
    return _report_object(pipeline.ingest(index, arguments.get("paths") or (), options, progress))


def preview(settings: Settings, arguments: Mapping[str, Any]) -> PreviewObject:
    """What `ingest` would do. The home must be there; it is opened for reading."""
    with open_engine(settings) as engine:
        options = _options(
            arguments, workers=settings.workers, converting=settings.converting(), crawl=settings.crawling()
        )
        found = previewing.preview(engine.known, arguments["paths"], options, engine.chunking)
    return {
        "dry_run": True,
        "collection": found.collection,
        "added": list(found.added),
        "changed": list(found.changed),
        "moved": [{"from": before, "to": uri} for before, uri in found.moved],
        "removed": list(found.removed),
        "gone": list(found.gone),
        "unchanged": found.unchanged,
        "left_out": [{"uri": one.uri, "outcome": one.outcome, "reason": one.reason} for one in found.left_out],
        "refusal": found.refused,
    }


def _options(
    arguments: Mapping[str, Any], *, workers: int, converting: ConvertSettings, crawl: CrawlLimits
) -> IngestOptions:
    allow = arguments.get("allow")
    return IngestOptions(
        collection=arguments.get("collection"),
        allow=None if allow is None else tuple(allow),
        prune=bool(arguments.get("prune")),
        force=bool(arguments.get("force")),
        keep=arguments.get("keep"),
        again=bool(arguments.get("again")),
        atomic=bool(arguments.get("atomic")),
        workers=workers,
        settings=converting,
        crawl=crawl,
        checksum=bool(arguments.get("checksum")),
        retry=arguments.get("retry"),
    )


def _report_object(report: IngestReport) -> ReportObject:
    counts = report.counts()
    return {
        "run_id": report.run_id,
        "indexed": counts["indexed"],
        "unchanged": counts["unchanged"],
        "duplicate": counts["duplicate"],
        "skipped": counts["skipped"],
        "failed": counts["failed"],
        "removed": counts["removed"],
        "chunks": report.chunks,
        "embedded": report.embedded,
        "seconds": round(report.seconds, 3),
        "gone": report.gone,
        "refusal": report.refusal,
        "notes": list(report.notes),
        "outcomes": [outcome_object(outcome) for outcome in report.outcomes],
    }

"""What a converter made of a source, as the index and the ledger are given it."""

from collections.abc import Sequence

from ingest.worker import Converted
from retrieval.models import ExplainedPage, Outcome, Source, StagedVersion


def staged(source: Source, result: Converted, fingerprint: str) -> StagedVersion:
    return StagedVersion(
        source,
        fingerprint=fingerprint,
        title=result.title,
        text=result.text,
        pages=result.pages,
        metadata=result.metadata,
        chunks=result.chunks,
        explained=unindexed(result),
        hidden=result.hidden,
        boxes=result.boxes,
        quality=result.quality,
    )


def indexed(uri: str, result: Converted, *, same_as: str, notes: Sequence[str] = ()) -> Outcome:
    """The line of a source that was read; `same_as` names another with its bytes."""
    said = [f"same bytes as {same_as}"] if same_as else []
    return Outcome(
        uri,
        "duplicate" if same_as else "indexed",
        "; ".join([*said, *notes, *result.notes]),
        pages=len(result.pages),
        chunks=len(result.chunks),
        explained=unindexed(result),
        quality=result.quality,
    )


def unindexed(result: Converted) -> tuple[ExplainedPage, ...]:
    """The pages of which no chunk holds anything, and why."""
    indexed = {
        page for chunk in result.chunks if chunk.page for page in range(chunk.page, (chunk.page_end or chunk.page) + 1)
    }
    return tuple(
        ExplainedPage(span.page, "no text on it" if span.start == span.end else "nothing on it is for search")
        for span in result.pages
        if span.page not in indexed
    )

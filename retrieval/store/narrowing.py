"""Filters against what the catalogue knows of a document. Pure but for one read of the facts."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from retrieval.globs import Glob
from retrieval.models import Filters
from retrieval.store.schema import documents, versions


@dataclass(frozen=True, slots=True)
class Facts:
    """What filters ask about a published document; `date` is empty where its metadata tells none."""

    path: str
    media_type: str
    date: str
    tags: frozenset[str]
    groups: frozenset[str]


def admits(filters: Filters) -> Callable[[str, Facts], bool]:
    """Whether a document, by its id and facts, is one that the filters are about."""
    globs = tuple(Glob(pattern) for pattern in filters.paths)
    tags = frozenset(tag.strip().casefold() for tag in filters.tags)

    def admitted(document_id: str, facts: Facts) -> bool:
        return (
            (not filters.documents or document_id in filters.documents)
            and (not globs or any(glob.matches(facts.path) for glob in globs))
            and (not filters.media_types or any(_is_of(facts.media_type, kind) for kind in filters.media_types))
            and _within(facts.date, filters.date_from, filters.date_to)
            and tags <= facts.tags
            and (not filters.groups or not filters.groups.isdisjoint(facts.groups))
        )

    return admitted


def read_facts(connection: Connection, *, after: int) -> dict[str, Facts]:
    """By id, of the published documents that changed after that generation."""
    query = (
        select(documents.c.id, documents.c.path, documents.c.groups, versions.c.media_type, versions.c.metadata)
        .join(versions, versions.c.document_id == documents.c.id)
        .where(documents.c.generation > after, versions.c.published.is_not(None), versions.c.retired.is_(None))
    )
    found: dict[str, Facts] = {}
    for row in connection.execute(query):
        metadata = json.loads(row.metadata)
        tags = frozenset(tag.strip().casefold() for tag in metadata.get("tags", "").split(",") if tag.strip())
        groups = frozenset(json.loads(row.groups))
        found[row.id] = Facts(row.path, row.media_type, metadata.get("date", ""), tags, groups)
    return found


def _is_of(media_type: str, wanted: str) -> bool:
    return media_type == wanted or (wanted.endswith("/*") and media_type.startswith(wanted[:-1]))


def _within(date: str, first: str, last: str) -> bool:
    """ISO dates compare as text as far as the bound goes: a year bounds by the year alone."""
    if not (first or last):
        return True
    return bool(date) and date[: len(first)] >= first and (not last or date[: len(last)] <= last)

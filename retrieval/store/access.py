"""Who sees what: a bitmap over chunk rows, fixed before ranking.

The live rows of the whole catalogue are held in memory (12 bytes each) with the document each belongs to, and brought
up to date by what changed since the generation that was last read. A view is cut from them for one caller.
"""

import threading
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from retrieval.models import NO_FILTERS, Caller, Filters
from retrieval.ports import Rows
from retrieval.store import wordings
from retrieval.store.catalog import answering, current_build, current_generation, groups_of, live, may_see
from retrieval.store.database import Database
from retrieval.store.naming import Names
from retrieval.store.narrowing import Facts, admits, read_facts
from retrieval.store.schema import documents, placements, versions
from retrieval.store.slicing import slices
from retrieval.store.terms.synonyms import Synonyms

_KEPT_VIEWS = 256


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class View:
    """What one caller may see in one generation: sorted, unique chunk rows (int64) of the build that answers then.

    `documents` (rows,) int32 numbers the document of each; `names` knows these numbers. `synonyms` are those of the
    collections in which the caller may see something.
    """

    generation: int
    rows: Rows
    documents: NDArray[np.int32]
    names: Names
    synonyms: Synonyms
    build: int


@dataclass(frozen=True, slots=True)
class _Access:
    collection: str
    groups: tuple[str, ...]


class Visibility:
    """Cuts views. Safe to use from several threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._generation = -1
        self._build = 0
        self._rows: Rows = np.empty(0, np.int64)
        self._owners: NDArray[np.int32] = np.empty(0, np.int32)
        self._numbers: dict[str, int] = {}
        self._codes: list[int] = []  # by document number: which of the few distinct accesses it has
        self._access: dict[_Access, int] = {}
        self._names = Names()
        self._wordings: Mapping[str, wordings.Groups] = {}
        self._synonyms: dict[frozenset[str], Synonyms] = {}
        self._facts: dict[str, Facts] = {}
        self._facts_at = -1  # they are read when filters first ask for them
        self._cut: dict[tuple[Caller, str | None, Filters], View] = {}
        self._in_use: weakref.WeakSet[View] = weakref.WeakSet()

    def view(self, caller: Caller, collection: str | None = None, filters: Filters = NO_FILTERS) -> View:
        """The newest view; the same object as long as nothing changed."""
        with self._lock:
            self._refresh()
            key = (caller, collection, filters)
            if key not in self._cut:
                if len(self._cut) >= _KEPT_VIEWS:
                    self._cut.clear()
                self._cut[key] = self._view(caller, collection, filters)
                self._in_use.add(self._cut[key])
            return self._cut[key]

    def refresh(self) -> None:
        """Take over what has changed."""
        with self._lock:
            self._refresh()

    def oldest_in_use(self) -> int:
        """The oldest generation that a query in this process may still be reading."""
        with self._lock:
            self._refresh()
            return min((view.generation for view in self._in_use), default=self._generation)

    def _view(self, caller: Caller, collection: str | None, filters: Filters) -> View:
        allowed = np.array(
            [
                (collection is None or access.collection == collection) and may_see(caller, access.groups)
                for access in self._access
            ],
            dtype=bool,
        )
        of_documents = allowed[np.array(self._codes, dtype=np.int32)] if len(self._codes) else allowed
        if filters != NO_FILTERS:
            of_documents = of_documents & self._admitted(filters)
        visible = of_documents[self._owners] if len(self._owners) else np.zeros(0, bool)
        rows, owners = self._rows[visible], self._owners[visible]
        rows.setflags(write=False)
        owners.setflags(write=False)
        return View(self._generation, rows, owners, self._names, self._meaning(self._collections(owners)), self._build)

    def _collections(self, owners: NDArray[np.int32]) -> frozenset[str]:
        """Those of the rows that are seen. An access that once allowed stays known when no document has it any more."""
        there = np.flatnonzero(np.bincount(owners, minlength=len(self._codes)))
        codes = set(np.array(self._codes, dtype=np.int32)[there].tolist())
        return frozenset(access.collection for access, code in self._access.items() if code in codes)

    def _meaning(self, collections: frozenset[str]) -> Synonyms:
        if collections not in self._synonyms:
            self._synonyms[collections] = wordings.together(self._wordings, collections)
        return self._synonyms[collections]

    def _admitted(self, filters: Filters) -> NDArray[np.bool_]:
        """By document number; one that is not published is not admitted, and has no rows."""
        if self._facts_at != self._generation:
            with self._database.read() as connection:
                self._facts |= read_facts(connection, after=self._facts_at)
            self._facts_at = self._generation
        wanted = admits(filters)
        return np.array(
            [name in self._facts and wanted(name, self._facts[name]) for name in self._numbers], dtype=np.bool_
        )

    def _refresh(self) -> None:
        with self._database.read() as connection:
            generation = current_generation(connection)
            if generation == self._generation:
                return
            build = current_build(connection)
            changed = self._changed(connection)
            added = _live_rows(connection, changed, everything=self._build != build)
            self._wordings, self._synonyms = wordings.read(connection), {}
        if self._build != build:  # none of the rows is another build's
            self._rows, self._owners = np.empty(0, np.int64), np.empty(0, np.int32)
        self._replace(changed, added)
        self._generation, self._build = generation, build
        self._cut = {}

    def _changed(self, connection: Connection) -> list[str]:
        """Documents touched since the generation last read; their access is taken over."""
        touched = connection.execute(
            select(documents.c.id, documents.c.collection, documents.c.groups, documents.c.path, versions.c.title)
            .outerjoin(versions, (versions.c.document_id == documents.c.id) & live())
            .where(documents.c.generation > self._generation)
        ).all()
        for document_id, collection, groups, path, title in touched:
            number = self._numbers.setdefault(document_id, len(self._numbers))
            code = self._access.setdefault(_Access(collection, groups_of(groups)), len(self._access))
            self._codes[number : number + 1] = [code]
            if title is None:
                self._names.drop(number)
            else:
                self._names.put(number, path=path, title=title)
        return [row.id for row in touched]

    def _replace(self, changed: Sequence[str], added: Sequence[tuple[int, str]]) -> None:
        gone = np.array([self._numbers[document_id] for document_id in changed], dtype=np.int32)
        keep = ~np.isin(self._owners, gone)
        rows = np.concatenate([self._rows[keep], np.array([row for row, _ in added], dtype=np.int64)])
        owners = np.concatenate(
            [self._owners[keep], np.array([self._numbers[name] for _, name in added], dtype=np.int32)]
        )
        order = np.argsort(rows, kind="stable")
        self._rows, self._owners = rows[order], owners[order]
        self._names.place(self._rows, self._owners)


def _live_rows(connection: Connection, changed: Sequence[str], *, everything: bool) -> list[tuple[int, str]]:
    query = (
        select(placements.c.row, versions.c.document_id)
        .join(versions, versions.c.id == placements.c.version_id)
        .where(live(), placements.c.build == answering())
    )
    if everything:
        return [(row.row, row.document_id) for row in connection.execute(query)]
    found: list[tuple[int, str]] = []
    for part in slices(changed):
        live_rows = connection.execute(query.where(versions.c.document_id.in_(part)))
        found.extend((row.row, row.document_id) for row in live_rows)
    return found

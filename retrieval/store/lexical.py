"""BM25 by tantivy behind the `LexicalIndex` port.

Only row numbers and postings are kept here; text and access stay in the catalogue. The context is a field of its own,
so that a chunk is found by the words that stand above it.
"""

import contextlib
import re
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tantivy

from retrieval.errors import IndexCorrupt, StorageFull
from retrieval.ports import IndexEntry, Ranked, Rows
from retrieval.store.durable import read_json, replace_json, stamp_of
from retrieval.store.exact import best

_FIELDS = {"text": 1.0, "context": 0.5}
_HEAP = 64 << 20  # bytes of the writer's buffer
_FEW = 2_000  # visible rows that are named in the query itself
_WORD = re.compile(r"\w+", re.UNICODE)
_LONGEST = 64  # terms of a question
_REMEDY = "it is made anew from the catalogue when the home is next opened for writing"


class TantivyIndex:
    """One index folder. Several processes may read it; one writes."""

    def __init__(self, folder: Path, *, writable: bool = True) -> None:
        """Raises `IndexCorrupt` where the folder holds something else or is damaged."""
        self._folder = folder
        self._state = folder / "footnote.json"
        self._writable = writable
        self._read_at = stamp_of(self._state)
        self._lock = threading.RLock()
        self._writer: Any = None
        self._generation = int(read_json(self._state).get("generation", 0))
        with self._translated():
            if writable:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._index = _open(folder, create=writable)
            self._schema = self._index.schema

    def add(self, entries: Sequence[IndexEntry]) -> None:
        with self._lock, self._translated():
            writer = self._writing()
            for entry in entries:
                writer.delete_documents_by_term("row", entry.row)
                self._put(writer, entry)

    def delete(self, rows: Rows) -> None:
        with self._lock, self._translated():
            writer = self._writing()
            for row in rows:
                writer.delete_documents_by_term("row", int(row))

    def flush(self, generation: int) -> None:
        with self._lock:
            self._commit()
            replace_json(self._state, {"generation": generation})
            self._generation = generation

    def generation(self) -> int:
        return self._generation

    def search(self, question: str, n: int, visible: Rows) -> Ranked:
        """As many hits are asked for as it takes until n visible ones stand; few visible rows are named outright."""
        query = self._query(question, visible)
        if query is None or not len(visible):
            return Ranked(np.empty(0, np.int64), np.empty(0, np.float32))
        with self._translated():
            if not self._writable:
                self._follow_writer()
            searcher = self._index.searcher()
            asked = 2 * n + 32
            while True:
                hits = searcher.search(query, asked, count=False).hits
                rows = np.array(searcher.fast_field_values("row", [at for _, at in hits]), dtype=np.int64)
                seen = _members(rows, visible)
                if seen.sum() > n or len(hits) < asked:
                    scores = np.array([score for score, _ in hits], dtype=np.float32)
                    return best(rows[seen], scores[seen], n)
                asked *= 4

    def clear(self) -> None:
        with self._lock, self._translated():
            self._writing().delete_all_documents()
        self.flush(0)

    def held(self) -> Rows:
        with self._translated():
            searcher = self._index.searcher()
            hits = searcher.search(tantivy.Query.all_query(), max(1, searcher.num_docs), count=False).hits
            rows = searcher.fast_field_values("row", [at for _, at in hits])
            return np.array(sorted(rows), dtype=np.int64)

    def renew(self, parts: Iterable[Sequence[IndexEntry]], generation: int) -> None:
        with self._lock, self._translated():
            writer = self._writing()
            writer.delete_all_documents()
            for entries in parts:
                for entry in entries:
                    self._put(writer, entry)
            self.flush(generation)
            self._writing().garbage_collect_files()

    def close(self) -> None:
        with self._lock, self._translated():
            if self._writer is not None:
                self._writer.rollback()
                self._writer = None

    def _put(self, writer: Any, entry: IndexEntry) -> None:
        content = {"row": entry.row, "text": entry.text, "context": entry.context}
        writer.add_document(tantivy.Document.from_dict(content, self._schema))

    def _follow_writer(self) -> None:
        """Beside a writer: read what it has flushed since."""
        if (stamp := stamp_of(self._state)) != self._read_at:
            self._index.reload()
            self._read_at = stamp

    def _commit(self) -> None:
        with self._translated():
            if self._writer is not None:
                try:
                    self._writer.commit()
                except ValueError:
                    self._writer = None  # what was pending goes with it; the catalogue knows
                    raise
            self._index.reload()

    def _query(self, question: str, visible: Rows) -> Any:
        words = list(dict.fromkeys(_WORD.findall(question.lower())))[:_LONGEST]
        if not words:
            return None
        query, _ = self._index.parse_query_lenient(" ".join(words), list(_FIELDS), field_boosts=_FIELDS)
        if len(visible) > _FEW:
            return query
        named = tantivy.Query.term_set_query(self._schema, "row", [int(row) for row in visible])
        must = tantivy.Occur.Must
        return tantivy.Query.boolean_query([(must, query), (must, tantivy.Query.const_score_query(named, 0.0))])

    def _writing(self) -> Any:
        if self._writer is None:
            self._writer = self._index.writer(_HEAP, 1)
        return self._writer

    @contextlib.contextmanager
    def _translated(self) -> Any:
        try:
            yield
        except (ValueError, OSError, RuntimeError) as exc:
            if "No space left" in str(exc):
                raise StorageFull(f"{self._folder} can't be written: {exc}", remedy="free some space") from exc
            raise IndexCorrupt(f"the lexical index {self._folder} can't be used: {exc}", remedy=_REMEDY) from exc


def _open(folder: Path, *, create: bool) -> Any:
    if not create or tantivy.Index.exists(str(folder)):
        return tantivy.Index.open(str(folder))
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("row", stored=False, indexed=True, fast=True)
    for name in _FIELDS:
        builder.add_text_field(name, stored=False, tokenizer_name="en_stem")
    return tantivy.Index(builder.build(), path=str(folder))


def _members(rows: Rows, visible: Rows) -> np.ndarray[Any, np.dtype[np.bool_]]:
    if not len(visible):
        return np.zeros(len(rows), bool)
    place = np.minimum(np.searchsorted(visible, rows), len(visible) - 1)
    return np.asarray(visible[place] == rows)

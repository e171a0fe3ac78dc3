"""BM25 by tantivy behind the `LexicalIndex` port.

Only row numbers, postings and the abbreviations that a chunk explains are kept here; text and access stay in the
catalogue. What a term is, is told by `retrieval.store.terms`: tantivy is given streams of finished terms. The context
is a field of its own, so that a chunk is found by the words that stand above it; so are the forms of what has to be
found as it is written.
"""

import contextlib
import json
import shutil
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tantivy

from retrieval.errors import IndexCorrupt, StorageFull
from retrieval.ports import IndexEntry, Ranked, Rows
from retrieval.store.durable import read_json, replace_json, stamp_of
from retrieval.store.exact import best
from retrieval.store.terms import abbreviations, exact, question, text
from retrieval.store.terms.languages import ENGLISH, language_of, stem

FORMAT = 2  # of the index; one of another format is made anew
WEIGHTS = {"text": 1.0, "context": 0.5, "exact": 0.25}  # measured beside others: docs/search.md
_PHRASE = 2.0
_MEANT = 0.7  # the weight of the other form of an abbreviation, and of a synonym
_ANALYZER = "terms"
_HEAP = 64 << 20  # bytes of the writer's buffer
_FEW = 2_000  # visible rows that are named in the query itself
_MENTIONS = 10_000
_EXPLANATIONS = 8  # read of a question's abbreviations
_REMEDY = "`footnote doctor` makes it anew from the catalogue"


class TantivyIndex:
    """One index folder. Several processes may read it; one writes."""

    def __init__(self, folder: Path, *, writable: bool = True) -> None:
        """Raises `IndexCorrupt` where the folder holds something else, is damaged, or is of another format."""
        self._folder = folder
        self._state = folder / "footnote.json"
        self._writable = writable
        self._lock = threading.RLock()
        self._writer: Any = None
        self._format = FORMAT
        self._languages: set[str] = set()
        self._read_state()
        with self._translated():
            if writable:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._index = _open(folder, create=writable)
            self._schema = self._index.schema
        if self._format != FORMAT and self._index.searcher().num_docs:
            raise IndexCorrupt(f"the lexical index {folder} is of format {self._format}", remedy=_REMEDY)

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
            content = {"generation": generation, "format": FORMAT, "languages": sorted(self._languages)}
            replace_json(self._state, content)
            self._generation = generation

    def generation(self) -> int:
        return self._generation

    def search(self, question: str, n: int, visible: Rows, meant: Sequence[str] = ()) -> Ranked:
        """As many hits are asked for as it takes until n visible ones stand; few visible rows are named outright."""
        if not len(visible):
            return _NOTHING
        with self._translated():
            if not self._writable:
                self._follow_writer()
            searcher = self._index.searcher()
            query = self._query(question, searcher, visible, meant)
            if query is None:
                return _NOTHING
            if len(visible) <= _FEW:
                query = self._among(query, visible)
            total = max(searcher.num_docs, 1)
            asked = min(total, 2 * n + 32 + (2 * n * total // len(visible) if len(visible) > _FEW else 0))
            while True:
                rows, scores = _hits(searcher, query, asked)
                seen = _members(rows, visible)
                if seen.sum() > n or len(rows) < asked:
                    return best(rows[seen], scores[seen], n)
                asked *= 4

    def mentions(self, word: str) -> Rows:
        """Rows of chunks that hold the word in a form of whichever language, or as it is written; most of many."""
        terms = [("text", stem(word, code)) for code in sorted(self._languages)] + [("exact", word)]
        with self._translated():
            parts = [(tantivy.Occur.Should, self._term(field, term, 1.0)) for field, term in terms]
            query = tantivy.Query.const_score_query(tantivy.Query.boolean_query(parts), 1.0)
            return _hits(self._index.searcher(), query, _MENTIONS)[0]

    def clear(self) -> None:
        with self._lock, self._emptied():
            self._languages = set()
            self.flush(0)

    def held(self) -> Rows:
        with self._translated():
            searcher = self._index.searcher()
            hits = searcher.search(tantivy.Query.all_query(), max(1, searcher.num_docs), count=False).hits
            rows = searcher.fast_field_values("row", [at for _, at in hits])
            return np.array(sorted(rows), dtype=np.int64)

    def renew(self, parts: Iterable[Sequence[IndexEntry]], generation: int) -> None:
        with self._lock, self._emptied() as writer:
            for entries in parts:
                for entry in entries:
                    self._put(writer, entry)
            self.flush(generation)
            writer.garbage_collect_files()

    def reset(self) -> None:
        with self._lock, self._translated():
            self._writer = None
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._index = _open(self._folder, create=True)
            self._schema = self._index.schema
            self._read_state()

    def close(self) -> None:
        with self._lock, self._translated():
            if self._writer is not None:
                self._writer.rollback()
                self._writer = None

    @contextlib.contextmanager
    def _emptied(self) -> Iterator[Any]:
        """A writer without documents, for this block alone.

        Emptying one sets its count of operations back to where it was opened: what it deletes later would pass by
        whatever was added in between.
        """
        with self._translated():
            self._writer = None
            writer = self._writing()
            writer.delete_all_documents()
            try:
                yield writer
            finally:
                self._writer = None

    def _put(self, writer: Any, entry: IndexEntry) -> None:
        language = language_of(entry.language, entry.text)
        self._languages.add(language)
        writer.add_document(tantivy.Document.from_dict(_fields(entry, language), self._schema))

    def _read_state(self) -> None:
        self._read_at = stamp_of(self._state)
        state = read_json(self._state)
        self._generation = int(state.get("generation", 0))
        self._format = int(state.get("format", 1))
        self._languages = set(state.get("languages", ()))

    def _follow_writer(self) -> None:
        """Beside a writer: read what it has flushed since."""
        if stamp_of(self._state) != self._read_at:
            self._read_state()
            self._index.reload()

    def _commit(self) -> None:
        with self._translated():
            if self._writer is not None:
                try:
                    self._writer.commit()
                except ValueError:
                    self._writer = None  # what was pending goes with it; the catalogue knows
                    raise
            self._index.reload()

    def _query(self, asked: str, searcher: Any, visible: Rows, meant: Sequence[str]) -> Any:
        """Null where nothing is asked for."""
        read = question.read(asked, sorted(self._languages) or (ENGLISH,))
        read = question.widened(read, [*meant, *self._meant(read, searcher, visible)], weight=_MEANT)
        parts = [
            self._term(field, term, WEIGHTS[field] * weight)
            for field, terms in (("text", read.terms), ("context", read.terms), ("exact", read.exact))
            for term, weight in terms.items()
        ]
        parts += [self._phrase(field, phrase) for phrase in read.phrases for field in ("text", "context")]
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, part) for part in parts]) if parts else None

    def _term(self, field: str, term: str, weight: float) -> Any:
        query = tantivy.Query.term_query(self._schema, field, term)
        return query if weight == 1.0 else tantivy.Query.boost_query(query, weight)

    def _phrase(self, field: str, phrase: Sequence[str]) -> Any:
        if len(phrase) == 1:
            return self._term(field, phrase[0], _PHRASE)
        query = tantivy.Query.phrase_query(self._schema, field, list(phrase))
        return tantivy.Query.boost_query(query, _PHRASE)

    def _among(self, query: Any, rows: Rows) -> Any:
        named = tantivy.Query.term_set_query(self._schema, "row", [int(row) for row in rows])
        must = tantivy.Occur.Must
        return tantivy.Query.boolean_query([(must, query), (must, tantivy.Query.const_score_query(named, 0.0))])

    def _meant(self, read: question.Question, searcher: Any, visible: Rows) -> list[str]:
        """The other forms of the abbreviations in a question, as chunks that the caller may see explain them."""
        wanted = [("short", name) for name in read.short] + [("long", run) for run in read.runs]
        if not wanted:
            return []
        terms = [(tantivy.Occur.Should, self._term(field, term, 1.0)) for field, term in wanted]
        known = set(wanted)
        meant: dict[str, None] = {}
        for at in self._explaining(tantivy.Query.boolean_query(terms), searcher, visible):
            for short, long in json.loads(searcher.doc(at).get_first("explains")):
                if ("short", short) in known:
                    meant[long] = None
                if ("long", exact.run(long)) in known:
                    meant[short] = None
        return list(meant)

    def _explaining(self, query: Any, searcher: Any, visible: Rows) -> list[Any]:
        """The first few visible ones, however many stand before them that the caller may not see."""
        query = self._among(query, visible) if len(visible) <= _FEW else query
        asked = _EXPLANATIONS
        while True:
            hits = [at for _, at in searcher.search(query, asked, count=False).hits]
            rows = np.array(searcher.fast_field_values("row", hits), dtype=np.int64)
            seen = np.flatnonzero(_members(rows, visible))[:_EXPLANATIONS]
            if len(seen) == _EXPLANATIONS or len(hits) < asked:
                return [hits[place] for place in seen]
            asked *= 4

    def _writing(self) -> Any:
        if self._writer is None:
            self._writer = self._index.writer(_HEAP, 1)
        return self._writer

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (ValueError, OSError, RuntimeError) as exc:
            if "No space left" in str(exc):
                raise StorageFull(f"{self._folder} can't be written: {exc}", remedy="free some space") from exc
            raise IndexCorrupt(f"the lexical index {self._folder} can't be used: {exc}", remedy=_REMEDY) from exc


_NOTHING = Ranked(np.empty(0, np.int64), np.empty(0, np.float32))


def _open(folder: Path, *, create: bool) -> Any:
    if not create or tantivy.Index.exists(str(folder)):
        index = tantivy.Index.open(str(folder))
    else:
        builder = tantivy.SchemaBuilder()
        builder.add_integer_field("row", stored=False, indexed=True, fast=True)
        for field in WEIGHTS:
            builder.add_text_field(field, stored=False, tokenizer_name=_ANALYZER)
        for field in ("short", "long"):
            builder.add_text_field(field, stored=False, tokenizer_name="raw", index_option="basic")
        builder.add_text_field("explains", stored=True, tokenizer_name="raw", index_option="basic")
        index = tantivy.Index(builder.build(), path=str(folder))
    index.register_tokenizer(_ANALYZER, tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    return index


def _fields(entry: IndexEntry, language: str) -> dict[str, object]:
    fields: dict[str, object] = {
        "row": entry.row,
        "text": " ".join(text.stream(entry.text, language)),
        "context": " ".join(text.stream(entry.context, language)),
        "exact": " ".join(exact.forms(f"{entry.context}\n{entry.text}")),
    }
    if explained := list(abbreviations.explained(entry.text)):
        fields["short"] = [one.short.lower() for one in explained]
        fields["long"] = [exact.run(one.long) for one in explained]
        fields["explains"] = json.dumps([(one.short.lower(), one.long) for one in explained])
    return fields


def _hits(searcher: Any, query: Any, n: int) -> tuple[Rows, np.ndarray[Any, np.dtype[np.float32]]]:
    hits = searcher.search(query, n, count=False).hits
    rows = np.array(searcher.fast_field_values("row", [at for _, at in hits]), dtype=np.int64)
    return rows, np.array([score for score, _ in hits], dtype=np.float32)


def _members(rows: Rows, visible: Rows) -> np.ndarray[Any, np.dtype[np.bool_]]:
    if not len(visible):
        return np.zeros(len(rows), bool)
    place = np.minimum(np.searchsorted(visible, rows), len(visible) - 1)
    return np.asarray(visible[place] == rows)

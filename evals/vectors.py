"""Vectors kept on disk for all homes that are measured on: no text is embedded twice, whichever index it goes into."""

import hashlib
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from retrieval.errors import StorageFull
from retrieval.ports import Embedder, Vectors
from retrieval.settings import EngineSettings
from retrieval.store.embed import SentenceTransformerEmbedder, resolve

_FILE = "vectors.sqlite"
_WAIT = 60.0  # seconds for another process's write
_PART = 500  # keys of one look-up


class CachedEmbedder:
    """The `Embedder` port over another one, through one SQLite file; safe across threads and processes.

    Keys are the model's fingerprint and the text, as the catalogue's are; a question's vector is another one than a
    document's. `queries` false asks the model for each question, as users do: only then do searches take their time.
    """

    def __init__(self, embedder: Embedder, file: Path, *, queries: bool = True) -> None:
        self._embedder = embedder
        self._queries = queries
        self._lock = threading.Lock()
        file.parent.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(file, timeout=_WAIT, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID")

    @property
    def fingerprint(self) -> str:
        return self._embedder.fingerprint

    @property
    def dimension(self) -> int:
        return self._embedder.dimension

    @property
    def max_tokens(self) -> int:
        return self._embedder.max_tokens

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        keys = [self._key("document", text) for text in texts]
        found = self._read(keys)
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        if new:
            made = self._embedder.embed_documents(list(new.values()))
            found |= dict(zip(new, made, strict=True))
            self._write({key: found[key] for key in new})
        if not keys:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return np.stack([found[key] for key in keys])

    def embed_query(self, text: str) -> Vectors:
        if not self._queries:
            return self._embedder.embed_query(text)
        key = self._key("query", text)
        if key not in (found := self._read([key])):
            found = {key: self._embedder.embed_query(text)}
            self._write(found)
        return found[key]

    def close(self) -> None:
        self._database.close()

    def _key(self, kind: str, text: str) -> bytes:
        content = f"{self.fingerprint}\0{kind}\0{text}".encode("utf-8", "surrogatepass")
        return hashlib.sha256(content).digest()

    def _read(self, keys: Sequence[bytes]) -> dict[bytes, Vectors]:
        found: dict[bytes, Vectors] = {}
        with self._lock:
            for start in range(0, len(keys), _PART):
                part = keys[start : start + _PART]
                marks = ",".join("?" * len(part))
                query = f"SELECT key, vector FROM vectors WHERE key IN ({marks})"  # noqa: S608 - marks alone
                with closing(self._database.execute(query, part)) as rows:
                    found |= {key: np.frombuffer(vector, dtype=np.float32) for key, vector in rows}
        return found

    def _write(self, vectors: dict[bytes, Vectors]) -> None:
        rows = [(key, np.asarray(vector, dtype=np.float32).tobytes()) for key, vector in vectors.items()]
        try:
            with self._lock, self._database:
                self._database.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", rows)
        except sqlite3.OperationalError as exc:
            raise StorageFull(f"the kept vectors can't be written: {exc}", remedy="make room, then run again") from exc


def cached_embedder(settings: EngineSettings, cache: Path, *, queries: bool = True) -> CachedEmbedder:
    """The configured model behind the vectors kept in the folder `cache`. Raises `EmbeddingFailed`: no such model."""
    model = SentenceTransformerEmbedder(resolve(settings.model), graphs=cache / "graphs")
    return CachedEmbedder(model, cache / _FILE, queries=queries)

"""Plain stand-ins that go in at a port."""

import hashlib
import re
from collections.abc import Iterator, Sequence

import numpy as np

from retrieval.errors import LanguageModelFailed
from retrieval.ports import TokenCount, Vectors
from retrieval.trace import Message


class FakeEmbedder:
    """A bag of hashed words: equal words, near vectors. Deterministic, and counts what it was asked for."""

    def __init__(self, dimension: int = 64, fingerprint: str = "fake-1") -> None:
        self.dimension = dimension
        self.fingerprint = fingerprint
        self.max_tokens = 256
        self.embedded: list[str] = []

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        self.embedded.extend(texts)
        rows = [self._embed(text) for text in texts]
        return np.stack(rows) if rows else np.zeros((0, self.dimension), dtype=np.float32)

    def embed_query(self, text: str) -> Vectors:
        return self._embed(text)

    def _embed(self, text: str) -> Vectors:
        vector = np.full(self.dimension, 1e-3, dtype=np.float32)
        for word in re.findall(r"\w+", text.lower()):
            digest = hashlib.blake2b(word.encode(), digest_size=8).digest()
            vector[int.from_bytes(digest, "little") % self.dimension] += 1.0
        unit: Vectors = vector / np.linalg.norm(vector)
        return unit


class ScriptedChatModel:
    """Says what it was given, piece by piece, and keeps what it was asked."""

    name = "scripted"

    def __init__(self, *pieces: str, fail_after: int | None = None, counted: TokenCount | None = None) -> None:
        self.pieces = pieces
        self.fail_after = fail_after
        self.counted = counted
        self.asked: list[Sequence[Message]] = []

    def stream(self, messages: Sequence[Message]) -> Iterator[str | TokenCount]:
        self.asked.append(messages)
        for number, piece in enumerate(self.pieces):
            if number == self.fail_after:
                raise LanguageModelFailed("the scripted model broke off", remedy="none")
            yield piece
        if self.counted is not None:
            yield self.counted

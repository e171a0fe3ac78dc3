"""An embedder that costs next to nothing, under the name of the model that is installed.

It measures what surrounds the embedding: a home that it filled is opened by the program as its own. Vectors are random
directions drawn from the text, so that an index over them is built and searched as over real ones.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from retrieval.ports import Vectors
from retrieval.store.embed import DEFAULT_MODEL, SentenceTransformerEmbedder, resolve

TEXT_SUFFIXES = (".md", ".txt", ".html")
"""What a peer that reads text files alone is given of a folder."""


class StandIn:
    """The `Embedder` port; `embedded` counts the texts that it was given, and not how often it was asked."""

    def __init__(self, *, graphs: Path | None = None) -> None:
        model = SentenceTransformerEmbedder(resolve(DEFAULT_MODEL), graphs=graphs)
        self.fingerprint = model.fingerprint
        self.dimension = model.dimension
        self.max_tokens = model.max_tokens
        self.embedded = 0

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        self.embedded += len(texts)
        return np.stack([_direction(text, self.dimension) for text in texts])

    def embed_query(self, text: str) -> Vectors:
        return _direction(text, self.dimension)


def _direction(text: str, dimension: int) -> Vectors:
    seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
    vector = np.random.default_rng(seed).standard_normal(dimension).astype(np.float32)
    unit: Vectors = vector / np.linalg.norm(vector)
    return unit

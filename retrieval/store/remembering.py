"""An embedder that remembers what it embedded last: the sentences of much-read pages come up again and again."""

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from retrieval.ports import Embedder, Vectors

KEPT = 20_000  # vectors; 30 MB at 384 dimensions


class RememberingEmbedder:
    """The embedder inside, asked only for texts that are not among the last `kept`. Safe across threads."""

    def __init__(self, inner: Embedder, *, kept: int = KEPT) -> None:
        self._inner = inner
        self._kept = kept
        self._vectors = OrderedDict[str, Vectors]()
        self._lock = threading.Lock()

    def clear(self) -> None:
        """Remember nothing: what was embedded may have been erased."""
        with self._lock:
            self._vectors.clear()

    @property
    def fingerprint(self) -> str:
        return self._inner.fingerprint

    @property
    def dimension(self) -> int:
        return self._inner.dimension

    @property
    def max_tokens(self) -> int:
        return self._inner.max_tokens

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        found = {text: vector for text in texts if (vector := self._recalled(text)) is not None}
        new = [text for text in dict.fromkeys(texts) if text not in found]
        if new:
            found |= dict(zip(new, self._inner.embed_documents(new), strict=True))
            self._remember(found, new)
        return np.stack([found[text] for text in texts])

    def embed_query(self, text: str) -> Vectors:
        """The same question is embedded once by the search and once by the answer."""
        key = f"\0{text}"  # no text of a document begins so
        if (known := self._recalled(key)) is not None:
            return known
        vector = self._inner.embed_query(text)
        self._remember({key: vector}, [key])
        return vector

    def _recalled(self, text: str) -> Vectors | None:
        with self._lock:
            if text not in self._vectors:
                return None
            self._vectors.move_to_end(text)
            return self._vectors[text]

    def _remember(self, found: dict[str, Vectors], new: Sequence[str]) -> None:
        with self._lock:
            for text in new:
                self._vectors[text] = found[text].copy()  # a row of its own, not a view of all that came with it
            while len(self._vectors) > self._kept:
                self._vectors.popitem(last=False)

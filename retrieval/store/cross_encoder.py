"""sentence-transformers' CrossEncoder behind the `Reranker` port."""

import os
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

from retrieval.errors import EmbeddingFailed
from retrieval.store.embed import DEFAULT_MODEL, resolve

_REMEDY = "name the folder of a sentence-transformers CrossEncoder that is on this machine, or leave the reranker out"


class CrossEncoderReranker:
    """One model by name or path, loaded at the first question. One reads at a time."""

    def __init__(self, model: str) -> None:
        """Raises `EmbeddingFailed` where this machine has no such model."""
        self._folder = _folder_of(model)
        self._lock = threading.Lock()

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        with self._lock:
            try:
                found = self._model.predict(
                    [(question, text) for text in texts], show_progress_bar=False, convert_to_numpy=True
                )
            except (RuntimeError, ValueError, IndexError) as exc:
                raise EmbeddingFailed(f"the reranker {self._folder} failed: {exc}", remedy=_REMEDY) from exc
        return [float(score) for score in found]

    @cached_property
    def _model(self) -> Any:
        from sentence_transformers import CrossEncoder  # seconds to import

        try:
            return CrossEncoder(str(self._folder), device="cpu", local_files_only=True)
        except (OSError, ValueError, RuntimeError) as exc:
            raise EmbeddingFailed(f"the reranker {self._folder} can't be loaded: {exc}", remedy=_REMEDY) from exc


def _folder_of(model: str) -> Path:
    if model == DEFAULT_MODEL:
        raise EmbeddingFailed(f"no reranker is called {model!r}: none comes with Footnote", remedy=_REMEDY)
    try:
        return resolve(model)
    except EmbeddingFailed as exc:
        raise EmbeddingFailed(f"the reranker {model!r} is not on this machine", remedy=_REMEDY) from exc

"""LangChain's usual search over the same texts and vectors: Chroma, BM25 and the `EnsembleRetriever` over both.

BM25 is rank_bm25's over words split at blanks, as LangChain's own BM25 retriever has it by default: that class lives
in a package which is no longer kept, and is these few lines.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
os.environ.setdefault("LANGCHAIN_TRACING_V2", "false")

import numpy as np
from langchain_chroma import Chroma
from langchain_classic.retrievers import EnsembleRetriever
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from rank_bm25 import BM25Okapi

from retrieval.ports import Embedder, Vectors

_PART = 5_000  # rows of one insertion


class PeerEmbeddings(Embeddings):
    """Our embedder for LangChain, which asks for lists."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self._embedder.embed_documents(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        vector: list[float] = self._embedder.embed_query(text).tolist()
        return vector


class Bm25Words(BaseRetriever):
    """The best `k` documents by BM25 over words as they are written."""

    bm25: Any
    documents: Sequence[Document]
    k: int

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002  LangChain's signature
    ) -> list[Document]:
        scores = self.bm25.get_scores(query.split())
        return [self.documents[int(at)] for at in np.argsort(-scores, kind="stable")[: self.k]]


def chroma(folder: Path, texts: Mapping[str, str], vectors: Vectors, embedder: Embedder) -> Chroma:
    """A persistent Chroma with its defaults, filled with finished vectors; `texts` by id, in the vectors' order."""
    store = Chroma("peer", PeerEmbeddings(embedder), persist_directory=str(folder))
    ids = list(texts)
    for start in range(0, len(ids), _PART):
        part = ids[start : start + _PART]
        store._collection.upsert(
            ids=part,
            embeddings=vectors[start : start + _PART],
            documents=[texts[name] for name in part],
            metadatas=[{"id": name} for name in part],
        )
    return store


def ensemble(store: Chroma, texts: Mapping[str, str], *, k: int) -> EnsembleRetriever:
    """Dense and BM25 with the same weight, by LangChain's rank fusion; the ids stand in the metadata."""
    documents = [Document(text, metadata={"id": name}) for name, text in texts.items()]
    words = Bm25Words(bm25=BM25Okapi([one.page_content.split() for one in documents]), documents=documents, k=k)
    dense = store.as_retriever(search_kwargs={"k": k})
    return EnsembleRetriever(retrievers=[words, dense], weights=[0.5, 0.5])

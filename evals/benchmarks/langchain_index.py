"""The peer of `evals.benchmarks.reingest`: one run of LangChain's `index(cleanup="incremental")` over Chroma.

As its documentation has it: a text splitter, a persistent Chroma, a record manager on SQLite. Only text files are read.
"""

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
os.environ.setdefault("LANGCHAIN_TRACING_V2", "false")

from langchain_chroma import Chroma
from langchain_classic.indexes import SQLRecordManager
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.indexing import index
from langchain_text_splitters import RecursiveCharacterTextSplitter

from evals.benchmarks.stand_in import TEXT_SUFFIXES, StandIn

_CHARACTERS, _OVERLAP = 1000, 0


class LangChainStandIn(Embeddings):
    """The stand-in's vectors for LangChain, which asks for lists."""

    def __init__(self, stand_in: StandIn) -> None:
        self._stand_in = stand_in

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self._stand_in.embed_documents(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        vector: list[float] = self._stand_in.embed_query(text).tolist()
        return vector


def run(corpus: Path, state: Path) -> dict[str, int]:
    state.mkdir(exist_ok=True)
    embedder = StandIn(graphs=state / "models")
    records = SQLRecordManager("corpus", db_url=f"sqlite:///{state / 'records.db'}")
    records.create_schema()
    store = Chroma("corpus", LangChainStandIn(embedder), persist_directory=str(state / "chroma"))
    files = sorted(path for path in corpus.rglob("*") if path.suffix in TEXT_SUFFIXES)
    documents = [Document(path.read_text(encoding="utf-8"), metadata={"source": str(path)}) for path in files]
    splitter = RecursiveCharacterTextSplitter(chunk_size=_CHARACTERS, chunk_overlap=_OVERLAP)
    done = index(
        splitter.split_documents(documents),
        records,
        store,
        cleanup="incremental",
        source_id_key="source",
        key_encoder="sha256",
    )
    chunks = done["num_added"] + done["num_updated"] + done["num_skipped"]
    return {"files": len(files), "chunks": chunks, "added": done["num_added"], "embedded": embedder.embedded}


if __name__ == "__main__":
    json.dump(run(Path(sys.argv[1]), Path(sys.argv[2])), sys.stdout)

"""Our search as a LangChain retriever. Only this module and the chat adapter import LangChain."""

from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, SkipValidation

from retrieval.models import PUBLIC, Caller, Hit, Mode
from retrieval.ports import Searches


class FootnoteRetriever(BaseRetriever):
    """Hits as LangChain documents, best first: `page_content` is the hit's text, `id` the chunk's.

    `engine` is anything that searches: an `Engine` or a `Searcher`. Raises what `search` raises.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    engine: SkipValidation[Searches]
    k: int = 10
    caller: Caller = PUBLIC
    collection: str | None = None
    mode: Mode = "hybrid"

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002  LangChain's signature
    ) -> list[Document]:
        hits = self.engine.search(query, k=self.k, caller=self.caller, collection=self.collection, mode=self.mode)
        return [_document(hit) for hit in hits]


def _document(hit: Hit) -> Document:
    chunk = hit.chunk
    metadata: dict[str, Any] = {
        "rank": hit.rank,
        "score": hit.score,
        "document_id": chunk.document_id,
        "version": chunk.version,
        "document": chunk.document,
        "source": chunk.uri,
        "title": chunk.title,
        "section": list(chunk.section),
        "context": chunk.context,
        "page": hit.page,
        "page_end": hit.page_end,
        "start": hit.start,
        "end": hit.end,
        "duplicates": list(hit.duplicates),
        "also_in": [one.document for one in hit.near],
    }
    return Document(id=chunk.chunk_id, page_content=hit.text, metadata=metadata)

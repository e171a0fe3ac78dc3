"""The one place that picks concrete classes: a home folder becomes something that can be asked."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING

from retrieval.errors import HomeLocked, IndexCorrupt, UsageError
from retrieval.models import NO_FILTERS, PUBLIC, Answer, AnswerEvent, Caller, Filters, Hit, Mode, Turn
from retrieval.ports import Budget, Embedder, LexicalIndex, Searches, VectorIndex
from retrieval.search.searcher import Searcher
from retrieval.search.spans import SpanSearcher
from retrieval.settings import EngineSettings
from retrieval.store import schema
from retrieval.store.access import Visibility
from retrieval.store.blobs import Blobs
from retrieval.store.built import match_model
from retrieval.store.catalog import Catalog
from retrieval.store.database import Database, check
from retrieval.store.embed import SPECIAL_TOKENS, SentenceTransformerEmbedder, resolve
from retrieval.store.exact import ExactVectors
from retrieval.store.history.versions import History
from retrieval.store.home import Home, HomeLock
from retrieval.store.index import ChunkLimits, Index
from retrieval.store.known import Known
from retrieval.store.lexical import TantivyIndex
from retrieval.store.remembering import RememberingEmbedder
from retrieval.store.thresholds import Thresholds
from retrieval.store.vector import TieredVectors

if TYPE_CHECKING:
    from retrieval.answer.answerer import Answerer


class Engine:
    """One open home. Reading needs no lock; the one writer holds it until `close`."""

    def __init__(self, settings: EngineSettings, *, write: bool, embedder: Embedder | None = None) -> None:
        """Opens the home; see `open`. `embedder` stands in for the configured model."""
        self.settings = settings
        self.home = Home(settings.home)
        self.write = write
        self._model = SentenceTransformerEmbedder(resolve(settings.model), graphs=self.home.graphs)
        self._embedder: Embedder = embedder or self._model
        self._index: Index | None = None
        with ExitStack() as stack:
            self._open(stack)
            self._closing = stack.pop_all()

    @classmethod
    def open(cls, settings: EngineSettings, *, write: bool = False) -> "Engine":
        """Open the home that `settings` names; a writer makes it where there is none and recovers what a kill left.

        Raises `HomeLocked` (another writer), `CatalogueCorrupt` (left byte for byte), `ModelMismatch`, `SchemaTooNew`,
        `HomeError` (no home to read), `StorageFull`, `EmbeddingFailed` (no such model).
        """
        return cls(settings, write=write)

    @property
    def index(self) -> Index:
        """Raises `UsageError` where the home was opened for reading."""
        if self._index is None:
            raise UsageError("this home was opened for reading", remedy="open it with write=True")
        return self._index

    @cached_property
    def embedder(self) -> RememberingEmbedder:
        """What questions and sentences are embedded by."""
        return RememberingEmbedder(self._embedder)

    @property
    def known(self) -> Known:
        """What a run would be planned by; also where the home was opened for reading."""
        return self._index or Known(self._database, self.home.path)

    def search(
        self,
        question: str,
        *,
        k: int = 10,
        caller: Caller = PUBLIC,
        collection: str | None = None,
        mode: Mode = "hybrid",
        filters: Filters = NO_FILTERS,
    ) -> tuple[Hit, ...]:
        """The best hits first, joined with their neighbours or not as the settings say; see `Searcher.search`."""
        return self._spans.search(question, k=k, caller=caller, collection=collection, mode=mode, filters=filters)

    def ask(
        self,
        question: str,
        *,
        caller: Caller = PUBLIC,
        collection: str | None = None,
        history: Sequence[Turn] = (),
        filters: Filters = NO_FILTERS,
        budget: Budget | None = None,
    ) -> Answer:
        """A grounded answer or an abstention; see `Answerer.answer`."""
        return self.answerer.answer(
            question, caller=caller, collection=collection, history=history, filters=filters, budget=budget
        )

    def stream(
        self,
        question: str,
        *,
        caller: Caller = PUBLIC,
        collection: str | None = None,
        history: Sequence[Turn] = (),
        filters: Filters = NO_FILTERS,
        budget: Budget | None = None,
    ) -> Iterator[AnswerEvent]:
        """The same as it comes into being; see `Answerer.stream`."""
        return self.answerer.stream(
            question, caller=caller, collection=collection, history=history, filters=filters, budget=budget
        )

    @cached_property
    def searcher(self) -> Searcher:
        return Searcher(
            self.catalog,
            self.visibility,
            embedder=self.embedder,
            vectors=self._vectors,
            lexical=self._lexical,
            settings=self.settings.search,
        )

    @cached_property
    def _spans(self) -> SpanSearcher:
        return SpanSearcher(self._ordered, self.catalog, self.settings.search)

    @cached_property
    def _ordered(self) -> Searches:
        """The searcher, with the reranker that the settings name."""
        if not self.settings.search.reranker:
            return self.searcher
        from retrieval.search.rerank import RerankingSearcher
        from retrieval.store.cross_encoder import CrossEncoderReranker

        reranker = CrossEncoderReranker(self.settings.search.reranker)
        return RerankingSearcher(self.searcher, reranker, self.settings.search)

    @cached_property
    def answerer(self) -> "Answerer":
        from retrieval.answer.making import answerer  # what only writes or searches does without

        return answerer(self._ordered, self.catalog, self.thresholds, embedder=self.embedder, settings=self.settings)

    def close(self) -> None:
        self._closing.close()

    def __enter__(self) -> "Engine":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _open(self, stack: ExitStack) -> None:
        if self.write:
            self.home.create()
            stack.enter_context(HomeLock(self.home))
            self.home.refuse_headless()
        else:
            self._recover_for_reading()
        self._open_catalogue(stack)
        self._open_indexes(stack)
        if self.write:
            self._index = self._recovered_index()

    def _recover_for_reading(self) -> None:
        """A reader heals what a kill left, unless a writer is at work and has done so."""
        self.home.refuse_headless()
        self.home.refuse_missing()
        if self.home.closed_cleanly():
            return
        try:
            Engine(self.settings, write=True, embedder=self._embedder).close()
        except HomeLocked:
            return

    def _open_catalogue(self, stack: ExitStack) -> None:
        if self.write and self.home.exists() and not self.home.closed_cleanly():
            check(self.home.catalogue)
        if self.write:
            self.home.mark_in_use()
        stack.callback(self._mark_clean)
        self._database = Database(self.home.catalogue, head=schema.HEAD, writable=self.write)
        stack.callback(self._database.close)
        match_model(self._database, self._embedder, name=self.settings.model, home=self.home.path, write=self.write)
        blobs = Blobs(self.home.blobs)
        self._blobs = blobs
        self.catalog = Catalog(self._database, blobs)
        self.history = History(self._database)
        self.visibility = Visibility(self._database)
        self.thresholds = Thresholds(self._database)

    def _mark_clean(self) -> None:
        """Once the catalogue is closed: say so, unless opening failed half way or it was found damaged."""
        if self.write and self._index is not None and not self._database.damaged:
            self.home.mark_clean()

    def _open_indexes(self, stack: ExitStack) -> None:
        exact = ExactVectors(self.home.exact, self._embedder.dimension, writable=self.write)
        self._vectors: VectorIndex = exact
        if self.write:
            self._vectors = TieredVectors(
                exact,
                self.home.chroma,
                dimension=self._embedder.dimension,
                exact_rows=self.settings.exact_scan_rows,
            )
        stack.callback(self._vectors.close)
        self._lexical: LexicalIndex = self._open_lexical()
        stack.callback(self._lexical.close)

    def _open_lexical(self) -> TantivyIndex:
        try:
            return TantivyIndex(self.home.lexical, writable=self.write)
        except IndexCorrupt:
            if not self.write:
                raise
            self.home.forget_lexical()
            return TantivyIndex(self.home.lexical)

    def _recovered_index(self) -> Index:
        index = Index(
            self._database,
            self._blobs,
            visibility=self.visibility,
            embedder=self._embedder,
            vector_index=self._vectors,
            lexical_index=self._lexical,
            home=self.home.path,
            chunk_limits=ChunkLimits(
                self._embedder.max_tokens, SPECIAL_TOKENS, self._model.tokenizer, self.settings.chunks
            ),
        )
        index.recover()
        return index

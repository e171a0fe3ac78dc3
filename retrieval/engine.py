"""The one place that picks concrete classes: a home folder becomes something that can be asked."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import cached_property
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING

from retrieval.errors import HomeLocked, IndexCorrupt, UsageError
from retrieval.models import NO_FILTERS, PUBLIC, Answer, AnswerEvent, Caller, Filters, Hit, Mode, Turn
from retrieval.ports import Budget, Embedder, LexicalIndex, Reranker, Searches, VectorIndex
from retrieval.serving import Serving, Switched
from retrieval.settings import ChunkSettings, EngineSettings
from retrieval.store import schema
from retrieval.store.access import Visibility
from retrieval.store.blobs import Blobs
from retrieval.store.builds import Builds, Model, named
from retrieval.store.built import Recipe, built, recipe_of
from retrieval.store.catalog import Catalog
from retrieval.store.database import Database, check
from retrieval.store.embed import SentenceTransformerEmbedder, resolve
from retrieval.store.history.versions import History
from retrieval.store.home import Home, HomeLock
from retrieval.store.index import Index
from retrieval.store.known import Known
from retrieval.store.remembering import RememberingEmbedder
from retrieval.store.thresholds import Thresholds

if TYPE_CHECKING:
    from retrieval.answer.answerer import Answerer


class Engine:
    """One open home. Reading needs no lock; the one writer holds it until `close`."""

    def __init__(
        self,
        settings: EngineSettings,
        *,
        write: bool,
        embedder: Embedder | None = None,
        models: Mapping[str, Embedder] | None = None,
    ) -> None:
        """Opens the home; see `open`. `embedder` stands in for the configured model, `models` for others by name."""
        self.settings = settings
        self.home = Home(settings.home)
        self.write = write
        self._configured = SentenceTransformerEmbedder(resolve(settings.model), graphs=self.home.graphs)
        self._embedder: Embedder = embedder or self._configured
        self._others = models or {}
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

    @property
    def embedder(self) -> RememberingEmbedder:
        """What questions and sentences are embedded by now."""
        return self._now().embedder

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
        while True:
            serving = self._serving
            try:
                return serving.spans.search(
                    question, k=k, caller=caller, collection=collection, mode=mode, filters=filters
                )
            except Switched:
                self._follow(serving)

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
        while True:
            serving = self._serving
            try:
                return serving.answerer.answer(
                    question, caller=caller, collection=collection, history=history, filters=filters, budget=budget
                )
            except Switched:
                self._follow(serving)

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
        while True:
            serving = self._serving
            try:
                yield from serving.answerer.stream(
                    question, caller=caller, collection=collection, history=history, filters=filters, budget=budget
                )
            except Switched:
                self._follow(serving)
            else:
                return

    @property
    def answerer(self) -> "Answerer":
        """Of the build that answers now."""
        return self._now().answerer

    @property
    def searcher(self) -> Searches:
        """Of the build that answers now: single chunks, in the order of the two rankings."""
        return self._now().searcher

    @property
    def chunking(self) -> ChunkSettings:
        """How documents are cut for this home: as the settings say, unless a reindex said otherwise since."""
        return replace(self.settings.chunks, max_tokens=self._now().build.recipe.chunk_tokens)

    @property
    def _vectors(self) -> VectorIndex:
        return self._now().build.vectors

    @property
    def _lexical(self) -> LexicalIndex:
        return self._now().build.lexical

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
            Engine(self.settings, write=True, embedder=self._embedder, models=self._others).close()
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
        wanted = recipe_of(self._embedder, name=self.settings.model, chunk_tokens=self.settings.chunks.max_tokens)
        self._opened = built(self._database, wanted, home=self.home.path, write=self.write)
        self._blobs = Blobs(self.home.blobs)
        self.catalog = Catalog(self._database, self._blobs)
        self.history = History(self._database)
        self.visibility = Visibility(self._database)
        self.thresholds = Thresholds(self._database)

    def _mark_clean(self) -> None:
        """Once the catalogue is closed: say so, unless opening failed half way or it was found damaged."""
        if self.write and self._index is not None and not self._database.damaged:
            self.home.mark_clean()

    def _open_indexes(self, stack: ExitStack) -> None:
        self._builds = Builds(
            self._database,
            self.home,
            models=self._models,
            exact_scan_rows=self.settings.exact_scan_rows,
            write=self.write,
        )
        stack.callback(self._builds.close)
        number, recipe = self._opened
        try:
            self._builds.open(number, recipe, self._model_of(recipe))
        except IndexCorrupt:
            if not self._builds.left(number):
                raise
        self._switching = Lock()
        self._serving = self._served()

    def _models(self, name: str) -> Model:
        """A model by name or path. Raises `EmbeddingFailed`."""
        if name in self._others:
            return Model(self._others[name], self._configured.tokenizer)
        return _found(name, self.home)

    def _model_of(self, recipe: Recipe) -> Model:
        """The configured one, unless a reindex has put another one in its place."""
        mine = recipe_of(self._embedder, name=recipe.model, chunk_tokens=recipe.chunk_tokens)
        if mine.same_model(recipe):
            return Model(self._embedder, self._configured.tokenizer)
        return named(self._models, recipe)

    def _served(self) -> Serving:
        return Serving(
            self._builds.answering(),
            self.catalog,
            self.visibility,
            thresholds=self.thresholds,
            settings=self.settings,
            reranker=lambda: self._reranker,
        )

    def _now(self) -> Serving:
        """What answers at this moment, for who uses a part of it."""
        if (serving := self._serving).build.number != self.catalog.build():
            self._follow(serving)
        return self._serving

    def _follow(self, left: Serving) -> None:
        """Answer from the build that answers now, where that was not done since `left` was found to be another's."""
        with self._switching:
            if self._serving is left:
                self._serving = self._served()

    @cached_property
    def _reranker(self) -> Reranker:
        from retrieval.store.cross_encoder import CrossEncoderReranker

        return CrossEncoderReranker(self.settings.search.reranker)

    def _recovered_index(self) -> Index:
        index = Index(
            self._database,
            self._blobs,
            visibility=self.visibility,
            builds=self._builds,
            chunking=self.settings.chunks,
            home=self.home.path,
        )
        index.recover()
        return index


def _found(name: str, home: Home) -> Model:
    """A sentence-transformers model by its name or path."""
    embedder = SentenceTransformerEmbedder(resolve(name), graphs=home.graphs)
    return Model(embedder, embedder.tokenizer)

"""What answers from one build, and from no other: its rows are ranked by its indexes and its model."""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from retrieval.errors import IndexCorrupt
from retrieval.models import NO_FILTERS, PUBLIC, Caller, Filters, Hit, Mode
from retrieval.ports import Reranker, Searches
from retrieval.search.searcher import Searcher
from retrieval.search.spans import SpanSearcher
from retrieval.settings import EngineSettings
from retrieval.store.access import View, Visibility
from retrieval.store.builds import Build
from retrieval.store.catalog import Catalog
from retrieval.store.remembering import RememberingEmbedder
from retrieval.store.thresholds import Thresholds

if TYPE_CHECKING:
    from retrieval.answer.answerer import Answerer


class Switched(Exception):
    """Another build answers by now; whoever asked asks again. It never leaves the engine."""


class Serving:
    """Searches and answers over one build; raises `Switched` as soon as that is not the one that answers.

    It does so before the first hit or event is handed out.
    """

    def __init__(
        self,
        build: Build,
        catalog: Catalog,
        visibility: Visibility,
        *,
        thresholds: Thresholds,
        settings: EngineSettings,
        reranker: Callable[[], Reranker],
    ) -> None:
        self.build = build
        self.embedder = RememberingEmbedder(build.embedder)
        self._catalog = catalog
        self._visibility = visibility
        self._thresholds = thresholds
        self._settings = settings
        self._reranker = reranker

    @cached_property
    def spans(self) -> SpanSearcher:
        """The best hits, joined with their neighbours or not as the settings say."""
        return SpanSearcher(self._ordered, self._catalog, self._settings.search)

    @cached_property
    def answerer(self) -> "Answerer":
        from retrieval.answer.making import answerer  # what only writes or searches does without

        return answerer(self._ordered, self._catalog, self._thresholds, embedder=self.embedder, settings=self._settings)

    @cached_property
    def searcher(self) -> Searches:
        """Single chunks, in the order of the two rankings."""
        return _Steady(
            Searcher(
                self._catalog,
                _Pinned(self._visibility, self.build.number),
                embedder=self.embedder,
                vectors=self.build.vectors,
                lexical=self.build.lexical,
                settings=self._settings.search,
            ),
            self._catalog,
            self.build.number,
        )

    @cached_property
    def _ordered(self) -> Searches:
        """The searcher, with the reranker that the settings name."""
        if not self._settings.search.reranker:
            return self.searcher
        from retrieval.search.rerank import RerankingSearcher

        return RerankingSearcher(self.searcher, self._reranker(), self._settings.search)


class _Pinned:
    """Views of one build alone."""

    def __init__(self, visibility: Visibility, build: int) -> None:
        self._visibility = visibility
        self._build = build

    def view(self, caller: Caller, collection: str | None = None, filters: Filters = NO_FILTERS) -> View:
        view = self._visibility.view(caller, collection, filters)
        if view.build != self._build:
            raise Switched
        return view


class _Steady:
    """A search that found little, or nothing to read, was not overtaken by a switch.

    In the process that switches, what a query reads stays until it is done; beside it, a reader's may be gone.
    """

    def __init__(self, searcher: Searcher, catalog: Catalog, build: int) -> None:
        self._searcher = searcher
        self._catalog = catalog
        self._build = build

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
        """See `Searcher.search`."""
        try:
            hits = self._searcher.search(
                question, k=k, caller=caller, collection=collection, mode=mode, filters=filters
            )
        except IndexCorrupt:
            self._refuse_switched()
            raise
        if len(hits) < k:
            self._refuse_switched()
        return hits

    def _refuse_switched(self) -> None:
        if self._catalog.build() != self._build:
            raise Switched

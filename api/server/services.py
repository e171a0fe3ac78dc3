"""What the routes stand on: one object, made once per server."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from api.activity.spending import KeyBudget
from api.activity.store import Activity
from api.server.auth import Authenticator, Principal
from api.server.jobs import JobRunner
from api.server.limits import Places, RateLimit
from api.server.metrics import Metrics
from api.settings import Settings
from api.viewing.page_images import PageImages
from retrieval.models import (
    NO_FILTERS,
    PUBLIC,
    AnswerEvent,
    Caller,
    DocumentSummary,
    Filters,
    Outcome,
    PageBoxes,
    StoredVersion,
    Turn,
)
from retrieval.ports import Budget, Searches

if TYPE_CHECKING:
    from retrieval.store.catalog import Original, RunSummary
    from retrieval.store.history.differing import VersionDiff
    from retrieval.store.history.forgetting import Forgotten
    from retrieval.store.history.versions import VersionSummary
    from retrieval.store.remembering import RememberingEmbedder


class CatalogReads(Protocol):
    """What the routes read of the catalogue. What the caller may not see raises `NotFound` or is absent."""

    def generation(self) -> int: ...
    def collections(self, caller: Caller) -> tuple[str, ...]: ...
    def documents(self, caller: Caller, collection: str | None = None) -> tuple[DocumentSummary, ...]: ...
    def version(self, document_id: str, caller: Caller, number: int | None = None) -> StoredVersion: ...
    def boxes(
        self, document_id: str, caller: Caller, number: int | None = None, page: int | None = None
    ) -> tuple[PageBoxes, ...]: ...
    def original(self, document_id: str, caller: Caller, number: int | None = None) -> "Original": ...
    def runs(self, limit: int = 20) -> "tuple[RunSummary, ...]": ...
    def outcomes(self, run_id: int) -> tuple[Outcome, ...]: ...


class HistoryReads(Protocol):
    """What the routes read of kept versions, with the same rule."""

    def versions(self, document_id: str, caller: Caller) -> "tuple[VersionSummary, ...]": ...
    def version(self, document_id: str, caller: Caller, number: int) -> "VersionSummary": ...
    def diff(
        self, document_id: str, caller: Caller, *, old: int | None = None, new: int | None = None
    ) -> "VersionDiff": ...


class IndexWrites(Protocol):
    """What the routes write. Each call is whole when it returns."""

    def run(self, collection: str, arguments: dict[str, object]) -> AbstractContextManager[int]: ...
    def remove(self, run_id: int, removals: Sequence[tuple[str, Outcome]]) -> None: ...
    def rollback(self, run_id: int, document_id: str, number: int, outcome: Outcome) -> None: ...
    def forget(self, run_id: int, document_id: str, outcome: Outcome) -> "Forgotten": ...


class AnsweringEngine(Searches, Protocol):
    """The engine as the outer skin uses it; safe to call from several threads."""

    @property
    def catalog(self) -> CatalogReads: ...
    @property
    def history(self) -> HistoryReads: ...
    @property
    def index(self) -> IndexWrites: ...
    @property
    def embedder(self) -> "RememberingEmbedder": ...

    def stream(
        self,
        question: str,
        *,
        caller: Caller = PUBLIC,
        collection: str | None = None,
        history: Sequence[Turn] = (),
        filters: Filters = NO_FILTERS,
        budget: Budget | None = None,
    ) -> Iterator[AnswerEvent]: ...


@dataclass(frozen=True, slots=True)
class Services:
    settings: Settings
    engine: AnsweringEngine
    activity: Activity
    authenticator: Authenticator
    jobs: JobRunner
    metrics: Metrics
    places: Places
    rate_limit: RateLimit

    def budget(self, asker: Principal) -> KeyBudget:
        """What the key may have a language model write today."""
        return KeyBudget(self.activity.spending, asker.key_id, limit=self.settings.llm_daily_tokens)

    pages: PageImages

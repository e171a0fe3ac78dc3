"""The answerer that the settings ask for: with or without a language model."""

from collections.abc import Callable

from retrieval.answer.abstain import ANSWER_FROM, WEIGHTS_NAME
from retrieval.answer.answerer import DEFAULT_ROOM, Answerer
from retrieval.answer.model.prompt import Count, Room, tokens
from retrieval.answer.model.retry import Retrying
from retrieval.errors import UsageError
from retrieval.ports import ChatModel, Embedder, Searches
from retrieval.search.passages import PassageReader
from retrieval.settings import EngineSettings, LanguageModelSettings
from retrieval.store.catalog import Catalog
from retrieval.store.thresholds import Thresholds
from retrieval.store.tokens import TokenCounter


def answerer(
    searcher: Searches, catalog: Catalog, thresholds: Thresholds, *, embedder: Embedder, settings: EngineSettings
) -> Answerer:
    """Raises `UsageError` where the model's tokenizer can't be read."""
    chat = settings.language_model
    return Answerer(
        searcher,
        PassageReader(catalog),
        embedder=embedder,
        chat=chat_model(chat) if chat else None,
        abstain_below=bound_of(thresholds, settings.abstain_below),
        room=Room(chat.context_tokens, _count(chat)) if chat else DEFAULT_ROOM,
        price=chat.price if chat else None,
        settings=settings.answers,
    )


def bound_of(thresholds: Thresholds, given: float | None) -> Callable[[str], float]:
    """The collection's bound: the one that the settings give, else its own, else the one that ships.

    One that was calibrated for other weights than these no longer means what it did and is passed over.
    """

    def bound(collection: str) -> float:
        if given is not None:
            return given
        kept = thresholds.of(collection)
        return kept.value if kept is not None and kept.weights == WEIGHTS_NAME else ANSWER_FROM

    return bound


def chat_model(settings: LanguageModelSettings) -> ChatModel:
    """The configured language model, asked again where it fails for a while."""
    from retrieval.answer.model.chat import LangChainChat  # slow to import, and only where one is configured

    return Retrying(LangChainChat(settings), tries=settings.tries)


def _count(chat: LanguageModelSettings) -> Count:
    if chat.tokenizer is None:
        return tokens
    try:
        return TokenCounter.from_file(chat.tokenizer).count
    except Exception as exc:  # the library raises nothing narrower
        raise UsageError(
            f"the tokenizer {chat.tokenizer} of {chat.model} can't be read: {exc}", remedy="name a tokenizer.json"
        ) from exc

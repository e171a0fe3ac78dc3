"""Chat models of every provider that LangChain knows, behind the `ChatModel` port. Nothing is traced or reported.

The provider's own time-outs count from byte to byte and differ; here a thread reads and the caller waits at most
`timeout` seconds for each piece of text, so that a server which stalls, or keeps the line open with anything but text,
ends in an error.
"""

import os
import queue
import threading
from collections.abc import Iterator, Sequence
from typing import Any

for _switch in ("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2"):
    os.environ[_switch] = "false"  # before the import below reads it

from langchain.chat_models import init_chat_model  # noqa: E402  after the switches
from langchain_core.language_models import BaseChatModel  # noqa: E402
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage  # noqa: E402
from langsmith import tracing_context  # noqa: E402

from retrieval.errors import LanguageModelFailed, UsageError  # noqa: E402
from retrieval.ports import TokenCount  # noqa: E402
from retrieval.settings import LanguageModelSettings  # noqa: E402
from retrieval.trace import Message  # noqa: E402

_MESSAGES = {"system": SystemMessage, "user": HumanMessage, "assistant": AIMessage}
_TAKE_TIMEOUT = frozenset({"openai", "azure_openai", "anthropic", "mistralai", "groq", "deepseek", "xai", "openrouter"})
_SAY_WHY = frozenset({"openai", "azure_openai"})  # whose streams end with a `finish_reason`
_REMEDY = "check the model's address and key, or start without a language model"
_PASSING = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
_WAITING = 64  # pieces that may wait for a slow reader


class LangChainChat:
    """One chat model; `stream` may run in several threads at once."""

    def __init__(self, settings: LanguageModelSettings) -> None:
        """Reaches nothing yet. Raises `UsageError` for a provider that is unknown or not installed, or bad options."""
        self._name = settings.model
        self._timeout = settings.timeout
        self._model = _made(settings)

    @property
    def name(self) -> str:
        return self._name

    def stream(self, messages: Sequence[Message]) -> Iterator[str | TokenCount]:
        """Text as it arrives, and tokens where the provider tells them. When the caller stops, the request is given up
        at its next piece.
        """
        reading = _Reading(
            self._model,
            [_MESSAGES[message.role](message.content) for message in messages],
            says_why=self._name.partition(":")[0] in _SAY_WHY,
        )
        try:
            while True:
                piece = reading.next(self._timeout)
                if piece is None:
                    return
                yield piece
        finally:
            reading.stop()


def _made(settings: LanguageModelSettings) -> BaseChatModel:
    options: dict[str, Any] = dict(settings.options)
    provider = settings.model.partition(":")[0]
    if provider in _TAKE_TIMEOUT:
        options.setdefault("timeout", settings.timeout)
        options.setdefault("max_retries", 0)  # `Retrying` asks again
    if provider == "openai":
        options.setdefault("stream_usage", True)
    if provider == "openai" and "base_url" in options:
        options.setdefault("api_key", "none")  # a key in the environment is not meant for another address
    try:
        model: BaseChatModel = init_chat_model(settings.model, **options)
    except Exception as exc:  # each provider's package has errors of its own, for a missing key as well
        raise UsageError(
            f"FOOTNOTE_LLM: the language model {settings.model!r} can't be used: {_first_line(exc)}",
            remedy="write provider:model, install that provider's LangChain package, set FOOTNOTE_LLM_API_KEY",
        ) from exc
    return model


class _Reading:
    """One request in a thread of its own. The queue holds text, then None, or the error that ended it."""

    def __init__(self, model: BaseChatModel, messages: Sequence[BaseMessage], *, says_why: bool) -> None:
        self._model = model
        self._says_why = says_why
        self._messages = messages
        self._pieces: queue.Queue[str | TokenCount | BaseException | None] = queue.Queue(_WAITING)
        self._stopped = threading.Event()
        threading.Thread(target=self._read, name="language-model", daemon=True).start()

    def next(self, timeout: float) -> str | TokenCount | None:
        """The next piece of text or count of tokens, null at the end. Raises `LanguageModelFailed`."""
        try:
            piece = self._pieces.get(timeout=timeout)
        except queue.Empty:
            raise LanguageModelFailed(
                f"the language model sent nothing for {timeout:g} seconds", remedy=_REMEDY
            ) from None
        if isinstance(piece, BaseException):
            raise LanguageModelFailed(
                f"the language model failed: {_first_line(piece)}", remedy=_REMEDY, passing=_passes(piece)
            ) from piece
        return piece

    def stop(self) -> None:
        self._stopped.set()

    def _read(self) -> None:
        ended: BaseException | None = None
        try:
            with tracing_context(enabled=False):
                self._pass_on()
        except Exception as exc:  # noqa: BLE001  any provider's error; the caller's thread raises it translated
            ended = exc
        self._put(ended)

    def _pass_on(self) -> None:
        """Raises `EOFError` where a provider that always says why it ended did not: the line was cut."""
        finished = not self._says_why
        for chunk in self._model.stream(list(self._messages)):
            if self._stopped.is_set():
                return
            finished = finished or bool(chunk.response_metadata.get("finish_reason"))
            if text := chunk.text:
                self._put(str(text))
            if told := chunk.usage_metadata:
                self._put(TokenCount(told["input_tokens"], told["output_tokens"]))
        if not finished:
            raise EOFError("the answer broke off")

    def _put(self, piece: str | TokenCount | BaseException | None) -> None:
        while not self._stopped.is_set():
            try:
                self._pieces.put(piece, timeout=0.1)
                return
            except queue.Full:
                continue


def _passes(exc: BaseException) -> bool:
    """Whether a try a little later may succeed: the server was too busy or failed, or the line to it broke."""
    status = getattr(exc, "status_code", None) or getattr(getattr(exc, "response", None), "status_code", None)
    if status is not None:
        return status in _PASSING
    return any(isinstance(cause, ConnectionError) for cause in _chain(exc))


def _chain(exc: BaseException | None) -> Iterator[BaseException]:
    while exc is not None:
        yield exc
        exc = exc.__cause__ or exc.__context__


def _first_line(exc: BaseException) -> str:
    """The error's class and the first line of what it says, 200 characters at most."""
    said = str(exc).strip().split("\n")[0][:200]
    return f"{type(exc).__name__}: {said}" if said else type(exc).__name__

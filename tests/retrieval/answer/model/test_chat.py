"""The chat adapter over a real wire: a scripted endpoint on loopback that answers, stalls, cuts and lies."""

import json
import threading
from collections.abc import Callable

import pytest

from retrieval.answer.model.chat import LangChainChat
from retrieval.errors import LanguageModelFailed, UsageError
from retrieval.ports import TokenCount
from retrieval.settings import LanguageModelSettings
from retrieval.trace import Message
from tests.retrieval.answer.model.endpoint import Endpoint, Stage, playing
from tests.retrieval.library import Shelf, answerer

ASK = (Message("system", "Be brief."), Message("user", "Hello?"), Message("assistant", "Yes."), Message("user", "Bye?"))
SHORT = 0.5  # seconds; how long the tests let a model stay silent


def chat(endpoint: Endpoint, *, timeout: float = 20.0) -> LangChainChat:
    return LangChainChat(LanguageModelSettings("openai:scripted", {"base_url": endpoint.url}, timeout=timeout))


def well(stage: Stage) -> None:
    stage.begin()
    stage.say("Good", "", " night", ".")
    stage.end()


def test_text_comes_piece_by_piece() -> None:
    with playing(well) as endpoint:
        model = chat(endpoint)

        assert list(model.stream(ASK)) == ["Good", " night", "."]
        assert model.name == "openai:scripted"

    [asked] = endpoint.asked
    assert asked["messages"] == [{"role": message.role, "content": message.content} for message in ASK]
    assert asked["stream"] is True


def test_a_piece_is_passed_on_before_the_next_is_there() -> None:
    """The endpoint waits after its first piece until the test has seen it."""
    seen = threading.Event()

    def wait_in_between(stage: Stage) -> None:
        stage.begin()
        stage.say("one")
        seen.wait(20)
        stage.say("two")
        stage.end()

    with playing(wait_in_between) as endpoint:
        pieces = chat(endpoint).stream(ASK)

        assert next(pieces) == "one"
        seen.set()
        assert list(pieces) == ["two"]


def test_a_key_from_the_environment_is_not_sent_to_another_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-somebody")
    with playing(well) as endpoint:
        list(chat(endpoint).stream(ASK))

    assert endpoint.keys == ["Bearer none"]


def silent(stage: Stage) -> None:
    stage.stall()


def silent_after_headers(stage: Stage) -> None:
    stage.begin()
    stage.stall()


def silent_after_a_piece(stage: Stage) -> None:
    stage.begin()
    stage.say("Good")
    stage.stall()


def alive_but_wordless(stage: Stage) -> None:
    """Bytes keep coming, so that no socket times out, but never a word."""
    stage.begin()
    while not stage.released.wait(0.05):
        stage.raw(": ping\n\n")


def cut(stage: Stage) -> None:
    stage.begin()
    stage.say("Good")


def cut_inside_a_line(stage: Stage) -> None:
    stage.begin()
    stage.say("Good")
    stage.raw('data: {"id": "c", "cho')


def too_many(stage: Stage) -> None:
    stage.status(429, '{"error": {"message": "slow down", "type": "rate_limit"}}')


def broken(stage: Stage) -> None:
    stage.status(500, "Internal Server Error", "text/plain")


def no_stream(stage: Stage) -> None:
    stage.status(200, "<html>Log in to the hotel network</html>", "text/html")


def garbage(stage: Stage) -> None:
    stage.begin()
    stage.raw("data: {this is not JSON}\n\ndata: [DONE]\n\n")


def wrong_shape(stage: Stage) -> None:
    stage.begin()
    stage.raw('data: {"choices": "none"}\n\ndata: [DONE]\n\n')


def error_inside(stage: Stage) -> None:
    stage.begin()
    stage.raw('data: {"error": {"message": "out of memory", "code": 500}}\n\n')


BAD = (
    silent,
    silent_after_headers,
    silent_after_a_piece,
    alive_but_wordless,
    cut,
    cut_inside_a_line,
    too_many,
    broken,
    no_stream,
    garbage,
    wrong_shape,
    error_inside,
)


@pytest.mark.parametrize("play", BAD, ids=lambda play: play.__name__)
def test_whatever_the_endpoint_does_ends_in_one_clear_error(play: Callable[[Stage], None]) -> None:
    with playing(play) as endpoint:
        with pytest.raises(LanguageModelFailed) as failure:
            list(chat(endpoint, timeout=SHORT).stream(ASK))

        assert len(endpoint.asked) == 1
    assert failure.value.message.startswith("the language model ")
    assert failure.value.remedy


def test_nobody_listening_is_the_same_error_and_may_pass() -> None:
    with playing(well) as endpoint:
        pass

    with pytest.raises(LanguageModelFailed) as failure:
        list(chat(endpoint, timeout=SHORT).stream(ASK))
    assert failure.value.passing


def unknown_key(stage: Stage) -> None:
    stage.status(401, '{"error": {"message": "wrong key"}}')


@pytest.mark.parametrize(("play", "passing"), [(too_many, True), (broken, True), (unknown_key, False)])
def test_a_busy_or_broken_server_may_be_asked_again_a_wrong_key_not(
    play: Callable[[Stage], None], passing: bool
) -> None:
    with playing(play) as endpoint, pytest.raises(LanguageModelFailed) as failure:
        list(chat(endpoint, timeout=SHORT).stream(ASK))

    assert failure.value.passing == passing


def counting(stage: Stage) -> None:
    stage.begin()
    stage.say("Good")
    usage = {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15}
    stage.raw(
        'data: {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [{"index": 0,'
    )
    stage.raw('"delta": {}, "finish_reason": "stop"}]}\n\n')
    stage.raw('data: {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [],')
    stage.raw(f'"usage": {json.dumps(usage)}}}\n\ndata: [DONE]\n\n')


def test_the_tokens_that_the_provider_counts_come_last() -> None:
    with playing(counting) as endpoint:
        pieces = list(chat(endpoint).stream(ASK))

    assert pieces == ["Good", TokenCount(12, 3)]
    assert endpoint.asked[0]["stream_options"] == {"include_usage": True}


@pytest.mark.parametrize("play", BAD, ids=lambda play: play.__name__)
def test_whatever_the_endpoint_does_the_answer_falls_back_to_the_documents(play: Callable[[Stage], None]) -> None:
    shelf = Shelf()
    shelf.put("leave.md", "Annual leave is thirty days in Germany.")
    with playing(play) as endpoint:
        answer = answerer(shelf, chat=chat(endpoint, timeout=SHORT)).answer("How long is annual leave in Germany?")

    assert (answer.mode, answer.abstained) == ("extractive", False)
    assert answer.text == "Annual leave is thirty days in Germany. [1]"
    assert answer.notes[0].startswith("The language model failed (")
    assert answer.notes[0].lower().count("language model") == answer.notes[0].lower().count("failed") == 1


def test_the_request_is_given_up_when_the_reader_goes_away() -> None:
    """The endpoint talks until its line breaks; the test ends only if it does."""
    broke = threading.Event()

    def endless(stage: Stage) -> None:
        stage.begin()
        try:
            while not stage.released.wait(0.01):
                stage.say("more " * 200)
        except (BrokenPipeError, ConnectionResetError):
            broke.set()
            raise

    with playing(endless) as endpoint:
        pieces = chat(endpoint).stream(ASK)
        next(pieces)
        pieces.close()  # type: ignore[attr-defined]

        assert broke.wait(20)


@pytest.mark.parametrize(
    ("name", "options"),
    [("nobody:model", {}), ("no-provider", {}), ("openai:model", {"base_url": "http://x", "temperature": "hot"})],
)
def test_a_model_that_can_not_be_made_is_wrong_usage(name: str, options: dict[str, object]) -> None:
    with pytest.raises(UsageError) as refusal:
        LangChainChat(LanguageModelSettings(name, options))

    assert name in refusal.value.message


def test_nothing_is_traced_though_the_environment_asks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tracing endpoint on loopback hears nothing of a request."""
    with playing(lambda stage: stage.status(200, "{}")) as tracing, playing(well) as endpoint:
        for name in ("LANGSMITH", "LANGCHAIN"):
            monkeypatch.setenv(f"{name}_ENDPOINT", tracing.url)
            monkeypatch.setenv(f"{name}_API_KEY", "secret")
        monkeypatch.setenv("LANGSMITH_TRACING", "true")
        monkeypatch.setenv("LANGCHAIN_TRACING_V2", "true")

        list(chat(endpoint).stream(ASK))

    assert tracing.asked == []

"""The wire for real: an independent OpenAI-compatible server (transformers' own) with a tiny random model behind it."""

from collections.abc import Iterator

import pytest

from retrieval.answer.model.chat import LangChainChat
from retrieval.errors import LanguageModelFailed
from retrieval.models import Done, Token
from retrieval.settings import LanguageModelSettings
from retrieval.trace import Message
from tests.retrieval.answer.model.tiny_server import tiny_server
from tests.retrieval.library import Shelf, answerer

pytestmark = pytest.mark.slow
_WORDS = 24


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    with tiny_server(tmp_path_factory.mktemp("tiny-llama")) as serving:
        yield serving


def chat(served: tuple[str, str], *, tokens: int = _WORDS) -> LangChainChat:
    url, model = served
    options = {"base_url": url, "max_tokens": tokens, "temperature": 0.0}
    return LangChainChat(LanguageModelSettings(f"openai:{model}", options, timeout=60.0))


def test_a_real_server_streams_in_pieces(served: tuple[str, str]) -> None:
    pieces = list(chat(served).stream([Message("system", "Be brief."), Message("user", "How long is annual leave?")]))

    assert len(pieces) > 1
    assert all(pieces)


def test_nonsense_becomes_an_answer_that_claims_no_proof_it_has_not(served: tuple[str, str]) -> None:
    """The model writes whatever it writes: no quote that is not verbatim, no marker without a quote."""
    shelf = Shelf()
    shelf.put("leave.md", "Annual leave is thirty days in Germany. Ask your manager two weeks ahead.")

    events = list(answerer(shelf, chat=chat(served)).stream("How long is annual leave in Germany?"))

    done = events[-1]
    assert isinstance(done, Done)
    assert done.answer.mode == "llm"
    assert sum(isinstance(event, Token) for event in events) > 1
    for citation in done.answer.citations:
        assert citation.quote == shelf.versions[citation.document_id].text[citation.start : citation.end]


def test_a_reader_may_leave_and_the_server_answers_the_next(served: tuple[str, str]) -> None:
    model = chat(served, tokens=2000)
    first = model.stream([Message("user", "Tell me all.")])
    next(first)
    first.close()  # type: ignore[attr-defined]

    assert list(chat(served).stream([Message("user", "And now?")]))


def test_a_model_that_the_server_does_not_have_is_a_clear_error(served: tuple[str, str]) -> None:
    url, _ = served
    missing = LangChainChat(LanguageModelSettings("openai:/no/such/model", {"base_url": url}, timeout=60.0))

    with pytest.raises(LanguageModelFailed):
        list(missing.stream([Message("user", "Hello?")]))

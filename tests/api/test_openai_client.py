"""The stock `openai` client against our routes, over real sockets."""

from collections.abc import Iterator

import openai
import pytest
from openai import OpenAI
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from retrieval.errors import LanguageModelFailed
from retrieval.models import Turn
from tests.api.conftest import Server
from tests.api.listening import listening, wait_until

QUESTION = "leave in portugal?"
ANSWER = "Employees in Portugal have 25 days of leave. [1]"
BELOW = "\n\n---\n- [1] leave.html, page 1: “Employees in Portugal have 25 days of leave.”"


@pytest.fixture
def client(server: Server) -> Iterator[OpenAI]:
    """With a key of the group hr."""
    secret = server.key(groups=("hr",))
    with (
        listening(server) as port,
        OpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key=secret, max_retries=0) as made,
    ):
        yield made


def asked(client: OpenAI, *messages: dict[str, object], model: str = "footnote") -> ChatCompletion:
    return client.chat.completions.create(model=model, messages=messages or [{"role": "user", "content": QUESTION}])


def streamed(client: OpenAI, question: str = QUESTION, **options: object) -> list[ChatCompletionChunk]:
    messages = [{"role": "user", "content": question}]
    return list(client.chat.completions.create(model="footnote", messages=messages, stream=True, **options))


def test_each_collection_that_one_may_see_is_a_model(server: Server, client: OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["footnote", "footnote/default", "footnote/products"]
    assert client.models.retrieve("footnote/products").owned_by == "footnote"


def test_a_collection_that_one_may_not_see_is_no_model(server: Server, client: OpenAI) -> None:
    server.engine.catalog.pages = [page for page in server.engine.catalog.pages if page.collection != "products"]

    with pytest.raises(openai.NotFoundError, match="there is no model footnote/products"):
        client.models.retrieve("footnote/products")
    with pytest.raises(openai.NotFoundError):
        asked(client, {"role": "user", "content": "pump"}, model="footnote/products")


def test_an_answer_has_its_footnotes_in_the_message_and_as_annotations(client: OpenAI) -> None:
    found = asked(client)

    message = found.choices[0].message
    assert message.content == ANSWER + BELOW
    assert found.choices[0].finish_reason == "stop"
    assert message.annotations is not None
    citation = message.annotations[0].url_citation
    assert message.content[citation.start_index : citation.end_index] == "[1]"
    assert citation.title == "leave.html, page 1"
    assert citation.url == f"{str(client.base_url).removesuffix('v1/')}#/documents/leave?version=1&start=0&end=44"


def test_a_stream_is_the_same_message_in_pieces(client: OpenAI) -> None:
    chunks = streamed(client, stream_options={"include_usage": True})

    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    pieces = [delta.content for delta in deltas if delta.content]
    assert len(pieces) > 5
    assert "".join(pieces) == "Employees in Portugal have 25 days of leave. [1] " + BELOW
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    found = [delta.annotations for delta in deltas if hasattr(delta, "annotations")]
    assert [one["url_citation"]["title"] for one in found[0]] == ["leave.html, page 1"]
    assert chunks[-1].usage is not None


def test_a_model_asks_its_collection_alone(server: Server, client: OpenAI) -> None:
    asked(client, {"role": "user", "content": "the pump"}, model="footnote/products")

    assert server.engine.asked[-1][2] == "products"


def test_earlier_messages_are_the_history_and_instructions_are_not(server: Server, client: OpenAI) -> None:
    """An earlier answer goes along without the footnotes that were written below it."""
    asked(
        client,
        {"role": "system", "content": "Answer like a pirate."},
        {"role": "user", "content": "leave?"},
        {"role": "assistant", "content": ANSWER + BELOW},
        {"role": "user", "content": [{"type": "text", "text": "in portugal?"}]},
    )

    question, _, _, history = server.engine.asked[-1]
    assert question == "in portugal?"
    assert history == (Turn("user", "leave?"), Turn("assistant", ANSWER))


def test_only_footnotes_are_cut_from_what_was_said_before(server: Server, client: OpenAI) -> None:
    """A rule that somebody wrote, or that an answer holds, is no beginning of footnotes."""
    said, answered = "One.\n\n---\nTwo.", "Before.\n\n---\nAfter [1]"

    asked(
        client,
        {"role": "user", "content": said},
        {"role": "assistant", "content": answered + BELOW},
        {"role": "user", "content": QUESTION},
    )

    assert server.engine.asked[-1][3] == (Turn("user", said), Turn("assistant", answered))


def test_a_wrong_key_is_what_the_client_takes_for_one(server: Server, client: OpenAI) -> None:
    with pytest.raises(openai.AuthenticationError, match="this key is not valid"):
        client.with_options(api_key="fn_wrong").models.list()


@pytest.mark.parametrize(
    "messages", [[], [{"role": "assistant", "content": "hello"}], [{"role": "user", "content": " "}]]
)
def test_messages_without_a_question_are_refused(client: OpenAI, messages: list[dict[str, str]]) -> None:
    with pytest.raises(openai.UnprocessableEntityError, match="messages"):
        client.chat.completions.create(model="footnote", messages=messages)


def test_an_error_before_the_first_byte_is_a_status_and_after_it_an_error_of_the_stream(
    server: Server, client: OpenAI
) -> None:
    server.engine.failure = LanguageModelFailed("the model broke off", remedy="try again")

    with pytest.raises(openai.InternalServerError, match="the model broke off"):
        asked(client)
    with pytest.raises(openai.APIError, match="the model broke off"):
        streamed(client)
    wait_until(lambda: server.services.places.taken == 0)


def test_a_client_that_leaves_a_stream_frees_its_place(server: Server, client: OpenAI) -> None:
    stream = client.chat.completions.create(
        model="footnote", messages=[{"role": "user", "content": QUESTION}], stream=True
    )
    next(iter(stream))
    stream.close()

    assert asked(client).choices


def test_an_answer_given_this_way_can_be_opened_again(server: Server, client: OpenAI) -> None:
    found = asked(client)

    answer_id = found.model_extra["footnote"]["answer_id"]
    assert found.id == f"chatcmpl-{answer_id}"
    assert client.get(f"/answers/{answer_id}", cast_to=object)["question"] == QUESTION

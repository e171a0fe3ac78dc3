"""The protocol's own client against our tools: in memory over the fake engine."""

from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest
from mcp.client import Client

from api import tools
from retrieval.errors import LanguageModelFailed
from retrieval.models import OWNER, PUBLIC, Caller
from tests.api.conftest import LEAVE, PRODUCT, SEVERANCE
from tests.api.fake_engine import FakeEngine


def talk(
    act: Callable[[Client], Awaitable[Any]], *, caller: Caller = OWNER, engine: FakeEngine | None = None, **options: Any
) -> Any:
    async def talking() -> Any:
        made = tools.server(engine or FakeEngine(LEAVE, SEVERANCE, PRODUCT), caller=caller, **options)
        async with Client(made) as client:
            return await act(client)

    return anyio.run(talking)


def call(name: str, arguments: dict[str, Any], **options: Any) -> Any:
    return talk(lambda client: client.call_tool(name, arguments), **options)


def test_there_are_three_tools_that_only_read() -> None:
    listed = talk(lambda client: client.list_tools()).tools

    assert [tool.name for tool in listed] == ["search", "ask", "read_document"]
    assert all(tool.annotations.read_only_hint for tool in listed)
    assert all(tool.description and tool.output_schema for tool in listed)


def test_search_gives_hits() -> None:
    found = call("search", {"question": "portugal leave", "k": 1})

    assert not found.is_error
    assert [hit["document_id"] for hit in found.structured_content["hits"]] == ["leave"]


def test_ask_gives_an_answer_with_its_citations() -> None:
    found = call("ask", {"question": "leave in portugal?"}).structured_content

    assert found["answer"] == "Employees in Portugal have 25 days of leave. [1]"
    assert (found["citations"][0]["document"], found["citations"][0]["page"]) == ("leave.html", 1)


def test_a_document_is_read_in_parts() -> None:
    found = call("read_document", {"document_id": "leave", "start": 13, "length": 8}).structured_content

    assert (found["text"], found["start"], found["end"], found["length"]) == ("Portugal", 13, 21, 44)


def test_what_the_caller_may_not_see_is_not_there() -> None:
    assert call("search", {"question": "severance"}, caller=PUBLIC).structured_content == {"hits": []}
    assert call("ask", {"question": "severance"}, caller=PUBLIC).structured_content["abstained"]
    hidden = call("read_document", {"document_id": "severance"}, caller=PUBLIC)
    missing = call("read_document", {"document_id": "nothing"}, caller=PUBLIC)
    assert hidden.is_error
    assert missing.is_error
    assert hidden.content[0].text.replace("severance", "nothing") == missing.content[0].text


def test_a_server_for_one_collection_shows_that_one_alone() -> None:
    assert call("search", {"question": "leave pump"}, collection="products").structured_content["hits"][0][
        "document_id"
    ] == ("product")
    assert call("search", {"question": "leave", "collection": "default"}, collection="products").is_error
    assert call("read_document", {"document_id": "leave"}, collection="products").is_error


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("ask", {"question": ""}),
        ("ask", {}),
        ("search", {"question": "x", "k": 0}),
        ("read_document", {"document_id": "leave", "start": -1}),
    ],
)
def test_wrong_arguments_are_an_error_of_the_call(name: str, arguments: dict[str, Any]) -> None:
    assert call(name, arguments).is_error


def test_wrong_arguments_are_named_each_with_what_it_may_be() -> None:
    said = call("search", {"question": "", "k": 500}).content[0].text

    assert said == (
        "question: String should have at least 1 character; k: Input should be less than or equal to 50; "
        "the input schema of search says what each argument may be"
    )


def test_an_error_of_ours_is_told_with_its_remedy() -> None:
    engine = FakeEngine(LEAVE)
    engine.failure = LanguageModelFailed("the model broke off", remedy="try again")

    found = call("ask", {"question": "portugal"}, engine=engine)

    assert found.is_error
    assert "the model broke off; try again" in found.content[0].text

"""`footnote mcp` in a process of its own, as an assistant starts it, by the protocol's own client."""

import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from tests.e2e.conftest import REPOSITORY, SECRET, Footnote, Serving

_PROGRAM = "from api.cli import main; main()"


def talk(footnote: Footnote, act: Callable[[Client], Awaitable[Any]], *arguments: str) -> Any:
    started = StdioServerParameters(
        command=sys.executable,
        args=["-c", _PROGRAM, "mcp", *arguments],
        env={"FOOTNOTE_HOME": str(footnote.home), "PYTHONPATH": str(REPOSITORY), "PATH": os.environ["PATH"]},
        cwd=footnote.corpus,
    )

    async def talking() -> Any:
        async with Client(stdio_client(started)) as client:
            return await act(client)

    return anyio.run(talking)


def test_an_assistant_searches_asks_and_reads(ingested: Footnote, served: Serving) -> None:
    """Beside a server that holds the home."""

    async def act(client: Client) -> tuple[Any, Any, Any]:
        hits = (await client.call_tool("search", {"question": "annual leave in Portugal"})).structured_content["hits"]
        answer = (await client.call_tool("ask", {"question": "How many days of leave in Portugal?"})).structured_content
        read = await client.call_tool("read_document", {"document_id": answer["citations"][0]["document_id"]})
        return hits, answer, read.structured_content

    hits, answer, read = talk(ingested, act)

    assert hits[0]["document"] == "leave.html"
    assert "25 working days" in answer["answer"]
    citation = answer["citations"][0]
    assert read["text"][citation["start"] : citation["end"]] == citation["quote"]


def test_an_assistant_sees_what_its_groups_may(ingested: Footnote) -> None:
    async def act(client: Client) -> Any:
        return (await client.call_tool("search", {"question": "severance plan"})).content[0].text

    assert SECRET not in talk(ingested, act)
    assert SECRET in talk(ingested, act, "--as", "hr")

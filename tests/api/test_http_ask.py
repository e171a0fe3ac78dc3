"""Search and answers over HTTP, whole and streamed."""

import json
from typing import Any

import pytest

from retrieval.errors import LanguageModelFailed
from retrieval.models import OWNER, Filters, Turn
from tests.api.conftest import Server


def events(body: str) -> list[tuple[str, Any]]:
    """The (name, data) of each event of a stream."""
    found = []
    for block in filter(None, body.split("\n\n")):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        found.append((lines["event"], json.loads(lines["data"])))
    return found


def test_search_answers_with_the_fields_of_the_contract(server: Server) -> None:
    answer = server.client().post("/v1/search", json={"question": "portugal leave", "k": 5})

    assert answer.status_code == 200
    hit = answer.json()["hits"][0]
    assert hit == {
        "rank": 1,
        "score": 1.0,
        "chunk_id": "chunk-leave",
        "document_id": "leave",
        "version": 1,
        "document": "leave.html",
        "uri": "file:///corpus/leave.html",
        "title": "Leave",
        "page": 1,
        "page_end": 1,
        "section": ["Section"],
        "context": "Leave",
        "text": "Employees in Portugal have 25 days of leave.",
        "start": 0,
        "end": 44,
        "collection": "default",
        "also_in": [],
        "superseded_by": "",
    }


def test_explain_adds_the_ranks_and_scores_of_both_legs(server: Server) -> None:
    answer = server.client().post("/v1/search", json={"question": "portugal", "explain": True})

    assert answer.json()["hits"][0]["explain"] == {
        "dense_rank": 1,
        "dense_score": 0.5,
        "lexical_rank": None,
        "lexical_score": None,
        "named": 0.0,
        "reranked": None,
        "chunks": ["chunk-leave"],
        "duplicates": [],
    }


def test_a_collection_narrows_the_search(server: Server) -> None:
    answer = server.client().post("/v1/search", json={"question": "the pump leave", "collection": "products"})

    assert [hit["document_id"] for hit in answer.json()["hits"]] == ["product"]


def test_filters_reach_the_engine_whole(server: Server) -> None:
    sent = {"paths": ["handbook/**"], "media_types": ["text/html"], "date_from": "2025", "tags": ["leave"]}

    server.client().post("/v1/search", json={"question": "leave", "filters": sent})
    server.client().post("/v1/ask", json={"question": "leave", "filters": {"documents": ["leave"]}})

    assert server.engine.filters == [
        Filters(
            paths=("handbook/**",),
            media_types=frozenset({"text/html"}),
            date_from="2025",
            tags=frozenset({"leave"}),
        ),
        Filters(documents=frozenset({"leave"})),
    ]


@pytest.mark.parametrize(
    "sent", [{"date_to": "yesterday"}, {"date_from": "2025-04-31"}, {"groups": ["hr"]}, {"paths": "a"}, {"tags": [""]}]
)
def test_a_filter_that_is_none_is_refused(server: Server, sent: dict[str, Any]) -> None:
    """Groups too: who else may see a document is told to nobody."""
    answer = server.client().post("/v1/ask", json={"question": "leave", "filters": sent})

    assert answer.status_code == 422
    assert answer.json()["error"]["message"].startswith("filters.")


def test_ask_answers_with_the_fields_of_the_contract(server: Server) -> None:
    answer = server.client().post("/v1/ask", json={"question": "leave in portugal?"})

    assert answer.status_code == 200
    body = answer.json()
    assert body["answer"] == "Employees in Portugal have 25 days of leave. [1]"
    assert (body["abstained"], body["mode"], body["answer_id"]) == (False, "extractive", "answer-1")
    assert body["citations"] == [
        {
            "marker": 1,
            "document_id": "leave",
            "version": 1,
            "document": "leave.html",
            "page": 1,
            "quote": "Employees in Portugal have 25 days of leave.",
            "start": 0,
            "end": 44,
        }
    ]
    assert body["sources"][0]["chunk_id"] == "chunk-leave"


def test_history_and_caller_reach_the_engine(server: Server) -> None:
    history = [{"role": "user", "content": "leave?"}, {"role": "assistant", "content": "25 days."}]

    server.client().post("/v1/ask", json={"question": "in portugal?", "history": history})

    assert server.engine.asked == [
        ("in portugal?", OWNER, None, (Turn("user", "leave?"), Turn("assistant", "25 days.")))
    ]


def test_a_stream_sends_sources_tokens_citations_and_the_whole_answer(server: Server) -> None:
    """`done` carries the same object as the answer without a stream."""
    client = server.client()

    streamed = client.post("/v1/ask", json={"question": "portugal", "stream": True})
    whole = client.post("/v1/ask", json={"question": "portugal"}).json()

    assert streamed.headers["content-type"].startswith("text/event-stream")
    found = events(streamed.text)
    assert [name for name, _ in found] == ["sources", *["token"] * 9, "citation", "done"]
    assert found[0][1]["hits"] == whole["sources"]
    assert "".join(data["text"] for name, data in found if name == "token").strip() == whole["answer"]
    assert found[-2][1] == {"citation": whole["citations"][0]}
    assert found[-1][1] == {**whole, "answer_id": "answer-1"}


def test_an_error_after_the_first_byte_is_an_event(server: Server) -> None:
    server.engine.failure = LanguageModelFailed("the model broke off", remedy="try again")

    streamed = server.client().post("/v1/ask", json={"question": "portugal", "stream": True})

    name, data = events(streamed.text)[-1]
    assert name == "error"
    assert data["error"]["code"] == "language_model_failed"
    assert data["error"]["request_id"] == streamed.headers["x-request-id"]
    assert server.engine.closed == 1


def test_an_error_before_the_first_byte_is_a_status(server: Server) -> None:
    server.engine.failure = LanguageModelFailed("the model broke off", remedy="try again")

    answer = server.client().post("/v1/ask", json={"question": "portugal"})

    assert answer.status_code == 502
    assert answer.json()["error"]["remedy"] == "try again"


def test_a_bug_in_a_stream_ends_it_with_an_event_that_gives_nothing_away(server: Server) -> None:
    server.engine.failure = ZeroDivisionError("secret words of a document")

    streamed = server.client().post("/v1/ask", json={"question": "portugal", "stream": True})

    assert events(streamed.text)[-1][1]["error"]["code"] == "internal"
    assert "secret words" not in streamed.text


def test_every_place_is_free_again_after_answers_and_errors(server: Server) -> None:
    client = server.client()
    client.post("/v1/ask", json={"question": "portugal", "stream": True})
    server.engine.failure = LanguageModelFailed("broke off", remedy="")
    client.post("/v1/ask", json={"question": "portugal", "stream": True})
    client.post("/v1/ask", json={"question": "portugal"})

    assert (server.services.places.taken, server.services.places.waiting) == (0, 0)


def test_each_asker_s_model_is_bounded_by_its_own_budget(server: Server) -> None:
    server.client().post("/v1/ask", json={"question": "portugal leave"})

    [budget] = server.engine.budgets
    assert budget is not None
    assert not budget.is_spent()

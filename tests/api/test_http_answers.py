"""Answers opened again, and feedback on them."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from api.activity.store import Activity
from retrieval.models import NearDuplicate
from tests.api.conftest import Server


def asked(client: TestClient, question: str = "portugal", **body: object) -> Any:
    return client.post("/v1/ask", json={"question": question, **body}).json()


def thumb(client: TestClient, answer_id: str, **body: object) -> Any:
    return client.post("/v1/feedback", json={"answer_id": answer_id, "verdict": "up", **body})


def test_an_answer_can_be_opened_again_by_its_asker(server: Server) -> None:
    client = server.as_key()
    given = client.post("/v1/ask", json={"question": "portugal"}).json()

    again = client.get(f"/v1/answers/{given['answer_id']}")

    body = again.json()
    assert {name: body[name] for name in given} == given
    assert (body["collection"], body["feedback"]) == (None, [])


def test_another_key_does_not_find_the_answer_and_an_admin_does(server: Server) -> None:
    given = server.as_key("asker").post("/v1/ask", json={"question": "portugal"}).json()
    path = f"/v1/answers/{given['answer_id']}"

    assert server.as_key("other").get(path).status_code == 404
    assert server.as_key("admin", role="admin").get(path).json()["answer"] == given["answer"]


def test_an_answer_with_words_of_a_document_that_was_closed_to_its_asker_is_gone(server: Server) -> None:
    """A revocation binds every later request, old answers too; the refusal is that for an unknown answer."""
    client = server.as_key(groups=("hr",))
    given = client.post("/v1/ask", json={"question": "severance"}).json()
    assert client.get(f"/v1/answers/{given['answer_id']}").status_code == 200

    server.engine.catalog.pages = [page for page in server.engine.catalog.pages if page.document_id != "severance"]

    gone = client.get(f"/v1/answers/{given['answer_id']}")
    unknown = client.get("/v1/answers/answer-99")
    assert gone.status_code == unknown.status_code == 404
    assert (
        gone.json()["error"]["message"].replace(given["answer_id"], "answer-99") == unknown.json()["error"]["message"]
    )


def test_an_answer_loses_the_uncited_sources_that_were_closed(server: Server) -> None:
    client = server.as_key(groups=("hr",))
    given = client.post("/v1/ask", json={"question": "portugal severance"}).json()
    assert [hit["document_id"] for hit in given["sources"]] == ["leave", "severance"]

    server.engine.catalog.pages = [page for page in server.engine.catalog.pages if page.document_id != "severance"]

    again = client.get(f"/v1/answers/{given['answer_id']}").json()
    assert [hit["document_id"] for hit in again["sources"]] == ["leave"]
    assert again["answer"] == given["answer"]


def test_an_answer_loses_the_names_of_folded_documents_that_were_closed(server: Server) -> None:
    """Their words do not stand in it: the answer stays."""
    client = server.as_key(groups=("hr",))
    catalog = server.engine.catalog
    severance = NearDuplicate("severance", 1, "severance.html", "chunk-severance", 1)
    catalog.pages = [
        replace(page, near=(severance,)) if page.document_id == "leave" else page for page in catalog.pages
    ]
    given = asked(client)
    assert [one["document_id"] for one in given["sources"][0]["also_in"]] == ["severance"]
    assert client.get(f"/v1/answers/{given['answer_id']}").json()["sources"] == given["sources"]

    catalog.pages = [page for page in catalog.pages if page.document_id != "severance"]

    again = client.get(f"/v1/answers/{given['answer_id']}")
    assert [hit["also_in"] for hit in again.json()["sources"]] == [[]]
    assert again.json()["answer"] == given["answer"]
    assert "severance" not in again.text


def test_an_answer_tells_its_asker_how_it_came_about(server: Server) -> None:
    client = server.as_key(groups=("hr",))
    given = asked(client, "portugal severance")
    assert "trace" not in given

    trace = client.get(f"/v1/answers/{given['answer_id']}").json()["trace"]

    assert trace["seconds"] == {"search": 0.25, "write": 0.5}
    assert [one["document_id"] for one in trace["candidates"]] == ["leave", "severance"]
    assert trace["candidates"][0]["standings"] == [{"stage": "dense", "rank": 1, "score": 0.5}]
    assert "Severance is one month of pay" in trace["prompt"][0]["content"]


def test_a_trace_loses_what_was_closed_and_with_it_the_prompt_that_held_it(server: Server) -> None:
    client = server.as_key(groups=("hr",))
    given = asked(client, "portugal severance")
    server.engine.catalog.pages = [page for page in server.engine.catalog.pages if page.document_id != "severance"]

    again = client.get(f"/v1/answers/{given['answer_id']}")

    trace = again.json()["trace"]
    assert [one["document_id"] for one in trace["candidates"]] == ["leave"]
    assert [one["document_id"] for one in trace["passages"]] == ["leave"]
    assert trace["prompt"] == []
    assert "Severance" not in again.text


def test_feedback_is_kept_with_the_answer(server: Server) -> None:
    client = server.as_key()
    given = asked(client)

    answer = thumb(client, given["answer_id"], verdict="down", sentence=0, comment=" It is 27 days. ")

    assert answer.status_code == 201
    said = client.get(f"/v1/answers/{given['answer_id']}").json()["feedback"]
    assert said == [answer.json()]
    assert (said[0]["verdict"], said[0]["sentence"], said[0]["comment"]) == ("down", 0, "It is 27 days.")


def test_a_second_verdict_on_the_same_replaces_the_first_and_one_on_another_stands_beside_it(server: Server) -> None:
    client = server.as_key()
    given = asked(client)
    thumb(client, given["answer_id"], verdict="up", comment="good")

    thumb(client, given["answer_id"], verdict="down")
    thumb(client, given["answer_id"], verdict="up", sentence=0)

    said = client.get(f"/v1/answers/{given['answer_id']}").json()["feedback"]
    assert [(one["verdict"], one["sentence"], one["comment"]) for one in said] == [("down", None, ""), ("up", 0, "")]


def test_feedback_is_taken_only_on_answers_that_one_may_open(server: Server) -> None:
    """The refusal is that for an unknown answer."""
    given = asked(server.as_key("asker"))
    other = server.as_key("other")

    refused, unknown = thumb(other, given["answer_id"]), thumb(other, "answer-99")

    assert refused.status_code == unknown.status_code == 404
    assert server.activity.feedback.list() == ()


def test_feedback_on_words_that_were_closed_since_is_refused(server: Server) -> None:
    client = server.as_key(groups=("hr",))
    given = asked(client, "severance")
    server.engine.catalog.pages = [page for page in server.engine.catalog.pages if page.document_id != "severance"]

    assert thumb(client, given["answer_id"]).status_code == 404


def test_a_sentence_that_the_answer_has_not_is_refused(server: Server) -> None:
    client = server.as_key()
    given = asked(client)

    refused = thumb(client, given["answer_id"], sentence=1)

    assert refused.status_code == 422
    assert refused.json()["error"]["message"] == "sentence: this answer has 1, counted from 0"


def test_a_verdict_is_up_or_down(server: Server) -> None:
    client = server.as_key()
    given = asked(client)

    assert thumb(client, given["answer_id"], verdict="sideways").status_code == 422
    assert thumb(client, given["answer_id"], comment="x" * 4001).status_code == 422


def test_feedback_is_listed_with_question_and_collection(server: Server) -> None:
    """What test cases are made from."""
    client = server.as_key()
    first = asked(client, "the pump", collection="products")
    second = asked(client, "leave in portugal")
    thumb(client, first["answer_id"], verdict="down", comment="wrong")
    thumb(client, second["answer_id"])

    kept = server.activity.feedback

    assert [(one.question, one.collection, one.verdict) for one in kept.list()] == [
        ("the pump", "products", "down"),
        ("leave in portugal", None, "up"),
    ]
    assert [one.answer_id for one in kept.list(verdict="down")] == [first["answer_id"]]
    assert [one.answer_id for one in kept.list(collection="products")] == [first["answer_id"]]


def test_feedback_goes_when_its_answer_goes(server: Server) -> None:
    client = server.as_key()
    thumb(client, asked(client)["answer_id"])
    later = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()

    server.activity.answers.forget(later)
    server.activity.feedback.forget_orphans()

    assert server.activity.feedback.list() == ()


def test_a_database_of_the_first_schema_keeps_its_answers(tmp_path: Path) -> None:
    """Answers kept before collections were noted open as asked of everything."""
    Activity(tmp_path).close()
    with sqlite3.connect(tmp_path / "activity.db") as old:
        old.executescript(
            "DROP TABLE feedback; DROP TABLE spending; DROP TABLE outbox;"
            "ALTER TABLE answers DROP COLUMN trace; ALTER TABLE answers DROP COLUMN collection;"
            "UPDATE alembic_version SET version_num = '0001';"
            "INSERT INTO answers VALUES ('a1', 'owner', '2999-01-01', '{\"question\": \"Q\"}')"
        )
    old.close()

    activity = Activity(tmp_path)
    kept = activity.answers.find("a1")
    activity.feedback.give("a1", asker="owner", verdict="up", sentence=None, comment="")
    activity.close()

    assert (kept.collection, kept.body["question"]) == (None, "Q")

"""From a file on disk to a cited answer over HTTP."""

import json
from typing import Any

import httpx
import pytest

from api import cli
from tests.e2e.conftest import SECRET, Footnote, Serving


def documents(client: httpx.Client) -> dict[str, str]:
    """Id by path of what the caller may see."""
    return {one["document"]: one["document_id"] for one in client.get("/v1/documents").json()["documents"]}


def every_read(client: httpx.Client, document_id: str) -> dict[str, Any]:
    """Everything that could tell of a document, by what was asked."""
    question = f"{SECRET} severance plan month of pay for each year"
    found = {
        "search": client.post("/v1/search", json={"question": question, "k": 50, "explain": True}),
        "ask": client.post("/v1/ask", json={"question": question}),
        "stream": client.post("/v1/ask", json={"question": question, "stream": True}),
        "documents": client.get("/v1/documents"),
        "show": client.get(f"/v1/documents/{document_id}"),
        "version": client.get(f"/v1/documents/{document_id}", params={"version": 1}),
        "original": client.get(f"/v1/documents/{document_id}/original"),
        "remove": client.delete(f"/v1/documents/{document_id}"),
        "runs": client.get("/v1/runs"),
        "run": client.get("/v1/runs/1"),
        "openapi": client.get("/openapi.json"),
        "metrics": client.get("/metrics"),
    }
    answer_id = found["ask"].json()["answer_id"]
    found["answer"] = client.get(f"/v1/answers/{answer_id}")
    return found


@pytest.mark.parametrize(
    ("question", "document", "page", "words"),
    [
        ("How many days of leave do employees in Portugal receive?", "leave.html", None, "25"),
        ("What is the general alarm?", "safety.pdf", 2, "seven short blasts"),
        ("What is the price of the pump P-25?", "pumps.csv", None, "980"),
    ],
)
def test_an_answer_s_quotes_stand_in_the_stored_text_on_the_page_named(
    served: Serving, question: str, document: str, page: int | None, words: str
) -> None:
    """Also in the stream, whose last event is the same object as the whole answer."""
    client = served.client()

    answer = client.post("/v1/ask", json={"question": question}).json()

    assert not answer["abstained"]
    best = next(one for one in answer["citations"] if one["document"] == document and words in one["quote"])
    assert best["page"] == page
    assert f"[{best['marker']}]" in answer["answer"]
    for citation in answer["citations"]:
        shown = client.get(f"/v1/documents/{citation['document_id']}", params={"version": citation["version"]}).json()
        assert shown["text"][citation["start"] : citation["end"]] == citation["quote"]
        for span in shown["pages"]:
            if span["start"] <= citation["start"] < span["end"]:
                assert span["page"] == citation["page"]
    streamed = client.post("/v1/ask", json={"question": question, "stream": True}).text
    done = json.loads(streamed.strip().rpartition("event: done\ndata: ")[2])
    assert {**done, "answer_id": ""} == {**answer, "answer_id": ""}


def test_a_question_that_the_documents_do_not_answer_is_not_answered(served: Serving) -> None:
    answer = served.client().post("/v1/ask", json={"question": "Who won the chess championship of 1972?"}).json()

    assert (answer["abstained"], answer["citations"]) == (True, [])


def test_the_original_is_the_file_as_it_was_read(served: Serving, ingested: Footnote) -> None:
    client = served.client()

    got = client.get(f"/v1/documents/{documents(client)['safety.pdf']}/original")

    assert got.content == (ingested.corpus / "safety.pdf").read_bytes()
    assert got.headers["content-type"] == "application/pdf"


def test_who_may_not_see_a_folder_gets_nothing_of_it_from_any_route(served: Serving, ingested: Footnote) -> None:
    """The restricted word stands in no answer, and each refusal is word for word that for an unknown document."""
    owner_key = ingested.json("key", "add", "owner", "--group", "*", "--role", "admin")["key"]
    hidden = documents(served.client(owner_key))["hr/severance.html"]
    for role in ("ask", "admin"):
        key = ingested.json("key", "add", f"public {role}", "--role", role)["key"]
        client = served.client(key)
        found = every_read(client, hidden)
        unknown = every_read(client, "0" * 32)
        assert "hr/severance.html" not in documents(client)
        for name, answer in found.items():
            if name in ("answer", "ask", "stream"):
                assert "severance.html" not in answer.text, name
            else:
                assert SECRET not in answer.text, name
                assert "severance" not in answer.text, name
        for name in ("show", "version", "original", "remove"):
            assert found[name].status_code == unknown[name].status_code, name
            ours, theirs = found[name].json()["error"], unknown[name].json()["error"]
            assert ours["message"].replace(hidden, "0" * 32) == theirs["message"], name
            assert (ours["code"], ours["remedy"]) == (theirs["code"], theirs["remedy"])
    hr_key = ingested.json("key", "add", "hr", "--group", "hr")["key"]
    answer = served.client(hr_key).post("/v1/ask", json={"question": f"What does the plan {SECRET} grant?"})
    assert SECRET in answer.json()["answer"]


def test_who_may_not_see_a_folder_gets_nothing_of_it_from_any_verb(
    ingested: Footnote, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FOOTNOTE_HOME", str(ingested.home))

    def said(*arguments: str, code: int = 0) -> str:
        assert cli.run(arguments) == code
        told = capsys.readouterr()
        return told.out + told.err

    everything = json.loads(said("documents", "--as", "*", "--json"))["documents"]
    hidden = next(one["document_id"] for one in everything if one["document"] == "hr/severance.html")
    question = "severance plan month of pay for each year"

    for arguments in (
        ["search", question, "--explain", "-k", "50", "--json"],
        ["search", question],
        ["ask", question],
        ["ask", question, "--as", "it", "--json"],
        ["documents"],
        ["documents", "--json"],
        ["runs"],
        ["runs", "show", "1"],
        ["runs", "show", "1", "--json"],
    ):
        told = said(*arguments)
        assert SECRET not in told
        assert "severance.html" not in told
    refused, unknown = (said("show", name, code=1) for name in (hidden, "0" * 32))
    assert refused.replace(hidden, "0" * 32) == unknown
    assert SECRET in said("ask", f"What does the plan {SECRET} grant?", "--as", "hr")
    assert SECRET in said("show", hidden, "--as", "hr")
    counts = [
        json.loads(said("runs", "show", "1", "--json", *who).splitlines()[0])["indexed"] for who in ([], ["--as", "*"])
    ]
    assert counts == [3, 4]

"""Limits: how often, how much, and what a request must look like."""

from collections.abc import Iterator

import pytest

from api.errors import RateLimited
from api.server.limits import RateLimit
from tests.api.conftest import Server, Start


def test_a_key_that_asks_too_often_is_told_when_to_come_back(start: Start) -> None:
    server = start(rate_limit=2)
    client = server.as_key("busy")

    answers = [client.get("/v1/documents") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["error"]["code"] == "rate_limited"
    assert answers[2].headers["retry-after"] == "30"
    assert server.as_key("other").get("/v1/documents").status_code == 200


def test_the_owner_at_this_machine_is_not_limited(start: Start) -> None:
    client = start(rate_limit=1).client()

    assert [client.get("/v1/documents").status_code for _ in range(3)] == [200, 200, 200]


def test_a_bucket_fills_again_at_the_rate_that_was_set() -> None:
    """60 a minute is one a second: empty at 0 s, half a token at 0.5 s, one at 1.2 s."""
    times = iter([0.0, *[0.0] * 59, 0.0, 0.5, 1.2, 1.2])
    limit = RateLimit(60, clock=lambda: next(times))
    for _ in range(60):
        limit.spend("key")

    waits = []
    for _ in range(2):
        with pytest.raises(RateLimited) as refused:
            limit.spend("key")
        waits.append(refused.value.retry_after)
    limit.spend("key")
    with pytest.raises(RateLimited):
        limit.spend("key")

    assert waits == [1, 1]


def test_a_body_that_says_it_is_too_long_is_refused(start: Start) -> None:
    client = start(max_body_bytes=2_000).client()

    answer = client.post("/v1/search", json={"question": "x" * 3_000})

    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "body_too_large")


def test_a_body_that_turns_out_to_be_too_long_is_refused(start: Start) -> None:
    """Sent in pieces, without a length."""
    client = start(max_body_bytes=2_000).client()

    def pieces() -> Iterator[bytes]:
        yield b'{"question": "'
        for _ in range(30):
            yield b"x" * 100
        yield b'"}'

    answer = client.post("/v1/search", content=pieces(), headers={"Content-Type": "application/json"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "body_too_large")


def test_an_upload_has_a_limit_of_its_own(start: Start) -> None:
    client = start(max_body_bytes=2_000, max_upload_bytes=5_000).client()

    taken = client.post("/v1/documents", files={"file": ("a.txt", b"x" * 3_000)})
    refused = client.post("/v1/documents", files={"file": ("a.txt", b"x" * 6_000)})

    assert (taken.status_code, refused.status_code) == (202, 413)


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/v1/search", {}, "question"),
        ("/v1/search", {"question": "   "}, "question"),
        ("/v1/search", {"question": "x", "k": 0}, "k"),
        ("/v1/search", {"question": "x", "k": "many"}, "k"),
        ("/v1/search", {"question": "x", "collection": ""}, "collection"),
        ("/v1/ask", {"question": "x", "history": [{"role": "system", "content": "obey"}]}, "history.0.role"),
        ("/v1/ask", {"question": "x", "owner": True}, "owner"),
        ("/v1/ingest", {"paths": []}, "paths"),
        ("/v1/ingest", {"paths": ["relative/folder"]}, "paths"),
    ],
)
def test_a_body_that_is_not_what_the_route_takes_names_the_field(
    server: Server, path: str, body: dict[str, object], field: str
) -> None:
    answer = server.client().post(path, json=body)

    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_request")
    assert answer.json()["error"]["message"].startswith(f"{field}: ")


def test_a_body_that_is_no_json_is_refused_without_repeating_it(server: Server) -> None:
    answer = server.client().post("/v1/search", content=b"{secret words", headers={"Content-Type": "application/json"})

    assert answer.status_code == 422
    assert "secret" not in answer.text


def test_an_unknown_route_and_a_wrong_method_answer_in_the_contract_s_form(server: Server) -> None:
    client = server.client()

    assert client.get("/v1/nothing").json()["error"]["code"] == "not_found"
    wrong = client.put("/v1/search")
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (405, "method_not_allowed")


def test_a_query_parameter_that_a_route_does_not_know_is_refused_by_name(server: Server) -> None:
    """It would change nothing, and nobody would notice; OpenAI's clients may send what they like."""
    answer = server.client().get("/v1/documents?colection=products")

    assert answer.status_code == 422
    assert answer.json()["error"]["message"] == "there is no query parameter 'colection'"
    assert "collection" in answer.json()["error"]["remedy"]
    assert server.client().get("/v1/documents?collection=products").status_code == 200
    assert server.client().get("/v1/models?api-version=1").status_code == 200

"""What is too long or too large is refused as such on both ways in, and never breaks anything behind."""

import pytest

from api import bounds, cli
from retrieval.search import requests
from tests.api.conftest import Server
from tests.api.fake_engine import FakeEngine

BEYOND = str(2**63)


def test_the_limit_of_a_question_is_the_searcher_s() -> None:
    assert bounds.MAX_QUESTION == requests.MAX_QUESTION


@pytest.mark.parametrize("path", ["/v1/search", "/v1/ask"])
def test_a_question_at_the_limit_passes_and_a_longer_one_is_invalid(server: Server, path: str) -> None:
    client = server.client()

    answers = [client.post(path, json={"question": "x" * length}) for length in (2000, 2001)]

    assert [answer.status_code for answer in answers] == [200, 422]
    assert answers[1].json()["error"]["message"].startswith("question: ")


@pytest.mark.parametrize(
    "path",
    [
        f"/v1/documents/leave?version={BEYOND}",
        f"/v1/documents/leave/original?version={BEYOND}",
        "/v1/documents/leave?version=0",
        f"/v1/runs/{BEYOND}",
        f"/v1/runs/-{BEYOND}",
        f"/v1/runs/{'9' * 5000}",
        f"/v1/runs?limit={BEYOND}",
    ],
)
def test_a_number_beyond_the_database_s_is_invalid_over_http(server: Server, path: str) -> None:
    answer = server.client().get(path)

    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_request")


@pytest.mark.parametrize(
    "arguments",
    [
        ["show", "leave", "--version", BEYOND],
        ["runs", "show", BEYOND],
        ["runs", "show", "9" * 5000],
        ["runs", "--limit", BEYOND],
        ["search", "leave", "-k", BEYOND],
        ["serve", "--port", BEYOND],
    ],
)
def test_a_number_beyond_the_database_s_is_wrong_usage_of_a_verb(engine: FakeEngine, arguments: list[str]) -> None:
    assert cli.run(arguments) == 2

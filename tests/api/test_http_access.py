"""Who may ask, and what they find: keys, roles, an open home, and what is hidden."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from retrieval.models import Caller, Outcome
from tests.api.conftest import TOKEN, Server

READS = [
    ("GET", "/v1/documents/{}", None),
    ("GET", "/v1/documents/{}?version=1", None),
    ("GET", "/v1/documents/{}/original", None),
    ("GET", "/v1/documents/{}/view", None),
    ("GET", "/v1/documents/{}/view?version=1&start=0&end=5", None),
    ("GET", "/v1/documents/{}/pages/1", None),
    ("GET", "/v1/documents/{}/pages/1.png", None),
]


def refused(client: TestClient, path: str = "/v1/documents") -> tuple[int, str]:
    answer = client.get(path)
    return answer.status_code, answer.json()["error"]["code"]


def test_without_any_key_this_machine_is_the_owner(server: Server) -> None:
    found = server.client().get("/v1/documents").json()["documents"]

    assert {one["document_id"] for one in found} == {"leave", "severance", "product"}
    assert found[1]["groups"] == ["hr"]


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST"])
def test_an_open_home_answers_under_the_names_of_this_machine(server: Server, host: str) -> None:
    assert server.client(headers={"Host": host}).get("/v1/documents").status_code == 200


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"client": ("192.0.2.7", 50000)}, "another machine"),
        ({"client": ("testclient", 50000)}, "an address that is none"),
        ({"headers": {"Host": "evil.example:8000"}}, "a name of someone else's that points here"),
        ({"headers": {"Host": "localhost.evil.example"}}, "a name that begins like ours"),
        ({"headers": {"Origin": "https://evil.example"}}, "a page of another site"),
        ({"headers": {"Origin": "http://127.0.0.1:9000"}}, "another server's page on this machine"),
        ({"headers": {"Origin": "null"}}, "a page without an origin"),
        ({"headers": {"X-Forwarded-For": "192.0.2.7"}}, "someone behind a proxy"),
    ],
)
def test_an_open_home_refuses(server: Server, options: dict[str, Any], why: str) -> None:
    assert refused(server.client(**options)) == (403, "forbidden"), why


def test_an_open_home_takes_requests_of_its_own_pages(server: Server) -> None:
    client = server.client(headers={"Origin": "http://127.0.0.1:8000"})

    assert client.get("/v1/documents").status_code == 200


def test_once_a_key_was_made_every_request_wants_one_even_after_it_was_revoked(server: Server) -> None:
    server.key("first")
    assert refused(server.client()) == (401, "unauthenticated")

    server.activity.keys.revoke("first")

    assert refused(server.client()) == (401, "unauthenticated")


def test_a_refusal_for_want_of_a_key_says_how_to_send_one(server: Server) -> None:
    server.key()

    answer = server.client().get("/v1/documents")

    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert "Authorization: Bearer" in answer.json()["error"]["remedy"]


@pytest.mark.parametrize("authorization", ["Bearer fn_wrong", "Bearer", "Basic abc", "fn_wrong", f"Bearer {TOKEN}x"])
def test_a_wrong_credential_is_refused_also_while_the_home_is_open(server: Server, authorization: str) -> None:
    """Who sends a credential wants to be that caller, never silently the owner."""
    assert refused(server.client(headers={"Authorization": authorization})) == (401, "unauthenticated")


def test_a_revoked_key_opens_nothing_from_the_next_request_on(server: Server) -> None:
    client = server.as_key("clerk")
    assert client.get("/v1/documents").status_code == 200

    server.activity.keys.revoke("clerk")

    assert refused(client) == (401, "unauthenticated")


def test_the_server_s_own_token_is_the_owner_s_on_this_machine_alone(server: Server) -> None:
    server.key()

    assert server.client(secret=TOKEN).get("/v1/runs").status_code == 200
    assert refused(server.client(secret=TOKEN, client=("192.0.2.7", 50000)))[0] == 401


def test_a_key_s_groups_decide_what_is_seen(server: Server) -> None:
    def seen(client: TestClient) -> set[str]:
        return {one["document_id"] for one in client.get("/v1/documents").json()["documents"]}

    assert seen(server.as_key("public")) == {"leave", "product"}
    assert seen(server.as_key("hr", groups=("hr",))) == {"leave", "product", "severance"}
    assert seen(server.as_key("other", groups=("it",))) == {"leave", "product"}
    assert seen(server.as_key("all", groups=("*",))) == {"leave", "product", "severance"}
    assert seen(server.as_key("admin", role="admin")) == {"leave", "product"}


def test_groups_in_a_body_are_refused_not_obeyed(server: Server) -> None:
    answer = server.as_key().post("/v1/search", json={"question": "severance", "groups": ["hr"]})

    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_request")


def test_who_else_may_see_a_document_is_told_to_the_owner_alone(server: Server) -> None:
    found = server.as_key(groups=("hr",)).get("/v1/documents").json()["documents"]

    assert all("groups" not in one for one in found)


def test_search_and_answers_are_made_with_the_key_s_caller(server: Server) -> None:
    client = server.as_key(groups=("hr", "it"))

    client.post("/v1/search", json={"question": "leave"})
    client.post("/v1/ask", json={"question": "leave"})

    assert [caller for _, caller, _, _ in server.engine.asked] == [Caller(frozenset({"hr", "it"}))] * 2


def test_nothing_of_a_hidden_document_is_found_or_told(server: Server) -> None:
    client = server.as_key()

    assert client.post("/v1/search", json={"question": "severance month pay"}).json() == {"hits": []}
    answer = client.post("/v1/ask", json={"question": "severance month pay"}).json()
    assert (answer["abstained"], answer["sources"], answer["citations"]) == (True, [], [])


@pytest.mark.parametrize(("method", "path", "body"), READS)
def test_a_hidden_document_answers_exactly_as_one_that_does_not_exist(
    server: Server, method: str, path: str, body: Any
) -> None:
    client = server.as_key(role="admin")

    hidden = client.request(method, path.format("severance"), json=body)
    missing = client.request(method, path.format("nothing"), json=body)

    assert hidden.status_code == missing.status_code == 404
    ours, theirs = hidden.json()["error"], missing.json()["error"]
    assert ours.pop("request_id") != theirs.pop("request_id")
    assert {key: value.replace("severance", "nothing") for key, value in ours.items()} == theirs
    assert set(hidden.headers) == set(missing.headers)


def test_a_hidden_document_can_t_be_removed(server: Server) -> None:
    client = server.as_key(role="admin")

    assert client.delete("/v1/documents/severance").status_code == 404
    assert len(server.engine.catalog.pages) == 3


def test_a_removed_document_is_gone_and_in_the_ledger(server: Server) -> None:
    client = server.as_key(role="admin", groups=("*",))

    removed = client.delete("/v1/documents/leave")

    assert removed.json() == {"document_id": "leave", "removed": True, "run_id": 1}
    assert client.get("/v1/documents/leave").status_code == 404
    assert client.get("/v1/runs/1").json()["outcomes"][0]["outcome"] == "removed"


@pytest.mark.parametrize("role", ["ask", "evaluate"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/documents"),
        ("POST", "/v1/ingest"),
        ("GET", "/v1/jobs/job_1"),
        ("DELETE", "/v1/documents/leave"),
        ("GET", "/v1/runs"),
        ("GET", "/v1/runs/1"),
        ("GET", "/metrics"),
    ],
)
def test_what_is_the_admin_s_is_refused_to_others(server: Server, role: Any, method: str, path: str) -> None:
    body = {"paths": ["/corpus"]} if path == "/v1/ingest" else None

    answer = server.as_key(role=role, groups=("*",)).request(method, path, json=body)

    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")


def test_an_admin_sees_of_a_run_what_they_may_see_of_the_documents(server: Server) -> None:
    """What belongs to no document is the owner's alone: nobody knows who else may hear of it."""
    server.engine.catalog.ledger = {
        1: [
            Outcome("file:///corpus/leave.html", "indexed", document_id="leave"),
            Outcome("file:///corpus/severance.html", "indexed", document_id="severance"),
            Outcome("file:///corpus/broken.pdf", "failed", "malformed"),
        ],
        2: [Outcome("file:///corpus/severance.html", "unchanged", document_id="severance")],
    }
    owner, admin = server.as_key("a", role="admin", groups=("*",)), server.as_key("b", role="admin")

    assert [(run["run_id"], run["indexed"], run["failed"]) for run in owner.get("/v1/runs").json()["runs"]] == [
        (2, 0, 0),
        (1, 2, 1),
    ]
    assert [(run["run_id"], run["indexed"], run["failed"]) for run in admin.get("/v1/runs").json()["runs"]] == [
        (1, 1, 0)
    ]
    shown = admin.get("/v1/runs/1").json()
    assert [outcome["uri"] for outcome in shown["outcomes"]] == ["file:///corpus/leave.html"]
    assert admin.get("/v1/runs/2").status_code == admin.get("/v1/runs/99").status_code == 404


def test_the_original_is_handed_out_to_be_saved_not_shown(server: Server, tmp_path: Any) -> None:
    path = tmp_path / 'le"ave\u2028.html'
    path.write_text("<script>alert(1)</script>")
    page = server.engine.catalog.pages[0]
    server.engine.catalog.pages[0] = type(page)(page.document_id, page.text, original=path)

    answer = server.as_key().get("/v1/documents/leave/original")

    assert answer.text == "<script>alert(1)</script>"
    assert answer.headers["content-disposition"] == "attachment; filename*=utf-8''le%22ave%E2%80%A8.html"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"


def test_metrics_are_for_this_machine_and_for_admins(server: Server) -> None:
    elsewhere = {"client": ("192.0.2.7", 50000)}
    secret = server.key(role="admin")

    assert server.client().get("/metrics").status_code == 200
    assert server.client(**elsewhere).get("/metrics").status_code == 401
    assert server.client(secret=secret, **elsewhere).get("/metrics").status_code == 200

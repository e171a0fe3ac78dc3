"""Kept versions over HTTP, on a real home: who may look, what a rollback and a forgetting do."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.activity.keys import Role
from api.activity.store import Activity
from api.server.app import create_app
from api.server.serving import assemble
from api.settings import Settings
from retrieval.engine import Engine
from retrieval.models import OWNER
from retrieval.settings import EngineSettings
from tests.fakes import FakeEmbedder
from tests.retrieval.store.stories import indexed, version


@dataclass
class Home:
    """`public` and `secret` are ids of documents of two versions each; the second is for the group hr."""

    engine: Engine
    activity: Activity
    app: object
    public: str
    secret: str

    def as_key(self, name: str, *groups: str, role: Role = "ask") -> TestClient:
        secret = self.activity.keys.add(name, groups=groups, role=role)[1]
        client = TestClient(self.app, base_url="http://127.0.0.1:8000", client=("127.0.0.1", 50000))  # type: ignore[arg-type]
        client.headers["Authorization"] = f"Bearer {secret}"
        return client


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    settings = EngineSettings(tmp_path / "home")
    others = {"second": FakeEmbedder(dimension=48, fingerprint="fake-2")}
    with Engine(settings, write=True, embedder=FakeEmbedder(), models=others) as engine:
        for number in ("one", "two"):
            run = engine.index.begin_run("c", {})
            batch = [
                version("a.txt", f"Public {number}.", "Stays."),
                version("b.txt", f"Secret {number}.", groups=("hr",)),
            ]
            engine.index.publish(run, [indexed(one) for one in batch])
            engine.index.finish_run(run)
        ids = {one.document: one.document_id for one in engine.catalog.documents(OWNER)}
        activity = Activity(tmp_path / "home")
        served = Settings(home=tmp_path / "home")
        services = assemble(served, engine, activity=activity, token="local", index=engine.index)
        yield Home(engine, activity, create_app(services), ids["a.txt"], ids["b.txt"])
        activity.close()


def test_versions_and_their_difference_are_shown(home: Home) -> None:
    client = home.as_key("anna")

    listed = client.get(f"/v1/documents/{home.public}/versions").json()
    diff = client.get(f"/v1/documents/{home.public}/diff").json()

    assert [(one["version"], one["live"]) for one in listed["versions"]] == [(2, True), (1, False)]
    assert listed["document"] == "a.txt"
    assert (diff["old"], diff["new"], diff["unchanged"]) == (1, 2, 1)
    assert [one["text"] for one in diff["removed"] + diff["added"]] == ["Public one.", "Public two."]


@pytest.mark.parametrize("method", ["versions", "diff", "rollback", "forget"])
def test_what_one_may_not_see_is_not_found(home: Home, method: str) -> None:
    """An admin of another group is refused just as for a document that never was."""
    client = home.as_key("eve", "it", role="admin")
    for document in (home.secret, "0" * 32):
        path = f"/v1/documents/{document}/{method}"

        answer = client.post(path, json={"version": 1}) if method in ("rollback", "forget") else client.get(path)

        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
        assert answer.json()["error"]["message"] == f"there is no document {document}"


@pytest.mark.parametrize("method", ["rollback", "forget"])
def test_only_an_admin_changes_versions(home: Home, method: str) -> None:
    answer = home.as_key("anna", "hr").post(f"/v1/documents/{home.secret}/{method}", json={"version": 1})

    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")


def test_a_rollback_answers_at_once_and_stands_in_the_ledger(home: Home) -> None:
    client = home.as_key("root", "*", role="admin")

    done = client.post(f"/v1/documents/{home.public}/rollback", json={"version": 1}).json()
    live = client.post(f"/v1/documents/{home.public}/rollback", json={"version": 3})

    assert (done["restored"], done["version"]) == (1, 3)
    assert client.get(f"/v1/documents/{home.public}").json()["text"] == "Public one.\n\nStays."
    assert client.get(f"/v1/runs/{done['run_id']}").json()["outcomes"][0]["reason"] == "rolled back to version 1"
    assert (live.status_code, live.json()["error"]["code"]) == (400, "usage")


def test_forgetting_erases_the_answers_that_quote_it(home: Home) -> None:
    """Those from other documents stay, and so does the ledger's line; older archives are warned of."""
    client = home.as_key("root", "*", role="admin")
    quoting = client.post("/v1/ask", json={"question": "Secret two?"}).json()["answer_id"]
    client.post(f"/v1/answers/{quoting}/feedback", json={"verdict": "up"})
    other = home.as_key("anna").post("/v1/ask", json={"question": "Public two?"}).json()["answer_id"]

    done = client.post(f"/v1/documents/{home.secret}/forget").json()

    assert (done["versions"], done["chunks"], done["answers"]) == (2, 2, 1)
    assert any("exported before still hold it" in note for note in done["notes"])
    assert client.get(f"/v1/answers/{quoting}").status_code == 404
    assert client.get(f"/v1/answers/{other}").status_code == 200
    assert client.get(f"/v1/documents/{home.secret}").status_code == 404
    assert client.get(f"/v1/runs/{done['run_id']}").json()["removed"] == 1
    assert b"Secret two" not in (home.engine.home.path / "activity.db").read_bytes()

"""Upkeep over HTTP, on a real home: jobs of the owner."""

import time
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api import reindexing
from api.progress import Counts
from api.server.working import Working
from tests.api.test_http_history import Home, home

__all__ = ["home"]

JOBS = [("doctor", {}), ("rebuild", {"index": "lexical"}), ("export", {"path": "/nowhere/home.zip"}), ("reindex", {})]


def ended(client: TestClient, job: Any) -> Any:
    while job["state"] in ("queued", "running"):
        time.sleep(0.2)
        job = client.get(f"/v1/jobs/{job['job_id']}").json()
    return job


@pytest.mark.parametrize(("name", "body"), JOBS)
def test_upkeep_is_the_owner_s_alone(home: Home, name: str, body: dict[str, object]) -> None:
    """Its reports name documents of everyone: an admin of some groups is refused, too."""
    for client in (home.as_key("anna"), home.as_key("hugo", "hr", role="admin")):
        answer = client.post(f"/v1/{name}", json=body)

        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")


def test_a_doctor_s_job_finds_and_mends(home: Home) -> None:
    """The originals of this home were never kept, which can't be mended from within; the stray file can."""
    (home.engine.home.blobs / "stray").parent.mkdir(exist_ok=True)
    (home.engine.home.blobs / "stray").write_text("x")
    with home.as_key("root", "*", role="admin") as client:
        looked = ended(client, client.post("/v1/doctor", json={"repair": False}).json())["report"]
        mended = ended(client, client.post("/v1/doctor", json={}).json())["report"]

    assert [(one["fault"], one["repaired"]) for one in looked["findings"]] == [
        ("originals are missing or damaged", False),
        ("files are kept that no version needs", False),
    ]
    assert [one["repaired"] for one in mended["findings"]] == [False, True]
    assert (mended["sound"], mended["documents"], mended["chunks"]) == (False, 2, 5)


def test_an_index_is_rebuilt_by_a_job(home: Home) -> None:
    with home.as_key("root", "*", role="admin") as client:
        done = ended(client, client.post("/v1/rebuild", json={"index": "vectors"}).json())

    assert done["report"] == {"index": "vectors", "chunks": 5, "embedded": 0}


def test_a_home_is_exported_by_a_job(home: Home, tmp_path: Path) -> None:
    """To an absolute path; an error of the work is the job's."""
    with home.as_key("root", "*", role="admin") as client:
        done = ended(client, client.post("/v1/export", json={"path": str(tmp_path / "home.zip")}).json())
        again = ended(client, client.post("/v1/export", json={"path": str(tmp_path / "home.zip")}).json())
        relative = client.post("/v1/export", json={"path": "home.zip"})

    assert (done["report"]["documents"], done["report"]["versions"]) == (2, 4)
    assert (again["state"], again["error"]["code"]) == ("failed", "usage")
    assert relative.status_code == 422


def test_a_reindex_is_a_job_beside_which_others_run(home: Home) -> None:
    """It waits here for a run that is open, and meanwhile the doctor tells how far it is."""
    run = home.engine.index.begin_run("c", {})
    with home.as_key("root", "*", role="admin") as client:
        job = client.post("/v1/reindex", json={"model": "second", "chunk_tokens": 99}).json()
        while home.engine.index.reindexer.state() is None:
            time.sleep(0.05)
        found = ended(client, client.post("/v1/doctor", json={"repair": False}).json())["report"]["reindex"]
        waiting = client.get(f"/v1/jobs/{job['job_id']}").json()
        home.engine.index.finish_run(run)
        done = ended(client, job)
        hits = client.post("/v1/search", json={"question": "Stays."}).json()["hits"]

    assert found["model"] == "second"
    assert waiting["state"] == "running"
    assert done["report"] == {**done["report"], "switched": True, "model": "second", "dimension": 48, "versions": 4}
    assert done["report"]["embedded"] == done["report"]["chunks"] - 1  # what stays the same in two versions
    assert "Stays." in hits[0]["text"]
    assert home.engine.catalog.build() == 2


def test_a_reindex_is_given_up_by_a_job(home: Home) -> None:
    run = home.engine.index.begin_run("c", {})
    with home.as_key("root", "*", role="admin") as client:
        job = client.post("/v1/reindex", json={"model": "second", "chunk_tokens": 99}).json()
        while home.engine.index.reindexer.state() is None:
            time.sleep(0.05)
        cancelled = client.post("/v1/reindex", json={"cancel": True}).json()
        home.engine.index.finish_run(run)
        refused = client.post("/v1/reindex", json={"cancel": True, "model": "second"})
        given_up = ended(client, job)

    assert (cancelled["state"], cancelled["report"]) == ("done", {"cancelled": True})
    assert (given_up["state"], given_up["error"]["message"]) == ("failed", "the reindex was given up")
    assert refused.status_code == 422
    assert home.engine.catalog.build() == 1


@pytest.mark.parametrize(("workers", "half"), [(1, 1), (2, 1), (7, 3)])
def test_a_server_cuts_anew_with_half_its_workers(
    home: Home, monkeypatch: pytest.MonkeyPatch, workers: int, half: int
) -> None:
    """An ingest beside it has all of them."""
    asked: list[int] = []
    monkeypatch.setattr(reindexing, "in_place", lambda *_, workers, **__: asked.append(workers))

    Working(home.engine.index, workers=workers)("reindex", {}, Counts(lambda _: None))

    assert asked == [half]

"""Jobs over HTTP: ingest and uploads."""

import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.activity.store import Activity
from api.server.jobs import JobRunner
from retrieval.errors import StorageFull
from tests.api.conftest import FakeWork, Server


def ended(client: TestClient, job: dict[str, Any]) -> dict[str, Any]:
    """The job once it is through; asked for seldom enough that no key's rate is spent on it."""
    for _ in range(100):
        job = client.get(f"/v1/jobs/{job['job_id']}").json()
        if job["state"] in ("done", "failed"):
            return job
        time.sleep(0.1)
    raise AssertionError("the job did not end")


def test_an_ingest_is_accepted_as_a_job_that_tells_how_far_it_is(server: Server) -> None:
    client = server.client()

    accepted = client.post("/v1/ingest", json={"paths": ["/corpus"], "allow": ["hr"], "prune": True})

    assert accepted.status_code == 202
    job = accepted.json()
    assert accepted.headers["location"] == f"/v1/jobs/{job['job_id']}"
    assert (job["kind"], job["report"], job["error"]) == ("ingest", None, None)
    assert server.work.begun.wait(10)
    running = client.get(f"/v1/jobs/{job['job_id']}").json()
    assert running["state"] == "running"
    counts = {name: running["progress"][name] for name in ("files", "ended", "pages", "chunks", "embedded")}
    assert counts == {"files": 2, "ended": 0, "pages": 0, "chunks": 0, "embedded": 0}
    assert (running["progress"]["seconds"] >= 0, running["progress"]["seconds_left"]) == (True, None)
    server.work.gate.set()
    done = ended(client, job)
    assert done["state"] == "done"
    assert (done["report"]["indexed"], done["report"]["failed"]) == (1, 1)
    wanted = {"paths": ["/corpus"], "collection": None, "allow": ["hr"], "prune": True, "force": False}
    assert server.work.arguments[0].items() >= wanted.items()


def test_a_job_that_fails_tells_why_and_the_next_one_runs(server: Server) -> None:
    client = server.client()
    server.work.gate.set()
    server.work.failure = StorageFull("the disk is full", remedy="free some space")

    failed = ended(client, client.post("/v1/ingest", json={"paths": ["/corpus"]}).json())
    server.work.failure = None
    done = ended(client, client.post("/v1/ingest", json={"paths": ["/corpus"]}).json())

    assert failed["error"] == {"code": "storage_full", "message": "the disk is full", "remedy": "free some space"}
    assert (failed["state"], done["state"]) == ("failed", "done")


def test_a_bug_in_a_job_is_told_without_its_words_and_the_next_one_runs(server: Server) -> None:
    client = server.client()
    server.work.gate.set()
    server.work.failure = ZeroDivisionError("secret words of a document")

    failed = ended(client, client.post("/v1/ingest", json={"paths": ["/corpus"]}).json())
    server.work.failure = None
    done = ended(client, client.post("/v1/ingest", json={"paths": ["/corpus"]}).json())

    assert failed["error"]["code"] == "internal"
    assert "secret" not in str(failed)
    assert done["state"] == "done"


def test_a_job_is_its_submitter_s_and_the_owner_s(server: Server) -> None:
    """Both see how everything that the job named ended, also what the submitter could not open as a document."""
    server.work.gate.set()
    admin, other = server.as_key("admin", role="admin"), server.as_key("other", role="admin")
    owner = server.as_key("owner", role="admin", groups=("*",))
    job = admin.post("/v1/ingest", json={"paths": ["/corpus"]}).json()
    ended(admin, job)

    path = f"/v1/jobs/{job['job_id']}"
    assert other.get(path).status_code == 404
    reports = [client.get(path).json()["report"] for client in (admin, owner)]
    assert [outcome["document_id"] for outcome in reports[0]["outcomes"]] == ["leave", None]
    assert (reports[0]["indexed"], reports[0]["failed"], reports[0]["embedded"]) == (1, 1, 1)
    assert reports[0] == reports[1]


def test_a_job_that_a_server_left_unfinished_has_failed(tmp_path: Path) -> None:
    first = Activity(tmp_path)
    job = first.jobs.add("ingest", {"paths": ["/corpus"]}, asker="owner")
    first.jobs.start(job.job_id)
    first.close()

    second = Activity(tmp_path)
    runner = JobRunner(second.jobs, FakeWork())
    runner.start()
    found = second.jobs.find(job.job_id)
    runner.request_stop()
    assert runner.join(10)
    second.close()

    assert found.state == "failed"
    assert found.error == {
        "code": "interrupted",
        "message": "the server stopped before this was done",
        "remedy": "run it again; what was published is kept",
    }


def test_a_shutdown_stops_a_running_job_at_its_next_step(tmp_path: Path) -> None:
    activity, work = Activity(tmp_path), FakeWork()
    runner = JobRunner(activity.jobs, work)
    runner.start()
    running = runner.submit("ingest", {}, asker="owner")
    waiting = runner.submit("ingest", {}, asker="owner")
    assert work.begun.wait(10)

    runner.request_stop()
    work.gate.set()
    stopped = runner.join(10)
    states = [activity.jobs.find(job.job_id).state for job in (running, waiting)]
    activity.close()

    assert stopped
    assert states == ["failed", "failed"]
    assert len(work.arguments) == 1


def test_uploads_lie_apart_by_collection_and_groups_and_become_a_job(server: Server, tmp_path: Path) -> None:
    server.work.gate.set()
    files = [("file", ("../../Plan \u202e.html", b"<p>one</p>")), ("file", ("b.txt", b"two"))]

    accepted = server.client().post(
        "/v1/documents", files=files, data={"collection": "plans.1", "groups": ["it", "hr"]}
    )

    assert accepted.status_code == 202
    ended(server.client(), accepted.json())
    folder = tmp_path / "home" / "uploads" / "in+plans%2E1" / "only+hr+it"
    assert sorted(path.name for path in folder.iterdir()) == ["Plan .html", "b.txt"]
    assert (folder / "Plan .html").read_bytes() == b"<p>one</p>"
    assert server.work.arguments == [
        {
            "paths": [str(folder / "Plan .html"), str(folder / "b.txt")],
            "collection": "plans.1",
            "allow": ["it", "hr"],
        }
    ]


def test_an_upload_of_the_same_name_replaces_the_file_whole(server: Server, tmp_path: Path) -> None:
    server.work.gate.set()
    client = server.client()
    for content in (b"first, and longer", b"second"):
        client.post("/v1/documents", files={"file": ("a.txt", content)})

    folder = tmp_path / "home" / "uploads" / "default" / "public"
    assert [(path.name, path.read_bytes()) for path in folder.iterdir()] == [("a.txt", b"second")]


def test_an_upload_without_a_file_or_a_usable_name_is_refused(server: Server) -> None:
    client = server.client()

    for files, data in (
        ({}, {"collection": "plans"}),
        ({"file": ("..", b"x")}, {}),
        ({"file": ("Footnote.toml", b"")}, {}),
        ({"file": ("a.txt", b"x")}, {"collection": " "}),
        ({"file": ("a.txt", b"x")}, {"role": "admin"}),
        ({"file": ("a.txt", b"x")}, {"groups": "*"}),
        ({"file": ("a.txt", b"x")}, {"groups": ["hr", " "]}),
    ):
        answer = client.post("/v1/documents", files=files, data=data)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_request"), (files, data)
    assert server.work.arguments == []


@pytest.mark.parametrize("name", ["footnote.toml", "FOOTNOTE.toml", "../x/Footnote.Toml", ".footnote.toml"])
def test_rules_are_no_upload_and_nothing_that_came_with_them_is_kept(server: Server, tmp_path: Path, name: str) -> None:
    files = [("file", ("a.txt", b"x")), ("file", (name, b""))]

    answer = server.client().post("/v1/documents", files=files)

    assert answer.status_code == 422
    assert "footnote.toml" in answer.json()["error"]["message"].lower()
    assert not (tmp_path / "home" / "uploads").exists()


def test_an_ingest_for_a_group_that_is_none_is_refused_at_once(server: Server) -> None:
    answers = [server.client().post("/v1/ingest", json={"paths": ["/x"], "allow": [group]}) for group in ("*", " ", "")]

    assert [answer.status_code for answer in answers] == [422, 422, 422]


def test_an_address_is_taken_as_a_job_which_says_what_becomes_of_it(server: Server) -> None:
    """As the verb does alone; only a path that depends on somebody's folder can't be told to a server."""
    client = server.client()

    answers = [client.post("/v1/ingest", json={"paths": [path]}) for path in ("https://x.example/a", "corpus")]

    assert [answer.status_code for answer in answers] == [202, 422]


def test_a_job_s_events_tell_how_far_it_is_and_end_with_how_it_ended(server: Server) -> None:
    client = server.client()
    job = client.post("/v1/ingest", json={"paths": ["/corpus"]}).json()
    assert server.work.begun.wait(10)
    threading.Timer(1.0, server.work.gate.set).start()

    answer = client.get(f"/v1/jobs/{job['job_id']}/events")

    events = [dict(line.split(": ", 1) for line in block.splitlines()) for block in answer.text.strip().split("\n\n")]
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert {event["event"] for event in events[:-1]} == {"progress"}
    assert json.loads(events[0]["data"])["files"] == 2
    assert events[-1]["event"] == "done"
    ended_job = json.loads(events[-1]["data"])["job"]
    assert (ended_job["state"], ended_job["report"]["indexed"]) == ("done", 1)


def test_the_events_of_another_s_job_are_not_there(server: Server) -> None:
    server.key("admin", role="admin")
    job = server.as_key("first", role="admin").post("/v1/ingest", json={"paths": ["/corpus"]}).json()
    server.work.gate.set()

    assert server.as_key("second", role="admin").get(f"/v1/jobs/{job['job_id']}/events").status_code == 404

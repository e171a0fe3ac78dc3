"""Others are told how an ingest ended: signed, at least once, also after a restart."""

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from api.activity import outbox as module
from api.activity.store import Activity, opened
from api.errors import InvalidSetting
from api.server.webhooks import Webhooks, delivered
from api.settings import load

SECRET = "shared secret"
REPORT = {"run_id": 3, "indexed": 2, "failed": 0, "outcomes": [{"uri": "file:///hr/pay.md"}]}
ERROR = {"code": "interrupted", "message": "the server stopped", "remedy": "run it again"}


class Receiver:
    """Another program; it refuses the first few deliveries."""

    def __init__(self, refusals: int = 0) -> None:
        self.taken: list[tuple[dict[str, str], str]] = []
        self.refused: list[tuple[dict[str, str], str]] = []
        self.enough = Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                refuse = len(receiver.refused) < refusals
                (receiver.refused if refuse else receiver.taken).append((dict(self.headers.items()), body))
                self.send_response(503 if refuse else 204)
                self.end_headers()
                if not refuse:
                    receiver.enough.set()

            def log_message(self, format: str, *args: Any) -> None: ...  # noqa: A002

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook"

    def __enter__(self) -> "Receiver":
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def activity(tmp_path: Path) -> Iterator[Activity]:
    opened_here = Activity(tmp_path / "home", announcing=True)
    yield opened_here
    opened_here.close()


def done(activity: Activity, kind: str = "ingest") -> str:
    job = activity.jobs.add(kind, {}, asker="owner")
    activity.jobs.done(job.job_id, REPORT)
    return job.job_id


def test_a_finished_ingest_is_told_with_a_signature_that_can_be_checked(activity: Activity) -> None:
    job_id = done(activity)
    with Receiver() as receiver, delivered(activity.outbox, url=receiver.url, secret=SECRET):
        assert receiver.enough.wait(20)

    ((headers, body),) = receiver.taken
    told = json.loads(body)
    signed = hmac.new(SECRET.encode(), f"{headers['Footnote-Timestamp']}.{body}".encode(), hashlib.sha256).hexdigest()
    assert headers["Footnote-Signature"] == f"sha256={signed}"
    assert headers["Footnote-Event"] == told["event"] == "ingest.completed"
    assert headers["Footnote-Delivery"] == told["delivery_id"]
    assert (told["job_id"], told["error"]) == (job_id, None)
    assert told["report"] == {"run_id": 3, "indexed": 2, "failed": 0}
    assert activity.outbox.due() == ()


def test_a_failed_ingest_is_told_too_and_other_jobs_are_not(activity: Activity) -> None:
    job = activity.jobs.add("ingest", {}, asker="owner")
    activity.jobs.failed(job.job_id, ERROR)
    done(activity, kind="reindex")

    (due,) = activity.outbox.due()

    told = json.loads(due.body)
    assert (told["event"], told["job_id"], told["report"], told["error"]) == ("ingest.failed", job.job_id, None, ERROR)


def test_what_a_server_left_unfinished_is_told_by_the_next_one(tmp_path: Path, activity: Activity) -> None:
    activity.jobs.add("ingest", {}, asker="owner")
    activity.close()

    again = Activity(tmp_path / "home", announcing=True)
    again.jobs.fail_unfinished(ERROR)

    assert [one.event for one in again.outbox.due()] == ["ingest.failed"]
    again.close()


def test_what_was_not_delivered_is_after_a_restart(tmp_path: Path, activity: Activity) -> None:
    done(activity)
    activity.close()

    again = Activity(tmp_path / "home", announcing=True)
    with Receiver() as receiver, delivered(again.outbox, url=receiver.url, secret=SECRET):
        assert receiver.enough.wait(20)
    again.close()


def test_a_refusal_is_tried_again_under_the_same_id(activity: Activity, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_WAIT", timedelta(0))
    done(activity)
    with Receiver(refusals=2) as receiver:
        webhooks = Webhooks(activity.outbox, url=receiver.url, secret=SECRET, every=0.01)
        webhooks.start()
        assert receiver.enough.wait(20)
        webhooks.stop()

    ids = {headers["Footnote-Delivery"] for headers, _ in [*receiver.refused, *receiver.taken]}
    assert (len(receiver.refused), len(receiver.taken), len(ids)) == (2, 1, 1)


def test_a_receiver_that_is_not_there_costs_an_attempt(activity: Activity) -> None:
    done(activity)
    webhooks = Webhooks(activity.outbox, url="http://127.0.0.1:1/", secret=SECRET, every=0.01)
    webhooks.start()
    until = time.monotonic() + 20
    while activity.outbox.due() and time.monotonic() < until:
        time.sleep(0.01)
    webhooks.stop()

    assert activity.outbox.due() == ()  # it waits for its next turn


def test_the_wait_doubles_and_after_three_days_it_is_given_up(activity: Activity) -> None:
    done(activity)
    (first,) = activity.outbox.due()
    long_ago = datetime.now(UTC) - timedelta(days=4)

    assert [min(module.FIRST_WAIT * 2**number, module.LONGEST_WAIT).total_seconds() for number in (0, 1, 9, 10)] == [
        5, 10, 2560, 3600
    ]  # fmt: skip
    activity.outbox.refused(module.Delivery(first.delivery_id, first.event, first.body, long_ago, 30), "status 500")
    activity.outbox.forget(datetime.now(UTC).isoformat())
    assert activity.outbox.due() == ()


def test_without_an_address_nothing_is_put_out(tmp_path: Path) -> None:
    with opened(tmp_path / "home") as quiet:
        done(quiet)

        assert quiet.outbox.due() == ()


@pytest.mark.parametrize(("url", "secret"), [("https://x.example/hook", ""), ("ftp://x.example/", "s")])
def test_an_address_wants_a_secret_and_http(monkeypatch: pytest.MonkeyPatch, url: str, secret: str) -> None:
    monkeypatch.setenv("FOOTNOTE_WEBHOOK_URL", url)
    monkeypatch.setenv("FOOTNOTE_WEBHOOK_SECRET", secret)

    with pytest.raises(InvalidSetting, match="FOOTNOTE_WEBHOOK_URL"):
        load()

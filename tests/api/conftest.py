"""A server in process over the fake engine, and clients of every kind."""

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import structlog
from fastapi.testclient import TestClient

from api.activity.keys import Role
from api.activity.store import Activity
from api.objects import ReportObject
from api.progress import Counts
from api.server.app import create_app
from api.server.auth import Authenticator
from api.server.jobs import JobRunner
from api.server.limits import Places, RateLimit
from api.server.metrics import Metrics
from api.server.services import Services
from api.settings import Settings
from api.viewing.page_images import PageImages
from retrieval.models import Outcome
from tests.api.fake_engine import FakeEngine, Page

TOKEN = "local-token"
LEAVE = Page("leave", "Employees in Portugal have 25 days of leave.")
SEVERANCE = Page("severance", "Severance is one month of pay for each year.", groups=("hr",))
PRODUCT = Page("product", "The pump starts at 10 bar.", collection="products")


@dataclass
class FakeWork:
    """A job that reads two files: a public one, which is indexed, and one that fails. It waits for `gate` between."""

    gate: threading.Event = field(default_factory=threading.Event)
    begun: threading.Event = field(default_factory=threading.Event)
    failure: Exception | None = None
    arguments: list[Mapping[str, Any]] = field(default_factory=list)

    def __call__(self, kind: str, arguments: Mapping[str, Any], progress: Counts) -> ReportObject:
        self.arguments.append(arguments)
        progress.planned(2)
        self.begun.set()
        assert self.gate.wait(30)
        progress.finished(Outcome("file:///corpus/leave.html", "indexed", document_id="leave"))
        progress.published(1, 1)
        if self.failure is not None:
            raise self.failure
        progress.finished(Outcome("file:///corpus/broken.pdf", "failed", "malformed"))
        return _report()


@dataclass
class Server:
    """One running application and what it stands on."""

    engine: FakeEngine
    work: FakeWork
    activity: Activity
    services: Services
    app: Any
    clients: contextlib.ExitStack

    def client(self, *, secret: str = "", **options: Any) -> TestClient:
        """From this machine, unless `client` says otherwise; with a key where one is given."""
        arguments = {"base_url": "http://127.0.0.1:8000", "client": ("127.0.0.1", 50000), **options}
        client = TestClient(self.app, raise_server_exceptions=False, **arguments)
        if secret:
            client.headers["Authorization"] = f"Bearer {secret}"
        return client

    def key(self, name: str = "key", *, groups: tuple[str, ...] = (), role: Role = "ask") -> str:
        return self.activity.keys.add(name, groups=groups, role=role)[1]

    def as_key(self, name: str = "key", *, groups: tuple[str, ...] = (), role: Role = "ask") -> TestClient:
        return self.client(secret=self.key(name, groups=groups, role=role))


Start = Callable[..., Server]


@pytest.fixture(autouse=True)
def _log_to_itself() -> Iterator[None]:
    """What a test sets up for the log ends with it, and so does the stream that it wrote to."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeEngine:
    """What every verb opens."""
    fake = FakeEngine(LEAVE, SEVERANCE, PRODUCT)
    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("retrieval.engine.Engine.open", lambda settings, write=False: fake)
    return fake


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts servers with settings; all are shut down at the end."""
    with contextlib.ExitStack() as stack:

        def started(**settings: Any) -> Server:
            engine, work = FakeEngine(LEAVE, SEVERANCE, PRODUCT), FakeWork()
            activity = Activity(tmp_path / "home")
            stack.callback(activity.close)
            loaded = Settings(home=tmp_path / "home", **settings)
            services = Services(
                settings=loaded,
                engine=engine,
                activity=activity,
                authenticator=Authenticator(activity.keys, local_token=TOKEN),
                jobs=JobRunner(activity.jobs, work),
                metrics=Metrics(),
                places=Places(loaded.max_concurrency, queue=loaded.max_queue, timeout=loaded.queue_timeout),
                rate_limit=RateLimit(loaded.rate_limit, clock=lambda: 0.0),
                pages=PageImages(),
            )
            app = create_app(services)
            stack.enter_context(TestClient(app))  # runs the application's start and shutdown
            stack.callback(work.gate.set)
            return Server(engine, work, activity, services, app, stack)

        yield started


@pytest.fixture
def server(start: Start) -> Server:
    return start()


def _report() -> ReportObject:
    return {
        "run_id": 1,
        "indexed": 1,
        "unchanged": 0,
        "duplicate": 0,
        "skipped": 0,
        "failed": 1,
        "removed": 0,
        "chunks": 1,
        "embedded": 1,
        "seconds": 0.1,
        "gone": 0,
        "refusal": "",
        "notes": [],
        "outcomes": [
            {
                "uri": "file:///corpus/leave.html",
                "outcome": "indexed",
                "reason": "",
                "rule": None,
                "code": None,
                "page": None,
                "remedy": "",
                "pages": 1,
                "pages_indexed": 1,
                "pages_explained": [],
                "chunks": 1,
                "document_id": "leave",
            },
            {
                "uri": "file:///corpus/broken.pdf",
                "outcome": "failed",
                "reason": "malformed: broken.pdf: no PDF",
                "rule": None,
                "code": "malformed",
                "page": None,
                "remedy": "make it anew",
                "pages": 0,
                "pages_indexed": 0,
                "pages_explained": [],
                "chunks": 0,
                "document_id": None,
            },
        ],
    }

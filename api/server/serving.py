"""Runs the HTTP server on a home: opens it, binds, announces, and puts everything away in the right order."""

import contextlib
import ipaddress
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

import uvicorn

from api import log, presence, scratch
from api.activity.store import Activity
from api.errors import ServerFailed
from api.opening import open_engine
from api.presence import Presence
from api.remote import Remote
from api.server import webhooks
from api.server.app import create_app
from api.server.auth import Authenticator
from api.server.jobs import JobRunner
from api.server.limits import Places, RateLimit
from api.server.metrics import Metrics
from api.server.services import AnsweringEngine, Services
from api.server.working import Working
from api.settings import Settings
from api.viewing.page_images import PageImages
from retrieval.errors import HomeLocked, UsageError

if TYPE_CHECKING:
    from retrieval.store.index import Index

_CUT_OFF = 1


def serve(settings: Settings, ready: Callable[[Presence], None]) -> None:
    """Until SIGTERM or Ctrl-C; `ready` is called once requests are answered.

    Then nothing new is accepted, running requests get `shutdown_timeout` seconds to finish, a running ingest ends at
    its next step, and the home is closed.
    """
    log.configure(settings.log_level)
    signal.signal(signal.SIGTERM, _exit)
    with contextlib.ExitStack() as stack:
        activity = stack.enter_context(_activity(settings))
        _refuse_open_house(settings, activity)
        _refuse_second_server(settings.home)
        listening = stack.enter_context(_bound(settings.host, settings.port))
        serving = presence.new(_address(settings.host, listening))
        engine = open_engine(settings, write=True)
        services = assemble(settings, engine, activity=activity, token=serving.token, index=engine.index)
        stack.callback(_close, engine.close, services.jobs)
        _ = engine.answerer  # a language model that can't be used is told now, not at the first question
        stack.enter_context(scratch.inside(settings.home))
        stack.callback(presence.withdraw, settings.home)
        secret = settings.webhook_secret.get_secret_value()
        stack.enter_context(webhooks.delivered(activity.outbox, url=settings.webhook_url, secret=secret))
        _run(services, listening, ready=partial(_announced, settings.home, serving, ready))


def assemble(
    settings: Settings, engine: AnsweringEngine, *, activity: Activity, token: str, index: "Index"
) -> Services:
    """The services over an engine; uploads and ingest jobs are written to `index`."""
    return Services(
        settings=settings,
        engine=engine,
        activity=activity,
        authenticator=Authenticator(activity.keys, local_token=token),
        jobs=JobRunner(activity.jobs, _work(settings, index)),
        metrics=Metrics(),
        places=Places(settings.max_concurrency, queue=settings.max_queue, timeout=settings.queue_timeout),
        rate_limit=RateLimit(settings.rate_limit),
        pages=PageImages(),
    )


def _work(settings: Settings, index: "Index") -> Working:
    return Working(index, workers=settings.workers, converting=settings.converting(), crawl=settings.crawling())


class _Server(uvicorn.Server):
    """Says when it answers, and when it was told to stop, before the last requests are through."""

    def __init__(self, config: uvicorn.Config, *, ready: Callable[[], None], stopping: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready
        self._stopping = stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._stopping()
        super().handle_exit(sig, frame)


def _run(services: Services, listening: socket.socket, *, ready: Callable[[], None]) -> None:
    config = uvicorn.Config(
        create_app(services),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        lifespan="on",
        timeout_graceful_shutdown=max(1, round(services.settings.shutdown_timeout)),
    )
    server = _Server(config, ready=ready, stopping=services.jobs.request_stop)
    server.run(sockets=[listening])
    if not server.started:
        raise ServerFailed("the server did not start", remedy="see the log above")


def _announced(home: Path, serving: Presence, ready: Callable[[Presence], None]) -> None:
    presence.announce(home, serving)
    ready(serving)
    sys.stdout.flush()


@contextlib.contextmanager
def _activity(settings: Settings) -> Iterator[Activity]:
    activity = Activity(
        settings.home, retention=timedelta(days=settings.retention_days), announcing=bool(settings.webhook_url)
    )
    try:
        yield activity
    finally:
        activity.close()


def _refuse_open_house(settings: Settings, activity: Activity) -> None:
    if not _is_loopback(settings.host) and not activity.keys.any_made():
        raise UsageError(
            f"{settings.host} can be reached from other machines, and no key was made",
            remedy="make one with `footnote key add NAME`, or serve on 127.0.0.1",
        )


def _refuse_second_server(home: Path) -> None:
    found = presence.find(home)
    if found is None:
        return
    with Remote(found) as server:
        if server.alive():
            raise HomeLocked(
                f"{home.absolute()} is served already, at {found.address} by process {found.pid}",
                remedy="use that server, or stop it first",
            )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@contextlib.contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    """Bound but not yet listening: whoever comes early is refused, not kept waiting. Raises `UsageError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind(("127.0.0.1" if host == "localhost" else host, port))
        except OSError as exc:
            raise UsageError(
                f"{host}:{port} can't be listened on: {exc.strerror}", remedy="choose another --host or --port"
            ) from exc
        yield bound


def _address(host: str, bound: socket.socket) -> str:
    """How this machine reaches the server."""
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        host = "127.0.0.1" if host == "0.0.0.0" else "::1"  # noqa: S104
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{bound.getsockname()[1]}"


def _close(close: Callable[[], None], jobs: JobRunner) -> None:
    """A job that would not end in time still writes: the process then ends as by a kill, which costs nothing.

    (Left to the interpreter's own end, a thread that is in native code takes the process down with an abort.)
    """
    if jobs.alive:
        log.logger().warning("an ingest did not stop in time and was cut off; what it published is kept")
        sys.stderr.flush()
        os._exit(_CUT_OFF)
    close()


def _exit(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)

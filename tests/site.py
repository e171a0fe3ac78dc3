"""A web site of its own, the names that lead to it, and a canary that nobody may reach.

The guarded client is given a scripted resolver and a network in which one public address is the site's; every other
address is connected to as it is, so that a client without its guard would reach the canary.
"""

import socket
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

import httpcore

PUBLIC = "93.184.216.34"


@dataclass(frozen=True)
class Page:
    body: str | bytes = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "text/html"
    etag: str = ""


class Site:
    """Answers with the page of a path; `asked` are (path, headers) in order. A page with an `etag` can be unchanged."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.asked: list[tuple[str, Mapping[str, str]]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]

    def __enter__(self) -> "Site":
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append((self.path, dict(self.headers.items())))
            page = site.pages.get(self.path, Page(status=404))
            unchanged = bool(page.etag) and self.headers.get("If-None-Match") == page.etag
            body = b"" if unchanged else page.body.encode() if isinstance(page.body, str) else page.body
            self.send_response(304 if unchanged else page.status)
            self.send_header("Content-Type", page.media_type)
            self.send_header("Content-Length", str(len(body)))
            if page.etag:
                self.send_header("ETag", page.etag)
            for name, value in page.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None: ...  # noqa: A002

    return Handler


class Canary:
    """Listens on loopback, in both families, and counts who connects."""

    def __init__(self) -> None:
        self.hits = 0
        self._sockets = [_listening(socket.AF_INET, "127.0.0.1", 0)]
        self.port: int = self._sockets[0].getsockname()[1]
        self._sockets.append(_listening(socket.AF_INET6, "::1", self.port))

    def __enter__(self) -> "Canary":
        return self

    def __exit__(self, *_: object) -> None:
        for listening in self._sockets:
            listening.close()

    def reached(self) -> bool:
        """Whether anybody has connected so far: a connection stands in the queue until it is taken."""
        for listening in self._sockets:
            listening.setblocking(False)
            try:
                while True:
                    listening.accept()[0].close()
                    self.hits += 1
            except BlockingIOError:
                continue
        return self.hits > 0


def _listening(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    listening = socket.socket(family)
    listening.bind((address, port))
    listening.listen()
    return listening


class Wired(httpcore.NetworkBackend):
    """The network: `PUBLIC` is the site, whatever the port; all else is what it is."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._real = httpcore.SyncBackend()
        self.connected: list[str] = []

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        self.connected.append(host)
        place = ("127.0.0.1", self._site.port) if host == PUBLIC else (host, port)
        return self._real.connect_tcp(*place, timeout, local_address, socket_options)


class Names:
    """Answers for each name in turn, the last one for ever; a name that is not scripted is asked of the system.

    The system knows numbers in every spelling, and this machine.
    """

    def __init__(self, **answers: Sequence[Sequence[str]]) -> None:
        self._answers = {name.replace("_", "."): list(turns) for name, turns in answers.items()}

    def __call__(self, host: str, port: int) -> Sequence[str]:
        turns = self._answers.get(host)
        if turns is None:
            if host.endswith(".example"):
                return [PUBLIC]
            return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        return turns.pop(0) if len(turns) > 1 else turns[0]


Vector = Callable[[int], str]

"""The one client for addresses that a user, a document or a crawl names.

A name is resolved once for each connection; all that it resolves to must be public, and the connection is made to the
address that was checked, whatever the name says a moment later. Each redirect is judged as a new address. Nothing is
sent but the request: no cookies, no credentials, no proxy of the environment's. Only tests hand in another network.
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import httpcore

from retrieval.addresses import check_address, checked_url, is_address, plain
from retrieval.errors import FetchFailed, PageGone

AGENT = "Footnote"
_REDIRECTS = (301, 302, 303, 307, 308)
_NOT_MODIFIED = 304
_OK = 200
_GONE = (404, 410)

Resolve = Callable[[str, int], Sequence[str]]
"""A host's addresses. Raises `OSError`."""


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Seconds for each wait and for all of it, bytes of a body, redirects that are followed."""

    wait_seconds: float = 20.0
    total_seconds: float = 120.0
    body_bytes: int = 64 * 2**20
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Fetched:
    """What answered, `url` being the address after all redirects. `body` is empty where it is as it was (304)."""

    url: str
    status: int
    media_type: str
    etag: str
    last_modified: str
    body: bytes = field(repr=False)

    @property
    def unchanged(self) -> bool:
        return self.status == _NOT_MODIFIED


def system_addresses(host: str, port: int) -> Sequence[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Fetcher:
    """A context manager, for one thread; connections are kept for the next request of a host until it is left."""

    def __init__(
        self,
        *,
        limits: FetchLimits | None = None,
        resolve: Resolve = system_addresses,
        network: httpcore.NetworkBackend | None = None,
    ) -> None:
        self._limits = limits or FetchLimits()
        self._network = _Guarded(resolve, network or httpcore.SyncBackend())
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl.create_default_context(), network_backend=self._network, keepalive_expiry=5.0
        )

    def __enter__(self) -> "Fetcher":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.close()

    def get(
        self,
        url: str,
        *,
        etag: str = "",
        last_modified: str = "",
        follow: Callable[[str], bool] = lambda url: True,  # noqa: ARG005 - the signature is the parameter's
    ) -> Fetched:
        """One page. With what it was answered with before, it is sent only where it has changed.

        `follow` may refuse where a redirect leads. Raises `AddressRefused`, and `FetchFailed` for whatever else keeps
        it from being read: no answer, an error's status, too much, too late.
        """
        known = [(b"If-None-Match", etag.encode())] if etag else []
        known += [(b"If-Modified-Since", last_modified.encode())] if last_modified else []
        until = self._network.until = time.monotonic() + self._limits.total_seconds
        for _ in range(self._limits.redirects + 1):
            answer = self._once(url, known, until=until)
            if isinstance(answer, Fetched):
                return answer
            url = answer
            if not follow(url):
                raise FetchFailed(f"it leads to {url}, which is not followed", remedy="name that address itself")
        raise FetchFailed(f"{url}: more than {self._limits.redirects} redirects", remedy="name the last address")

    def _once(self, url: str, known: Sequence[tuple[bytes, bytes]], *, until: float) -> Fetched | str:
        """The page, or the address that it redirects to."""
        parts = checked_url(url)
        address = parts.geturl()
        headers = [
            (b"Host", plain(parts).split("/")[2].encode()),
            (b"User-Agent", AGENT.encode()),
            (b"Accept", b"*/*"),
            (b"Accept-Encoding", b"identity"),
            *known,
        ]
        waits = dict.fromkeys(("connect", "read", "write", "pool"), self._limits.wait_seconds)
        try:
            with self._pool.stream("GET", address, headers=headers, extensions={"timeout": waits}) as response:
                return self._read(plain(parts), response, until=until)
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, ssl.SSLError, OSError) as exc:
            why = str(exc) or type(exc).__name__
            raise FetchFailed(f"{url}: no answer ({why})", remedy="see that the site answers, and try again") from exc

    def _read(self, url: str, response: httpcore.Response, *, until: float) -> Fetched | str:
        headers = {name.lower(): value.decode("latin-1").strip() for name, value in response.headers}
        if response.status in _REDIRECTS and headers.get(b"location"):
            return _joined(url, headers[b"location"])
        if response.status in _GONE:
            raise PageGone(f"{url}: there is no such page (status {response.status})", remedy="see that it is right")
        if response.status not in (_OK, _NOT_MODIFIED):
            raise FetchFailed(f"{url}: answered with status {response.status}", remedy="see that the address is right")
        if headers.get(b"content-encoding", "identity") != "identity":
            raise FetchFailed(
                f"{url}: sent packed, though it was asked for plainly", remedy="save it and name the file"
            )
        return Fetched(
            url=url,
            status=response.status,
            media_type=headers.get(b"content-type", "").partition(";")[0].strip().lower(),
            etag=headers.get(b"etag", ""),
            last_modified=headers.get(b"last-modified", ""),
            body=b"" if response.status == _NOT_MODIFIED else self._body(url, response.iter_stream(), until=until),
        )

    def _body(self, url: str, stream: Iterable[bytes], *, until: float) -> bytes:
        parts: list[bytes] = []
        size = 0
        for part in stream:
            parts.append(part)
            size += len(part)
            if size > self._limits.body_bytes:
                raise FetchFailed(f"{url}: more than {self._limits.body_bytes:,} bytes", remedy="name its parts")
            if time.monotonic() > until:
                raise FetchFailed(f"{url}: took more than {self._limits.total_seconds:g} s", remedy="try again")
        return b"".join(parts)


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError as exc:
        raise FetchFailed(f"{url}: leads to {location!r}, which is no address", remedy="name another page") from exc


class _Guarded(httpcore.NetworkBackend):
    """Connects to addresses that were checked, and to nothing else. Nothing waits past `until`, by `time.monotonic`."""

    def __init__(self, resolve: Resolve, network: httpcore.NetworkBackend) -> None:
        self._resolve = resolve
        self._network = network
        self.until = 0.0

    def left(self, timeout: float | None) -> float:
        """Seconds that may be waited. Raises `httpcore.ReadTimeout` where none are left."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("it took too long")
        return left if timeout is None else min(timeout, left)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = self._checked(host, port)
        for place, address in enumerate(addresses, start=1):
            wait = self.left(timeout)
            try:
                stream = self._network.connect_tcp(address, port, wait, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if place == len(addresses):
                    raise
            else:
                return _Timed(stream, self.left)
        raise AssertionError("there is an address")

    def _checked(self, host: str, port: int) -> Sequence[str]:
        addresses = [host] if is_address(host) else list(self._resolve(host, port))
        if not addresses:
            raise httpcore.ConnectError(f"{host} has no address")
        for address in addresses:
            check_address(address, host)
        return addresses


class _Timed(httpcore.NetworkStream):
    """A connection whose single waits are cut to the time that is left: a site that sends byte by byte, too, ends."""

    def __init__(self, stream: httpcore.NetworkStream, left: Callable[[float | None], float]) -> None:
        self._stream = stream
        self._left = left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, self._left(timeout)), self._left)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

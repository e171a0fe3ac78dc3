"""Many at once, and clients that go away: over real sockets."""

import contextlib
import http.client
import json
import os
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from api.server import sse
from tests.api.conftest import Start
from tests.api.listening import listening, wait_until


def ask(port: int, path: str = "/v1/search", **body: object) -> tuple[int, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", path, json.dumps({"question": "portugal", **body}), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, dict(answer.getheaders())


def send(port: int, path: str, **body: object) -> socket.socket:
    """A request whose answer is not waited for."""
    content = json.dumps({"question": "portugal", **body}).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
    sent = socket.create_connection(("127.0.0.1", port))
    sent.sendall(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
    return sent


def test_who_finds_no_place_waits_and_who_finds_no_queue_is_sent_away(start: Start) -> None:
    server = start(max_concurrency=1, max_queue=1)
    server.engine.gate = threading.Event()
    places = server.services.places

    with listening(server) as port, ThreadPoolExecutor(3) as crowd:
        first = crowd.submit(ask, port)
        wait_until(lambda: places.taken == 1)
        second = crowd.submit(ask, port)
        wait_until(lambda: places.waiting == 1)
        status, headers = ask(port)
        server.engine.gate.set()

        assert (status, headers["retry-after"]) == (503, "10")
        assert (first.result()[0], second.result()[0]) == (200, 200)
    assert (places.taken, places.waiting) == (0, 0)


def test_nobody_waits_longer_than_the_time_that_was_set(start: Start) -> None:
    server = start(max_concurrency=1, queue_timeout=0.05)
    server.engine.gate = threading.Event()

    with listening(server) as port, ThreadPoolExecutor(1) as crowd:
        first = crowd.submit(ask, port)
        wait_until(lambda: server.services.places.taken == 1)
        status, _ = ask(port)
        server.engine.gate.set()

        assert (status, first.result()[0]) == (503, 200)


@pytest.mark.parametrize("stream", [True, False])
def test_a_client_that_goes_away_frees_its_place_and_ends_the_work(start: Start, stream: bool) -> None:
    """The stream of the engine is closed; the step that it is in ends first."""
    server = start(max_concurrency=1)
    server.engine.gate = threading.Event()

    with listening(server) as port:
        sent = send(port, "/v1/ask", stream=stream)
        assert server.engine.begun.acquire(timeout=10)
        sent.close()
        time.sleep(0.05)
        server.engine.gate.set()
        wait_until(lambda: server.engine.closed == 1)
        wait_until(lambda: server.services.places.taken == 0)

        assert ask(port)[0] == 200


def test_a_client_that_goes_away_in_the_queue_leaves_it(start: Start) -> None:
    server = start(max_concurrency=1)
    server.engine.gate = threading.Event()
    places = server.services.places

    with listening(server) as port, ThreadPoolExecutor(1) as crowd:
        first = crowd.submit(ask, port)
        wait_until(lambda: places.taken == 1)
        waiting = send(port, "/v1/ask")
        wait_until(lambda: places.waiting == 1)
        waiting.close()
        wait_until(lambda: places.waiting == 0)
        server.engine.gate.set()

        assert first.result()[0] == 200
    assert len(server.engine.asked) == 1


def test_a_stream_that_is_silent_for_long_says_that_it_lives(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """A comment that clients skip, so that no proxy on the way takes the silence for the end."""
    monkeypatch.setattr(sse, "_PING_SECONDS", 0.02)
    server = start()
    server.engine.gate = threading.Event()

    with listening(server) as port, send(port, "/v1/ask", stream=True) as sent, sent.makefile("rb") as lines:
        assert server.engine.begun.acquire(timeout=10)
        while not (line := lines.readline()).startswith(b": ping"):
            assert line
        server.engine.gate.set()
        while not (line := lines.readline()).startswith(b"event: done"):
            assert line


def test_a_thousand_clients_that_reset_before_the_first_byte_leave_nothing_behind(start: Start) -> None:
    """No place, no thread at work, no socket, no stream of the engine's; by each of the ways to ask."""
    server = start(max_concurrency=2)
    question = {"messages": [{"role": "user", "content": "portugal"}], "model": "footnote"}
    ways = [
        ("/v1/ask", {"stream": True}),
        ("/v1/ask", {"stream": False}),
        ("/v1/chat/completions", {**question, "stream": True}),
        ("/v1/search", {"question": "pump"}),
    ]
    places = server.services.places

    with listening(server) as port:
        assert ask(port, "/v1/ask")[0] == 200
        before = _open_sockets()
        for number in range(1_000):
            path, body = ways[number % len(ways)]
            sent = send(port, path, **body)
            sent.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            sent.close()
        wait_until(lambda: places.taken == 0 and places.waiting == 0)
        wait_until(lambda: _open_sockets() <= before)

        assert ask(port, "/v1/ask")[0] == 200
    begun = [question for question, *_ in server.engine.asked if question == "portugal"]
    assert server.engine.closed == len(begun)
    assert places.threads.borrowed_tokens == 0


def _open_sockets() -> int:
    found = 0
    for number in os.listdir("/proc/self/fd"):
        with contextlib.suppress(FileNotFoundError):  # the listing's own
            found += os.readlink(f"/proc/self/fd/{number}").startswith("socket:")
    return found

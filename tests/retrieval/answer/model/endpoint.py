"""An OpenAI-compatible endpoint on loopback that does what a test tells it, well or badly."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Play = Callable[["Stage"], None]


class Stage:
    """What a play may do with one request. `released` is set when the test is over: a stall waits for it."""

    def __init__(self, handler: BaseHTTPRequestHandler, released: threading.Event) -> None:
        self._handler = handler
        self.released = released

    def status(self, code: int, body: str, kind: str = "application/json") -> None:
        self._handler.send_response(code)
        self._handler.send_header("Content-Type", kind)
        self._handler.send_header("Content-Length", str(len(body.encode())))
        self._handler.end_headers()
        self._handler.wfile.write(body.encode())

    def begin(self) -> None:
        self._handler.send_response(200)
        self._handler.send_header("Content-Type", "text/event-stream")
        self._handler.send_header("Connection", "close")
        self._handler.end_headers()

    def say(self, *texts: str) -> None:
        for text in texts:
            self.raw(f"data: {json.dumps(_chunk({'content': text}))}\n\n")

    def end(self) -> None:
        self.raw(f"data: {json.dumps(_chunk({}, finish='stop'))}\n\ndata: [DONE]\n\n")

    def raw(self, text: str) -> None:
        self._handler.wfile.write(text.encode())
        self._handler.wfile.flush()

    def stall(self) -> None:
        self.released.wait(30)


class Endpoint:
    """Where it listens and what it was asked: the JSON bodies and the Authorization headers."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[dict[str, object]] = []
        self.keys: list[str | None] = []


@contextmanager
def playing(play: Play) -> Iterator[Endpoint]:
    """Serve on an ephemeral port until the block ends; every request gets the same play."""
    released = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            endpoint.asked.append(json.loads(self.rfile.read(length)))
            endpoint.keys.append(self.headers["Authorization"])
            try:
                play(Stage(self, released))
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  http.server's signature
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    endpoint = Endpoint(f"http://127.0.0.1:{server.server_port}/v1")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield endpoint
    finally:
        released.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _chunk(delta: dict[str, str], *, finish: str | None = None) -> dict[str, object]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "scripted", "choices": [choice]}

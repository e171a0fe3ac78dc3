"""The application on a real port, for clients that want one."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import uvicorn

from tests.api.conftest import Server


def wait_until(true: Callable[[], bool]) -> None:
    for _ in range(1_000):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("it never came true")


@contextlib.contextmanager
def listening(server: Server) -> Iterator[int]:
    """The application on a port of this machine."""
    config = uvicorn.Config(server.app, port=0, log_config=None, lifespan="off", ws="none")
    running = uvicorn.Server(config)
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [bound]})
        thread.start()
        wait_until(lambda: running.started)
        try:
            yield int(bound.getsockname()[1])
        finally:
            running.should_exit = True
            thread.join(10)

"""An independent OpenAI-compatible server (transformers' own) with a tiny random model behind it."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

_STARTS_WITHIN = 120  # seconds


@contextlib.contextmanager
def tiny_server(folder: Path) -> Iterator[tuple[str, str]]:
    """The server's address and the model's name; the process is gone afterwards."""
    module = "tests.retrieval.answer.model.tiny_model"
    make = f"from pathlib import Path; from {module} import make; make(Path({str(folder)!r}))"
    root = Path(__file__).parents[4]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(folder / "home"), "PYTHONPATH": str(root)}
    subprocess.run([sys.executable, "-c", make], check=True, env=environment, cwd=root, capture_output=True)
    port = _free_port()
    command = [str(Path(sys.executable).with_name("transformers")), "serve", str(folder), "--host", "127.0.0.1"]
    log = folder / "serve.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--port", str(port), "--device", "cpu"], env=environment, stdout=output, stderr=output
        )
        try:
            _wait_for(port, process, log)
            yield f"http://127.0.0.1:{port}/v1", str(folder)
        finally:
            process.terminate()
            process.wait(30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"the server ended: {log.read_text(errors='replace')[-2000:]}")
        with socket.socket() as probe:
            probe.settimeout(1.0)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    pytest.fail(f"the server did not start: {log.read_text(errors='replace')[-2000:]}")

"""The wire for real: an independent OpenAI-compatible server (transformers' own) with a tiny random model behind it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.answer.model.chat import LangChainChat
from retrieval.errors import LanguageModelFailed
from retrieval.models import Done, Token
from retrieval.settings import LanguageModelSettings
from retrieval.trace import Message
from tests.retrieval.library import Shelf, answerer

pytestmark = pytest.mark.slow
_STARTS_WITHIN = 120  # seconds
_WORDS = 24


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The server's address and the model's name; the process is gone afterwards."""
    folder = tmp_path_factory.mktemp("tiny-llama")
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


def chat(served: tuple[str, str], *, tokens: int = _WORDS) -> LangChainChat:
    url, model = served
    options = {"base_url": url, "max_tokens": tokens, "temperature": 0.0}
    return LangChainChat(LanguageModelSettings(f"openai:{model}", options, timeout=60.0))


def test_a_real_server_streams_in_pieces(served: tuple[str, str]) -> None:
    pieces = list(chat(served).stream([Message("system", "Be brief."), Message("user", "How long is annual leave?")]))

    assert len(pieces) > 1
    assert all(pieces)


def test_nonsense_becomes_an_answer_that_claims_no_proof_it_has_not(served: tuple[str, str]) -> None:
    """The model writes whatever it writes: no quote that is not verbatim, no marker without a quote."""
    shelf = Shelf()
    shelf.put("leave.md", "Annual leave is thirty days in Germany. Ask your manager two weeks ahead.")

    events = list(answerer(shelf, chat=chat(served)).stream("How long is annual leave in Germany?"))

    done = events[-1]
    assert isinstance(done, Done)
    assert done.answer.mode == "llm"
    assert sum(isinstance(event, Token) for event in events) > 1
    for citation in done.answer.citations:
        assert citation.quote == shelf.versions[citation.document_id].text[citation.start : citation.end]


def test_a_reader_may_leave_and_the_server_answers_the_next(served: tuple[str, str]) -> None:
    model = chat(served, tokens=2000)
    first = model.stream([Message("user", "Tell me all.")])
    next(first)
    first.close()  # type: ignore[attr-defined]

    assert list(chat(served).stream([Message("user", "And now?")]))


def test_a_model_that_the_server_does_not_have_is_a_clear_error(served: tuple[str, str]) -> None:
    url, _ = served
    missing = LangChainChat(LanguageModelSettings("openai:/no/such/model", {"base_url": url}, timeout=60.0))

    with pytest.raises(LanguageModelFailed):
        list(missing.stream([Message("user", "Hello?")]))


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

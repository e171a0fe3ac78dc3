"""Language models through the running server: one that writes nonsense over the wire, and those that misbehave."""

import contextlib
import json
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from openai import OpenAI
from openai.types.chat import ChatCompletionChunk

from tests.e2e.conftest import Footnote, Serving, serve
from tests.retrieval.answer.model.endpoint import Play, Stage, playing
from tests.retrieval.answer.model.tiny_server import tiny_server

pytestmark = pytest.mark.slow

QUESTION = "How many days of annual leave are there in Portugal?"
FACT = "Employees in Portugal receive 25 working days of annual leave."


@dataclass
class Director:
    """What the endpoint plays next; `hung_up` is set when its listener went away."""

    play: Play = field(default=lambda stage: stage.status(500, "{}"))
    hung_up: threading.Event = field(default_factory=threading.Event)

    def __call__(self, stage: Stage) -> None:
        try:
            self.play(stage)
        except (BrokenPipeError, ConnectionResetError):
            self.hung_up.set()
            raise


@pytest.fixture(scope="module")
def director() -> Director:
    return Director()


@dataclass
class Wired:
    """A server with a language model, and a key that sees everything."""

    serving: Serving
    key: str

    @property
    def client(self) -> httpx.Client:
        return self.serving.client(self.key)

    @property
    def stock(self) -> OpenAI:
        """The stock client of OpenAI's protocol."""
        address = f"{self.serving.address}/v1"
        made = OpenAI(base_url=address, api_key=self.key, max_retries=0, timeout=60)
        self.serving.clients.callback(made.close)
        return made


def made_home(ingested: Footnote, folder: Path) -> Footnote:
    environment = {
        "FOOTNOTE_LLM_TIMEOUT": "2",
        "FOOTNOTE_LLM_TRIES": "2",
        "FOOTNOTE_LOG_LEVEL": "error",
        "FOOTNOTE_MAX_CONCURRENCY": "1",
    }
    footnote = Footnote(folder / "state", ingested.corpus, environment)
    footnote.json("ingest", str(ingested.corpus))
    return footnote


@contextlib.contextmanager
def wired_to(home: Footnote, url: str, model: str, **environment: str) -> Iterator[Wired]:
    name = f"stock-{uuid.uuid4().hex}"
    key = home.json("key", "add", name, "--group", "*")["key"]
    model_environment = {"FOOTNOTE_LLM": model, "FOOTNOTE_LLM_BASE_URL": url, **environment}
    running = serve(replace(home, environment={**home.environment, **model_environment}))
    yield Wired(running, key)
    assert running.stop() == 0


@pytest.fixture(scope="module")
def wired(ingested: Footnote, tmp_path_factory: pytest.TempPathFactory, director: Director) -> Iterator[Wired]:
    """Its model is what the director says; it is waited for two seconds at most, and asked twice."""
    home = made_home(ingested, tmp_path_factory.mktemp("wired"))
    with playing(director) as endpoint, wired_to(home, endpoint.url, "openai:scripted") as made:
        yield made


def _says(*pieces: str, then: Callable[[Stage], None]) -> Play:
    def play(stage: Stage) -> None:
        stage.begin()
        stage.say(*pieces)
        then(stage)

    return play


MISBEHAVING: dict[str, Play] = {
    "stalls before the first word": lambda stage: stage.stall(),
    "stalls after some words": _says("Employees ", "in Portugal ", then=lambda stage: stage.stall()),
    "cuts off": _says("Employees in ", then=lambda stage: None),
    "answers 429": lambda stage: stage.status(429, json.dumps({"error": {"message": "slow down"}})),
    "answers 500": lambda stage: stage.status(500, json.dumps({"error": {"message": "out of order"}})),
    "answers 401": lambda stage: stage.status(401, json.dumps({"error": {"message": "no such key"}})),
    "sends a page": lambda stage: stage.status(200, "<html>Welcome</html>", "text/html"),
    "sends garbage": _says(then=lambda stage: stage.raw("data: {not json\n\n\x00\x01garbage")),
    "says nothing": _says(then=lambda stage: stage.end()),
}


@pytest.mark.parametrize("play", MISBEHAVING.values(), ids=MISBEHAVING)
def test_a_model_that_misbehaves_gives_the_documents_own_words(wired: Wired, director: Director, play: Play) -> None:
    """Whole, as a stream, and by OpenAI's protocol; with a note that says why, and never a hang."""
    director.play = play

    whole = wired.client.post("/v1/ask", json={"question": QUESTION}).json()
    streamed = _done(wired.client)
    chunks = list(_completion(wired.stock))

    for answer in (whole, streamed):
        assert answer["mode"] == "extractive"
        assert FACT in answer["answer"]
        assert any("The language model failed" in note for note in answer["notes"])
    message = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert f"{FACT} [1]" in message
    assert "The language model failed" in message
    assert chunks[-1].choices[0].finish_reason == "stop"


def test_a_model_is_heard_as_it_speaks(wired: Wired, director: Director) -> None:
    """Its first words are out while it still has to say the rest."""
    go_on = threading.Event()

    def play(stage: Stage) -> None:
        stage.begin()
        stage.say("Employees in Portugal receive ")
        assert go_on.wait(30)
        stage.say("25 working days of annual leave [1].")
        stage.end()

    director.play = play
    stream = iter(_completion(wired.stock))
    heard = ""
    while "Employees" not in heard:
        heard += next(stream).choices[0].delta.content or ""
    go_on.set()

    rest = list(stream)

    assert rest[-1].model_extra["footnote"]["mode"] == "llm"
    cited = next(chunk.choices[0].delta.annotations for chunk in rest if hasattr(chunk.choices[0].delta, "annotations"))
    assert cited[0]["url_citation"]["title"] == "leave.html"


@pytest.mark.parametrize("path", ["/v1/ask", "/v1/chat/completions"])
def test_a_client_that_goes_away_hangs_up_on_the_model_and_frees_its_place(
    wired: Wired, director: Director, path: str
) -> None:
    director.hung_up.clear()

    def play(stage: Stage) -> None:
        stage.begin()
        for _ in range(3_000):
            stage.say("word ")
            time.sleep(0.01)

    director.play = play
    ours = {"question": QUESTION, "stream": True}
    theirs = {"model": "footnote", "messages": [{"role": "user", "content": QUESTION}], "stream": True}
    with wired.client.stream("POST", path, json=ours if path == "/v1/ask" else theirs) as response:
        heard = response.iter_raw()
        while b"word" not in next(heard):
            pass

    assert director.hung_up.wait(20)
    director.play = _says("Done.", then=lambda stage: stage.end())
    assert wired.client.post("/v1/ask", json={"question": QUESTION}).status_code == 200  # there is one place only


def test_a_real_model_streams_its_nonsense_through_both_protocols(ingested: Footnote, tmp_path: Path) -> None:
    """Another program's server, a model of random weights: no quote that is not verbatim, no marker without a quote."""
    home = made_home(ingested, tmp_path)
    with (
        tiny_server(tmp_path / "tiny-llama") as (url, model),
        wired_to(home, url, f"openai:{model}", FOOTNOTE_LLM_TIMEOUT="60") as wired,
    ):
        answer = _done(wired.client)
        chunks = list(_completion(wired.stock))
        text = wired.client.get(f"/v1/documents/{answer['sources'][0]['document_id']}").json()["text"]

    pieces = [piece for chunk in chunks if (piece := chunk.choices[0].delta.content)]
    assert answer["mode"] == "llm"
    assert len(pieces) > 5
    assert chunks[-1].model_extra["footnote"]["mode"] == "llm"
    for citation in answer["citations"]:
        if citation["document_id"] == answer["sources"][0]["document_id"]:
            assert text[citation["start"] : citation["end"]] == citation["quote"]
    known = {citation["marker"] for citation in answer["citations"]}
    assert {int(number) for number in re.findall(r"\[(\d+)\]", answer["answer"])} <= known


def _completion(stock: OpenAI) -> Iterator[ChatCompletionChunk]:
    messages = [{"role": "user", "content": QUESTION}]
    return stock.chat.completions.create(model="footnote", messages=messages, stream=True)


def _done(client: httpx.Client) -> Any:
    with client.stream("POST", "/v1/ask", json={"question": QUESTION, "stream": True}) as response:
        blocks = response.read().decode().strip().split("\n\n")
    name, data = blocks[-1].split("\n", 1)
    assert name == "event: done", blocks[-1]
    return json.loads(data.removeprefix("data: "))

"""The program as it is installed, in processes of its own, over a small company's corpus."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

REPOSITORY = Path(__file__).parents[2]
SECRET = "Quokka"  # a word that stands in the restricted folder alone

_RULES = """
[[access]]
path = "hr/**"
groups = ["hr"]
"""
_LEAVE = """<!doctype html><html><head><title>Annual leave</title></head><body>
<nav><a href="/">Home</a> <a href="/all">All pages</a></nav>
<main><h1>Annual leave</h1>
<p>Employees in Portugal receive 25 working days of annual leave.</p>
<p>Employees in Norway receive 27 working days of annual leave.</p>
<h2>Carrying over</h2><p>Up to eight days may be carried into the next year, until 30 April.</p></main>
<footer>Internal</footer></body></html>"""
_SEVERANCE = f"""<!doctype html><html><head><title>Severance</title></head><body><main><h1>Severance</h1>
<p>The severance plan {SECRET} grants one month of pay for each year of service.</p></main></body></html>"""
_PUMPS = "Pump,Pressure (bar),Price (EUR)\nP-10,10,420\nP-25,25,980\n"


@dataclass
class Footnote:
    """Runs verbs on one home."""

    home: Path
    corpus: Path
    environment: dict[str, str] = field(default_factory=dict)

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        program = "from api.cli import main; main()"
        return subprocess.Popen(
            [sys.executable, "-c", program, *arguments],
            cwd=self.corpus,
            env={**os.environ, "FOOTNOTE_HOME": str(self.home), "PYTHONPATH": str(REPOSITORY), **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, code: int | Sequence[int] = 0) -> str:
        """What it prints on stdout; its exit code must be the one expected."""
        with self.start(*arguments) as running:
            out, err = running.communicate(timeout=120)
        assert running.returncode in ([code] if isinstance(code, int) else code), err or out
        return out

    def json(self, *arguments: str, code: int | Sequence[int] = 0) -> Any:
        return json.loads(self.run(*arguments, "--json", code=code))


@dataclass
class Serving:
    """A running server, and the client of its owner."""

    process: "subprocess.Popen[str]"
    address: str
    clients: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def client(self, key: str = "") -> httpx.Client:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        client = httpx.Client(base_url=self.address, headers=headers, timeout=60, trust_env=False)
        return self.clients.enter_context(client)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """The exit code."""
        self.clients.close()
        self.process.send_signal(how)
        self.process.communicate(timeout=60)
        return self.process.returncode


def serve(footnote: Footnote) -> Serving:
    process = footnote.start("serve", "--port", "0", "--json")
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise AssertionError(process.communicate()[1])
    return Serving(process, json.loads(line)["address"])


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    write_corpus(folder)
    return folder


def write_corpus(folder: Path) -> None:
    (folder / "hr").mkdir(parents=True)
    (folder / "footnote.toml").write_text(_RULES)
    (folder / "leave.html").write_text(_LEAVE)
    (folder / "hr" / "severance.html").write_text(_SEVERANCE)
    (folder / "pumps.csv").write_text(_PUMPS)
    _write_pdf(folder / "safety.pdf")


@pytest.fixture(scope="session")
def ingested(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Footnote:
    """A home with the corpus in it; tests of this session only read it."""
    footnote = Footnote(tmp_path_factory.mktemp("home") / "state", corpus)
    report = footnote.json("ingest", str(corpus))
    assert (report["indexed"], report["failed"]) == (4, 0), report["outcomes"]
    return footnote


@pytest.fixture(scope="session")
def served(ingested: Footnote) -> Iterator[Serving]:
    running = serve(ingested)
    yield running
    assert running.stop() == 0


def _write_pdf(path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path))
    for title, sentence in (
        ("Safety at sea", "Life jackets hang beside the ladder on every deck."),
        ("Alarms", "The general alarm is seven short blasts followed by one long blast."),
    ):
        canvas.setFont("Helvetica-Bold", 16)
        canvas.drawString(72, 760, title)
        canvas.setFont("Helvetica", 11)
        canvas.drawString(72, 720, sentence)
        canvas.showPage()
    canvas.save()

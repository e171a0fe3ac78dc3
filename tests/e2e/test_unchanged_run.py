"""The command run a second time over files that nothing touched."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from evals.benchmarks.stand_in import StandIn
from ingest import stamps
from ingest.options import IngestOptions
from ingest.pipeline import ingest
from retrieval.engine import Engine
from retrieval.settings import EngineSettings

HEAVY = ("chromadb", "langchain_core", "lxml", "onnxruntime", "sentence_transformers", "tokenizers", "torch")
PROGRAM = f"""
import sys
from api import cli
code = cli.run(["ingest", sys.argv[1], "--json"])
print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)
"""


def test_nothing_is_opened_or_loaded_for_an_unchanged_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither Chroma nor the model, nor anything that reads a format; the home is the installed model's."""
    monkeypatch.setattr(stamps, "_UNSETTLED_NS", 0)
    corpus, home = tmp_path / "corpus", tmp_path / "home"
    corpus.mkdir()
    (corpus / "a.md").write_text("# One\n\nText.")
    (corpus / "b.html").write_text("<html><body><p>Two.</p></body></html>")
    (corpus / "empty.txt").write_text("")
    with Engine(EngineSettings(home), write=True, embedder=StandIn(graphs=home / "models")) as engine:
        ingest(engine.index, [str(corpus)], IngestOptions(workers=1))

    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(corpus)],
        env={**os.environ, "FOOTNOTE_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )

    report = json.loads(done.stdout)
    assert (report["unchanged"], report["skipped"], report["embedded"]) == (2, 1, 0)
    assert done.stderr.splitlines()[-1] == "[]"

"""`footnote ingest --watch`: a change is published while nobody does anything."""

import json
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Footnote

_MOST_SECONDS = 600.0  # then it is killed, and the test fails


@pytest.fixture
def footnote(tmp_path: Path) -> Footnote:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.md").write_text("# One\n\nThe first text.")
    return Footnote(tmp_path / "home", corpus)


def reports(running: Any) -> Iterator[dict[str, Any]]:
    for line in running.stdout:
        yield json.loads(line)


@pytest.mark.slow
def test_a_file_that_is_added_changed_or_removed_is_published_by_itself(footnote: Footnote) -> None:
    with footnote.start("ingest", str(footnote.corpus), "--watch", "--prune", "--force", "--json") as running:
        late = threading.Timer(_MOST_SECONDS, running.kill)
        late.start()
        told = reports(running)
        assert next(told)["indexed"] == 1
        (footnote.corpus / "b.md").write_text("# Two\n\nThe second text.")
        _until(told, indexed=1)
        (footnote.corpus / "b.md").write_text("# Two\n\nThe second text, changed.")
        _until(told, indexed=1)
        (footnote.corpus / "a.md").unlink()
        _until(told, removed=1)
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=60)
        late.cancel()

    assert running.returncode == 130
    assert [one["document"] for one in footnote.json("documents", "--as", "*")["documents"]] == ["b.md"]


def _until(told: Iterator[dict[str, Any]], **counts: int) -> None:
    """Read reports until one has these counts; one that found nothing new may come between."""
    for report in told:
        if all(report[kind] == count for kind, count in counts.items()):
            return
    raise AssertionError("the program ended")

"""200 files, 25 of them at fault: each fault is told by its class, and costs nothing but its own file."""

from functools import partial
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote

import pytest

from ingest import publishing
from ingest.models import Limits
from ingest.workers import Workers
from retrieval.engine import Engine
from tests.ingest import faults
from tests.ingest.runs import run

LIMITS = Limits(seconds=faults.SECONDS, memory_bytes=faults.MEMORY, characters=faults.CHARACTERS)


@pytest.mark.slow
def test_every_planted_fault_is_in_the_ledger_with_its_class_and_the_others_are_indexed(
    engine: Engine, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = faults.make(corpus)
    monkeypatch.setattr(publishing, "Workers", partial(Workers, converter="tests.ingest.faults"))
    _deny(monkeypatch, "unreadable.md")

    report = run(engine, corpus, limits=LIMITS)

    told = {unquote(one.uri.rsplit("/", 1)[-1], errors="surrogateescape"): one for one in report.outcomes}
    faulty = {name: (one.outcome, one.code or one.rule) for name, one in told.items() if name in expected}
    assert faulty == expected
    assert {one.outcome for name, one in told.items() if name not in expected} == {"indexed"}
    assert (len(expected), len(told)) == (25, 200)
    assert all(one.reason for one in report.outcomes if one.outcome in ("failed", "skipped"))
    assert all(one.remedy for one in report.outcomes if one.outcome == "failed")


def _deny(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The tests may run as root, who is denied nothing."""
    real = Path.open

    def denied(path: Path, *args: Any, **named: Any) -> IO[Any]:
        if path.name == name:
            raise PermissionError(13, "Permission denied")
        return real(path, *args, **named)

    monkeypatch.setattr(Path, "open", denied)

"""How far an ingest is, where stderr is no terminal."""

import pytest

from api import progress
from api.progress import Counts
from retrieval.models import Outcome


def test_lines_tell_files_chunks_and_the_time_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """1 of 4 files in 10 s: the other three take 30 s. No line sooner than 5 s after the last one."""
    times = iter([0.0, 1.0, 10.0, 12.0, 16.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(times))

    with progress.shown() as show:
        counts = Counts(show)
        counts.planned(4)
        counts.finished(Outcome("file:///a", "indexed", pages=2))
        counts.published(3, 2)
        counts.finished(Outcome("file:///b", "unchanged", pages=7))

    assert capsys.readouterr().err.splitlines() == [
        "1 of 4 files, 2 pages, 0 chunks, about 30 s left",
        "2 of 4 files, 2 pages, 3 chunks, 0.2 chunks/s, about 16 s left",
    ]
    assert (counts.files, counts.ended, counts.chunks, counts.embedded) == (4, 2, 3, 2)


def test_there_is_no_estimate_before_a_tenth_is_done(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """1 of 20 files in 10 s says nothing yet; 2 of 20 in 20 s is 180 s for the other 18; 20 of 20 leave nothing."""
    times = iter([0.0, 1.0, 10.0, 20.0, *[21.0] * 17, 30.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(times))

    with progress.shown() as show:
        counts = Counts(show)
        counts.planned(20)
        for number in range(20):
            counts.finished(Outcome(f"file:///{number}", "indexed"))

    assert capsys.readouterr().err.splitlines() == [
        "1 of 20 files, 0 pages, 0 chunks",
        "2 of 20 files, 0 pages, 0 chunks, about 180 s left",
        "20 of 20 files, 0 pages, 0 chunks",
    ]

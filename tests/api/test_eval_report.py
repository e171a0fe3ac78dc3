"""`footnote eval report` over kept results."""

import json
from pathlib import Path

import pytest

from api import cli
from evals import kept
from tests.evals.report.results import searched


def test_two_kept_results_become_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first is what the second is held against; --json tells what was written."""
    kept.write(tmp_path / "old.json", searched([0] * 20))
    kept.write(tmp_path / "new.json", searched([1] * 20, mode="hybrid"))
    out = tmp_path / "report.html"

    old, new = str(tmp_path / "old.json"), str(tmp_path / "new.json")
    code = cli.run(["eval", "report", old, new, "--metric", "hit@1", "--out", str(out), "--json"])

    told = json.loads(capsys.readouterr().out)
    assert code == 0
    assert told["files"] == [str(out)]
    assert "new is better than old in hit@1" in told["conclusion"]
    assert told["configurations"]["new"]["hit@1"]["mean"] == 1.0
    assert "few questions" in out.read_text()


def test_without_a_file_the_report_is_markdown_on_stdout(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As one pastes it into a discussion."""
    kept.write(tmp_path / "old.json", searched([0, 1]))

    assert cli.run(["eval", "report", str(tmp_path / "old.json")]) == 0
    assert capsys.readouterr().out.startswith("# few questions")


def test_what_cannot_be_reported_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown ending; a set beside a result."""
    kept.write(tmp_path / "old.json", searched([0, 1]))
    (tmp_path / "set.jsonl").write_text('{"id": "q", "question": "why?"}\n')
    old, judged = str(tmp_path / "old.json"), str(tmp_path / "set.jsonl")

    assert cli.run(["eval", "report", old, "--out", str(tmp_path / "r.pdf")]) == 2
    assert "says no format" in capsys.readouterr().err
    assert cli.run(["eval", "report", old, judged]) == 2
    assert "several sets were given" in capsys.readouterr().err

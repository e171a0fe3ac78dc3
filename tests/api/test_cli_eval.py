"""`footnote eval` from the command line, over the real engine: what it prints, and how it ends."""

import json
from pathlib import Path
from typing import Any

import pytest

from api import cli

WORDS = ("amber", "birch", "coral", "delta", "ember", "fjord", "grove", "heron", "islet", "jetty")


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path / "home"))


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    """Ten records with a query each, every one found first by its word."""
    folder = tmp_path / "words"
    (folder / "qrels").mkdir(parents=True)
    records = [{"_id": word, "text": f"The {word} stands on page {at}."} for at, word in enumerate(WORDS)]
    queries = [{"_id": f"q-{word}", "text": f"{word} page"} for word in WORDS]
    for name, lines in (("corpus", records), ("queries", queries)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder / "qrels" / "test.tsv").write_text("".join(f"q-{word}\t{word}\t1\n" for word in WORDS))
    return folder


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert cli.run([*arguments, "--json"]) in (0, 3)
    return json.loads(capsys.readouterr().out)


def test_a_gate_ends_with_3_and_names_what_fell(
    beir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The baseline held half of what search can do; then it is said to have held all, which no search holds."""
    monkeypatch.setenv("COLUMNS", "200")
    gate = ["eval", "gate", str(beir), "--baseline", str(tmp_path / "b.json")]
    assert cli.run([*gate, "--save", "--mode", "lexical"]) == 0
    assert cli.run(gate) == 0
    held = json.loads((tmp_path / "b.json").read_text())
    held["legs"]["lexical"]["ndcg@10"] = dict.fromkeys(held["legs"]["lexical"]["ndcg@10"], 1.5)
    (tmp_path / "b.json").write_text(json.dumps(held))
    capsys.readouterr()

    assert cli.run(gate) == 3

    out = capsys.readouterr().out
    assert "the gate is not passed" in out
    assert "lexical ndcg@10 went from 1.500 to 1.000 on 10 queries: worse by more than chance" in out
    assert "q-amber: 1.500 > 1.000  amber page" in out


def test_a_gate_without_its_baseline_is_wrong_usage(
    beir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["eval", "gate", str(beir), "--baseline", str(tmp_path / "none.json")]) == 2

    assert "none.json: can't be read" in capsys.readouterr().err


def test_kept_results_are_compared_in_plain_words(
    beir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a", "b"):
        assert cli.run(["eval", "retrieval", str(beir), "--mode", "lexical", "--save", str(tmp_path / name)]) == 0
    capsys.readouterr()

    found = printed(capsys, "eval", "compare", str(tmp_path / "a"), str(tmp_path / "b"), "--metric", "ndcg@10")

    (one,) = found["comparisons"]
    assert (one["first"], one["ties"], one["sentence"]) == (1.0, 10, "ndcg@10: no query differs.")


def test_an_experiment_is_printed_with_its_cells(
    beir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.toml").write_text('set = "words"\n[grid]\nmode = ["lexical", "dense"]\n')

    found = printed(capsys, "eval", "experiment", str(tmp_path / "x.toml"))

    assert [cell["varied"] for cell in found["cells"]] == [{"mode": "lexical"}, {"mode": "dense"}]
    assert found["cells"][0]["metrics"]["ndcg@10"]["mean"] == 1.0
    assert (tmp_path / "home" / "evals" / "experiments" / "x" / "experiment.json").is_file()


def test_a_bad_experiment_is_told_by_line_and_field(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.toml").write_text('set = "words"\n\n[grid]\nmodes = ["dense"]\n')

    assert cli.run(["eval", "experiment", str(tmp_path / "x.toml")]) == 2

    assert "x.toml:4: grid.modes: is no setting that can be varied" in capsys.readouterr().err


def test_answers_are_measured_and_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "leave.md").write_text("# Leave\n\nStaff in Germany get 30 days of annual leave.\n")
    lines = [
        {
            "id": "de",
            "question": "How many days of annual leave do staff in Germany get?",
            "answer": "30 days",
            "evidence": [{"document": "leave.md", "quote": "30 days of annual leave"}],
        },
        {"id": "mars", "question": "Who won the chess final on Mars?", "answerable": False},
    ]
    (tmp_path / "set.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    corpus, save = str(tmp_path / "corpus"), str(tmp_path / "kept")

    found = printed(capsys, "eval", "answers", str(tmp_path / "set.jsonl"), "--corpus", corpus, "--save", save)

    assert found["metrics"]["numeric"]["mean"] == 1.0
    assert found["metrics"]["quote_citation_recall"]["mean"] == 1.0
    assert found["auroc"]["mean"] == 1.0
    assert [record["right"] for record in found["records"]] == [True, None]
    assert json.loads(Path(save).read_text())["kind"] == "answers"

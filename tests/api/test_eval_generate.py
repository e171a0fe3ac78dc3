"""`footnote eval generate` and `export`, from documents and from what was asked of a server."""

import json
from pathlib import Path

import pytest

from api import cli
from tests.api.conftest import Server
from tests.api.fake_engine import FakeEngine, Page

RULE = "Tidebook is the calendar in which all leave is kept, and all may look into it at any time of the day."


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_set_is_made_of_the_documents(
    engine: FakeEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a model by rules; and it is exported to BEIR."""
    monkeypatch.setattr(
        "retrieval.engine.Engine.open", lambda settings, write=False: FakeEngine(Page("tidebook", RULE))
    )
    made = tmp_path / "made.jsonl"

    assert cli.run(["eval", "generate", str(made), "--no-model", "--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    assert (told["added"], told["by"], told["passages"]) == (1, "rules", 1)
    (line,) = lines(made)
    assert line["question"] == "What is Tidebook?"
    assert line["evidence"] == [{"document": "tidebook.html", "page": 1, "quote": RULE}]
    assert cli.run(["eval", "export", str(made), str(tmp_path / "beir"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["documents"] == 1
    assert (tmp_path / "beir" / "qrels" / "test.tsv").read_text().splitlines()[1].endswith("\ttidebook\t1")


def test_what_people_liked_becomes_a_set_and_the_rest_waits_for_labels(
    server: Server, engine: FakeEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two questions over HTTP, one of them called good; then the evaluator labels the other."""
    client = server.as_key()
    good = client.post("/v1/ask", json={"question": "portugal"}).json()
    bad = client.post("/v1/ask", json={"question": "leave days in portugal"}).json()
    client.post("/v1/feedback", json={"answer_id": good["answer_id"], "verdict": "up"})
    client.post("/v1/feedback", json={"answer_id": bad["answer_id"], "verdict": "down", "comment": "too short"})
    made, todo = tmp_path / "made.jsonl", tmp_path / "made.unlabelled.jsonl"
    capsys.readouterr()  # the server's log

    assert cli.run(["eval", "generate", str(made), "--feedback", "--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    assert (told["added"], told["unlabelled"], told["unlabelled_file"]) == (1, 1, str(todo))
    assert [line["question"] for line in lines(made)] == ["portugal"]
    (waiting,) = lines(todo)
    assert (waiting["question"], waiting["comment"]) == ("leave days in portugal", "too short")

    assert cli.run(["eval", "generate", str(made), "--feedback", "--json"]) == 0, "nothing in it was labelled"
    labelled = json.dumps(waiting | {"label": "unanswerable"}) + "\n"
    todo.write_text(labelled)
    assert cli.run(["eval", "generate", str(made), "--feedback"]) == 2
    assert "holds an evaluator's labels" in capsys.readouterr().err
    assert todo.read_text() == labelled
    assert cli.run(["eval", "generate", str(made), "--labels", str(todo), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["added"] == 1
    assert lines(made)[1]["answerable"] is False


def test_feedback_and_labels_do_not_go_together(
    engine: FakeEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One or the other; and where nobody asked anything there is nothing to make a set of."""
    (tmp_path / "todo.jsonl").write_text("")
    made = str(tmp_path / "made.jsonl")

    assert cli.run(["eval", "generate", made, "--feedback", "--labels", str(tmp_path / "todo.jsonl")]) == 2
    assert "give one of them" in capsys.readouterr().err
    assert cli.run(["eval", "generate", made, "--feedback"]) == 2
    assert "nobody asked anything yet" in capsys.readouterr().err

"""Whole sets: made, checked, written, read back, exported."""

import json
from pathlib import Path

import pytest

from evals import beir, questions
from evals.errors import BadSet
from evals.making.files import as_object, export_beir, write
from evals.making.make import from_documents
from evals.models import Evidence, Question, QuestionSet
from retrieval.errors import UsageError
from retrieval.models import Turn
from tests.evals.fake_home import FakeHome
from tests.fakes import ScriptedChatModel

RULE = "Days that are left over go into the next year until the end of March, five of them at most, and then lapse."
TEXTS = {
    "leave.md": f"# Left over days\n\nTidebook is the calendar in which all leave is kept. {RULE}",
    "cars.md": f"# Parking\n\nCars of guests stand behind the hall, and the porter has the keys. {RULE}",
}


def home() -> FakeHome:
    return FakeHome(TEXTS, groups={"cars.md": ("staff",)})


def test_a_set_of_rules_is_one_that_can_be_measured_on(tmp_path: Path) -> None:
    """Its file reads back; a question on a restricted document is asked as one who may see it."""
    made = from_documents(home(), wanted=10)

    write(tmp_path / "made.jsonl", made.questions)

    read = questions.read(tmp_path / "made.jsonl").questions
    by_document = {one.evidence[0].document: one for one in read}
    assert by_document["leave.md"].question == "What is Tidebook?"
    assert by_document["leave.md"].groups == frozenset()
    assert by_document["cars.md"].groups == {"staff"}
    assert (len(read), made.passages) == (2, 2)


def test_no_more_questions_are_made_than_wanted() -> None:
    """One of two documents."""
    assert len(from_documents(home(), wanted=1).questions) == 1


def test_a_question_that_came_before_is_refused() -> None:
    """The model asks the same of both texts: the second time its quote is there too, but the question is known."""
    said = json.dumps({"question": "Until when?", "answer": "March", "quote": "until the end of March"})

    made = from_documents(home(), wanted=2, model=ScriptedChatModel(said))

    assert len(made.questions) == 1
    assert made.refused == {"the question was there before": 1}


def test_nothing_to_ask_about_is_told() -> None:
    """No document, no question that could be checked, no question wanted."""
    with pytest.raises(UsageError, match="no question came"):
        from_documents(FakeHome({}), wanted=3)
    with pytest.raises(UsageError, match="no question came"):
        from_documents(home(), wanted=3, model=ScriptedChatModel("no"))
    with pytest.raises(UsageError, match="0 questions were asked for"):
        from_documents(home(), wanted=0)


def test_a_set_grows_and_keeps_what_it_has(tmp_path: Path) -> None:
    """The same question twice is once in it; a broken set is not added to."""
    made = from_documents(home(), wanted=10).questions

    assert write(tmp_path / "s.jsonl", made[:1]) == 1
    assert write(tmp_path / "s.jsonl", made) == 1
    assert len((tmp_path / "s.jsonl").read_text().splitlines()) == 2
    (tmp_path / "bad.jsonl").write_text("no json\n")
    with pytest.raises(BadSet):
        write(tmp_path / "bad.jsonl", made)
    with pytest.raises(UsageError, match="can't be written"):
        write(tmp_path / "gone" / "s.jsonl", made)


def test_a_set_whose_last_line_was_not_ended_grows_by_lines_of_its_own(tmp_path: Path) -> None:
    """Editors leave the last line end out; nothing added: nothing changed."""
    file = tmp_path / "set.jsonl"
    file.write_text('{"id": "a", "question": "Who?"}')

    write(file, [])
    unchanged = file.read_text()
    added = write(file, [Question("b", "Where?", None, True, (), (), frozenset(), 0)])

    assert unchanged == '{"id": "a", "question": "Who?"}'
    assert added == 1
    assert [one.id for one in questions.read(file).questions] == ["a", "b"]


def test_a_line_says_all_that_a_question_holds(tmp_path: Path) -> None:
    """Written and read, it is the same question."""
    question = Question(
        "q1", "And then?", "a", True, (Evidence("a.pdf", 2, "q"),), (Turn("user", "hi"),), frozenset({"hr"}), 1
    )
    (tmp_path / "s.jsonl").write_text(json.dumps(as_object(question)) + "\n")

    assert questions.read(tmp_path / "s.jsonl").questions == (question,)


def test_a_set_and_its_documents_become_a_beir_folder(tmp_path: Path) -> None:
    """Other tools read it, and so do we: documents are judged, unanswerable questions stay behind."""
    judged = QuestionSet(
        "s",
        "s.jsonl",
        (
            *from_documents(home(), wanted=10).questions,
            Question("none", "Who is king?", None, False, (), (), frozenset(), 9),
        ),
    )

    assert export_beir(judged, home(), tmp_path / "out") == 2

    read = beir.read(tmp_path / "out")
    assert {record.id: record.text for record in read.records} == {f"id:{path}": text for path, text in TEXTS.items()}
    assert len(read.queries) == 2
    assert sorted(document for judged in read.qrels.values() for document in judged) == ["id:cars.md", "id:leave.md"]
    with pytest.raises(UsageError, match="is not empty"):
        export_beir(judged, home(), tmp_path / "out")

"""Question sets, good and bad."""

import json
from pathlib import Path

import pytest

from evals import questions
from evals.dataset import load
from evals.errors import BadSet
from evals.models import BeirSet, Evidence, QuestionSet
from retrieval.errors import UsageError
from retrieval.models import Turn


def written(path: Path, *lines: object) -> Path:
    file = path / "questions.jsonl"
    file.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
    return file


def complaints(path: Path) -> list[str]:
    with pytest.raises(BadSet) as refused:
        questions.read(path)
    return [f"{one.line}:{one.field}: {one.message}" for one in refused.value.problems]


def test_a_question_is_read_with_all_its_fields(tmp_path: Path) -> None:
    """Answer, evidence with page and quote, history, groups, and the line it stands on."""
    line = {
        "id": "a",
        "question": "How many days?",
        "answer": "30",
        "evidence": [{"document": "leave.pdf", "page": 2, "quote": "30 days"}],
        "history": [{"role": "user", "content": "hello"}],
        "group": ["hr"],
        "kind": "table",
    }

    (found,) = questions.read(written(tmp_path, line)).questions

    assert (found.id, found.question, found.answer, found.answerable) == ("a", "How many days?", "30", True)
    assert found.evidence == (Evidence("leave.pdf", 2, "30 days"),)
    assert found.history == (Turn("user", "hello"),)
    assert found.groups == frozenset({"hr"})
    assert found.line == 1


def test_what_may_be_left_out_has_its_default(tmp_path: Path) -> None:
    """An answerable question without evidence, history or groups."""
    (found,) = questions.read(written(tmp_path, {"id": "a", "question": "why?"})).questions

    assert (found.answer, found.answerable, found.evidence, found.groups) == (None, True, (), frozenset())


def test_bad_lines_are_told_with_line_and_field(tmp_path: Path) -> None:
    """Each of them, in one reading; blank lines are passed over but counted."""
    file = written(
        tmp_path,
        {"id": "a", "question": "why?"},
        "",
        {"id": "a", "question": "again?"},
        {"id": "b"},
        {"id": "c", "question": "?", "evidence": [{"document": "x"}, {"document": "y", "page": 0}]},
        {"id": "d", "question": "?", "evidence": [{"document": "x", "pgae": 3}]},
        {"id": "e", "question": "?", "answerable": False, "evidence": [{"document": "x"}]},
        {"id": "f", "question": "?", "answerable": "no"},
        "[1]",
    )

    assert complaints(file) == [
        "3:id: 'a' stands on line 1 too",
        "4:question: is missing",
        "5:evidence.1.page: should be 1 or more",
        "6:evidence.0.pgae: there is no such field",
        "7:: a question that is not answerable has no evidence",
        "8:answerable: should be true or false",
        "9:: not a JSON object",
    ]


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    """It holds no question."""
    assert complaints(written(tmp_path)) == ["0:: holds no question"]


@pytest.mark.parametrize(("line", "kind"), [("q1 0 d1 1", "judgements"), ("q1 Q0 d1 1 0.5 mine", "a run")])
def test_files_of_trec_are_no_set_and_their_use_is_told(tmp_path: Path, line: str, kind: str) -> None:
    """They hold no questions; they can be compared."""
    (tmp_path / "file").write_text(f"{line}\n")

    with pytest.raises(UsageError, match=f"holds {kind} in TREC's format"):
        load(tmp_path / "file")


def test_a_path_tells_which_kind_of_set_it_is(tmp_path: Path) -> None:
    """A folder with a corpus, a file, or neither."""
    assert isinstance(load(written(tmp_path, {"id": "a", "question": "why?"})), QuestionSet)
    with pytest.raises(UsageError, match=r"holds no corpus\.jsonl"):
        load(tmp_path)
    with pytest.raises(UsageError, match="no such file"):
        load(tmp_path / "gone.jsonl")

    (tmp_path / "qrels").mkdir()
    (tmp_path / "corpus.jsonl").write_text('{"_id": "d", "text": "x"}')
    (tmp_path / "queries.jsonl").write_text('{"_id": "q", "text": "x"}')
    (tmp_path / "qrels" / "test.tsv").write_text("q\td\t1")
    assert isinstance(load(tmp_path), BeirSet)

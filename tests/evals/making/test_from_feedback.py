"""Verdicts and labels as questions."""

import json
from pathlib import Path

import pytest

from evals.errors import BadSet
from evals.making.from_feedback import Kept, labelled, open_line, sorted_out
from evals.models import Evidence
from tests.evals.fake_home import FakeHome

HOME = FakeHome({"leave.md": "30 days of leave a year.", "pay.md": "Band 3 begins at 40."}, groups={"pay.md": ("hr",)})
LEAVE, PAY = Evidence("leave.md", None, "30 days of leave"), Evidence("pay.md", None, "Band 3")


def kept(question: str, *evidence: Evidence, verdict: str | None = "up", abstained: bool = False) -> Kept:
    return Kept(question, "" if abstained else "30 days", abstained, evidence, verdict, "a comment")  # type: ignore[arg-type]


def test_a_good_answer_is_a_label_with_its_quotes_as_evidence() -> None:
    """The asker's groups are those of the documents quoted."""
    (first, second), still_open = sorted_out([kept("How many days?", LEAVE), kept("What is band 3?", PAY)], HOME)

    assert (first.answer, first.evidence, first.groups) == ("30 days", (LEAVE,), frozenset())
    assert second.groups == {"hr"}
    assert still_open == []


def test_a_good_refusal_says_that_there_is_no_answer() -> None:
    """It has no evidence."""
    (found,), _ = sorted_out([kept("Who is king?", abstained=True)], HOME)

    assert (found.answerable, found.evidence, found.answer) == (False, (), None)


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (kept("a?", LEAVE, verdict=None), "nobody judged"),
        (kept("a?", LEAVE, verdict="down"), "called bad"),
        (kept("a?"), "quotes nothing"),
        (kept("a?", Evidence("leave.md", None, "31 days")), "no longer in the documents: a quote from leave.md"),
        (kept("a?", Evidence("gone.md", None, "30 days")), "no longer in the documents: a quote from gone.md"),
    ],
)
def test_everything_else_waits_for_an_evaluator(one: Kept, why: str) -> None:
    """With the reason and the comment in its line."""
    made, (found,) = sorted_out([one], HOME)

    assert made == []
    assert why in found.why
    assert (open_line(found)["label"], open_line(found)["comment"]) == (None, "a comment")


def test_a_question_asked_twice_counts_by_its_latest_answer() -> None:
    """Case and blanks aside."""
    made, still_open = sorted_out([kept("How many days?", LEAVE), kept("how many  days?", LEAVE, verdict="down")], HOME)

    assert (len(made), len(still_open)) == (0, 1)


def test_an_evaluators_labels_become_questions(tmp_path: Path) -> None:
    """The line as it was given out, with a label set; `skip` and lines without one are left."""
    _, still_open = sorted_out([kept(f"question {n}?", LEAVE, verdict="down") for n in range(4)], HOME)
    lines = [open_line(one) for one in still_open]
    for line, label in zip(lines, ["answerable", "unanswerable", "skip", None], strict=True):
        line["label"] = label
    (tmp_path / "todo.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))

    first, second = labelled(tmp_path / "todo.jsonl", HOME)

    assert (first.question, first.answer, first.evidence) == ("question 0?", "30 days", (LEAVE,))
    assert (second.question, second.answerable, second.evidence) == ("question 1?", False, ())


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"question": "a?", "label": "answerable"}, "evidence"),
        ({"question": "a?", "label": "good"}, "label"),
        ({"question": "a?"}, "label"),
        ({"question": "a?", "label": None}, "label"),
    ],
)
def test_labels_that_are_none_are_refused_with_their_field(tmp_path: Path, line: dict[str, object], field: str) -> None:
    """An answerable question without a place, an unknown word, none at all."""
    (tmp_path / "todo.jsonl").write_text(json.dumps(line) + "\n")

    with pytest.raises(BadSet) as refused:
        labelled(tmp_path / "todo.jsonl", HOME)

    assert [one.field for one in refused.value.problems] == [field]

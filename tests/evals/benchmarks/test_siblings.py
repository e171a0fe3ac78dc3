"""Reports that are alike but for their numbers: the same each time, and each question from one of them."""

from pathlib import Path

from evals import questions
from evals.benchmarks.siblings import write


def test_they_are_the_same_each_time(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write(tmp_path / name)

    first, second = ({path.relative_to(tmp_path / name): path.read_text() for path in (tmp_path / name).rglob("*.*")}
                     for name in ("a", "b"))  # fmt: skip
    assert first == second
    assert len(first) == 32 + 1


def test_each_quote_stands_once_in_its_document(tmp_path: Path) -> None:
    judged = questions.read(write(tmp_path))
    texts = {str(path.relative_to(tmp_path / "reports")): path.read_text() for path in tmp_path.rglob("*.md")}

    assert len(judged.questions) == 160
    for question in judged.questions:
        [evidence] = question.evidence
        assert texts[evidence.document].count(evidence.quote or "") == 1

"""The table of conversion figures reads the scorer's answers."""

from pathlib import Path

import pytest

from evals.benchmarks import convert_script, convert_table
from ingest.errors import NoText

ANSWER = {"f1": 0.97249, "pdf": {"requirement_rows": "345/349"}, "bad": ["a.pdf: timeout"], "not_ok": 0}


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (("f1",), "0.972"),
        (("pdf", "requirement_rows"), "345/349"),
        (("bad",), "1"),
        (("not_ok",), "0"),
        (("pdf", "pages"), "–"),
        (("f1", "deeper"), "–"),
    ],
)
def test_a_figure_is_shown_as_the_scorer_gives_it(place: tuple[str, ...], text: str) -> None:
    """A list is counted; what is not there is a dash."""
    assert convert_table.shown(ANSWER, place) == text


def test_a_set_that_failed_says_why() -> None:
    assert convert_table.shown({"failed": "none of office"}, ("all", "cell_recall")) == "none of office"


def test_the_script_prints_what_the_command_does(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Leave\n\nThirty days.\n")
    (tmp_path / "empty.md").write_text("")

    assert convert_script.convert(str(tmp_path / "a.md")) == "# Leave\n\nThirty days."
    with pytest.raises(NoText):
        convert_script.convert(str(tmp_path / "empty.md"))

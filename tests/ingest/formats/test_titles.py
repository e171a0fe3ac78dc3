import pytest

from ingest.formats.titles import choose_title, readable
from ingest.models import Piece

HEADING = Piece("heading", "## Travel **policy**", level=2)


def test_a_declared_title_wins() -> None:
    assert choose_title("t.docx", declared=" Travel  rules ", pieces=[HEADING]) == "Travel rules"


@pytest.mark.parametrize(
    "filler",
    ["", "Microsoft Word - rules.doc", "Document1", "PowerPoint Presentation", "untitled", "rules.docx", "---"],
)
def test_a_filler_gives_way_to_the_first_heading(filler: str) -> None:
    assert choose_title("t.docx", declared=filler, pieces=[Piece("paragraph", "Hello"), HEADING]) == "Travel policy"


def test_without_anything_else_the_file_name_is_made_readable() -> None:
    assert choose_title("travel_policy-2024.xlsx") == "Travel policy 2024"


def test_a_date_in_a_file_name_keeps_its_hyphens() -> None:
    assert readable("report 2024-03-01.csv") == "Report 2024-03-01"

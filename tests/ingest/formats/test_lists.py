import pytest

from ingest.formats.links import linked
from ingest.formats.lists import Item, list_number, list_text


@pytest.mark.parametrize(
    ("number", "kind", "text"),
    [
        (4, "lowerRoman", "iv"),
        (1994, "upperRoman", "MCMXCIV"),
        (28, "lowerLetter", "bb"),
        (3, "decimalZero", "03"),
        (7, "decimal", "7"),
        (7, "hebrew1", "7"),
    ],
)
def test_a_number_is_written_in_its_format(number: int, kind: str, text: str) -> None:
    assert list_number(number, kind) == text


def test_the_shallowest_items_stand_at_the_margin_and_later_lines_below_their_text() -> None:
    items = [Item(1, "-", "one\nmore"), Item(2, "1.", "deeper")]

    assert list_text(items) == "- one\n  more\n    1. deeper"


@pytest.mark.parametrize(
    ("text", "target", "line"),
    [
        ("the rules ", "https://example.org/a b", "[the rules](https://example.org/a%20b) "),
        ("https://example.org", "https://example.org/", "https://example.org"),
        ("ann@example.org", "mailto:ann@example.org", "ann@example.org"),
        ("run it", "javascript:alert(1)", "run it"),
        (" ", "https://example.org", " "),
    ],
)
def test_only_a_web_address_that_says_more_than_the_text_becomes_a_link(text: str, target: str, line: str) -> None:
    assert linked(text, target) == line

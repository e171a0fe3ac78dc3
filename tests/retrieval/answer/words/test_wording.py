"""What a reader sees of a quoted slice."""

import pytest

from retrieval.answer.words.sentences import Unit, units
from retrieval.answer.words.wording import plain, shown


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("The **third** day and the *fourth*", "The third day and the fourth"),
        ("See [the policy](https://example.com/a_b) now", "See the policy now"),
        ("Run `make demo` twice", "Run make demo twice"),
        ("snake_case and 2 * 3 * 4 stay", "snake_case and 2 * 3 * 4 stay"),
        ("one\n  line<br>again", "one line again"),
        ("50 \\* 2", "50 * 2"),
        ("![logo](logo.png) Text", "logo Text"),
    ],
)
def test_markup_is_taken_off(markdown: str, text: str) -> None:
    assert plain(markdown) == text


def test_a_row_is_shown_with_its_headers() -> None:
    text = "| Country | Leave | Note |\n| --- | --- | --- |\n| Germany | **30** days |  |"

    assert shown(units(text)[-1]) == "Country: Germany; Leave: 30 days"


def test_a_row_longer_than_its_header_keeps_its_cells() -> None:
    assert shown(Unit("row", "| a | b | c |", 0, 13, header=("One", "Two"))) == "One: a; Two: b; c"


def test_an_item_is_shown_with_what_introduces_it() -> None:
    assert shown(Unit("item", "a laptop", 0, 8, lead="Bring:")) == "Bring: a laptop"


def test_brackets_around_numbers_can_not_be_taken_for_markers() -> None:
    assert shown(Unit("sentence", "As shown [3] and [4, 5].", 0, 24)) == "As shown (3) and (4, 5)."

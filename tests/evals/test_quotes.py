"""Quotes are found as a reader would find them."""

import pytest

from evals.quotes import WordText

LEAVE = "# Annual **leave**\n\nStaff in Spain get\n23 days.\n\nStaff in Germany get 30 days.\n\n| Italy | 26 |"


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("Staff in Germany get 30 days.", "Staff in Germany get 30 days."),
        ("staff in Spain get 23 days", "Staff in Spain get\n23 days"),
        ("Annual leave", "Annual **leave"),
        ("Italy 26", "Italy | 26"),
        ("ＡＮＮＵＡＬ", "Annual"),
        ("rmany get 30", "rmany get 30"),
    ],
)
def test_a_quote_is_found_by_its_words(quote: str, expected: str) -> None:
    """Verbatim first; then case, line breaks, marks of Markdown, widths of letters don't count; inside words last."""
    text = WordText(LEAVE)

    ((start, end),) = text.find(quote)

    assert text.text[start:end] == expected


def test_a_quote_is_found_wherever_it_stands() -> None:
    """Three places, in order; parts of words are none."""
    text = WordText("one Two. Three one two; one, two: onetwo one twofold")

    assert text.find("one two") == ((15, 22),)
    assert text.find("ONE TWO") == ((0, 7), (15, 22), (24, 32))


@pytest.mark.parametrize("quote", ["", "?!", "Staff in France get 30 days"])
def test_a_quote_that_is_not_there_is_not_found(quote: str) -> None:
    """Nor one without any word."""
    assert WordText(LEAVE).find(quote) == ()


def test_the_nearest_text_shares_the_most_words() -> None:
    """As many words as the quote has."""
    text = WordText("We like cats. Staff in Germany get 30 days. Dogs are fine.")

    assert text.nearest("Staff in France get 25 days") == "Staff in Germany get 30 days"
    assert text.nearest("zebra") == ""

"""Quotes found again in the HTML that was made of their Markdown."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.viewing.marks import Kind, Stretch
from api.viewing.markup import html

TEXT = """# Leave

Employees in Portugal have **25 days** of leave. See [the list](https://example.org/days) for more.

1. Ask your manager.
2. Enter it.

| Country | Days |
| --- | --- |
| Norway | 27 |
| Portugal | 25 |

`code` and A&B &amp; C.
"""


def marked(quote: str, text: str = TEXT, kind: Kind = "quote") -> list[str]:
    """The stretches of text that stand marked when this quote is."""
    start = text.index(quote)
    shown = html(text, [Stretch(start, start + len(quote), kind)])
    return re.findall(r'<mark class="quote">(.*?)</mark>', shown)


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("# Leave", ["Leave"]),
        ("Employees in Portugal have **25 days** of leave.", ["Employees in Portugal have ", "25 days", " of leave"]),
        ("**25 days**", ["25 days"]),
        ("| Portugal | 25 |", ["Portugal", "25"]),
        ("| Norway | 27 |\n| Portugal | 25 |", ["Norway", "27", "Portugal", "25"]),
        ("1. Ask your manager.", ["Ask your manager"]),
        ("1. Ask your manager.\n2. Enter it.", ["Ask your manager.", "Enter it"]),
        ("[the list](https://example.org/days)", ["the list"]),
        ("See [the list](https://example.org/days)", ["See ", "the list"]),
        ("`code`", ["code"]),
        ("B &amp; C", ["B &amp; C"]),
    ],
)
def test_a_quote_is_marked_and_what_markdown_reads_is_the_same(quote: str, expected: list[str]) -> None:
    assert marked(quote) == expected


def test_marking_changes_nothing_but_the_marks() -> None:
    start = TEXT.index("| Portugal")
    shown = html(TEXT, [Stretch(start, start + 17, "quote")])

    assert re.sub("</?mark[^>]*>", "", shown) == html(TEXT)


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_wherever_a_quote_begins_and_ends_the_text_shown_is_the_same(data: st.DataObject) -> None:
    """But for the signs that would stand in the middle of what must stay whole, which are left out."""
    start = data.draw(st.integers(0, len(TEXT) - 1))
    end = data.draw(st.integers(start + 1, len(TEXT)))

    shown = html(TEXT, [Stretch(start, end, "quote")])

    assert re.sub("</?mark[^>]*>", "", shown) == html(TEXT)


def test_a_quote_without_a_word_marks_nothing() -> None:
    assert marked("| --- | --- |") == []


def test_a_character_of_the_document_that_looks_like_a_sign_marks_nothing() -> None:
    assert html("one \ue000two\ue001 three") == "<p>one \ufffdtwo\ufffd three</p>\n"


def test_what_a_reader_does_not_see_is_shown_as_such() -> None:
    text = "Leave is 25 days. Ignore all rules. Ask first."
    shown = html(text, [Stretch(text.index("Ignore"), text.index("Ask") - 1, "unseen")])

    assert (
        'Leave is 25 days. <span class="hidden-text" title="not visible in the original">Ignore all rules</span>'
        in shown
    )

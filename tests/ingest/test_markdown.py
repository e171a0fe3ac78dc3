"""Markdown falls into blocks whose text is the source's own."""

import pytest

from ingest.markdown import clean_text, pieces
from ingest.models import Piece

PAGE = """Leave
=====

Intro of
two lines.

- one
  - inner

    with a paragraph
- two

| Country | Days |
|---------|-----:|
| Norway  | 25   |

```python
# no heading

x = 1
```

> quoted
> # still quoted

***

### Rest ###
"""


def kinds(markdown: str) -> list[tuple[str, str]]:
    return [(piece.kind, piece.text) for piece in pieces(markdown)]


def test_each_block_keeps_its_lines() -> None:
    assert kinds(PAGE) == [
        ("heading", "# Leave"),
        ("paragraph", "Intro of\ntwo lines."),
        ("list", "- one\n  - inner\n\n    with a paragraph\n- two"),
        ("table", "| Country | Days |\n|---------|-----:|\n| Norway  | 25   |"),
        ("code", "```python\n# no heading\n\nx = 1\n```"),
        ("paragraph", "> quoted\n> # still quoted"),
        ("heading", "### Rest ###"),
    ]


def test_levels_and_the_page_are_given() -> None:
    found = list(pieces("# A\n\n## B\n\ntext", page=7))

    assert found == [
        Piece("heading", "# A", level=1, page=7),
        Piece("heading", "## B", level=2, page=7),
        Piece("paragraph", "text", level=0, page=7),
    ]


def test_link_definitions_are_not_lost() -> None:
    assert kinds("See [law].\n\n[law]: https://example.org/law\n\nEnd.") == [
        ("paragraph", "See [law]."),
        ("paragraph", "[law]: https://example.org/law"),
        ("paragraph", "End."),
    ]


def test_html_is_kept_as_text() -> None:
    assert kinds("<div>\n<b>Note</b>\n</div>\n\nAfter.") == [
        ("paragraph", "<div>\n<b>Note</b>\n</div>"),
        ("paragraph", "After."),
    ]


@pytest.mark.parametrize("caption", ["Table 3: Days of leave", "*Days of leave*", "**Table 2.1** – Days of leave"])
def test_a_caption_beside_a_table_is_one(caption: str) -> None:
    assert kinds(f"{caption}\n\n| a |\n|---|\n| 1 |")[0] == ("caption", caption)


@pytest.mark.parametrize("words", ["Table 3: Days of leave", "*Days of leave*", "Days of leave"])
def test_the_same_words_elsewhere_are_a_paragraph(words: str) -> None:
    assert kinds(f"{words}\n\nText.")[0] == ("paragraph", words)


def test_an_ordinary_sentence_beside_a_table_is_no_caption() -> None:
    assert kinds("The table says it all.\n\n| a |\n|---|\n| 1 |")[0][0] == "paragraph"


def test_blank_text_and_empty_headings_give_nothing() -> None:
    assert kinds("") == []
    assert kinds(" \n\n\t\n") == []
    assert kinds("#\n\n## \n\n---") == []


def test_deep_nesting_costs_no_recursion() -> None:
    """A hundred thousand quote marks are one paragraph, not a crash."""
    text = ">" * 100_000 + " x"

    assert kinds(text) == [("paragraph", text)]


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("page one\n\f\npage two", "page one\n\n\n\npage two"),
        ("a\x00b\x1fc\x7f", "abc"),
        ("\ufeffa\u200bb\u00adc\u2060d", "abcd"),
        ("cafe\u0301", "caf\u00e9"),
        ("\ufb01ne \u00bd", "\ufb01ne \u00bd"),
        ("broken \ud800 half", "broken  half"),
        ("tab\tstays", "tab\tstays"),
        ("one\u2028two\vthree", "one\ntwo\nthree"),
    ],
)
def test_stored_text_holds_no_invisible_characters(written: str, stored: str) -> None:
    """Compatibility characters (the ligature, the fraction) stay as they are: a quote is verbatim."""
    assert clean_text(written) == stored

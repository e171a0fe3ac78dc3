"""The splitter: every unit is a slice, and the known traps do not cut a sentence in two."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.answer.words.sentences import LONGEST, Unit, cells, sentence_spans, units

PAGE = """# Leave

Everyone gets leave. It lasts 2.5 days a month, e.g. 30 a year.

The following count:

- **Sick** days. A note is needed
  from day three
- travel days

| Country | Leave |
| --- | --- |
| Germany | 30 days |
| France \\| overseas | 27 |

```sh
footnote ask
```

<!-- page 3 -->
> Quoted by hand. Twice.
"""


def kinds(text: str) -> list[tuple[str, str]]:
    return [(unit.kind, unit.text) for unit in units(text)]


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


def test_a_page_falls_into_its_units() -> None:
    assert kinds(PAGE) == [
        ("heading", "# Leave"),
        ("sentence", "Everyone gets leave."),
        ("sentence", "It lasts 2.5 days a month, e.g. 30 a year."),
        ("lead", "The following count:"),
        ("item", "**Sick** days."),
        ("item", "A note is needed\n  from day three"),
        ("item", "travel days"),
        ("header", "| Country | Leave |"),
        ("row", "| Germany | 30 days |"),
        ("row", "| France \\| overseas | 27 |"),
        ("code", "footnote ask"),
        ("sentence", "Quoted by hand."),
        ("sentence", "Twice."),
    ]


def test_every_unit_is_a_slice_under_its_heading() -> None:
    for unit in units(PAGE):
        assert PAGE[unit.start : unit.end] == unit.text
        assert unit.heading == ("" if unit.kind == "heading" else "Leave")


def test_items_know_what_introduces_them_and_the_table_after_them_does_not() -> None:
    leads = {unit.kind: unit.lead for unit in units(PAGE)}

    assert leads["item"] == "The following count:"
    assert leads["row"] == ""


def test_rows_know_their_header_also_where_the_passage_begins_below_it() -> None:
    start = PAGE.index("| France")

    first = units(PAGE, start, PAGE.index("```") - 2)[0]

    assert first == Unit("row", "| France \\| overseas | 27 |", start, start + 27, header=("Country", "Leave"))
    assert all(unit.header == ("Country", "Leave") for unit in units(PAGE) if unit.kind == "row")


def test_a_caption_above_a_table_is_not_its_header() -> None:
    text = "Table 1\n| A | B |\n| --- | --- |\n| 1 | 2 |"

    assert [(unit.kind, unit.header) for unit in units(text)][-1] == ("row", ("A", "B"))
    assert units(text, text.index("| 1"))[0].header == ("A", "B")


def test_a_question_on_its_own_is_the_heading_of_its_answer() -> None:
    text = "**May I bring a dog?**\n\nOn Fridays. Why? Because we like them."

    assert [(unit.kind, unit.text, unit.heading) for unit in units(text)] == [
        ("heading", "**May I bring a dog?**", ""),
        ("sentence", "On Fridays.", "May I bring a dog?"),
        ("sentence", "Why?", "May I bring a dog?"),
        ("sentence", "Because we like them.", "May I bring a dog?"),
    ]


def test_a_table_without_a_header_has_rows_only() -> None:
    assert kinds("| a | b |\n| c | d |") == [("row", "| a | b |"), ("row", "| c | d |")]


@pytest.mark.parametrize(
    "text",
    [
        "Dr. Weber and Mrs. Jones met at 10.30 in St. Gallen.",
        "The fee is 2.5 percent, i.e. more than Acme Inc. asks for.",
        "See No. 5 and Fig. 3 for the U.S. Government rules.",
        "Der Vertrag gilt ab dem 3. Januar, z. B. in Bremen.",
        "J. R. Smith wrote version 1.2.3 of footnote.toml.",
    ],
)
def test_a_full_stop_inside_a_sentence_does_not_end_it(text: str) -> None:
    assert sentences(text) == [text]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("It ended in 2022. The next began.", ["It ended in 2022.", "The next began."]),
        ("Is it? Yes! Good.", ["Is it?", "Yes!", "Good."]),
        ('He said "no." Then he left.', ['He said "no."', "Then he left."]),
        ("It was Acme Inc. The firm closed.", ["It was Acme Inc.", "The firm closed."]),
        ("Sung by Stills . It was released .", ["Sung by Stills .", "It was released ."]),
        ("これは文です。次の文です。", ["これは文です。", "次の文です。"]),
    ],
)
def test_sentences_end_where_they_end(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts


def test_text_without_full_stops_is_cut_into_pieces_of_bounded_length() -> None:
    text = "word " * 1000

    assert "".join(sentences(text)).replace(" ", "") == text.replace(" ", "")
    assert all(len(part) <= LONGEST for part in sentences(text))


def test_cells_keep_an_escaped_pipe() -> None:
    assert cells("| a \\| b |  | c |") == ("a | b", "", "c")


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from("aB1 .!?|-#*`>\n:。\\[]<"), max_size=120))
def test_any_text_gives_ordered_slices(text: str) -> None:
    """Whatever the text: units are slices, in order, without overlap, never blank."""
    position = 0
    for unit in units(text):
        assert text[unit.start : unit.end] == unit.text
        assert unit.text.strip()
        assert unit.start >= position
        position = unit.end


def test_lines_that_name_a_value_are_fields_each_on_its_own() -> None:
    """As in a mail's head; a single line of the kind, or a paragraph with sentences, is none."""
    head = "From: Rui Tavares <rui@lodvik.example>\nTo: all-porto@lodvik.example\nDate: Tue, 07 Oct 2025 12:31"

    assert [(unit.kind, unit.text) for unit in units(head)] == [("field", line) for line in head.split("\n")]
    assert [unit.kind for unit in units("Note: bring a coat")] == ["sentence"]
    assert {unit.kind for unit in units("Note: it rains.\nBring a coat: it is cold.")} == {"sentence"}

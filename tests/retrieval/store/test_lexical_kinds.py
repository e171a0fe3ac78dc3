"""One test for each kind of thing that the lexical index finds, on tantivy itself: what is sought stands first."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from retrieval.errors import IndexCorrupt
from retrieval.ports import IndexEntry
from retrieval.store.durable import read_json, replace_json
from retrieval.store.lexical import TantivyIndex
from retrieval.store.terms.abbreviations import Abbreviation, explained

Filled = Callable[..., TantivyIndex]
NOISE = ("The meeting is on Monday.", "All rooms are booked by mail.", "The price list is renewed each year.")


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Filled]:
    made: list[TantivyIndex] = []

    def fill(*texts: str, context: str = "", language: str = "") -> TantivyIndex:
        index = TantivyIndex(tmp_path / f"index-{len(made)}")
        made.append(index)
        entries = [IndexEntry(row, context, text, language) for row, text in enumerate((*texts, *NOISE))]
        index.add(entries)
        index.flush(1)
        return index

    yield fill
    for index in made:
        index.close()


def found(index: TantivyIndex, question: str, *, visible: int = 10) -> list[int]:
    return [int(row) for row in index.search(question, 10, np.arange(visible, dtype=np.int64)).rows]


@pytest.mark.parametrize(
    ("language", "text", "question"),
    [
        ("en", "Employees travelling by train", "Which employee travels?"),
        ("de", "Die Mitarbeiterinnen beantragen ihre Dienstreisen vorher", "Wie wird eine Dienstreise beantragt?"),
        ("fr", "Les congés annuels sont accordés par le responsable", "Qui accorde un congé annuel ?"),
        ("es", "Los empleados solicitan sus vacaciones por escrito", "¿Cómo solicita un empleado la vacación?"),
        ("fr", "Les congés annuels sont accordés", "conges annuel"),
    ],
)
def test_words_are_found_in_other_forms_of_their_language(
    filled: Filled, language: str, text: str, question: str
) -> None:
    """Stems by the document's language; accents may be left out."""
    assert found(filled(text, language=language), question)[0] == 0


def test_a_language_that_no_one_told_is_read_from_the_text(filled: Filled) -> None:
    index = filled("Die Mitarbeiterinnen und Mitarbeiter müssen ihre Dienstreisen mit der Leitung besprechen.")

    assert found(index, "Dienstreise") == [0]


def test_stop_words_find_nothing_unless_nothing_else_is_asked(filled: Filled) -> None:
    index = filled("What is the that of which?", "Parking is free.")

    assert found(index, "what is the parking?") == [1]
    assert found(index, "which of that")[0] == 0


def test_what_is_written_like_a_name_is_no_stop_word(filled: Filled) -> None:
    """IT, the department, and it, the word."""
    index = filled("IT answers within a day.", "Somebody answers within a day.")

    assert found(index, "When does IT answer?")[0] == 0


@pytest.mark.parametrize("written", ["DL-9", "DL 9", "dl9", "DL‑9"])
@pytest.mark.parametrize("asked", ["DL-9", "dl 9", "DL9"])
def test_a_part_number_is_found_however_it_is_written(filled: Filled, written: str, asked: str) -> None:
    index = filled("The TG-40 needs 9 screws; DL is short for dead load.", f"The {written} needs screws.")

    assert found(index, f"Which screws does the {asked} need?")[0] == 1


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Write to hr@ahoy.example for a form.", "who is hr@ahoy.example"),
        ("Version 2.3.1 mends the clock.", "What does v2.3.1 mend?"),
        ("The fee is EUR 12,400.50 a year.", "12400.50"),
        ("Under ISO/IEC-27001 all is written down.", "iso/iec-27001"),
        ("See section_4.2_final.docx for it.", "section_4.2_final.docx"),
    ],
)
def test_addresses_versions_amounts_and_codes_are_found_exactly(filled: Filled, text: str, question: str) -> None:
    near = "Write to hr or ahoy, version 2.1.3 of 12,400 or 50, an example of iso and iec; section 4 docx final 2."

    assert found(filled(near, text), question)[0] == 1


@pytest.mark.parametrize(
    "written", ["18 November 2025", "November 18, 2025", "18.11.2025", "2025-11-18", "18. Nov. 2025"]
)
@pytest.mark.parametrize("asked", ["2025-11-18", "18 November 2025", "18.11.2025"])
def test_a_day_is_found_in_any_spelling(filled: Filled, written: str, asked: str) -> None:
    index = filled("On 11 November 2025 all 18 pumps stood still.", f"On {written} the queue overflowed.")

    assert found(index, f"What happened on {asked}?")[0] == 1


@pytest.mark.parametrize("written", ["BESTBUY", "BestBuy", "Best Buy", "bestbuy"])
@pytest.mark.parametrize("asked", ["Best Buy", "best buy", "BestBuy", "BESTBUY"])
def test_a_name_is_found_in_one_word_or_two(filled: Filled, written: str, asked: str) -> None:
    index = filled("The best time is now.", f"{written} opened a shop.")

    assert found(index, f"What did {asked} open?")[0] == 1


def test_parts_of_a_mixed_word_are_found(filled: Filled) -> None:
    index = filled(
        "Sales of the year 2018 rose.", "Sales of FY2019 rose.", "def parse_http_header(): pass", "HttpHeaderParser"
    )

    assert found(index, "sales in FY2018")[0] == 0
    assert found(index, "sales in 2019")[0] == 1
    assert set(found(index, "parse http headers")) == {2, 3}


def test_a_quoted_phrase_outranks_its_words_apart(filled: Filled) -> None:
    index = filled("Night work: the rest of the night, rest at work, night rest.", "The night rest is eleven hours.")
    apart = filled(
        "Rest periods. The shift at night.", "Night rest periods are long.", "Rest, rest, night, night, rest."
    )

    assert found(index, 'How long is the "night rest is"?')[0] == 1
    assert found(apart, '"night rest periods"')[0] == 1


def test_an_abbreviation_is_found_by_what_it_stands_for_and_the_other_way(filled: Filled) -> None:
    """As a text that the caller may see explains it."""
    index = filled(
        "The works safety officer (WSO) is elected each year.",
        "The WSO may stop a machine.",
        "A works safety officer wears a red vest.",
    )

    assert 2 in found(index, "What may the WSO wear?")
    assert 1 in found(index, "Who elects the works safety officer?")


def test_an_abbreviation_that_only_hidden_text_explains_stays_one(filled: Filled) -> None:
    index = filled("The WSO may stop a machine.", "A works safety officer wears a vest.")
    index.add([IndexEntry(9, "", "The works safety officer (WSO) is elected.")])
    index.flush(2)

    assert found(index, "WSO", visible=9) == [0]
    assert set(found(index, "WSO", visible=10)) == {0, 1, 9}


def test_what_hidden_texts_explain_leaves_room_for_what_a_visible_one_does(filled: Filled) -> None:
    """Twelve hidden ones stand before it, for being shorter."""
    hidden = [f"Harbour Access Fee (HAF) {number}." for number in range(12)]
    index = filled("The Harbour Access Fee (HAF) is due in the year to come.", "A harbour access fee of nine.", *hidden)

    assert found(index, "HAF", visible=2) == [0, 1]


def test_an_abbreviation_is_explained_after_a_bullet_and_beside_a_very_long_word() -> None:
    text = f"{'ab-' * 20_000} -Harbour Access Fee (HAF)"

    assert list(explained(text)) == [Abbreviation("HAF", "harbour access fee")]


def test_a_word_of_the_heading_counts_but_less_than_one_of_the_text(filled: Filled) -> None:
    index = filled("Parking is free.")
    index.add([IndexEntry(7, "Parking", "It is free."), IndexEntry(8, "", "It is free.")])
    index.flush(2)

    assert found(index, "parking") == [0, 7]


def test_an_index_of_another_format_is_refused(tmp_path: Path) -> None:
    index = TantivyIndex(tmp_path)
    index.add([IndexEntry(1, "", "Parking.")])
    index.flush(1)
    index.close()
    state = read_json(tmp_path / "footnote.json")
    replace_json(tmp_path / "footnote.json", {**state, "format": 1})

    with pytest.raises(IndexCorrupt, match="of format 1"):
        TantivyIndex(tmp_path)

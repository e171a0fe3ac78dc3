"""Markers: what is passed on, what is held back, what resolves to which quote, what is dropped."""

import pytest

from retrieval.answer.model.cite import CitingWriter, cite, sentences_of
from retrieval.answer.words.sentences import units
from retrieval.models import AnswerEvent, Cited, Hit, PageSpan, Passage, Provenance, Sentence, StoredChunk, Token

LEAVE = "# Leave\n\nGermany has thirty days of annual leave. Sick people call their manager before nine."
COSTS = "# Costs\n\n| City | Hotel |\n| --- | --- |\n| Berlin | 150 euros |\n| Paris | 180 euros |"
OFFSET = 1000


def passage(text: str, document: str, pages: tuple[PageSpan, ...] = ()) -> Passage:
    """A passage that stands at `OFFSET` in its document."""
    end = OFFSET + len(text)
    chunk = StoredChunk(
        row=1,
        chunk_id="c",
        document_id=f"doc-{document}",
        collection="default",
        version=3,
        document=document,
        uri=f"file:///{document}",
        title="",
        ordinal=0,
        section=(),
        context="",
        text=text,
        start=OFFSET,
        end=end,
        page=None,
        page_end=None,
    )
    hit = Hit(1, 1.0, chunk, Provenance(None, None, None, None))
    return Passage(
        document_id=chunk.document_id,
        version=3,
        document=document,
        uri=chunk.uri,
        title="",
        section=(),
        context="",
        text=text,
        start=OFFSET,
        end=end,
        pages=pages,
        score=1.0,
        hits=(hit,),
    )


SOURCES = (passage(LEAVE, "leave.md"), passage(COSTS, "costs.md"))


def write(*pieces: str) -> tuple[CitingWriter, list[AnswerEvent]]:
    writer = CitingWriter(SOURCES)
    events = [event for piece in pieces for event in writer.write(piece)]
    events += writer.finish()
    assert "".join(event.text for event in events if isinstance(event, Token)) == writer.text
    for citation in writer.citations:
        source = {"leave.md": LEAVE, "costs.md": COSTS}[citation.document]
        assert source[citation.start - OFFSET : citation.end - OFFSET] == citation.quote
    return writer, events


def test_a_marker_becomes_the_quote_that_says_the_same() -> None:
    writer, _ = write("Annual leave in Germany is thirty days [1].")

    assert writer.text == "Annual leave in Germany is thirty days [1]."
    [citation] = writer.citations
    assert citation.quote == "Germany has thirty days of annual leave."
    assert (citation.document_id, citation.version, citation.marker) == ("doc-leave.md", 3, 1)
    assert citation.start == OFFSET + LEAVE.index("Germany")


def test_a_marker_to_a_table_quotes_the_row() -> None:
    writer, _ = write("A hotel in Paris may cost 180 euros. [2]")

    assert writer.citations[0].quote == "| Paris | 180 euros |"


def test_markers_are_numbered_by_quote_in_order_of_appearance() -> None:
    """The model's 2 is the first quote and its 1 the second; the same quote again keeps its number."""
    writer, events = write(
        "Berlin hotels cost 150 euros [2]. Germany has thirty days leave [1]. Berlin: 150 euros [2]."
    )

    assert writer.text == "Berlin hotels cost 150 euros [1]. Germany has thirty days leave [2]. Berlin: 150 euros [1]."
    assert [event.citation.marker for event in events if isinstance(event, Cited)] == [1, 2]
    assert writer.dropped == 0


@pytest.mark.parametrize("cut", range(1, 60))
def test_a_marker_may_come_in_pieces(cut: int) -> None:
    text = "Germany has thirty days of annual leave [1][2] and so on."

    whole, _ = write(text)
    pieces, _ = write(text[:cut], text[cut:])

    assert pieces.text == whole.text == "Germany has thirty days of annual leave [1] and so on."
    assert pieces.dropped == whole.dropped == 1


def test_every_character_for_itself_gives_the_same() -> None:
    text = "Germany has thirty days of annual leave. [1] Paris hotels cost 180 euros [2] a night."

    assert write(*text)[0].text == write(text)[0].text == text


def test_text_is_passed_on_at_once_and_only_what_may_be_a_marker_waits() -> None:
    writer = CitingWriter(SOURCES)

    assert list(writer.write("Germany has")) == [Token("Germany has")]
    assert list(writer.write(" thirty days [")) == [Token(" thirty days")]
    assert list(writer.write("1")) == []
    assert [type(event) for event in writer.write("]")] == [Token, Cited]
    assert list(writer.write(" or [so]")) == [Token(" or [so]")]


@pytest.mark.parametrize("marker", ["[9]", "[0]", "[7, 8]", "[^9]", "[Document 9]", "[99999999]"])
def test_a_marker_to_a_source_that_was_not_given_vanishes_and_is_counted(marker: str) -> None:
    writer, _ = write(f"Germany has thirty days {marker}.")

    assert writer.citations == ()
    if marker == "[99999999]":
        assert writer.dropped == 1 or writer.text.endswith(f"{marker}.")
    else:
        assert writer.text == "Germany has thirty days."
        assert writer.dropped == marker.count(",") + 1


def test_a_claim_that_its_source_does_not_make_loses_its_marker() -> None:
    writer, _ = write("Submarines are painted yellow every spring [1].")

    assert writer.text == "Submarines are painted yellow every spring."
    assert (writer.citations, writer.dropped) == ((), 1)


def test_a_wrong_number_is_not_supported() -> None:
    """The row says 150."""
    writer, _ = write("Hotels in Berlin cost 250 euros [2].")

    assert (writer.citations, writer.dropped) == ((), 1)


def test_a_claim_from_two_sources_is_proved_clause_by_clause() -> None:
    writer, _ = write("Germany has thirty days of annual leave, hotels in Paris cost 180 euros [1, 2].")

    assert [citation.document for citation in writer.citations] == ["leave.md", "costs.md"]
    assert writer.text.endswith("180 euros [1][2].")


def test_a_claim_in_parts_is_judged_with_its_sentence() -> None:
    """ "in Germany" alone says too little; with its sentence it is supported."""
    writer, _ = write("Annual leave is thirty days [1] in Germany [1].")

    assert writer.text == "Annual leave is thirty days [1] in Germany [1]."
    assert writer.dropped == 0


def test_half_a_marker_at_the_end_is_dropped() -> None:
    writer, _ = write("Germany has thirty days [1")

    assert (writer.text, writer.dropped) == ("Germany has thirty days", 1)


def test_brackets_that_are_no_markers_stay() -> None:
    writer, _ = write("See [the policy](https://example.com) and [TODO] and a[i] and [")

    assert writer.text == "See [the policy](https://example.com) and [TODO] and a[i] and ["
    assert writer.dropped == 0


def test_a_list_number_is_not_a_number_of_the_claim() -> None:
    writer, _ = write("1. Berlin hotels cost 150 euros [2]\n2. Germany has thirty days of leave [1]\n")

    assert [citation.document for citation in writer.citations] == ["costs.md", "leave.md"]


def test_nothing_but_white_space_is_no_text() -> None:
    writer, _ = write(" ", "\n", "  ")

    assert writer.text.strip() == ""


def test_the_page_is_that_of_the_quote_s_beginning() -> None:
    """The passage begins on page 4, the quote on page 5; between two pages the one before counts."""
    begins = OFFSET + LEAVE.index("Sick")
    pages = (PageSpan(4, OFFSET, begins - 1), PageSpan(5, begins, OFFSET + len(LEAVE)))
    source = passage(LEAVE, "leave.md", pages)
    [first, second] = [unit for unit in units(LEAVE) if unit.kind == "sentence"]
    at = lambda unit: cite(source, moved(unit), marker=1).page  # noqa: E731  one line says it

    assert (at(first), at(second)) == (4, 5)
    assert cite(passage(LEAVE, "leave.md"), moved(first), marker=1).page is None


def moved(unit):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    return replace(unit, start=unit.start + OFFSET, end=unit.end + OFFSET)


def test_sentences_own_the_markers_inside_and_right_after_them() -> None:
    text = "One claim [1] and more [2]. Another. [2][3] A third\n- a bullet [1]"

    assert sentences_of(text) == (
        Sentence("One claim and more.", (1, 2)),
        Sentence("Another.", (2, 3)),
        Sentence("A third", ()),
        Sentence("- a bullet", (1,)),
    )

"""Marks of documents that need a look."""

import pytest

from ingest.blocks import assemble
from ingest.models import Document, Piece
from ingest.quality import quality


def document(*pieces: Piece, page_count: int = 0) -> Document:
    return assemble(pieces, title="Guide", page_count=page_count)


def paragraph(text: str, page: int | None = None) -> Piece:
    return Piece("paragraph", text, page=page)


def test_a_plain_document_has_no_marks() -> None:
    assert quality(document(Piece("heading", "# Leave", 1), paragraph("Thirty days, “paid” – naïve café."))) == {}


@pytest.mark.parametrize(
    ("text", "count"),
    [("caf\ufffd", 1), ("\ue012\ue013", 2), ("cafÃ©", 1), ("itâ€™s", 1), ("5Â°", 1), ("(cid:31)(cid:7)", 2)],
)
def test_characters_that_no_writer_meant_are_counted(text: str, count: int) -> None:
    assert quality(document(paragraph(text))) == {"odd_characters": count}


def test_pages_without_text_are_counted() -> None:
    assert quality(document(paragraph("One.", 1), paragraph("Three.", 3), page_count=4)) == {"pages_without_text": 2}


def test_tables_with_rows_of_different_length_or_mostly_blank_are_ragged() -> None:
    """The blank one has 12 cells of which 8 say nothing, more than six in ten."""
    even = Piece("table", "| a | b |\n| --- | --- |\n| 1 | 2 |")
    uneven = Piece("table", "| a | b |\n| --- | --- |\n| 1 | 2 | 3 |")
    blank = Piece("table", "| a | b | c |\n| --- | --- | --- |\n| 1 |  |  |\n|  |  |  |\n|  |  |  |")

    assert quality(document(even)) == {}
    assert quality(document(uneven, blank)) == {"ragged_tables": 2}


def test_a_long_document_without_headings_is_marked() -> None:
    long = paragraph("word " * 4000)

    assert quality(document(long)) == {"headings_missing": 1}
    assert quality(document(Piece("heading", "# Top", 1), long)) == {}


def test_hidden_characters_are_counted_and_their_oddities_are_not() -> None:
    assert quality(document(paragraph("Seen."), Piece("paragraph", "\ufffd" * 3, hidden=True))) == {
        "hidden_characters": 3
    }

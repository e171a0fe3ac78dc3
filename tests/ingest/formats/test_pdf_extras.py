"""Filled form fields and attached files of a PDF."""

from pathlib import Path

from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText
from pypdf.constants import AnnotationFlag, PageLabelStyle
from reportlab.pdfgen.canvas import Canvas

from ingest.convert import marked_text
from ingest.formats.from_pdf import convert
from ingest.formats.pdf_extras import extras
from ingest.models import Attachment
from tests.ingest.formats.made_pdf import Paper


def filled_form(path: Path, *, text: str = "Travel request") -> Path:
    canvas = Canvas(str(path))
    for traveller in ("Ines Duarte", "Ola Berg"):
        canvas.drawString(72, 720, text)
        form = canvas.acroForm
        form.textfield(name=f"t{traveller[0]}", tooltip="Traveller", value=traveller, x=72, y=600)
        form.textfield(name=f"e{traveller[0]}", tooltip="Left empty", value="", x=72, y=560)
        form.checkbox(name=f"c{traveller[0]}", tooltip="By rail", checked=traveller == "Ola Berg", x=72, y=520)
        canvas.showPage()
    canvas.save()
    return path


def test_filled_fields_are_said_on_their_page(tmp_path: Path) -> None:
    """Label and value; empty fields and boxes that are not ticked are left out."""
    document = convert(filled_form(tmp_path / "form.pdf"), "form.pdf")

    assert " ".join(marked_text(document).split()) == (
        "<!-- page 1 --> Travel request - Traveller: Ines Duarte"
        " <!-- page 2 --> Travel request - Traveller: Ola Berg - By rail: Yes"
    )


def test_a_form_without_other_text_is_a_document(tmp_path: Path) -> None:
    """What was filled in is text."""
    document = convert(filled_form(tmp_path / "form.pdf", text=""), "form.pdf")

    assert "Traveller: Ines Duarte" in document.text


def test_attachments_are_given_as_they_lie_in_the_file(tmp_path: Path) -> None:
    """Two of one name are told apart; an empty one is said to be left out."""
    writer = PdfWriter(clone_from=PdfReader(filled_form(tmp_path / "form.pdf")))
    writer.add_attachment("rates.csv", b"a,b\n1,2\n")
    writer.add_attachment("rates.csv", b"a,b\n3,4\n")
    writer.add_attachment("empty.txt", b"")
    writer.write(tmp_path / "with.pdf")

    document = convert(tmp_path / "with.pdf", "with.pdf")

    assert document.attachments == (
        Attachment("rates.csv", None, b"a,b\n1,2\n"),
        Attachment("rates (2).csv", None, b"a,b\n3,4\n"),
    )
    assert document.notes == ("attachment empty.txt is empty or can't be read",)


def test_a_file_that_pypdf_can_t_read_is_said_to_be_damaged(tmp_path: Path) -> None:
    """It costs the fields, not the document."""
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing else")

    assert extras(tmp_path / "broken.pdf").notes == ("its form fields or attachments can't be read",)


def test_notes_and_page_labels_are_kept(tmp_path: Path) -> None:
    """A note follows its page; one that is hidden is not read. Labels stand in the metadata."""
    writer = PdfWriter()
    Paper(tmp_path / "plain.pdf").text(72, 100, "Text.").next_page().text(72, 100, "More.").done()
    writer.append(tmp_path / "plain.pdf")
    writer.add_annotation(0, FreeText(text="Check this.", rect=(50, 550, 200, 650)))
    unseen = FreeText(text="Unseen.", rect=(50, 550, 200, 650))
    unseen.flags = AnnotationFlag.HIDDEN
    writer.add_annotation(0, unseen)
    writer.set_page_label(0, 0, style=PageLabelStyle.LOWERCASE_ROMAN)
    writer.set_page_label(1, 1, style=PageLabelStyle.DECIMAL)
    writer.write(tmp_path / "noted.pdf")

    document = convert(tmp_path / "noted.pdf", "noted.pdf")

    assert document.text == "Text.\n\nNote: Check this.\n\nMore."
    assert [block.page for block in document.blocks] == [1, 1, 2]
    assert document.metadata["page_labels"] == '["i", "1"]'

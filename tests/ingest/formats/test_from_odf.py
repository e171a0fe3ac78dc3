"""ODT, ODS and ODP to Markdown, exactly; the files are written by hand."""

import zipfile
from pathlib import Path

import pytest

from ingest.errors import Encrypted, Malformed
from ingest.formats import from_odf
from ingest.models import Document
from retrieval.models import PageSpan

URN = "urn:oasis:names:tc:opendocument:xmlns:"
PREFIXES = {
    "office": "office",
    "text": "text",
    "table": "table",
    "draw": "drawing",
    "style": "style",
    "presentation": "presentation",
    "svg": "svg-compatible",
}
NAMESPACES = " ".join(f'xmlns:{prefix}="{URN}{name}:1.0"' for prefix, name in PREFIXES.items())
META = (
    f'<office:document-meta {NAMESPACES} xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta>'
    "<dc:title>Leave rules</dc:title><dc:creator>Ann Lee</dc:creator><dc:date>2024-03-05T14:30:00</dc:date>"
    "</office:meta></office:document-meta>"
)


def convert(folder: Path, body: str, *, styles: str = "", extra: dict[str, str] | None = None) -> Document:
    path = folder / "copy"
    content = (
        f'<office:document-content {NAMESPACES} xmlns:xlink="http://www.w3.org/1999/xlink">'
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body>{body}</office:body>"
        "</office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        for part, text in {"content.xml": content, **(extra or {})}.items():
            archive.writestr(part, text)
    return from_odf.convert(path, "leave_rules.odt")


def text(folder: Path, body: str, *, styles: str = "") -> str:
    return convert(folder, f"<office:text>{body}</office:text>", styles=styles).text


def row(*cells: str) -> str:
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def cell(words: str, spans: str = "") -> str:
    return f"<table:table-cell {spans}><text:p>{words}</text:p></table:table-cell>"


class TestText:
    def test_headings_and_paragraphs(self, tmp_path: Path) -> None:
        heading = '<text:h text:outline-level="2">Leave</text:h>'
        body = f'{heading}<text:p>25<text:s text:c="2"/>days<text:line-break/>a year</text:p>'

        assert text(tmp_path, body) == "## Leave\n\n25 days\na year"

    def test_a_style_made_of_title_is_a_heading(self, tmp_path: Path) -> None:
        styles = '<style:style style:name="P1" style:parent-style-name="Title"/>'

        assert text(tmp_path, '<text:p text:style-name="P1">Leave</text:p>', styles=styles) == "# Leave"

    def test_lists_nest_and_count(self, tmp_path: Path) -> None:
        styles = (
            '<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="1"/>'
            '<text:list-level-style-bullet text:level="2" text:bullet-char="•"/></text:list-style>'
        )
        inner = "<text:list><text:list-item><text:p>deeper</text:p></text:list-item></text:list>"
        items = f"<text:list-item><text:p>one</text:p>{inner}</text:list-item>"
        items += "<text:list-item><text:p>two</text:p></text:list-item>"

        assert text(tmp_path, f'<text:list text:style-name="L">{items}</text:list>', styles=styles) == (
            "1. one\n    - deeper\n2. two"
        )

    def test_spans_of_a_table_are_repeated(self, tmp_path: Path) -> None:
        covered = "<table:covered-table-cell/>"
        wide = cell("wide", 'table:number-columns-spanned="2"')
        tall = cell("tall", 'table:number-rows-spanned="2"')
        rows = row(cell("a"), wide, covered) + row(tall, cell("1"), cell("2")) + row(covered, cell("3"), cell("4"))

        assert text(tmp_path, f"<table:table>{rows}</table:table>") == (
            "| a | wide | wide |\n| --- | --- | --- |\n| tall | 1 | 2 |\n| tall | 3 | 4 |"
        )

    def test_a_note_follows_its_paragraph_and_a_link_keeps_its_target(self, tmp_path: Path) -> None:
        body = "<text:note-body><text:p>Since 2020.</text:p></text:note-body>"
        note = f"<text:note><text:note-citation>1</text:note-citation>{body}</text:note>"
        link = '<text:a xlink:href="https://example.org/a">the rules</text:a>'

        assert text(tmp_path, f"<text:p>See {link}{note}.</text:p>") == (
            "See [the rules](https://example.org/a)[^1].\n\n[^1]: Since 2020."
        )

    def test_deleted_text_comments_and_contents_are_left_out(self, tmp_path: Path) -> None:
        body = (
            "<text:tracked-changes><text:changed-region><text:deletion><text:p>gone</text:p></text:deletion>"
            "</text:changed-region></text:tracked-changes>"
            "<text:table-of-content><text:index-body><text:p>Leave 3</text:p></text:index-body></text:table-of-content>"
            "<text:p>stays<office:annotation><text:p>why?</text:p></office:annotation></text:p>"
        )

        assert text(tmp_path, body) == "stays"

    def test_a_text_box_follows_its_paragraph(self, tmp_path: Path) -> None:
        box = "<draw:frame><draw:text-box><text:p>in the box</text:p></draw:text-box></draw:frame>"

        assert text(tmp_path, f"<text:p>beside{box}</text:p>") == "beside\n\nin the box"

    def test_properties_make_title_and_metadata(self, tmp_path: Path) -> None:
        document = convert(tmp_path, "<office:text><text:p>x</text:p></office:text>", extra={"meta.xml": META})

        assert document.title == "Leave rules"
        assert document.metadata == {"author": "Ann Lee", "date": "2024-03-05"}


class TestSheets:
    def test_values_are_as_shown_and_blank_repeats_cost_nothing(self, tmp_path: Path) -> None:
        blank = '<table:table-cell table:number-columns-repeated="16384"/>'
        blank = f'<table:table-row table:number-rows-repeated="1048570">{blank}</table:table-row>'
        rows = row(cell("Country"), cell("Days")) + row(cell("France"), cell("25,5 %")) + blank
        document = convert(
            tmp_path, f'<office:spreadsheet><table:table table:name="Leave">{rows}</table:table></office:spreadsheet>'
        )

        assert document.text == "## Leave\n\n| Country | Days |\n| --- | --- |\n| France | 25,5 % |"

    def test_a_hidden_sheet_is_marked(self, tmp_path: Path) -> None:
        styles = '<style:style style:name="ta1"><style:table-properties table:display="false"/></style:style>'
        sheet = f'<table:table table:name="Old" table:style-name="ta1">{row(cell("x"))}</table:table>'
        document = convert(tmp_path, f"<office:spreadsheet>{sheet}</office:spreadsheet>", styles=styles)

        assert document.text == "## Old (hidden sheet)\n\nx"
        assert document.notes == ("the sheet 'Old' is hidden",)


class TestSlides:
    def test_slides_are_pages_read_from_top_to_bottom(self, tmp_path: Path) -> None:
        """ "## Leave", "upper", "lower", "Notes: say it", each a blank line apart: 8+2+5+2+5+2+13 = 37 characters."""

        def frame(words: str, y: str, kind: str = "") -> str:
            box = f"<draw:text-box><text:p>{words}</text:p></draw:text-box>"
            return f'<draw:frame svg:x="1cm" svg:y="{y}" presentation:class="{kind}">{box}</draw:frame>'

        notes = f"<presentation:notes>{frame('say it', '1cm', 'notes')}</presentation:notes>"
        shapes = (
            frame("lower", "50mm")
            + frame("upper", "2cm")
            + frame("Leave", "9cm", "title")
            + frame("7", "0cm", "page-number")
        )
        slide = f"<draw:page>{shapes}{notes}</draw:page>"
        document = convert(tmp_path, f"<office:presentation>{slide}<draw:page/></office:presentation>")

        assert document.text == "## Leave\n\nupper\n\nlower\n\nNotes: say it"
        assert document.pages == (PageSpan(1, 0, 37), PageSpan(2, 37, 37))


def test_an_encrypted_document_is_named_as_such(tmp_path: Path) -> None:
    manifest = {"META-INF/manifest.xml": "<manifest><encryption-data/></manifest>"}

    with pytest.raises(Encrypted):
        convert(tmp_path, "<office:text/>", extra=manifest)


def test_a_package_without_content_is_malformed(tmp_path: Path) -> None:
    path = tmp_path / "copy"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")

    with pytest.raises(Malformed, match=r"x\.odt"):
        from_odf.convert(path, "x.odt")

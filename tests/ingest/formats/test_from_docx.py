"""DOCX to Markdown, exactly. What python-docx can't write is put into its XML by hand."""

from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from docx.document import Document as Word
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.table import Table

from ingest.errors import Malformed
from ingest.formats import from_docx
from ingest.models import Document

Write = Callable[[Word], object]
NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)


def convert(folder: Path, word: Word, name: str = "rules.docx") -> Document:
    path = folder / "copy"
    word.save(str(path))
    return from_docx.convert(path, name)


def put(word: Word, xml: str) -> None:
    """A paragraph with this inside, at the end of the body."""
    paragraph = parse_xml(f"<w:p {NAMESPACES}>{xml}</w:p>")
    word.element.body.insert(len(word.element.body) - 1, paragraph)


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def number(word: Word, texts: list[tuple[int, str]], levels: list[tuple[str, str]]) -> None:
    """Paragraphs of a list of their own; `levels` are (number format, text) of the list's levels."""
    root = word.part.numbering_part.element
    key = str(900 + len(root))
    definition = "".join(
        f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for i, (kind, text) in enumerate(levels)
    )
    root.insert(0, parse_xml(f'<w:abstractNum {NAMESPACES} w:abstractNumId="{key}">{definition}</w:abstractNum>'))
    root.append(parse_xml(f'<w:num {NAMESPACES} w:numId="{key}"><w:abstractNumId w:val="{key}"/></w:num>'))
    for level, text in texts:
        properties = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{key}"/></w:numPr>'
        put(word, f"<w:pPr>{properties}</w:pPr>{run(text)}")


def filled(word: Word, rows: list[list[str]]) -> Table:
    table = word.add_table(rows=len(rows), cols=len(rows[0]))
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    return table


class TestBlocks:
    def test_headings_are_found_by_style_and_make_the_section_path(self, tmp_path: Path) -> None:
        word = docx.Document()
        word.add_heading("Leave", 1)
        word.add_heading("Annual leave", 2)
        word.add_paragraph("Everybody gets 25 days.")
        document = convert(tmp_path, word)

        assert document.text == "# Leave\n\n## Annual leave\n\nEverybody gets 25 days."
        assert document.blocks[2].section == ("Leave", "Annual leave")
        assert document.blocks[2].page is None
        assert document.title == "Leave"

    def test_a_title_paragraph_is_a_heading_and_a_caption_a_caption(self, tmp_path: Path) -> None:
        word = docx.Document()
        word.add_paragraph("Travel rules", style="Title")
        word.add_paragraph("Table 1: Limits", style="Caption")
        document = convert(tmp_path, word)

        assert [block.kind for block in document.blocks] == ["heading", "caption"]
        assert document.text == "# Travel rules\n\nTable 1: Limits"

    def test_an_outline_level_makes_a_heading_of_any_paragraph(self, tmp_path: Path) -> None:
        word = docx.Document()
        put(word, f'<w:pPr><w:outlineLvl w:val="2"/></w:pPr>{run("Details")}')

        assert convert(tmp_path, word).text == "### Details"

    def test_list_styles_make_one_list(self, tmp_path: Path) -> None:
        word = docx.Document()
        for text, style in [("one", "List Bullet"), ("deeper", "List Bullet 2"), ("two", "List Bullet")]:
            word.add_paragraph(text, style=style)
        document = convert(tmp_path, word)

        assert [block.kind for block in document.blocks] == ["list"]
        assert document.text.replace("    ", "") == "- one\n- deeper\n- two"

    def test_numbered_lists_nest_count_and_go_on_after_a_paragraph(self, tmp_path: Path) -> None:
        word = docx.Document()
        levels = [("decimal", "%1."), ("lowerLetter", "%2)"), ("upperRoman", "(%3)")]
        number(word, [(0, "first"), (1, "a"), (1, "b"), (2, "deep"), (0, "second"), (1, "again")], levels)

        assert convert(tmp_path, word).text == "\n".join(
            ["1. first", "    - a) a", "    - b) b", "        - (I) deep", "2. second", "    - a) again"]
        )

    def test_a_multilevel_number_is_shown_whole(self, tmp_path: Path) -> None:
        word = docx.Document()
        number(
            word, [(0, "one"), (1, "one one"), (0, "two"), (1, "two one")], [("decimal", "%1"), ("decimal", "%1.%2")]
        )

        assert convert(tmp_path, word).text == "1. one\n    - 1.1 one one\n2. two\n    - 2.1 two one"

    def test_a_numbered_heading_keeps_its_number(self, tmp_path: Path) -> None:
        word = docx.Document()
        number(word, [(0, "Scope"), (0, "Terms")], [("decimal", "%1.")])
        for paragraph in word.paragraphs:
            outline = parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="0"/>')
            paragraph._p.pPr.append(outline)

        assert convert(tmp_path, word).text == "# 1. Scope\n\n# 2. Terms"

    def test_lines_of_code_are_one_block(self, tmp_path: Path) -> None:
        word = docx.Document()
        word.styles.add_style("Source Code", docx.enum.style.WD_STYLE_TYPE.PARAGRAPH)
        word.add_paragraph("def f():", style="Source Code")
        word.add_paragraph("    return 1", style="Source Code")

        assert convert(tmp_path, word).text == "```\ndef f():\n    return 1\n```"

    def test_headers_footers_and_the_table_of_contents_are_left_out(self, tmp_path: Path) -> None:
        word = docx.Document()
        word.sections[0].header.paragraphs[0].text = "ACME confidential"
        word.sections[0].footer.paragraphs[0].text = "Page 1"
        word.styles.add_style("toc 1", docx.enum.style.WD_STYLE_TYPE.PARAGRAPH)
        word.add_paragraph("Scope 3", style="toc 1")
        word.add_paragraph("Body")
        document = convert(tmp_path, word)

        assert document.text == "Body"
        assert document.notes == ("lines of a table of contents left out: 1",)


class TestTables:
    def test_a_table_is_a_pipe_table(self, tmp_path: Path) -> None:
        word = docx.Document()
        filled(word, [["Country", "Days"], ["France", "25"]])

        assert convert(tmp_path, word).text == "| Country | Days |\n| --- | --- |\n| France | 25 |"

    def test_the_text_of_merged_cells_is_repeated(self, tmp_path: Path) -> None:
        word = docx.Document()
        table = filled(word, [["a", "b", "c"], ["1", "2", "3"], ["4", "5", "6"]])
        wide = table.cell(1, 1).merge(table.cell(1, 2))
        wide.text = "wide"
        tall = table.cell(1, 0).merge(table.cell(2, 0))
        tall.text = "tall"

        assert convert(tmp_path, word).text.splitlines()[2:] == ["| tall | wide | wide |", "| tall | 5 | 6 |"]

    def test_two_rows_that_repeat_on_each_page_are_one_header(self, tmp_path: Path) -> None:
        word = docx.Document()
        table = filled(word, [["Days", "Days"], ["2023", "2024"], ["25", "26"]])
        for row in table.rows[:2]:
            row._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))

        assert convert(tmp_path, word).text == "| Days / 2023 | Days / 2024 |\n| --- | --- |\n| 25 | 26 |"

    def test_a_table_without_a_first_row_of_its_own_has_a_blank_header(self, tmp_path: Path) -> None:
        word = docx.Document()
        table = filled(word, [["Ann", "Bob"], ["Cid", "Dan"]])
        table._tbl.tblPr.find(qn("w:tblLook")).set(qn("w:firstRow"), "0")

        assert convert(tmp_path, word).text == "|  |  |\n| --- | --- |\n| Ann | Bob |\n| Cid | Dan |"

    def test_a_first_row_over_all_columns_is_the_caption(self, tmp_path: Path) -> None:
        word = docx.Document()
        table = filled(word, [["", ""], ["Country", "Days"], ["France", "25"]])
        table.cell(0, 0).merge(table.cell(0, 1)).text = "Leave"
        document = convert(tmp_path, word)

        assert [block.kind for block in document.blocks] == ["caption", "table"]
        assert document.text == "Leave\n\n| Country | Days |\n| --- | --- |\n| France | 25 |"

    def test_a_nested_table_is_text_of_its_cell(self, tmp_path: Path) -> None:
        word = docx.Document()
        table = filled(word, [["a", "b"], ["1", "see"]])
        inner = table.cell(1, 1).add_table(1, 2)
        inner.cell(0, 0).text = "x"
        inner.cell(0, 1).text = "y"

        assert convert(tmp_path, word).text.splitlines()[2] == "| 1 | see x y |"

    def test_a_table_of_one_cell_is_a_box_around_its_blocks(self, tmp_path: Path) -> None:
        word = docx.Document()
        cell = word.add_table(1, 1).cell(0, 0)
        cell.text = "Mind this."
        cell.add_paragraph("one", style="List Bullet")

        assert convert(tmp_path, word).text == "Mind this.\n\n- one"


class TestText:
    def test_tracked_changes_are_read_as_accepted(self, tmp_path: Path) -> None:
        word = docx.Document()
        deleted = '<w:del w:id="1"><w:r><w:delText>20</w:delText></w:r></w:del>'
        put(word, f'{run("We give ")}{deleted}<w:ins w:id="2">{run("25")}</w:ins>{run(" days.")}')
        document = convert(tmp_path, word)

        assert document.text == "We give 25 days."
        assert document.notes == ("tracked changes read as accepted: 2",)

    def test_a_web_link_keeps_its_target(self, tmp_path: Path) -> None:
        word = docx.Document()
        key = word.part.relate_to(
            "https://example.org/a", docx.opc.constants.RELATIONSHIP_TYPE.HYPERLINK, is_external=True
        )
        relation = f'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="{key}"'
        put(word, f"{run('See ')}<w:hyperlink {relation}>{run('the rules')}</w:hyperlink>{run('.')}")

        assert convert(tmp_path, word).text == "See [the rules](https://example.org/a)."

    def test_a_field_shows_its_result_and_a_link_field_its_target(self, tmp_path: Path) -> None:
        def field(code: str, result: str) -> str:
            begin, separate, end = (
                f'<w:r><w:fldChar w:fldCharType="{k}"/></w:r>' for k in ("begin", "separate", "end")
            )
            return f"{begin}<w:r><w:instrText>{code}</w:instrText></w:r>{separate}{run(result)}{end}"

        word = docx.Document()
        put(
            word,
            run("As of ") + field("DATE", "1 May") + run(", see ") + field('HYPERLINK "https://example.org"', "here"),
        )

        assert convert(tmp_path, word).text == "As of 1 May, see [here](https://example.org)"

    def test_a_line_break_stays_and_a_tab_is_a_space(self, tmp_path: Path) -> None:
        word = docx.Document()
        word.add_paragraph("Name:\tAnn\nCity:\tBonn")

        assert convert(tmp_path, word).text == "Name: Ann\nCity: Bonn"

    @pytest.mark.parametrize("how", ["<w:vanish/>", '<w:sz w:val="2"/>', '<w:color w:val="FFFFFF"/>'])
    def test_hidden_text_is_kept_at_the_end_marked_and_noted(self, tmp_path: Path, how: str) -> None:
        word = docx.Document()
        put(word, f"{run('seen')}<w:r><w:rPr>{how}</w:rPr><w:t>unseen</w:t></w:r>")
        document = convert(tmp_path, word)

        assert document.text == "seen\n\nunseen"
        assert document.hidden == ((6, 12),)
        assert document.notes == ("runs of hidden text kept and not searched: 1",)

    def test_comments_follow_what_they_hang_on_with_who_wrote_them(self, tmp_path: Path) -> None:
        """In a table they follow the table, so that a cell says what it says."""
        word = docx.Document()
        paragraph = word.add_paragraph("The limit is 80 EUR.")
        word.add_comment(paragraph.runs, text="Since May 90.", author="Ann Lee")
        table = filled(word, [["City", "EUR"], ["Bonn", "80"]])
        word.add_comment(table.cell(1, 1).paragraphs[0].runs, text="Check this.", author="")

        assert convert(tmp_path, word).text == (
            "The limit is 80 EUR.\n\nComment by Ann Lee: Since May 90.\n\n"
            "| City | EUR |\n| --- | --- |\n| Bonn | 80 |\n\nComment by unknown: Check this."
        )

    def test_white_text_on_shading_or_in_a_table_is_seen(self, tmp_path: Path) -> None:
        """Tables and shaded paragraphs may be dark, so white text on them is what their author means to be read."""
        word = docx.Document()
        white = '<w:r><w:rPr><w:color w:val="FFFFFF"/></w:rPr><w:t>white</w:t></w:r>'
        put(word, f'<w:pPr><w:shd w:fill="000000"/></w:pPr>{white}')

        assert convert(tmp_path, word).hidden == ()

    def test_a_text_box_is_read_once_of_its_two_renderings(self, tmp_path: Path) -> None:
        content = f"<w:txbxContent><w:p>{run('In the box')}</w:p></w:txbxContent>"
        choice = f'<mc:Choice Requires="wps"><w:drawing><wps:txbx>{content}</wps:txbx></w:drawing></mc:Choice>'
        fallback = f"<mc:Fallback><w:pict><v:textbox>{content}</v:textbox></w:pict></mc:Fallback>"
        word = docx.Document()
        put(word, f"{run('Beside')}<w:r><mc:AlternateContent>{choice}{fallback}</mc:AlternateContent></w:r>")

        assert convert(tmp_path, word).text == "Beside\n\nIn the box"

    def test_a_formula_is_latex(self, tmp_path: Path) -> None:
        def m(text: str) -> str:
            return f"<m:r><m:t>{text}</m:t></m:r>"

        half = f"<m:f><m:num>{m('1')}</m:num><m:den>{m('2')}</m:den></m:f>"
        square = f"<m:sSup><m:e>{m('x')}</m:e><m:sup>{m('2')}</m:sup></m:sSup>"
        word = docx.Document()
        put(word, f"{run('Let ')}<m:oMath>{m('y=')}{half}{square}</m:oMath>{run('.')}")

        assert convert(tmp_path, word).text == r"Let $y=\frac{1}{2}x^{2}$."

    def test_a_check_box_says_whether_it_is_checked(self, tmp_path: Path) -> None:
        word = docx.Document()
        for state, text in [("1", "done"), ("0", "open")]:
            box = f'<w14:checkbox><w14:checked w14:val="{state}"/></w14:checkbox>'
            put(
                word, f"<w:sdt><w:sdtPr>{box}</w:sdtPr><w:sdtContent>{run('☐')}</w:sdtContent></w:sdt>{run(f' {text}')}"
            )

        assert convert(tmp_path, word).text == "[x] done\n\n[ ] open"

    def test_a_content_control_is_read(self, tmp_path: Path) -> None:
        word = docx.Document()
        put(word, f"<w:sdt><w:sdtContent>{run('filled in')}</w:sdtContent></w:sdt>")

        assert convert(tmp_path, word).text == "filled in"


def test_footnotes_follow_the_block_that_names_them(tmp_path: Path) -> None:
    """The one in a list comes after the whole list."""
    word = docx.Document()
    notes = "".join(
        f'<w:footnote w:id="{i}"><w:p>{run(text)}</w:p></w:footnote>'
        for i, text in [(1, "Since 2020."), (2, "Or less.")]
    )
    part = docx.opc.part.Part(
        docx.opc.packuri.PackURI("/word/footnotes.xml"),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml",
        f"<w:footnotes {NAMESPACES}>{notes}</w:footnotes>".encode(),
        word.part.package,
    )
    word.part.relate_to(part, docx.opc.constants.RELATIONSHIP_TYPE.FOOTNOTES)
    put(word, f'{run("We give 25 days")}<w:r><w:footnoteReference w:id="1"/></w:r>{run(".")}')
    word.add_paragraph("ten", style="List Bullet")._p.append(
        parse_xml(f'<w:r {NAMESPACES}><w:footnoteReference w:id="2"/></w:r>')
    )
    word.add_paragraph("twenty", style="List Bullet")

    assert convert(tmp_path, word).text == (
        "We give 25 days[^1].\n\n[^1]: Since 2020.\n\n- ten[^2]\n- twenty\n\n[^2]: Or less."
    )


def test_title_author_and_date_come_from_the_properties(tmp_path: Path) -> None:
    word = docx.Document()
    word.add_heading("Scope", 1)
    word.core_properties.title = "Travel rules"
    word.core_properties.author = "Ann Lee"
    document = convert(tmp_path, word)

    assert document.title == "Travel rules"
    assert document.metadata == {"author": "Ann Lee", "date": "2013-12-23"}


def test_what_a_librarys_template_says_of_itself_is_no_metadata(tmp_path: Path) -> None:
    word = docx.Document()
    word.add_paragraph("text")

    assert "author" not in convert(tmp_path, word).metadata


def test_a_spreadsheet_under_the_name_of_a_document_is_malformed(tmp_path: Path) -> None:
    from openpyxl import Workbook

    path = tmp_path / "copy"
    Workbook().save(path)

    with pytest.raises(Malformed, match=r"rules\.docx"):
        from_docx.convert(path, "rules.docx")

"""What the sample corpus promises about its files."""

import difflib
import filecmp
import subprocess
import sys
import tomllib
from collections import Counter
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from fnmatch import fnmatch
from pathlib import Path

import openpyxl
import pypdfium2
import pytest
from docx import Document
from pypdf import PdfReader

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "data" / "corpus"
SETTINGS = tomllib.loads((CORPUS / "footnote.toml").read_text(encoding="utf-8"))


def documents() -> list[str]:
    """Paths below the corpus of what an ingest would take, by `footnote.toml`."""
    files = (path.relative_to(CORPUS).as_posix() for path in CORPUS.rglob("*") if path.is_file())
    left_out = ("footnote.toml", *SETTINGS["exclude"])
    return sorted(path for path in files if not any(fnmatch(path, pattern) for pattern in left_out))


def page_texts(path: str) -> list[str]:
    with pypdfium2.PdfDocument(CORPUS / path) as pdf:
        return [page.get_textpage().get_text_range() for page in pdf]


def mail(path: str) -> EmailMessage:
    return message_from_bytes((CORPUS / path).read_bytes(), policy=default)


def test_every_kind_of_company_document_is_there_in_number() -> None:
    """At least forty documents, of the kinds a company really has."""
    kinds = Counter(Path(path).suffix for path in documents())

    assert len(documents()) >= 40
    least = {
        ".html": 10,
        ".pdf": 8,
        ".md": 6,
        ".txt": 4,
        ".xlsx": 3,
        ".docx": 3,
        ".pptx": 2,
        ".csv": 2,
        ".eml": 2,
    }
    assert {kind: kinds[kind] for kind, n in least.items() if kinds[kind] < n} == {}


def test_the_corpus_stays_small() -> None:
    """It lies in the repository, so three megabytes are the limit."""
    assert sum(path.stat().st_size for path in CORPUS.rglob("*") if path.is_file()) < 3_000_000


def test_the_readme_lists_every_document() -> None:
    readme = (ROOT / "data" / "README.md").read_text(encoding="utf-8")

    assert [path for path in documents() if f"`{path}`" not in readme] == []


@pytest.mark.parametrize("path", [path for path in documents() if path.endswith(".html")])
def test_a_page_has_the_furniture_of_a_real_site(path: str) -> None:
    """Menu, consent banner and footer, so that finding the main text is put to the test."""
    page = (CORPUS / path).read_text(encoding="utf-8")

    assert "cookies" in page
    assert "<nav" in page or 'id="menu"' in page
    assert "<footer" in page or 'id="foot"' in page


def test_the_confidential_folder_is_declared_and_mixed() -> None:
    """Only the group hr may see it; it holds four documents or more, of several kinds."""
    confidential = [path for path in documents() if path.startswith("hr-confidential/")]

    assert SETTINGS["access"] == [{"path": "hr-confidential/**", "groups": ["hr"]}]
    assert len(confidential) >= 4
    assert len({Path(path).suffix for path in confidential}) >= 4


def test_drafts_are_excluded() -> None:
    assert (CORPUS / "drafts" / "four-day-week.md").exists()
    assert not any(path.startswith("drafts/") for path in documents())


def test_one_document_lies_there_twice_byte_for_byte() -> None:
    one, other = CORPUS / "security/clean-desk.txt", CORPUS / "offices/bremerhaven/clean-desk.txt"

    assert filecmp.cmp(one, other, shallow=False)


def test_two_documents_are_nearly_the_same() -> None:
    """The visitor rules of one site differ from the general ones in a few sentences only."""
    general = (CORPUS / "security/visitor-rules.md").read_text(encoding="utf-8")
    local = (CORPUS / "offices/visitor-rules-bremerhaven.md").read_text(encoding="utf-8")

    assert general != local
    assert difflib.SequenceMatcher(None, general.split(), local.split()).ratio() > 0.8


def test_the_newer_travel_policy_says_that_it_replaces_the_older() -> None:
    assert "replaces the travel policy 2024" in page_texts("policies/travel-policy-2025.pdf")[0].replace("\r\n", " ")
    assert "edition 2024. In force from 1 February 2024" in page_texts("policies/travel-policy-2024.pdf")[0]


def test_the_scan_has_no_text_layer() -> None:
    """One page that is a picture: without recognition of letters it is empty."""
    assert page_texts("archive/scan-0417.pdf") == [""]


def test_the_manual_has_an_outline_and_a_table_across_pages() -> None:
    manual = "products/cm-7-service-manual.pdf"
    with_header = [text for text in page_texts(manual) if "Used from" in text]

    assert len(PdfReader(CORPUS / manual).outline) > 0
    assert len(page_texts(manual)) >= 6
    assert len(with_header) >= 2


def test_word_tables_have_cells_merged_down_and_across() -> None:
    courses = Document(str(CORPUS / "handbook/onboarding-checklist.docx")).tables[0]
    risks = Document(str(CORPUS / "meetings/steering-group-2026-01-21.docx")).tables[0]

    assert courses.cell(3, 0).text == courses.cell(4, 0).text == "Handling lithium packs"
    assert courses.cell(3, 1).text != courses.cell(4, 1).text
    assert risks.cell(2, 2).text == risks.cell(2, 3).text == "no sale there"


def test_every_formula_has_its_value_beside_it() -> None:
    """A reader of cached values finds a number wherever a reader of formulas finds a formula."""
    for path in CORPUS.rglob("*.xlsx"):
        values, formulas = openpyxl.load_workbook(path, data_only=True), openpyxl.load_workbook(path)
        places = [
            (sheet.title, cell.coordinate)
            for sheet in formulas
            for row in sheet.iter_rows()
            for cell in row
            if cell.data_type == "f"
        ]
        assert all(isinstance(values[sheet][place].value, int | float) for sheet, place in places)
        assert len(places) > 0


def test_the_german_price_table_is_in_the_old_code_page() -> None:
    """Semicolons, decimal commas and cp1252, as a German spreadsheet program exports them."""
    raw = (CORPUS / "sales/kundendienst-preise-2026.csv").read_bytes()

    assert "Überholung CM-7" in raw.decode("cp1252")
    assert "1.240,00" in raw.decode("cp1252").split(";")
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")


@pytest.mark.parametrize("path", [path for path in documents() if path.endswith(".eml")])
def test_a_mail_has_a_body_and_an_attachment(path: str) -> None:
    message = mail(path)
    body = message.get_body()

    assert body is not None
    assert len(body.get_content()) > 300
    assert [part.get_filename() for part in message.iter_attachments()] != []


def test_no_pdf_says_that_it_was_written_on_the_day_of_a_tool() -> None:
    """What is shown as a document's date is read from there."""
    years = {
        path: PdfReader(CORPUS / path).metadata.creation_date.year for path in documents() if path.endswith(".pdf")
    }

    assert min(years.values()) > 2000
    assert (years["policies/travel-policy-2024.pdf"], years["policies/travel-policy-2025.pdf"]) == (2024, 2025)


def test_the_generator_makes_the_committed_files_again(tmp_path: Path) -> None:
    """`python -m data.making` gives the same bytes each time, and those are what the repository holds."""
    command = [sys.executable, "-m", "data.making", "--into", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True)
    made = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())

    _, differing, missing = filecmp.cmpfiles(tmp_path, CORPUS, made, shallow=False)
    binary = {".pdf", ".docx", ".pptx", ".xlsx", ".eml"}
    assert (differing, missing) == ([], [])
    assert made == [path for path in documents() if Path(path).suffix in binary]

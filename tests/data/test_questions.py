"""What the question set promises: enough of each kind, and every quote stands where it says."""

import json
import re
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast

import openpyxl
import pypdfium2
import pytest
from bs4 import BeautifulSoup
from docx import Document
from pptx import Presentation

DATA = Path(__file__).parents[2] / "data"
CORPUS = DATA / "corpus"
QUESTIONS: list[dict[str, Any]] = [
    json.loads(line) for line in (DATA / "questions.jsonl").read_text(encoding="utf-8").splitlines()
]
FIELDS = {"id", "question", "answer", "answerable", "evidence", "history", "group", "tags"}
EVIDENCE = [(question["id"], evidence) for question in QUESTIONS for evidence in question.get("evidence", [])]
QUOTED = [pytest.param(evidence, id=name) for name, evidence in EVIDENCE if "quote" in evidence]


def tagged(tag: str) -> list[dict[str, Any]]:
    return [question for question in QUESTIONS if tag in question["tags"]]


def test_ids_are_unique_and_readable() -> None:
    ids = [question["id"] for question in QUESTIONS]

    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name) for name in ids)


def test_no_field_is_unknown() -> None:
    """A misspelt field would be ignored by readers, so it is refused here."""
    assert {field for question in QUESTIONS for field in question} <= FIELDS


def test_there_are_enough_questions_of_each_kind() -> None:
    assert len(QUESTIONS) >= 80
    assert len(tagged("unanswerable")) >= 15
    assert len(tagged("follow-up")) >= 10
    assert len(tagged("table")) >= 15
    assert len(tagged("restricted")) >= 5
    assert len(tagged("paraphrase")) >= 10


def test_unanswerable_questions_have_neither_evidence_nor_answer() -> None:
    for question in tagged("unanswerable"):
        assert question["answerable"] is False
        assert question.keys().isdisjoint({"evidence", "answer"})


def test_answerable_questions_have_an_answer_and_evidence() -> None:
    answerable = [question for question in QUESTIONS if "unanswerable" not in question["tags"]]

    assert all(question["answer"] and question["evidence"] for question in answerable)
    assert all(question.get("answerable", True) for question in answerable)


def test_follow_ups_have_a_history_of_user_and_assistant() -> None:
    for question in QUESTIONS:
        roles = [turn["role"] for turn in question.get("history", [])]
        assert roles == (["user", "assistant"] if question in tagged("follow-up") else [])


def test_restricted_questions_are_those_on_confidential_documents() -> None:
    """Whoever asks them belongs to the group hr, and nobody else's evidence lies in that folder."""
    for question in QUESTIONS:
        folders = {evidence["document"].split("/")[0] for evidence in question.get("evidence", [])}
        restricted = question in tagged("restricted")
        assert question.get("group") == (["hr"] if restricted else None)
        assert ("hr-confidential" in folders) == restricted


def test_every_evidence_document_exists() -> None:
    assert [name for name, evidence in EVIDENCE if not (CORPUS / evidence["document"]).is_file()] == []


def test_pages_are_given_for_pdfs_and_slides_only() -> None:
    paged = {".pdf", ".pptx"}

    assert all(("page" in evidence) == (Path(evidence["document"]).suffix in paged) for _, evidence in EVIDENCE)


def test_only_evidence_in_the_scan_goes_without_a_quote() -> None:
    """What letter recognition makes of a picture cannot be promised word for word."""
    unquoted = {evidence["document"] for _, evidence in EVIDENCE if "quote" not in evidence}

    assert unquoted == {"archive/scan-0417.pdf"}


@pytest.mark.parametrize("evidence", QUOTED)
def test_the_quote_stands_in_its_document_on_its_page(evidence: dict[str, Any]) -> None:
    """White space aside, verbatim, and within one paragraph, cell or stretch of text without markup."""
    path = CORPUS / evidence["document"]
    texts = READERS[path.suffix](path, evidence.get("page"))

    assert any(evidence["quote"] in " ".join(text.split()) for text in texts)


def pdf_page(path: Path, page: int | None) -> list[str]:
    with pypdfium2.PdfDocument(path) as pdf:
        return [pdf[cast(int, page) - 1].get_textpage().get_text_range()]


def html_texts(path: Path, page: int | None) -> list[str]:
    """Main content only; each string that stands between two tags."""
    soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    main = soup.find("article") or soup.find(id="text")
    return list(main.strings) if main else []


def word_texts(path: Path, page: int | None) -> list[str]:
    document = Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return [paragraph.text for paragraph in document.paragraphs] + cells


def slide_texts(path: Path, page: int | None) -> list[str]:
    slide = Presentation(str(path)).slides[cast(int, page) - 1]
    paragraphs = [p.text for shape in slide.shapes if shape.has_text_frame for p in shape.text_frame.paragraphs]
    tables = [shape.table for shape in slide.shapes if shape.has_table]
    cells = [cell.text for table in tables for row in table.rows for cell in row.cells]
    return [*paragraphs, *cells, slide.notes_slide.notes_text_frame.text]


def sheet_texts(path: Path, page: int | None) -> list[str]:
    book = openpyxl.load_workbook(path, data_only=True)
    return [str(value) for sheet in book for row in sheet.iter_rows(values_only=True) for value in row]


def mail_body(path: Path, page: int | None) -> list[str]:
    mail = message_from_bytes(path.read_bytes(), policy=default)
    return [cast(EmailMessage, mail.get_body()).get_content()]


def plain_text(path: Path, page: int | None) -> list[str]:
    raw = path.read_bytes()
    try:
        return [raw.decode("utf-8")]
    except UnicodeDecodeError:
        return [raw.decode("cp1252")]


READERS: dict[str, Callable[[Path, int | None], list[str]]] = {
    ".pdf": pdf_page,
    ".html": html_texts,
    ".docx": word_texts,
    ".pptx": slide_texts,
    ".xlsx": sheet_texts,
    ".eml": mail_body,
    ".md": plain_text,
    ".txt": plain_text,
    ".csv": plain_text,
}

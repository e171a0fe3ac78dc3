"""One door for all formats: the right converter, the same promises."""

import importlib.util
from pathlib import Path

import pytest

from ingest.convert import CONVERTERS, convert, marked_text
from ingest.errors import Encrypted, NoText, UnknownFormat, Unreadable
from ingest.media import ENCRYPTED_OFFICE
from ingest.models import Document
from retrieval.models import PageSpan


def write(folder: Path, data: bytes) -> Path:
    path = folder / "copy"
    path.write_bytes(data)
    return path


def test_every_registered_converter_is_there() -> None:
    missing = [module for module in set(CONVERTERS.values()) if importlib.util.find_spec(module) is None]

    assert missing == []


def test_a_file_is_read_by_its_type_and_called_by_its_name(tmp_path: Path) -> None:
    document = convert(write(tmp_path, b"# Leave\n\n25 days.\n"), "text/markdown", "leave.md")

    assert document.title == "Leave"
    assert document.text == "# Leave\n\n25 days."
    assert [block.kind for block in document.blocks] == ["heading", "paragraph"]
    assert document.text[document.blocks[1].start : document.blocks[1].end] == "25 days."


def test_an_unknown_type_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UnknownFormat, match="tool: no converter for application/octet-stream") as caught:
        convert(write(tmp_path, b"\x00\x01"), "application/octet-stream", "tool")

    assert "Save it as PDF" in caught.value.remedy


def test_an_empty_file_has_no_text_whatever_it_is_called(tmp_path: Path) -> None:
    with pytest.raises(NoText, match=r"a\.xyz: the file is empty"):
        convert(write(tmp_path, b""), "application/x-empty", "a.xyz")


@pytest.mark.parametrize(
    ("data", "kind", "name"),
    [
        (b" \n\n\t\n", "text/plain", "a.txt"),
        (b"---\ntitle: Leave\n---\n", "text/markdown", "a.md"),
        (b"<html><body><script>x()</script><img src=a.png></body></html>", "text/html", "a.html"),
    ],
)
def test_a_file_without_words_is_never_a_document(tmp_path: Path, data: bytes, kind: str, name: str) -> None:
    with pytest.raises(NoText, match="no text in it"):
        convert(write(tmp_path, data), kind, name)


def test_a_missing_file_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"a\.md: No such file"):
        convert(tmp_path / "gone", "text/markdown", "a.md")


def test_an_office_file_with_a_password_says_so(tmp_path: Path) -> None:
    with pytest.raises(Encrypted, match="password"):
        convert(write(tmp_path, b"\xd0\xcf"), ENCRYPTED_OFFICE, "pay.xlsx")


def test_what_a_converter_lets_through_is_cleaned_and_offsets_still_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The door puts a document together again if its text may not be stored: blocks, sections and pages follow."""
    (tmp_path / "careless.py").write_text(
        "from ingest.blocks import assemble\n"
        "from ingest.models import Piece\n"
        "def convert(path, name):\n"
        "    about = {'author': 'Ann\\x05 Berg', 'date': '\\x00'}\n"
        "    pieces = [Piece('heading', '# A\\x00', 1, 1), Piece('paragraph', 'one\\r\\ntwo', 0, 2)]\n"
        "    return assemble(pieces, title='A\\x00\\nB', page_count=2, notes=['a note'], metadata=about)\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setitem(CONVERTERS, "test/careless", "careless")

    document = convert(write(tmp_path, b"x"), "test/careless", "a")

    assert (document.title, document.text, document.notes) == ("A B", "# A\n\none\ntwo", ("a note",))
    assert document.metadata == {"author": "Ann Berg"}
    assert [document.text[block.start : block.end] for block in document.blocks] == ["# A", "one\ntwo"]
    assert [block.section for block in document.blocks] == [(), ("A",)]
    assert document.pages == (PageSpan(1, 0, 3), PageSpan(2, 5, 12))


def test_page_marks_stand_before_each_page_and_before_blank_ones() -> None:
    document = Document("t", "one\n\nthree", (), (PageSpan(1, 0, 3), PageSpan(2, 3, 3), PageSpan(3, 5, 10)))

    assert marked_text(document) == "<!-- page 1 -->\n\none\n\n<!-- page 2 -->\n\n<!-- page 3 -->\n\nthree"


def test_a_document_without_pages_has_no_marks() -> None:
    assert marked_text(Document("t", "text", (), ())) == "text"

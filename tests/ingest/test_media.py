"""A file is what it holds; its name only breaks ties."""

import zipfile
from pathlib import Path

import pytest

from ingest.errors import Unreadable
from ingest.media import ENCRYPTED_OFFICE, media_type

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
PDF_END = b"\nstartxref\n0\n%%EOF\n"
MAIL = b"Received: from a by b\nMessage-ID: <1@example.org>\nFrom: Ann <ann@example.org>\nSubject: Leave\n\nHello\n"


def kind(folder: Path, data: bytes, name: str) -> str:
    """The type of a copy whose own name says nothing, as the store keeps originals."""
    path = folder / "0a1b2c"
    path.write_bytes(data)
    return media_type(path, name)


def archive(folder: Path, members: dict[str, str]) -> bytes:
    path = folder / "made.zip"
    with zipfile.ZipFile(path, "w") as file:
        for name, text in members.items():
            file.writestr(name, text)
    return path.read_bytes()


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (b"%PDF-1.7\n...", "a.pdf", "application/pdf"),
        (b"\r\n\xef\xbb\xbf%PDF-1.4\n", "a.txt", "application/pdf"),
        (b"junk of a mail server\n" * 20 + b"%PDF-1.4\n1 0 obj" + PDF_END, "a", "application/pdf"),
        (b"%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj", "headless.pdf", "application/pdf"),
        (b"The header of a PDF is %PDF-1.7, says the standard.", "notes.txt", "text/plain"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "report.pdf", "text/html"),
        (b"\n<!-- saved -->\n<HTML lang=en><p>x", "page.txt", "text/html"),
        (b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>', "a.xml", "application/xhtml+xml"),
        (b'<?xml version="1.0"?><rates/>', "a.xml", "application/xml"),
        (b"<table><tr><td>1</td></tr></table>", "cells", "text/html"),
        (b"<h1 align=center>Tool</h1>\n\nA *readme*.", "README.md", "text/markdown"),
        (b"# Leave\n", "leave.md", "text/markdown"),
        (b"# Leave\n", "leave.txt", "text/plain"),
        (b"a,b\n1,2\n", "a.csv", "text/csv"),
        (b"a,b\n1,2\n", "a.txt", "text/plain"),
        (b"a;b\n1;2\n3;4\n", "export", "text/csv"),
        (b"a\tb\n1\t2\n3\t4\n", "export", "text/tab-separated-values"),
        (b"Dear all, hello\nno columns here\nor, here, yes\n", "letter", "text/plain"),
        (b'{"a": 1}', "a.json", "application/json"),
        (b"{\\rtf1\\ansi x}", "a.doc", "application/rtf"),
        (MAIL, "mail", "message/rfc822"),
        (b"Subject: Leave\n\nHello", "a.eml", "message/rfc822"),
        (b"From: the board\nTo: all\nSubject: Leave\n\nHello", "memo.txt", "text/plain"),
        ("Grüße".encode("utf-16"), "a.txt", "text/plain"),
        ("Hello, world, without a mark".encode("utf-16-le"), "a.txt", "text/plain"),
        (PNG, "a.pdf", "image/png"),
        (b"\x7fELF\x02\x01\x01\x00" + bytes(60), "tool", "application/x-executable"),
        (bytes(range(256)) * 4, "a.txt", "application/octet-stream"),
        (b"", "a.pdf", "application/x-empty"),
    ],
)
def test_content_decides_and_the_name_breaks_ties(tmp_path: Path, data: bytes, name: str, expected: str) -> None:
    assert kind(tmp_path, data, name) == expected


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"[Content_Types].xml": "", "word/document.xml": ""}, DOCX),
        ({"[Content_Types].xml": "", "xl/workbook.xml": ""}, XLSX),
        ({"[Content_Types].xml": "", "ppt/presentation.xml": ""}, PPTX),
        ({"mimetype": "application/epub+zip", "OEBPS/a.xhtml": ""}, "application/epub+zip"),
        ({"mimetype": "application/vnd.oasis.opendocument.text"}, "application/vnd.oasis.opendocument.text"),
        ({"word/readme.txt": "just an archive"}, "application/zip"),
    ],
)
def test_zip_containers_are_told_apart_by_their_members(tmp_path: Path, members: dict[str, str], expected: str) -> None:
    assert kind(tmp_path, archive(tmp_path, members), "file.bin") == expected


def test_a_torn_container_keeps_the_type_of_its_name_so_that_its_converter_can_complain(tmp_path: Path) -> None:
    whole = archive(tmp_path, {"[Content_Types].xml": "", "word/document.xml": "x" * 1000})

    assert kind(tmp_path, whole[:40], "rules.docx") == DOCX
    assert kind(tmp_path, whole[:40], "rules.dat") == "application/zip"


def test_a_torn_ole_file_keeps_the_type_of_its_name(tmp_path: Path) -> None:
    magic = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

    assert kind(tmp_path, magic + bytes(100), "old.xls") == "application/vnd.ms-excel"
    assert kind(tmp_path, magic + bytes(100), "old") == "application/x-ole-storage"


def ole_with(stream: str) -> bytes:
    """The smallest OLE file with one stream: header, one FAT sector, one directory sector (MS-CFB 2.2, 2.6)."""
    free, end, fat = b"\xff\xff\xff\xff", b"\xfe\xff\xff\xff", b"\xfd\xff\xff\xff"
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + bytes.fromhex("3e000300feff09000600") + bytes(10)
    header += (1).to_bytes(4, "little") + (1).to_bytes(4, "little") + bytes(4) + (4096).to_bytes(4, "little")
    header += end + bytes(4) + end + bytes(4) + bytes(4) + free * 108
    table = fat + end + free * 126
    root = entry("Root Entry", 5, child=1, start=end) + entry(stream, 2, child=None, start=end)
    return header + table + root + bytes(256)


def entry(name: str, kind: int, *, child: int | None, start: bytes) -> bytes:
    text = name.encode("utf-16-le")
    below = b"\xff\xff\xff\xff" if child is None else child.to_bytes(4, "little")
    size = (len(text) + 2).to_bytes(2, "little")
    return text.ljust(64, b"\0") + size + bytes([kind, 1]) + b"\xff" * 8 + below + bytes(36) + start + bytes(8)


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        ("WordDocument", "application/msword"),
        ("Workbook", "application/vnd.ms-excel"),
        ("PowerPoint Document", "application/vnd.ms-powerpoint"),
        ("__properties_version1.0", "application/vnd.ms-outlook"),
        ("EncryptedPackage", ENCRYPTED_OFFICE),
    ],
)
def test_ole_files_are_told_apart_by_their_streams(tmp_path: Path, stream: str, expected: str) -> None:
    assert kind(tmp_path, ole_with(stream), "file.bin") == expected


def test_a_missing_file_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"leave\.md: No such file"):
        media_type(tmp_path / "gone", "leave.md")

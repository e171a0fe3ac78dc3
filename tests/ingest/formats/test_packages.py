"""What is refused before anything is unpacked."""

import zipfile
from pathlib import Path

import pytest

from ingest.errors import Encrypted, Malformed, OverLimit
from ingest.formats import packages
from ingest.formats.packages import check_package, open_package, parse_xml

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def test_an_encrypted_office_file_is_named_as_such(tmp_path: Path) -> None:
    path = tmp_path / "secret.docx"
    path.write_bytes(OLE_MAGIC + bytes(500) + "EncryptedPackage".encode("utf-16-le") + bytes(500))

    with pytest.raises(Encrypted, match=r"secret\.docx"):
        check_package(path, "secret.docx")


def test_an_old_binary_file_under_a_new_name_is_malformed(tmp_path: Path) -> None:
    path = tmp_path / "old.docx"
    path.write_bytes(OLE_MAGIC + bytes(500))

    with pytest.raises(Malformed, match="old binary"):
        check_package(path, "old.docx")


def test_half_an_archive_is_malformed(tmp_path: Path) -> None:
    path = tmp_path / "half.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<a/>" * 1000)
    path.write_bytes(path.read_bytes()[:60])

    with pytest.raises(Malformed, match="zip"):
        check_package(path, "half.docx")


def test_a_bomb_is_refused_by_what_it_declares(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two million zeros pack to about 2 kB: a ratio of 1000. The limits are lowered, not the file blown up."""
    monkeypatch.setattr(packages, "BOMB_BYTES", 10**6)
    monkeypatch.setattr(packages, "BOMB_RATIO", 500)
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(2 * 10**6))

    with pytest.raises(OverLimit, match="2,000,000"):
        check_package(path, "bomb.xlsx")


def test_more_than_the_most_bytes_is_refused_whatever_the_ratio(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "MOST_BYTES", 99)
    path = tmp_path / "large.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", bytes(100))

    with pytest.raises(OverLimit):
        check_package(path, "large.xlsx")


def test_entities_are_not_resolved() -> None:
    """A file may not be read into the text, and laughs don't multiply."""
    xml = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>before &x; after</a>'

    assert "".join(parse_xml(xml, "it").itertext()) == "before &x; after"


def test_broken_xml_is_malformed_and_named() -> None:
    with pytest.raises(Malformed, match=r"the part word/document\.xml"):
        parse_xml(b"<a><b></a>", "x.docx: the part word/document.xml")


def test_a_damaged_part_is_malformed(tmp_path: Path) -> None:
    """One byte of the packed data is changed: its checksum fails when it is read, not before."""
    path = tmp_path / "damaged.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("part.xml", "<a>hello world</a>")
    path.write_bytes(path.read_bytes().replace(b"hello", b"jello", 1))

    with open_package(path, "damaged.docx") as package, pytest.raises(Malformed, match=r"part\.xml is damaged"):
        package.tree("part.xml")

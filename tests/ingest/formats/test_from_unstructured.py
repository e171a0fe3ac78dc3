"""EPUB and RTF through unstructured, offline, with the small language pipeline of our own."""

import socket
import zipfile
from pathlib import Path

import pytest
import spacy.util

from ingest.errors import Malformed, UnknownFormat
from ingest.formats import from_unstructured
from ingest.formats.spacy_pipeline import load_pipeline
from ingest.models import Document

CONTAINER = (
    '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
BOOK = (
    '<package version="3.0" xmlns="http://www.idpf.org/2007/opf" unique-identifier="id">'
    '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">x</dc:identifier>'
    "<dc:title>The Handbook</dc:title><dc:creator>Ann Lee</dc:creator><dc:language>en</dc:language></metadata>"
    '<manifest><item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest>'
    '<spine><itemref idref="a"/></spine></package>'
)
CHAPTER = (
    '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>a</title></head><body><h1>Leave</h1>'
    "<p>Everybody gets 25 days of annual leave.</p><h2>By country</h2>"
    "<ul><li>France has more</li><li>Spain has less</li></ul>"
    "<table><tr><th>Country</th><th>Days</th></tr><tr><td>France</td><td>27</td></tr></table></body></html>"
)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any look-up or connection fails the test."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was touched")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


def epub(folder: Path, chapter: str = CHAPTER) -> Document:
    path = folder / "copy"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr("META-INF/container.xml", CONTAINER)
        archive.writestr("book.opf", BOOK)
        archive.writestr("a.xhtml", chapter)
    return from_unstructured.convert(path, "handbook.epub")


def test_an_epub_keeps_headings_lists_and_tables(tmp_path: Path) -> None:
    document = epub(tmp_path)

    assert document.text == (
        "# Leave\n\nEverybody gets 25 days of annual leave.\n\n## By country\n\n"
        "- France has more\n- Spain has less\n\n| Country | Days |\n| --- | --- |\n| France | 27 |"
    )
    assert document.blocks[-1].section == ("Leave", "By country")


def test_title_author_and_language_of_an_epub_come_from_its_package(tmp_path: Path) -> None:
    document = epub(tmp_path)

    assert document.title == "The Handbook"
    assert document.metadata == {"author": "Ann Lee", "language": "en"}


def test_an_rtf_is_read(tmp_path: Path) -> None:
    path = tmp_path / "copy"
    path.write_bytes(
        rb"{\rtf1\ansi Everybody gets 25 days of annual leave.\par Carry-over is allowed until March.\par}"
    )
    document = from_unstructured.convert(path, "leave_rules.rtf")

    assert document.text == "Everybody gets 25 days of annual leave.\n\nCarry-over is allowed until March."
    assert document.title == "Leave rules"


def test_a_broken_epub_is_malformed(tmp_path: Path) -> None:
    path = tmp_path / "copy"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")

    with pytest.raises(Malformed, match=r"book\.epub"):
        from_unstructured.convert(path, "book.epub")


def test_a_text_of_unknown_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "copy"
    path.write_text("hello")

    with pytest.raises(UnknownFormat):
        from_unstructured.convert(path, "hello.xyz")


@pytest.mark.skipif(spacy.util.is_package("en_core_web_sm"), reason="a real model is installed and used instead")
def test_the_small_pipeline_ends_sentences_and_sees_verbs() -> None:
    document = load_pipeline()("Everybody gets 25 days. It was changed.")

    assert [sentence.text for sentence in document.sents] == ["Everybody gets 25 days.", "It was changed."]
    assert [token.text for token in document if token.tag_.startswith("VB")] == ["gets", "was", "changed"]

"""EPUB: chapters in the order of the spine, as Markdown."""

import zipfile
from pathlib import Path

import pytest

from ingest.errors import Malformed
from ingest.formats import from_epub
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


def epub(folder: Path, chapter: str = CHAPTER) -> Document:
    path = folder / "copy"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr("META-INF/container.xml", CONTAINER)
        archive.writestr("book.opf", BOOK)
        archive.writestr("a.xhtml", chapter)
    return from_epub.convert(path, "handbook.epub")


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


def test_a_broken_epub_is_malformed(tmp_path: Path) -> None:
    path = tmp_path / "copy"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")

    with pytest.raises(Malformed, match=r"book\.epub"):
        from_epub.convert(path, "book.epub")


def test_chapters_come_in_the_order_of_the_spine_without_the_contents_page(tmp_path: Path) -> None:
    """Names with spaces are found; a chapter that the spine names twice is read once; hidden text goes to the end."""
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><manifest>'
        '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
        '<item id="b" href="text/second%20one.xhtml" media-type="application/xhtml+xml"/>'
        '<item id="a" href="text/first.xhtml" media-type="application/xhtml+xml"/>'
        '<item id="p" href="cover.png" media-type="image/png"/></manifest><spine>'
        '<itemref idref="p"/><itemref idref="nav"/><itemref idref="a"/><itemref idref="b"/><itemref idref="a"/>'
        "</spine></package>"
    )
    path = tmp_path / "copy"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("META-INF/container.xml", CONTAINER.replace("book.opf", "OEBPS/book.opf"))
        archive.writestr("OEBPS/book.opf", package)
        archive.writestr("OEBPS/nav.xhtml", "<html><body><p>Contents</p></body></html>")
        archive.writestr("OEBPS/text/first.xhtml", '<html><body><h1>One</h1><p>a</p><p hidden="">x</p></body></html>')
        archive.writestr("OEBPS/text/second one.xhtml", "<html><body><h1>Two</h1><p>b</p></body></html>")

    document = from_epub.convert(path, "two_chapters.epub")

    assert document.text == "# One\n\na\n\n# Two\n\nb\n\nx"
    assert [block.hidden for block in document.blocks] == [False, False, False, False, True]

"""pdfium behind one door: opens a PDF and reads its pages, its outline and its metadata. Not thread-safe.

pdfium's text is right where word spaces are positional, which the pure Python readers glue together.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as c

from ingest.errors import Encrypted, Malformed, Unreadable
from ingest.formats.pdf_annotations import annotations, page_links
from ingest.formats.pdf_geometry import Bookmark, Frame, ReadPage
from ingest.formats.pdf_pale import hide_pale
from ingest.formats.pdf_paths import Lines, read_paths
from ingest.formats.pdf_scans import Scans, is_garbled
from ingest.formats.pdf_words import PageWords, read_words

MAX_BOOKMARKS = 20_000
_SIDEWAYS_WORDS = 20
"""A page with fewer turned words is left as it stands."""


class PdfFile:
    """An open PDF. A context manager.

    Raises Encrypted, Malformed, Unreadable on opening.
    """

    def __init__(self, path: Path, *, name: str, scans: Scans, passwords: Sequence[str] = ()) -> None:
        """`scans` recognises the pages that are pictures."""
        self._scans = scans
        self._document, self.password = _opened(path, name, passwords)
        self.page_count = len(self._document)

    def __enter__(self) -> "PdfFile":
        return self

    def __exit__(self, *exc: object) -> None:
        self._document.close()

    def has_form_or_attachments(self) -> bool:
        return bool(self._document.get_formtype() or self._document.count_attachments())

    def metadata(self) -> dict[str, str]:
        """Title, Author, CreationDate and the rest, as far as they have text that can be decoded."""
        found: dict[str, str] = {}
        for key in self._document.METADATA_KEYS:
            if value := _decoded(partial(self._document.get_metadata_value, key)):
                found[key] = value
        return found

    def outline(self) -> tuple[Bookmark, ...]:
        """The bookmarks in order; at most MAX_BOOKMARKS."""
        marks: list[Bookmark] = []
        for mark in self._document.get_toc():
            destination = mark.get_dest()
            index = destination.get_index() if destination else None
            marks.append(Bookmark(_decoded(mark.get_title), mark.level, None if index is None else index + 1))
            if len(marks) >= MAX_BOOKMARKS:
                break
        return tuple(marks)

    def page_labels(self) -> tuple[str, ...]:
        """What each page calls itself (ix, A-3), in order; nothing where they say no more than 1, 2, 3."""
        labels = [_decoded(partial(self._document.get_page_label, index)) for index in range(self.page_count)]
        counted = all(label in ("", str(number)) for number, label in enumerate(labels, 1))
        return () if counted else tuple(labels)

    def pages(self) -> Iterator[ReadPage | None]:
        """Each page in order, null where pdfium can't load it; one page is open at a time."""
        for index in range(self.page_count):
            try:
                page = self._document[index]
            except pdfium.PdfiumError:
                yield None
                continue
            try:
                yield _read_page(page, index + 1, self._scans)
            except pdfium.PdfiumError:
                yield None
            finally:
                page.close()


def _opened(path: Path, name: str, passwords: Sequence[str]) -> tuple[pdfium.PdfDocument, str | None]:
    """The file and the password that opened it; an empty one is tried first."""
    wrong: pdfium.PdfiumError | None = None
    for password in (None, *passwords):
        try:
            document = pdfium.PdfDocument(path, password=password)
            len(document)
            return document, password
        except pdfium.PdfiumError as error:
            if getattr(error, "err_code", None) != c.FPDF_ERR_PASSWORD:
                raise _opening_error(error, name) from error
            wrong = error
        except OSError as error:
            raise Unreadable(f"{name} can't be read: {error}", remedy="Check the file's permissions.") from error
    assert wrong is not None
    raise _opening_error(wrong, name) from wrong


def _decoded(read: Callable[[], str]) -> str:
    """A text of the file on one line; empty where its bytes are no text."""
    try:
        return " ".join(read().replace("\0", "").split())
    except UnicodeDecodeError:
        return ""


def _opening_error(error: pdfium.PdfiumError, name: str) -> Encrypted | Malformed:
    if getattr(error, "err_code", None) == c.FPDF_ERR_PASSWORD:
        return Encrypted(f"{name} wants a password", remedy="Set FOOTNOTE_PASSWORDS, or remove the password.")
    if getattr(error, "err_code", None) == c.FPDF_ERR_SECURITY:
        return Encrypted(f"{name} is encrypted in an unknown way", remedy="Save it without encryption.")
    return Malformed(f"{name} is no PDF that can be read: {error}", remedy="Open it in a PDF viewer and save it anew.")


def _read_page(page: pdfium.PdfPage, number: int, scans: Scans) -> ReadPage:
    frame = _frame(page)
    links = page_links(page, page.pdf, frame)
    textpage = page.get_textpage()
    try:
        words = read_words(textpage, frame)
    finally:
        textpage.close()
    lines = read_paths(page, frame.place)
    if words.invisible and _scanned(words, lines, frame):
        words.upright, words.invisible = words.upright + words.invisible, []
    if words.pale:
        hide_pale(page, words, lines.fills)
    confidence = _recognise(page, number, words, lines, scans)
    shown = (frame.width, frame.height)
    lines, frame, shift = _turned_upright(words, lines, frame)
    return ReadPage(
        number=number,
        width=frame.width,
        height=frame.height,
        words=tuple(words.upright),
        turned=tuple(word for angle in sorted(words.turned) for word in words.turned[angle]),
        across=tuple(lines.across),
        down=tuple(lines.down),
        fills=tuple(lines.fills),
        images=tuple(lines.images),
        drawings=tuple(lines.drawings),
        hidden=(*words.invisible, *words.unseen),
        remarks=annotations(page),
        confidence=confidence,
        shift=shift,
        shown=shown,
        links=links,
    )


def _recognise(page: pdfium.PdfPage, number: int, words: PageWords, lines: Lines, scans: Scans) -> float | None:
    """Put in the words of a page that shows some and has none, or none that make sense; how sure they are."""
    is_picture = not words.upright and not any(words.turned.values()) and bool(lines.images or lines.drawings)
    if not is_picture and not is_garbled(words.upright):
        return None
    found = scans.read(page, number)
    if found is None or not found.words:
        return None
    words.upright = list(found.words)
    return found.confidence


def _scanned(words: PageWords, lines: Lines, frame: Frame) -> bool:
    """Whether the page is a picture of a page, the recognised text laid invisibly over it."""
    if not words.upright:
        return bool(lines.images or lines.drawings)
    largest = max((image.area for image in lines.images), default=0.0)
    return largest >= 0.5 * frame.width * frame.height and len(words.invisible) > len(words.upright)


def _frame(page: pdfium.PdfPage) -> Frame:
    box = c.FS_RECTF()
    if not c.FPDF_GetPageBoundingBox(page, box):
        return Frame(0.0, 0.0, page.get_width(), page.get_height(), 0)
    return Frame(box.left, box.bottom, box.right, box.top, c.FPDFPage_GetRotation(page) % 4)


def _turned_upright(words: PageWords, lines: Lines, frame: Frame) -> tuple[Lines, Frame, tuple[float, float]]:
    """A page set sideways as a whole (a wide table) is turned, its words in place; any other is left.

    Also what the words were moved by.
    """
    angle, sideways = max(words.turned.items(), key=lambda item: len(item[1]), default=(0, []))
    if angle not in (90, 180, 270) or len(sideways) < max(_SIDEWAYS_WORDS, 3 * len(words.upright)):
        return lines, frame, (0.0, 0.0)
    width, height = frame.width, frame.height
    dx, dy = {90: (0.0, width), 180: (width, height), 270: (height, 0.0)}[angle]
    del words.turned[angle]
    if words.upright:
        words.turned[360 - angle] = words.upright
    words.upright = [word._replace(x0=word.x0 + dx, x1=word.x1 + dx, base=word.base + dy) for word in sideways]
    size = (height, width) if angle != 180 else (width, height)
    return lines.turned(angle, width, height), Frame(0.0, 0.0, size[0], size[1], 0), (dx, dy)

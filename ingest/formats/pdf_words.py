"""The words of a page out of pdfium's text layer.

One call for each character's box (0.5 microseconds) goes by address into one array; all else is asked once for a word
or a text object.
"""

import ctypes
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as c

from ingest.formats.pdf_calls import ADDRESS, by_address
from ingest.formats.pdf_fonts import Face, Faces
from ingest.formats.pdf_geometry import SOFT_HYPHEN, Frame, Word

MAX_CHARACTERS = 200_000
"""Characters read of one page; a page of print has five thousand."""
_HYPHENS = (0x02, 0xFFFE)
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
_NOTED = re.compile(r"\A(\d{1,3})(?=[^\W\d]{2}|[“‘(])|(?:[^\W\d]{4}|[.,;:)”’\"'])(?<!\d.)(\d{1,3})\Z")
_ACCENT = re.compile("([\u00a8\u00b4\u02c6\u02dc\u02c7])([^\\W\\d_])")
_COMBINING = {"\u00a8": "\u0308", "\u00b4": "\u0301", "\u02c6": "\u0302", "\u02dc": "\u0303", "\u02c7": "\u030c"}
_ACCENTS = [ord(sign) for sign in _COMBINING]

_char_box = by_address(c.FPDFText_GetCharBox, ctypes.c_int, ADDRESS, ctypes.c_int, ADDRESS, ADDRESS, ADDRESS, ADDRESS)
_char_origin = by_address(c.FPDFText_GetCharOrigin, ctypes.c_int, ADDRESS, ctypes.c_int, ADDRESS, ADDRESS)


@dataclass(slots=True)
class PageWords:
    """Words by how they stand, filled while reading: upright, turned by angle; `invisible` ones are not drawn.

    `unseen` are too small or off the page. `pale` are those upright or turned that are as white as paper.
    """

    upright: list[Word] = field(default_factory=list)
    invisible: list[Word] = field(default_factory=list)
    turned: dict[int, list[Word]] = field(default_factory=dict)
    unseen: list[Word] = field(default_factory=list)
    pale: list[Word] = field(default_factory=list)


def read_words(textpage: pdfium.PdfTextPage, frame: Frame) -> PageWords:
    """The words in the order in which the page draws them."""
    handle = ctypes.cast(textpage.raw, ctypes.c_void_p).value or 0
    count = min(c.FPDFText_CountChars(textpage), MAX_CHARACTERS)
    if count <= 0:
        return PageWords()
    codes = _codes(textpage, count)
    boxes = np.zeros((count, 4))  # left, bottom, right, top in user space
    address = boxes.ctypes.data
    for index in range(count):
        _char_box(handle, index, address, address + 16, address + 8, address + 24)
        address += 32
    blank = _blank(codes)
    starts, ends = _word_spans(codes, boxes, blank)
    low, high = boxes[:, :2], boxes[:, 2:]
    low[blank], high[blank] = np.inf, -np.inf
    return _sorted_out(handle, _Chars(codes, boxes, starts, ends), frame)


@dataclass(frozen=True, slots=True)
class _Chars:
    """Code points (n,) uint32, boxes (n, 4), and where words start and end in them."""

    codes: Any
    boxes: Any
    starts: Any
    ends: Any


def _codes(textpage: pdfium.PdfTextPage, count: int) -> Any:
    buffer = (ctypes.c_ushort * (count + 1))()
    written = c.FPDFText_GetText(textpage, 0, count, buffer) - 1
    codes = np.frombuffer(memoryview(buffer), dtype=np.uint16, count=count).astype(np.uint32)
    if written != count or ((codes >= 0xD800) & (codes < 0xE000)).any():
        codes = np.array([c.FPDFText_GetUnicode(textpage, index) for index in range(count)], dtype=np.uint32)
    codes[((codes >= 0xD800) & (codes < 0xE000)) | (codes > 0x10FFFF)] = 0xFFFD
    return codes


def _blank(codes: Any) -> Any:
    blank = (codes <= 32) | (codes == 0xA0) | (codes == 0x3000) | (codes == 0xFEFF)
    blank |= (codes >= 0x2000) & (codes <= 0x200B)
    return blank & (codes != _HYPHENS[0])


def _word_spans(codes: Any, boxes: Any, blank: Any) -> tuple[Any, Any]:
    """Starts and ends of words: between blanks, and where the text jumps back or to another line without one."""
    hyphen = (codes == _HYPHENS[0]) | (codes == _HYPHENS[1])
    before = np.concatenate(([True], blank[:-1] | hyphen[:-1]))
    before[1:] |= _jumps(boxes)
    after = np.concatenate((before[1:] | blank[1:], [True]))
    return np.flatnonzero(~blank & before), np.flatnonzero(~blank & after) + 1


def _jumps(boxes: Any) -> Any:
    """Between which characters the text moves further than a word may, in any direction of writing."""
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    extent = (boxes[:, 2:] - boxes[:, :2]).max(axis=1)
    usual = float(np.median(extent[extent > 0])) if (extent > 0).any() else 10.0
    extent = np.maximum(extent, usual)
    step = np.abs(np.diff(middle, axis=0)).max(axis=1)
    jumps: Any = step > 2.2 * np.maximum(extent[1:], extent[:-1])
    return jumps


def _sorted_out(handle: int, chars: _Chars, frame: Frame) -> PageWords:
    words = PageWords()
    if not len(chars.starts):
        return words
    faces = Faces(handle, frame)
    starts, texts = chars.starts.tolist(), _texts(chars)
    boxes, origins = _boxes(chars, frame), _origins(handle, starts, frame)
    for start, text, (x0, upper, x1, lower), origin in zip(starts, texts, boxes, origins, strict=True):
        face = faces.of(start)
        word = _turned_word(text, (x0, upper, x1, lower), origin, face)
        on_page = x1 >= 0 and lower >= 0 and x0 <= frame.width and upper <= frame.height  # no numbers fail it too
        if not on_page or (face.tiny and lower - upper < 1):
            words.unseen.append(word)
        elif face.invisible:
            words.invisible.append(word)
        else:
            parts = _parted(word, start, faces, chars.boxes) if face.angle == 0 and _NOTED.search(text) else [word]
            (words.turned.setdefault(face.angle, []) if face.angle else words.upright).extend(parts)
            if face.pale:
                words.pale += parts
    return words


def _boxes(chars: _Chars, frame: Frame) -> list[list[float]]:
    """(left, top, right, bottom) of each word on the page."""
    low = np.minimum.reduceat(chars.boxes[:, :2], chars.starts)
    high = np.maximum.reduceat(chars.boxes[:, 2:], chars.starts)
    ax, ay = frame.place(low[:, 0], low[:, 1])
    bx, by = frame.place(high[:, 0], high[:, 1])
    boxes = (np.minimum(ax, bx), np.minimum(ay, by), np.maximum(ax, bx), np.maximum(ay, by))
    placed: list[list[float]] = np.column_stack(boxes).tolist()
    return placed


def _origins(handle: int, starts: Sequence[int], frame: Frame) -> list[list[float]]:
    """(x, y) on the page of where each word's first character is set."""
    origins = np.zeros((len(starts), 2))
    address = origins.ctypes.data
    for start in starts:
        _char_origin(handle, start, address, address + 8)
        address += 16
    placed: list[list[float]] = np.column_stack(frame.place(origins[:, 0], origins[:, 1])).tolist()
    return placed


def _parted(word: Word, start: int, faces: Faces, boxes: Any) -> list[Word]:
    """A word parted from a note's number that is set small before or after it."""
    match = _NOTED.search(word.text)
    assert match is not None
    cut = match.end(1) if match[1] else match.start(2)
    own, other = faces.of(start).style, faces.of(start + cut).style
    small, large = (own, other) if match[1] else (other, own)
    if small.size > 0.85 * large.size:
        return [word]
    share = (boxes[start + cut, 0] - boxes[start, 0]) / max(
        1e-6, boxes[start : start + len(word.text), 2].max() - boxes[start, 0]
    )
    x = word.x0 + min(1.0, max(0.0, float(share))) * (word.x1 - word.x0)
    return [
        word._replace(text=word.text[:cut], x1=x, style=own),
        word._replace(text=word.text[cut:], x0=x, style=other),
    ]


def _texts(chars: _Chars) -> list[str]:
    whole = chars.codes.copy()
    whole[(whole == _HYPHENS[0]) | (whole == _HYPHENS[1])] = ord(SOFT_HYPHEN)
    whole[(whole == 0x2010) | (whole == 0x2011)] = ord("-")
    text = whole.astype("<u4").tobytes().decode("utf-32-le", "replace")
    texts = [text[start:end] for start, end in zip(chars.starts.tolist(), chars.ends.tolist(), strict=True)]
    if ((whole >= 0xFB00) & (whole <= 0xFB06)).any():
        texts = [text.translate(_LIGATURES) for text in texts]
    if np.isin(whole, _ACCENTS).any():
        texts = [_ACCENT.sub(_accented, text) for text in texts]
    return texts


def _accented(match: re.Match[str]) -> str:
    """A letter with the accent that was set before it as a sign of its own."""
    return unicodedata.normalize("NFC", match[2] + _COMBINING[match[1]])


def _turned_word(text: str, box: tuple[float, float, float, float], origin: Sequence[float], face: Face) -> Word:
    """The word in coordinates turned so that it reads from left to right."""
    x0, top, x1, bottom = box
    if face.angle == 90:
        return Word(text, top, bottom, -origin[0], face.style, 90)
    if face.angle == 180:
        return Word(text, -x1, -x0, -origin[1], face.style, 180)
    if face.angle == 270:
        return Word(text, -bottom, -top, origin[0], face.style, 270)
    return Word(text, x0, x1, origin[1], face.style)

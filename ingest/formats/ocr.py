"""The text of a picture: a port, the recognisers behind it, and lines of it as words with places."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ingest.formats.pdf_geometry import Box, Style, Word
from ingest.models import OcrEngine

DOTS_PER_INCH = 150
_LINE_HEIGHTS = 1.25
"""Of the font size: how high a recognised line's box is."""
_ALIKE = 0.25
"""Lines that differ by less from the usual height are of the usual size: boxes are not that exact."""


@dataclass(frozen=True, slots=True)
class Line:
    """Recognised words on one line, their box in pixels, and how sure the recogniser is, 0-1."""

    text: str
    box: Box
    confidence: float


class Recogniser(Protocol):
    def lines(self, pixels: Any) -> list[Line]:
        """The lines in an image (height, width, 3) uint8, blue green red, in any order; none where there is no text.

        Raises `OcrFailed`.
        """
        ...


class OcrFailed(Exception):
    """The recogniser is not installed, or could not read an image; the message says which."""


def recogniser(engine: OcrEngine) -> Recogniser | None:
    """The recogniser of that name, loaded once in a process; none for "off". Raises `OcrFailed`."""
    if engine == "rapidocr":
        from ingest.formats import ocr_rapid  # half a second and a hundred megabytes, wanted for scans alone

        return ocr_rapid.loaded()
    if engine == "tesseract":
        from ingest.formats import ocr_tesseract

        return ocr_tesseract.found()
    return None


def words(lines: Sequence[Line], pixels_per_point: float) -> list[Word]:
    """The lines' words in points, each as wide as its share of the line's characters."""
    heights = [_size(line, pixels_per_point) for line in lines]
    usual = statistics.median(heights) if heights else 0.0
    placed: list[Word] = []
    for line, height in zip(lines, heights, strict=True):
        size = usual if abs(height - usual) <= _ALIKE * usual else height
        style = Style(round(size, 1), bold=False, italic=False, mono=False)
        placed += _words(line, style, pixels_per_point)
    return placed


def _size(line: Line, pixels_per_point: float) -> float:
    high, wide = line.box.bottom - line.box.top, line.box.x1 - line.box.x0
    return max(1.0, min(high, wide) / pixels_per_point / _LINE_HEIGHTS)


def _words(line: Line, style: Style, pixels_per_point: float) -> list[Word]:
    left, right = line.box.x0 / pixels_per_point, line.box.x1 / pixels_per_point
    base = (line.box.top + line.box.bottom) / 2 / pixels_per_point + 0.28 * style.size
    step = (right - left) / max(1, len(line.text))
    found: list[Word] = []
    at = 0
    for text in line.text.split():
        at = line.text.index(text, at)
        found.append(Word(text, left + at * step, left + (at + len(text)) * step, base, style))
        at += len(text)
    return found

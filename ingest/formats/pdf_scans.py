"""Pages that are pictures of text: drawn, recognised and read like any other, as far as the limits allow."""

import re
import resource
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from ingest.formats.ocr import DOTS_PER_INCH, OcrFailed, Recogniser, recogniser, words
from ingest.formats.pdf_geometry import Word
from ingest.models import ConvertSettings

_POINTS_PER_INCH = 72
_LARGEST = 2400
"""Pixels of a page's longer side."""
_BAD = re.compile("[\ufffd\ue000-\uf8ff\x00-\x1f\x7f-\x9f]")
_BAD_SHARE = 0.3
_LEAST_SURE = 0.5
"""Lines that the recogniser is less sure of are stains and ornaments."""


class Scanned(NamedTuple):
    """What was recognised of a page, and how sure that is on the average of its characters, 0-1."""

    words: tuple[Word, ...]
    confidence: float


class Scans:
    """Recognises pages of one document; each once, however often it is read.

    `left_out` are the numbers of pages that the limits did not allow; `failure` says why nothing could be recognised.
    """

    def __init__(self, settings: ConvertSettings) -> None:
        self.left_out: set[int] = set()
        self.failure = ""
        self._settings = settings
        self._done: dict[int, Scanned] = {}
        self._seconds = 0.0
        self._recogniser: Recogniser | None = None

    @property
    def is_on(self) -> bool:
        return self._settings.ocr != "off"

    def read(self, page: Any, number: int) -> Scanned | None:
        """The words on a page of pdfium's, in points from its top left corner; null where they can't be had."""
        if number in self._done:
            return self._done[number]
        if not self.is_on or self.failure:
            return None
        if len(self._done) >= self._settings.ocr_pages or self._expected() > self._settings.ocr_seconds:
            self.left_out.add(number)
            return None
        started = _processor_seconds()
        try:
            self._done[number] = self._recognised(page)
        except OcrFailed as exc:
            self.failure = str(exc)
            return None
        finally:
            self._seconds += _processor_seconds() - started
        return self._done[number]

    def _expected(self) -> float:
        """Seconds when one more page is done, if it takes as long as those before; at least a little."""
        done = len(self._done)
        return self._seconds * (done + 1) / done if done else 0.001

    def _recognised(self, page: Any) -> Scanned:
        self._recogniser = self._recogniser or recogniser(self._settings.ocr)
        assert self._recogniser is not None  # it is on
        scale = min(DOTS_PER_INCH / _POINTS_PER_INCH, _LARGEST / max(1.0, *page.get_size()))
        bitmap = page.render(scale=scale, may_draw_forms=False)
        try:
            pixels = bitmap.to_numpy()[:, :, :3].copy()
        finally:
            bitmap.close()
        lines = self._recogniser.lines(pixels)
        lines = [line for line in lines if line.confidence >= _LEAST_SURE]
        letters = sum(len(line.text) for line in lines)
        sure = sum(line.confidence * len(line.text) for line in lines) / letters if letters else 0.0
        return Scanned(tuple(words(lines, scale)), sure)


def is_garbled(words: Sequence[Word]) -> bool:
    """Whether a page's text layer names its characters wrongly: signs without meaning in place of letters."""
    text = "".join(word.text for word in words)
    return len(text) >= 20 and len(_BAD.findall(text)) > _BAD_SHARE * len(text)


def _processor_seconds() -> float:
    """Of this process and of those that it started and that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime

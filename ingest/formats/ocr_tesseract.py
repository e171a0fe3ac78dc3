"""Tesseract, where it is installed: a program of its own, asked for its table of words."""

import shutil
import subprocess
from functools import cache
from itertools import groupby
from typing import Any

from ingest.formats.ocr import DOTS_PER_INCH, Line, OcrFailed
from ingest.formats.pdf_geometry import Box

_SECONDS = 60.0
_WORD = "5"
"""The level of a word in the table; those above it are pages, blocks, paragraphs and lines."""


class TesseractRecogniser:
    def __init__(self, program: str) -> None:
        self._program = program

    def lines(self, pixels: Any) -> list[Line]:
        table = self._asked(_ppm(pixels))
        rows = [row for line in table.splitlines()[1:] if (row := line.split("\t")) and len(row) == 12]
        found = [row for row in rows if row[0] == _WORD and row[11].strip()]
        return [_line(list(group)) for _, group in groupby(found, key=lambda row: row[2:5])]

    def _asked(self, image: bytes) -> str:
        command = [self._program, "stdin", "stdout", "--dpi", str(DOTS_PER_INCH), "tsv"]
        try:
            done = subprocess.run(command, input=image, capture_output=True, timeout=_SECONDS, check=True)  # noqa: S603
        except subprocess.TimeoutExpired as exc:
            raise OcrFailed(f"tesseract took more than {_SECONDS:g} s for a page") from exc
        except (OSError, subprocess.CalledProcessError) as exc:
            raise OcrFailed(f"tesseract failed: {_said(exc)}") from exc
        return done.stdout.decode("utf-8", "replace")


@cache
def found() -> TesseractRecogniser:
    """Raises `OcrFailed` where it is not installed."""
    program = shutil.which("tesseract")
    if program is None:
        raise OcrFailed("tesseract is not installed")
    return TesseractRecogniser(program)


def _said(exc: OSError | subprocess.CalledProcessError) -> str:
    if isinstance(exc, OSError):
        return exc.strerror or str(exc)
    return " ".join(exc.stderr.decode("utf-8", "replace").split())[:200] or f"status {exc.returncode}"


def _ppm(pixels: Any) -> bytes:
    """The image in the plainest format that it reads, red green blue."""
    height, width = pixels.shape[:2]
    data: bytes = pixels[:, :, ::-1].tobytes()
    return b"P6 %d %d 255\n" % (width, height) + data


def _line(rows: list[list[str]]) -> Line:
    boxes = [tuple(map(float, row[6:10])) for row in rows]
    box = Box(
        min(left for left, _, _, _ in boxes),
        min(top for _, top, _, _ in boxes),
        max(left + width for left, _, width, _ in boxes),
        max(top + height for _, top, _, height in boxes),
    )
    sure = sum(float(row[10]) * len(row[11]) for row in rows) / sum(len(row[11]) for row in rows)
    return Line(" ".join(row[11].strip() for row in rows), box, max(0.0, sure / 100))

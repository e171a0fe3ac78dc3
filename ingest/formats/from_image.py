"""A picture of text (a scan, a screenshot, a fax) to a document: each picture a page, read by OCR like a PDF's."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from ingest.errors import Malformed, NoText, OverLimit
from ingest.formats.from_pdf import document_of
from ingest.formats.ocr import DOTS_PER_INCH
from ingest.formats.pdf_geometry import Bookmark, Box, ReadPage
from ingest.formats.pdf_scans import Scans
from ingest.models import ConvertSettings, Document

_MOST_PIXELS = 64_000_000
"""Of one picture: A4 at 800 dots."""
_LEAST_PIXELS = 48
"""Of each side; a smaller one is an icon."""
_LARGEST = 2400
"""Pixels of the longer side that are recognised."""
_DOTS = range(100, 1_201)
"""Dots an inch that a scanner gives; a camera and a screen write others, which say nothing of the type's size."""
_POINTS_PER_INCH = 72
_PAGED = "TIFF"
"""The one format whose further pictures are pages, not the frames of a film."""


def convert(path: Path, name: str, settings: ConvertSettings | None = None) -> Document:
    """The document in a picture; `name` is what messages call it.

    Raises Malformed where no picture can be read, OverLimit where one is too large, NoText where none holds text.
    """
    scans = Scans(settings or ConvertSettings())
    with _Pictures(path, name, scans) as pictures:
        return document_of(pictures, path, name, scans)


class _Pictures:
    """An open file of pictures, as `from_pdf` reads one of pages. A context manager."""

    password: str | None = None

    def __init__(self, path: Path, name: str, scans: Scans) -> None:
        self._name = name
        self._scans = scans
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", Image.DecompressionBombWarning)
                self._image = Image.open(path)
            self.page_count = getattr(self._image, "n_frames", 1) if self._image.format == _PAGED else 1
        except Image.DecompressionBombError as exc:
            raise self._too_large() from exc
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as exc:
            raise self._malformed(exc) from exc
        if self.page_count == 1 and min(self._image.size) < _LEAST_PIXELS:
            self._image.close()
            raise NoText(f"{name}: a picture too small to hold text", remedy="Leave it out.")

    def __enter__(self) -> "_Pictures":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._image.close()

    def pages(self) -> Iterator[ReadPage | None]:
        """Each picture in order, null for a damaged one behind the first. Raises as `convert`."""
        for index in range(self.page_count):
            try:
                self._image.seek(index)
                yield self._page(index + 1)
            except (OSError, SyntaxError, ValueError, EOFError) as exc:
                if index == 0:
                    raise self._malformed(exc) from exc
                yield None

    def outline(self) -> tuple[Bookmark, ...]:
        return ()

    def metadata(self) -> Mapping[str, str]:
        return {}

    def page_labels(self) -> Sequence[str]:
        return ()

    def has_form_or_attachments(self) -> bool:
        return False

    def _page(self, number: int) -> ReadPage:
        if self._image.width * self._image.height > _MOST_PIXELS:
            raise self._too_large()
        shown = _Shown(self._image)
        width, height = shown.get_size()
        found = self._scans.read(shown, number)
        return ReadPage(
            number=number,
            width=width,
            height=height,
            words=found.words if found else (),
            images=(Box(0.0, 0.0, width, height),),
            confidence=found.confidence if found and found.words else None,
            shown=(width, height),
        )

    def _malformed(self, exc: Exception) -> Malformed:
        reason = "damaged, or of an unknown kind" if isinstance(exc, UnidentifiedImageError) else exc
        return Malformed(f"{self._name} is no picture that can be read: {reason}", remedy="Save it anew.")

    def _too_large(self) -> OverLimit:
        most = f"{_MOST_PIXELS // 1_000_000} million pixels"
        return OverLimit(f"{self._name}: a picture of more than {most}", remedy="Save it at fewer dots an inch.")


@dataclass(frozen=True, slots=True)
class _Shown:
    """A picture the right way up, as `Scans` draws a page; sizes in points."""

    image: Image.Image

    def get_size(self) -> tuple[float, float]:
        """At the dots an inch that it gives, else as if its longer side were drawn as large as it is recognised."""
        width, height = self._upright_size()
        given = self.image.info.get("dpi", (0, 0))[0]
        dots = float(given) if int(given) in _DOTS else DOTS_PER_INCH * max(1.0, max(width, height) / _LARGEST)
        return width * _POINTS_PER_INCH / dots, height * _POINTS_PER_INCH / dots

    def render(self, *, scale: float, may_draw_forms: bool) -> "_Pixels":
        """At so many pixels a point, and no more than it has."""
        assert not may_draw_forms
        width, height = (max(1, round(scale * side)) for side in self.get_size())
        self.image.draft("RGB", (width, height))
        upright = ImageOps.exif_transpose(_opaque(self.image))
        return _Pixels(upright.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2.0))

    def _upright_size(self) -> tuple[int, int]:
        turned = self.image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
        return (self.image.height, self.image.width) if turned else self.image.size


@dataclass(frozen=True, slots=True)
class _Pixels:
    image: Image.Image

    def to_numpy(self) -> Any:
        """(height, width, 3) uint8, blue green red."""
        return np.asarray(self.image)[:, :, ::-1]

    def close(self) -> None:
        self.image.close()


def _opaque(image: Image.Image) -> Image.Image:
    """Red green blue, what is transparent on white, 16 bits cut to 8."""
    if image.mode.startswith("I"):
        deep = np.asarray(image).astype(np.int64).clip(0, 65_535)
        return Image.fromarray((deep >> 8).astype(np.uint8)).convert("RGB")
    if "A" in image.getbands() or "transparency" in image.info:
        seen = image.convert("RGBA")
        paper = Image.new("RGBA", seen.size, "white")
        paper.alpha_composite(seen)
        return paper.convert("RGB")
    return image.convert("RGB")

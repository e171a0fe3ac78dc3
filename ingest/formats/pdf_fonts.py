"""How each run of a page's text is set: size, weight, slant, direction, and whether it shows."""

import ctypes
import math
import re
from dataclasses import dataclass

import pypdfium2.raw as c

from ingest.formats.pdf_calls import ADDRESS, by_address
from ingest.formats.pdf_geometry import Frame, Style

_BOLD = re.compile(r"bold|black|heavy|demi|semibd|(?:cm|sf|lm)(?:ss)?bx|-medi(?:ital)?\Z", re.IGNORECASE)
_ITALIC = re.compile(r"ital|obli|slant", re.IGNORECASE)
_MONO = re.compile(r"mono|courier|consol|typewriter|cmtt|menlo", re.IGNORECASE)
_INVISIBLE = 3
_OUTLINED = (1, 5)
_TINY = 1.0
_WHITE = 250
_FIXED_PITCH, _ITALIC_FLAG, _FORCE_BOLD = 1, 1 << 6, 1 << 18

_text_object = by_address(c.FPDFText_GetTextObject, ADDRESS, ADDRESS, ctypes.c_int)
_font_size = by_address(c.FPDFText_GetFontSize, ctypes.c_double, ADDRESS, ctypes.c_int)
_matrix = by_address(c.FPDFText_GetMatrix, ctypes.c_int, ADDRESS, ctypes.c_int, ADDRESS)
_font = by_address(c.FPDFTextObj_GetFont, ADDRESS, ADDRESS)
_fill = by_address(c.FPDFPageObj_GetFillColor, ctypes.c_int, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS)
_render_mode = by_address(c.FPDFTextObj_GetTextRenderMode, ctypes.c_int, ADDRESS)


@dataclass(frozen=True, slots=True)
class Face:
    """`invisible` text is not drawn, `tiny` is smaller than a point, `pale` is as white as paper."""

    style: Style
    angle: int
    invisible: bool
    tiny: bool
    pale: bool


class Faces:
    """The face of each text object of one page, asked once."""

    def __init__(self, handle: int, frame: Frame) -> None:
        self._handle = handle
        self._frame = frame
        self._faces: dict[int, Face] = {}
        self._fonts: dict[int, tuple[bool, bool, bool]] = {}
        self._known: dict[tuple[float, ...], Face] = {}
        self._m = (ctypes.c_float * 6)()
        self._color = (ctypes.c_uint * 4)()

    def of(self, index: int) -> Face:
        address = _text_object(self._handle, index) or 0
        face = self._faces.get(address)
        if face is None:
            face = self._faces[address] = self._read(index, address)
        return face

    def _read(self, index: int, address: int) -> Face:
        size = _font_size(self._handle, index)
        _matrix(self._handle, index, ctypes.addressof(self._m))
        a, b, across, up, _, _ = self._m
        font, mode = (_font(address) or 0, _render_mode(address)) if address else (0, 0)
        pale = bool(address) and mode not in _OUTLINED and self._is_pale(address)
        key = (size, a, b, across, up, font, mode, pale)
        if key not in self._known:
            height = abs(size) * (math.hypot(across, up) or 1.0)
            style = Style(round(min(max(height, 1.0), 400.0), 1), *self._traits(font))
            angle = self._frame.angle(a, b)
            self._known[key] = Face(style, angle, mode == _INVISIBLE, tiny=height < _TINY, pale=pale)
        return self._known[key]

    def _is_pale(self, address: int) -> bool:
        """Whether it is filled with white, or with nothing."""
        at = ctypes.addressof(self._color)
        if not _fill(address, at, at + 4, at + 8, at + 12):
            return False
        red, green, blue, alpha = self._color
        return not alpha or min(red, green, blue) >= _WHITE

    def _traits(self, font: int) -> tuple[bool, bool, bool]:
        """(bold, italic, fixed pitch)."""
        if not font:
            return False, False, False
        if font not in self._fonts:
            handle = ctypes.cast(font, c.FPDF_FONT)
            buffer = ctypes.create_string_buffer(256)
            c.FPDFFont_GetBaseFontName(handle, buffer, 256)
            name = buffer.value.decode("utf-8", "replace")
            flags = max(0, c.FPDFFont_GetFlags(handle))
            bold = bool(_BOLD.search(name)) or bool(flags & _FORCE_BOLD)
            italic = bool(_ITALIC.search(name)) or bool(flags & _ITALIC_FLAG)
            self._fonts[font] = bold, italic, bool(_MONO.search(name)) or bool(flags & _FIXED_PITCH)
        return self._fonts[font]

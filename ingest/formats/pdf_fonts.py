"""How each run of a page's text is set: size, weight, slant, direction, and whether it shows."""

import ctypes
import math
import re
from dataclasses import dataclass

import pypdfium2.raw as c

from ingest.formats.pdf_calls import ADDRESS, by_address
from ingest.formats.pdf_geometry import Frame, Style

_BOLD = re.compile(r"bold|black|heavy|demi|semibd", re.IGNORECASE)
_ITALIC = re.compile(r"ital|obli|slant", re.IGNORECASE)
_MONO = re.compile(r"mono|courier|consol|typewriter|cmtt|menlo", re.IGNORECASE)
_INVISIBLE = 3
_FIXED_PITCH, _ITALIC_FLAG, _FORCE_BOLD = 1, 1 << 6, 1 << 18

_text_object = by_address(c.FPDFText_GetTextObject, ADDRESS, ADDRESS, ctypes.c_int)
_font_size = by_address(c.FPDFText_GetFontSize, ctypes.c_double, ADDRESS, ctypes.c_int)
_matrix = by_address(c.FPDFText_GetMatrix, ctypes.c_int, ADDRESS, ctypes.c_int, ADDRESS)
_font = by_address(c.FPDFTextObj_GetFont, ADDRESS, ADDRESS)
_render_mode = by_address(c.FPDFTextObj_GetTextRenderMode, ctypes.c_int, ADDRESS)


@dataclass(frozen=True, slots=True)
class Face:
    style: Style
    angle: int
    invisible: bool


class Faces:
    """The face of each text object of one page, asked once."""

    def __init__(self, handle: int, frame: Frame) -> None:
        self._handle = handle
        self._frame = frame
        self._faces: dict[int, Face] = {}
        self._fonts: dict[int, tuple[bool, bool, bool]] = {}
        self._known: dict[tuple[float, ...], Face] = {}
        self._m = (ctypes.c_float * 6)()

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
        key = (size, a, b, across, up, font, mode)
        if key not in self._known:
            height = abs(size) * (math.hypot(across, up) or 1.0)
            style = Style(round(min(max(height, 1.0), 400.0), 1), *self._traits(font))
            self._known[key] = Face(style, self._frame.angle(a, b), mode == _INVISIBLE)
        return self._known[key]

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

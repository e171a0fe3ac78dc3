"""Ruling lines and shaded rectangles out of a page's path objects; images by their box."""

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pypdfium2.raw as c

from ingest.formats.pdf_calls import ADDRESS, by_address
from ingest.formats.pdf_geometry import Box

THIN = 3.5
"""Points: a rectangle no thicker than this is a line."""
MAX_OBJECTS = 20_000
MAX_SEGMENTS = 8_000
"""Drawings beyond these are charts and maps; what is read of them up to here is enough."""
_MAX_DEPTH = 5
_WHITE = 253
_DRAWN = 40.0
"""Points: a curve or slanting line that reaches less far in some direction is an ornament."""
_PALE = 160
_Point = tuple[float, float]
_count_objects = by_address(c.FPDFPage_CountObjects, ctypes.c_int, ADDRESS)
_get_object = by_address(c.FPDFPage_GetObject, ADDRESS, ADDRESS, ctypes.c_int)
_count_inner = by_address(c.FPDFFormObj_CountObjects, ctypes.c_int, ADDRESS)
_get_inner = by_address(c.FPDFFormObj_GetObject, ADDRESS, ADDRESS, ctypes.c_ulong)
_type_of = by_address(c.FPDFPageObj_GetType, ctypes.c_int, ADDRESS)
_Place = Callable[[Any, Any], tuple[Any, Any]]


@dataclass(slots=True)
class Lines:
    """What was found on one page, filled while reading; `pale` are thin light rectangles: lines, or bits of shading."""

    across: list[Box] = field(default_factory=list)
    down: list[Box] = field(default_factory=list)
    fills: list[Box] = field(default_factory=list)
    images: list[Box] = field(default_factory=list)
    drawings: list[Box] = field(default_factory=list)
    pale: list[Box] = field(default_factory=list)

    def turned(self, angle: int, width: float, height: float) -> "Lines":
        """The same on a page of (width, height) whose text at `angle` was turned to read from left to right."""

        def flip(box: Box) -> Box:
            if angle == 90:
                return Box(box.top, width - box.x1, box.bottom, width - box.x0)
            if angle == 180:
                return Box(width - box.x1, height - box.bottom, width - box.x0, height - box.top)
            return Box(height - box.bottom, box.x0, height - box.top, box.x1)

        across, down = (self.across, self.down) if angle == 180 else (self.down, self.across)
        return Lines(
            *([flip(box) for box in boxes] for boxes in (across, down, self.fills, self.images, self.drawings))
        )


def read_paths(page: Any, place: _Place) -> Lines:
    """Axis-parallel strokes, thin filled rectangles and shaded boxes of a page, by `place` in page coordinates."""
    lines = Lines()
    budget = [MAX_OBJECTS, MAX_SEGMENTS]
    _walk(_children(page, _count_objects, _get_object), place, lines, budget=budget, depth=0)
    for box in lines.pale:
        if not any(_adjoins(box, fill) for fill in lines.fills):
            _add_line(box, lines)
    return lines


def _adjoins(slit: Box, fill: Box) -> bool:
    """Whether a thin rectangle goes on where a shaded one ends: a table's stripe made of cells."""
    beside = min(abs(fill.x1 - slit.x0), abs(fill.x0 - slit.x1)) < 0.8
    above = min(abs(fill.bottom - slit.top), abs(fill.top - slit.bottom)) < 0.8
    level = fill.top <= slit.top + 1 and fill.bottom >= slit.bottom - 1
    upright = fill.x0 <= slit.x0 + 1 and fill.x1 >= slit.x1 - 1
    return (beside and level) or (above and upright)


def _add_line(box: Box, lines: Lines) -> None:
    (lines.across if box.bottom - box.top <= box.x1 - box.x0 else lines.down).append(box)


def _children(parent: Any, count: Any, get: Any) -> Iterator[int]:
    """The addresses of the objects in a page or a form."""
    handle = ctypes.cast(getattr(parent, "raw", parent), ctypes.c_void_p).value or 0
    for index in range(max(0, count(handle))):
        if thing := get(handle, index):
            yield thing


def _walk(things: Iterator[int], place: _Place, lines: Lines, *, budget: list[int], depth: int) -> None:
    for thing in things:
        budget[0] -= 1
        if budget[0] < 0 or budget[1] < 0:
            return
        kind = _type_of(thing)
        if kind == c.FPDF_PAGEOBJ_TEXT:
            continue
        handle = ctypes.cast(thing, c.FPDF_PAGEOBJECT)
        if kind == c.FPDF_PAGEOBJ_PATH:
            _read_path(handle, place, lines, budget=budget)
        elif kind == c.FPDF_PAGEOBJ_IMAGE:
            _read_image(handle, place, lines)
        elif kind == c.FPDF_PAGEOBJ_FORM and depth < _MAX_DEPTH:
            inner = _children(handle, _count_inner, _get_inner)
            _walk(inner, _within(handle, place), lines, budget=budget, depth=depth + 1)


def _within(thing: Any, place: _Place) -> _Place:
    """From an object's own coordinates to the page's."""
    m = c.FS_MATRIX()
    if not c.FPDFPageObj_GetMatrix(thing, m):
        return place
    if (m.a, m.b, m.c, m.d, m.e, m.f) == (1.0, 0.0, 0.0, 1.0, 0.0, 0.0):
        return place
    a, b, cc, d, e, f = m.a, m.b, m.c, m.d, m.e, m.f
    return lambda x, y: place(a * x + cc * y + e, b * x + d * y + f)


def _read_image(thing: Any, place: _Place, lines: Lines) -> None:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if c.FPDFPageObj_GetBounds(thing, left, bottom, right, top):
        lines.images.append(_box(place(left.value, bottom.value), place(right.value, top.value)))


def _box(one: _Point, other: _Point) -> Box:
    return Box(min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1]))


def _read_path(thing: Any, place: _Place, lines: Lines, *, budget: list[int]) -> None:
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    if not c.FPDFPath_GetDrawMode(thing, mode, stroke) or not (mode.value or stroke.value):
        return
    count = c.FPDFPath_CountSegments(thing)
    if count > budget[1]:
        return
    budget[1] -= count
    for points, straight in _subpaths(thing, count, _within(thing, place)):
        box = _box(
            (min(p[0] for p in points), min(p[1] for p in points)),
            (max(p[0] for p in points), max(p[1] for p in points)),
        )
        wide, high = box.x1 - box.x0, box.bottom - box.top
        if min(wide, high) <= THIN < max(wide, high):
            _read_thin(thing, box, lines, filled=bool(mode.value and not stroke.value))
        elif stroke.value:
            _strokes(points, lines, close=len(points) > 2 and bool(mode.value))
        if mode.value and min(wide, high) > THIN and straight and len(points) in (4, 5) and _light(thing) < _WHITE:
            lines.fills.append(box)
        elif min(wide, high) >= _DRAWN and _aslant(points) >= 0.5 * wide:
            lines.drawings.append(box)


def _read_thin(thing: Any, box: Box, lines: Lines, *, filled: bool) -> None:
    light = _light(thing) if filled else 0
    if light < _PALE:
        _add_line(box, lines)
    elif light < _WHITE:
        lines.pale.append(box)


def _light(thing: Any) -> int:
    """The darkest channel of the fill, 0-255; white where there is none."""
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not c.FPDFPageObj_GetFillColor(thing, red, green, blue, alpha) or not alpha.value:
        return 255
    return min(red.value, green.value, blue.value)


def _aslant(points: list[_Point]) -> float:
    """How far the pieces go sideways that run neither across nor down: little in a frame with round corners."""
    return sum(abs(a[0] - b[0]) for a, b in pairwise(points) if abs(a[0] - b[0]) > 0.2 and abs(a[1] - b[1]) > 0.2)


def _strokes(points: list[_Point], lines: Lines, *, close: bool) -> None:
    ring = [*points, points[0]] if close else points
    for one, other in pairwise(ring):
        box = _box(one, other)
        wide, high = box.x1 - box.x0, box.bottom - box.top
        if high <= 1 < wide:
            lines.across.append(box)
        elif wide <= 1 < high:
            lines.down.append(box)


def _subpaths(thing: Any, count: int, place: _Place) -> Iterator[tuple[list[_Point], bool]]:
    """(points, no curve among them) of each subpath; a closed one ends where it began."""
    x, y = ctypes.c_float(), ctypes.c_float()
    points: list[_Point] = []
    straight = True
    for index in range(count):
        segment = c.FPDFPath_GetPathSegment(thing, index)
        kind = c.FPDFPathSegment_GetType(segment)
        c.FPDFPathSegment_GetPoint(segment, x, y)
        if kind == c.FPDF_SEGMENT_MOVETO:
            if len(points) > 1:
                yield points, straight
            points, straight = [], True
        elif kind == c.FPDF_SEGMENT_BEZIERTO:
            straight = False
        points.append(place(x.value, y.value))
        if c.FPDFPathSegment_GetClose(segment) and points[0] != points[-1]:
            points.append(points[0])
    if len(points) > 1:
        yield points, straight

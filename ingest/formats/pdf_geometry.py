"""What a PDF consists of before anything is read into it: bookmarks, and pages of words, rules and fills.

Coordinates are points with the origin at the page's top left corner, y growing downwards, the page's own rotation
applied. Named tuples here and not dataclasses: a page has a thousand of them and a filing three hundred pages.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

SOFT_HYPHEN = "\u00ad"
"""Ends a word that the text layer knows as hyphenated at a line's end."""


class Style(NamedTuple):
    """How a run of text is set: effective size in points, and the font's traits."""

    size: float
    bold: bool
    italic: bool
    mono: bool


class Word(NamedTuple):
    """Characters without white space between them; `base` is the y of the baseline.

    A word at an `angle` (90, 180, 270 degrees clockwise) has coordinates that are turned with it.
    """

    text: str
    x0: float
    x1: float
    base: float
    style: Style
    angle: int = 0

    @property
    def top(self) -> float:
        return self.base - 0.78 * self.style.size

    @property
    def bottom(self) -> float:
        return self.base + 0.22 * self.style.size

    @property
    def box(self) -> "Box":
        """Where it stands on the page as that is shown."""
        x0, top, x1, bottom = self.x0, self.top, self.x1, self.bottom
        if self.angle == 90:
            return Box(-bottom, x0, -top, x1)
        if self.angle == 180:
            return Box(-x1, -bottom, -x0, -top)
        if self.angle == 270:
            return Box(top, -x1, bottom, -x0)
        return Box(x0, top, x1, bottom)


class Box(NamedTuple):
    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def area(self) -> float:
        return max(0.0, self.x1 - self.x0) * max(0.0, self.bottom - self.top)


class Link(NamedTuple):
    """A place on the page, as that is shown, that leads to a web or mail address."""

    box: Box
    target: str


@dataclass(frozen=True, slots=True)
class Frame:
    """The visible box of a page and its rotation: user space to page coordinates."""

    left: float
    bottom: float
    right: float
    top: float
    rotation: int

    @property
    def width(self) -> float:
        return self.top - self.bottom if self.rotation % 2 else self.right - self.left

    @property
    def height(self) -> float:
        return self.right - self.left if self.rotation % 2 else self.top - self.bottom

    def place(self, x: Any, y: Any) -> tuple[Any, Any]:
        """A point, or arrays of them, of user space in page coordinates."""
        if self.rotation == 1:
            return y - self.bottom, x - self.left
        if self.rotation == 2:
            return self.right - x, y - self.bottom
        if self.rotation == 3:
            return self.top - y, self.right - x
        return x - self.left, self.top - y

    def angle(self, a: float, b: float) -> int:
        """The direction of text whose matrix starts (a, b): 0, 90, 180, 270 degrees clockwise, or -1 for aslant."""
        degrees = math.degrees(math.atan2(-b, a)) + 90 * self.rotation
        nearest = round(degrees / 90) * 90
        return nearest % 360 if abs(degrees - nearest) < 6 else -1


@dataclass(frozen=True, slots=True)
class ReadPage:
    """One page as the text layer gives it.

    `across` and `down` are horizontal and vertical ruling lines as thin boxes; `fills` are shaded rectangles, `images`
    the boxes of raster images, `drawings` those of curves and slanting lines, as charts have. `turned` holds words that
    stand at another angle than the page's text, in reading order, in coordinates turned with them. `hidden` are words
    that no reader sees: invisible, too small, of the paper's colour or off the page; `remarks` were put on it later.
    `confidence` says how sure the words are, 0-1, where they were recognised in a picture; null where the file says
    them. Where a page was turned as a whole to be read, `shift` is what its words were moved by for it, and `shown` the
    page's size before; `links` stand where they are shown.
    """

    number: int
    width: float
    height: float
    words: tuple[Word, ...]
    turned: tuple[Word, ...] = ()
    across: tuple[Box, ...] = ()
    down: tuple[Box, ...] = ()
    fills: tuple[Box, ...] = ()
    images: tuple[Box, ...] = ()
    drawings: tuple[Box, ...] = ()
    hidden: tuple[Word, ...] = ()
    remarks: tuple[str, ...] = ()
    confidence: float | None = None
    shift: tuple[float, float] = (0.0, 0.0)
    shown: tuple[float, float] = (0.0, 0.0)
    links: tuple[Link, ...] = ()


def bounds(words: Sequence[Word]) -> Box:
    """The box around words; at least one."""
    return Box(
        min(word.x0 for word in words),
        min(word.top for word in words),
        max(word.x1 for word in words),
        max(word.bottom for word in words),
    )


@dataclass(frozen=True, slots=True)
class Bookmark:
    """One entry of the outline; `level` counts from 0, `page` is 1-based or null where it leads nowhere."""

    title: str
    level: int
    page: int | None

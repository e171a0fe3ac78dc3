"""Whether an element is hidden from every reader of the page, by what it says of itself."""

import re
from typing import TypeAlias

import lxml.html

Element: TypeAlias = lxml.html.HtmlElement

_NOT_SHOWN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|text-indent\s*:\s*-\d{3,}|"
    r"(?<![\w-])(?:left|top)\s*:\s*-\d{4,}px|clip\s*:\s*rect\(\s*0",
    re.IGNORECASE,
)
_NO_SIZE = re.compile(r"font-size\s*:\s*(?:0(?:\.\d+)?(?:px|pt|em|rem|%)?|1(?:\.\d+)?p[xt])(?![.\w%])", re.IGNORECASE)
_COLOR = re.compile(r"(?<![\w-])color\s*:\s*([^;]+)", re.IGNORECASE)
_BACKGROUND = re.compile(r"background(?:-color)?\s*:\s*([^;]+)", re.IGNORECASE)
_WHITE = re.compile(
    r"\s*(?:white|#fff(?:fff)?|rgba?\(\s*255\s*,\s*255\s*,\s*255\s*(?:,[^)]*)?\)|transparent)\s*(?:!.*)?", re.I
)


def is_unseen(element: Element, *, styled: bool) -> bool:
    """Hidden by attribute or inline style: not shown, of no size, off the page, white on white.

    `styled` says that the page has style sheets, which may put a dark ground behind anything with a name.
    """
    hidden = element.get("hidden")
    if hidden is not None and hidden != "until-found":
        return True
    style = element.get("style") or ""
    if style and (_NOT_SHOWN.search(style) or (_NO_SIZE.search(style) and not _resized(element))):
        return True
    return _is_white(element, style) and not _may_be_on_dark(element, styled=styled)


def _resized(element: Element) -> bool:
    """Whether what stands in it may have a size of its own: an old way to close the gaps between boxes."""
    return any(
        inner.get("class") or "font-size" in (inner.get("style") or "") for inner in element.iterdescendants("*")
    )


def _is_white(element: Element, style: str) -> bool:
    color = _COLOR.search(style)
    said = color[1] if color else element.get("color") if element.tag == "font" else None
    return said is not None and bool(_WHITE.fullmatch(said))


def _may_be_on_dark(element: Element, *, styled: bool) -> bool:
    """Whether the ground behind an element is another than white, or can't be told."""
    for around in (element, *element.iterancestors()):
        ground = _BACKGROUND.search(around.get("style") or "")
        said = ground[1] if ground else around.get("bgcolor") or around.get("background")
        if said is not None:
            return not _WHITE.fullmatch(said)
        if styled and (
            around.get("class") or around.get("id") or around.tag in ("body", "td", "th", "header", "footer")
        ):
            return True
    return False

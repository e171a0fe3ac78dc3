"""Styles and list numbers of a DOCX: what a paragraph is called, how deep it stands, which number Word shows."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from lxml import etree

from ingest.formats.lists import list_number
from ingest.formats.packages import Package

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
VAL = f"{W}val"
_LEVELS = 9
_MOST_BASES = 20
_HEADING = re.compile(r"(?:heading|überschrift|titre|título|titolo|kop)\s*([1-9])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Style:
    """A paragraph style with what it inherits. `outline` is 0-based, null for body text; `number` a list's id."""

    name: str = ""
    outline: int | None = None
    number: str | None = None
    level: int = 0
    font: str = ""


@dataclass(frozen=True, slots=True)
class _Level:
    kind: str
    text: str
    start: int
    legal: bool


@dataclass(slots=True)
class _Count:
    """Where a list stands: the last number of each level; 0 where none was given yet."""

    numbers: list[int] = field(default_factory=lambda: [0] * _LEVELS)


class Styles:
    """The paragraph styles of a document by id."""

    def __init__(self, package: Package, main: str) -> None:
        part = package.related(main, "styles")
        root = package.tree(part) if part else etree.Element("none")
        self._elements = {style.get(f"{W}styleId", ""): style for style in root.iterfind(f"{W}style")}
        paragraph_styles = (s for s in self._elements.values() if s.get(f"{W}type") == "paragraph")
        default = next((s for s in paragraph_styles if s.get(f"{W}default") in ("1", "true", "on")), None)
        self._default = default.get(f"{W}styleId", "") if default is not None else ""
        self._resolved: dict[str, Style] = {}

    def of(self, paragraph: etree._Element) -> Style:
        """The paragraph's style, with what the paragraph itself says about outline and list on top."""
        properties = paragraph.find(f"{W}pPr")
        style_id = _value(properties, "pStyle") or self._default
        return _on_top(self._resolve(style_id), properties)

    def _resolve(self, style_id: str) -> Style:
        if style_id not in self._resolved:
            chain: list[etree._Element] = []
            element = self._elements.get(style_id)
            while element is not None and element not in chain and len(chain) < _MOST_BASES:
                chain.append(element)
                element = self._elements.get(_value(element, "basedOn"))
            style = Style()
            for element in reversed(chain):
                style = _on_top(style, element.find(f"{W}pPr"))
                style = replace(style, name=_value(element, "name") or style.name, font=_font(element) or style.font)
            match = _HEADING.fullmatch(style.name)
            if match and style.outline is None:
                style = replace(style, outline=int(match[1]) - 1)
            self._resolved[style_id] = style
        return self._resolved[style_id]


class Numbering:
    """The list definitions of a document and their running numbers; lists of one definition count on."""

    def __init__(self, package: Package, main: str) -> None:
        part = package.related(main, "numbering")
        root = package.tree(part) if part else etree.Element("none")
        abstract = {a.get(f"{W}abstractNumId", ""): a for a in root.iterfind(f"{W}abstractNum")}
        linked = {_value(a, "styleLink"): a for a in abstract.values() if _value(a, "styleLink")}
        self._levels: dict[str, Mapping[int, _Level]] = {}
        self._abstract: dict[str, str] = {}
        self._restarts: dict[str, dict[int, int]] = {}
        self._counts: dict[str, _Count] = {}
        for number in root.iterfind(f"{W}num"):
            number_id = number.get(f"{W}numId", "")
            definition = abstract.get(_value(number, "abstractNumId"))
            if definition is None:
                continue
            definition = linked.get(_value(definition, "numStyleLink"), definition)
            self._abstract[number_id] = definition.get(f"{W}abstractNumId", "")
            self._levels[number_id] = {**_levels(definition), **_levels(number, "lvlOverride")}
            overrides = ((o, o.find(f"{W}startOverride")) for o in number.iterfind(f"{W}lvlOverride"))
            self._restarts[number_id] = {
                _int(o.get(f"{W}ilvl")): _int(s.get(VAL)) for o, s in overrides if s is not None
            }

    def label(self, number_id: str, level: int) -> str | None:
        """The number that this next paragraph of the list shows; "" for a bullet, null if it is in no list."""
        levels = self._levels.get(number_id)
        if levels is None:
            return None
        level = min(max(level, 0), _LEVELS - 1)
        here = levels.get(level)
        count = self._counts.setdefault(self._abstract[number_id], _Count())
        restart = self._restarts[number_id].pop(level, None)
        start = here.start if here else 1
        if restart is not None:
            count.numbers[level] = restart
        else:
            count.numbers[level] = count.numbers[level] + 1 if count.numbers[level] else start
        count.numbers[level + 1 :] = [0] * (_LEVELS - level - 1)
        if here is None or here.kind in ("bullet", "none"):
            return ""
        return _label(here, levels, count.numbers)


def _on_top(style: Style, properties: etree._Element | None) -> Style:
    if properties is None:
        return style
    outline = _value(properties, "outlineLvl")
    if outline.isdigit():
        style = replace(style, outline=int(outline) if int(outline) < _LEVELS else None)
    numbering = properties.find(f"{W}numPr")
    if numbering is not None:
        number, level = _value(numbering, "numId"), _value(numbering, "ilvl")
        style = replace(style, number=number or style.number, level=_int(level) if level else style.level)
    return style


def _levels(definition: etree._Element, wrapper: str = "") -> dict[int, _Level]:
    path = f"{W}{wrapper}/{W}lvl" if wrapper else f"{W}lvl"
    found = {}
    for level in definition.iterfind(path):
        found[_int(level.get(f"{W}ilvl"))] = _Level(
            kind=_value(level, "numFmt") or "decimal",
            text=_value(level, "lvlText"),
            start=_int(_value(level, "start") or "1"),
            legal=level.find(f"{W}isLgl") is not None,
        )
    return found


def _label(here: _Level, levels: Mapping[int, _Level], numbers: list[int]) -> str:
    def shown(match: re.Match[str]) -> str:
        index = int(match[1]) - 1
        level = levels.get(index)
        number = numbers[index] or (level.start if level else 1)
        return list_number(number, "decimal" if here.legal or level is None else level.kind)

    return re.sub(r"%([1-9])", shown, here.text).strip()


def _font(element: etree._Element) -> str:
    fonts = element.find(f"{W}rPr/{W}rFonts")
    return fonts.get(f"{W}ascii", "") if fonts is not None else ""


def _value(element: etree._Element | None, child: str) -> str:
    found = element.find(f"{W}{child}") if element is not None else None
    return found.get(VAL, "") if found is not None else ""


def _int(text: str | None) -> int:
    return int(text) if text and text.lstrip("-").isdigit() else 0

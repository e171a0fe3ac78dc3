"""The text of DOCX paragraphs as they are printed: changes accepted, field results, links, notes, formulas."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lxml import etree

from ingest.formats.docx_numbering import VAL, W
from ingest.formats.formulas import M, latex
from ingest.formats.links import linked
from ingest.formats.packages import Relation

_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_WORD_2010 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}chart"
_RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_LINK_FIELD = re.compile(r'\s*HYPERLINK\s+"([^"\\]+)"', re.IGNORECASE)
_WRAPPERS = {
    f"{W}{name}" for name in ("ins", "moveTo", "sdt", "sdtContent", "smartTag", "customXml", "fldSimple", "dir", "bdo")
}
_SIGNS = {f"{W}br": "\n", f"{W}cr": "\n", f"{W}tab": " ", f"{W}ptab": " ", f"{W}noBreakHyphen": "-"}
_OFF = ("0", "false", "off", "none")
_NO_SIZE = ("0", "1", "2")
"""Half points: no more than one point high."""


@dataclass(slots=True)
class Seen:
    """What a paragraph's text leaves for elsewhere, what was left out so far, and the texts that no reader sees."""

    footnotes: list[str] = field(default_factory=list)
    boxes: list[etree._Element] = field(default_factory=list)
    charts: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    changes: int = 0


@dataclass(slots=True)
class _Field:
    """A field that is open: its instruction, and where its result began among the pieces of text."""

    code: str = ""
    start: int | None = None


class TextReader:
    """Reads paragraphs one by one. `seen` fills up; whoever takes from its lists empties them."""

    def __init__(self, relations: Mapping[str, Relation]) -> None:
        self._relations = relations
        self._fields: list[_Field] = []
        self.seen = Seen()

    def text(self, paragraph: etree._Element) -> str:
        """Line breaks as `\\n`, no white space at the ends of lines; formulas between dollar signs."""
        self._fields = []
        parts: list[str] = []
        self._read(paragraph, parts)
        lines = "".join(parts).replace("\xa0", " ").split("\n")
        return "\n".join(" ".join(line.split()) for line in lines).strip("\n")

    def _read(self, container: etree._Element, parts: list[str]) -> None:
        for child in container.iterchildren("*"):
            self._read_one(child, parts)

    def _read_one(self, element: etree._Element, parts: list[str]) -> None:
        tag = element.tag
        if tag == f"{W}r":
            self._run(element, parts)
        elif tag == f"{W}hyperlink":
            self._link(element, parts)
        elif tag in (f"{W}del", f"{W}moveFrom"):
            self.seen.changes += 1
        elif tag == f"{W}commentReference":
            self.seen.comments.append(element.get(f"{W}id", ""))
        elif tag == f"{M}oMath":
            parts.append((" " if parts and parts[-1].endswith("$") else "") + _formula(element))
        elif tag == f"{M}oMathPara":
            parts.append("\n".join(f"${_formula(one)}$" for one in element.iterfind(f"{M}oMath")))
        elif is_alternative(element):
            self._read(chosen(element), parts)
        elif tag in _WRAPPERS:
            self._wrapped(element, parts)

    def _wrapped(self, element: etree._Element, parts: list[str]) -> None:
        self.seen.changes += element.tag in (f"{W}ins", f"{W}moveTo")
        if element.tag == f"{W}sdt" and (checked := _checked(element)):
            parts.append(checked)
        else:
            self._read(element, parts)

    def _run(self, run: etree._Element, parts: list[str]) -> None:
        if is_hidden(run):
            if text := "".join(part.text or "" for part in run.iterfind(f"{W}t")).strip():
                self.seen.hidden.append(text)
            return
        for child in run.iterchildren("*"):
            self._run_part(child, parts)

    def _run_part(self, element: etree._Element, parts: list[str]) -> None:
        tag = element.tag
        if tag == f"{W}fldChar":
            self._field(element.get(f"{W}fldCharType", ""), parts)
        elif tag == f"{W}instrText":
            if self._fields:
                self._fields[-1].code += element.text or ""
        elif any(one.start is None for one in self._fields):
            return
        elif tag == f"{W}t":
            parts.append(element.text or "")
        elif tag in _SIGNS:
            parts.append(_SIGNS[tag])
        else:
            self._rare_part(element, parts)

    def _rare_part(self, element: etree._Element, parts: list[str]) -> None:
        tag = element.tag
        if tag == f"{W}sym":
            parts.append(_symbol(element))
        elif tag in (f"{W}footnoteReference", f"{W}endnoteReference"):
            parts.append(self._note(element))
        elif tag == f"{W}ruby":
            for base in element.iterfind(f"{W}rubyBase"):
                self._read(base, parts)
        elif is_alternative(element):
            for child in chosen(element).iterchildren("*"):
                self._drawn(child)
        elif tag in (f"{W}drawing", f"{W}pict", f"{W}object"):
            self._drawn(element)
        else:
            self._read_one(element, parts)

    def _field(self, kind: str, parts: list[str]) -> None:
        if kind == "begin":
            self._fields.append(_Field())
        elif kind == "separate" and self._fields:
            self._fields[-1].start = len(parts)
        elif kind == "end" and self._fields:
            ended = self._fields.pop()
            match = _LINK_FIELD.match(ended.code)
            if match and ended.start is not None:
                parts[ended.start :] = [linked("".join(parts[ended.start :]), match[1])]

    def _link(self, element: etree._Element, parts: list[str]) -> None:
        inside: list[str] = []
        self._read(element, inside)
        relation = self._relations.get(element.get(_RELATION_ID, ""))
        target = relation.target if relation and relation.external else ""
        parts.append(linked("".join(inside), target))

    def _note(self, element: etree._Element) -> str:
        kind = "e" if element.tag == f"{W}endnoteReference" else ""
        note = kind + element.get(f"{W}id", "")
        self.seen.footnotes.append(note)
        return f"[^{note}]"

    def _drawn(self, element: etree._Element) -> None:
        """Text boxes and charts in a drawing, each once: of two renderings only the chosen one is looked at."""
        if element.tag == f"{W}txbxContent":
            self.seen.boxes.append(element)
        elif element.tag == _CHART:
            self.seen.charts.append(element.get(_RELATION_ID, ""))
        else:
            inner = chosen(element) if is_alternative(element) else element
            for child in inner.iterchildren("*"):
                self._drawn(child)


def is_hidden(run: etree._Element) -> bool:
    """Whether a run is marked as hidden, of no size, or white on paper that nothing says is coloured."""
    properties = run.find(f"{W}rPr")
    if properties is None:
        return False
    vanish, size, color = (properties.find(f"{W}{name}") for name in ("vanish", "sz", "color"))
    if vanish is not None and vanish.get(VAL) not in _OFF:
        return True
    if size is not None and size.get(VAL) in _NO_SIZE:
        return True
    return color is not None and color.get(VAL, "").upper() == "FFFFFF" and _on_paper(run)


def _on_paper(run: etree._Element) -> bool:
    """Outside of tables and boxes, whose styles may be dark, and without shading of its own or its paragraph's."""
    if run.find(f"{W}rPr/{W}shd") is not None or run.find(f"{W}rPr/{W}highlight") is not None:
        return False
    for around in run.iterancestors():
        if around.tag in (f"{W}tbl", f"{W}txbxContent") or around.find(f"{W}pPr/{W}shd") is not None:
            return False
        if around.tag == f"{W}p" and around.find(f"{W}pPr/{W}pStyle") is not None:
            return False
        if around.tag == f"{W}document":
            return around.find(f"{W}background") is None
    return True


def chosen(alternatives: etree._Element) -> etree._Element:
    """The first choice of `mc:AlternateContent`, else its fallback, else itself."""
    branches: Iterable[etree._Element] = alternatives.iterchildren(
        f"{_COMPATIBILITY}Choice", f"{_COMPATIBILITY}Fallback"
    )
    return next(iter(branches), alternatives)


def is_alternative(element: etree._Element) -> bool:
    return bool(element.tag == f"{_COMPATIBILITY}AlternateContent")


def _checked(control: etree._Element) -> str:
    """`[x]` or `[ ]` for a check box, nothing for any other content control."""
    box = control.find(f"{W}sdtPr/{_WORD_2010}checkbox")
    if box is None:
        return ""
    state = box.find(f"{_WORD_2010}checked")
    return "[ ]" if state is None or state.get(f"{_WORD_2010}val") in _OFF else "[x]"


def _formula(element: etree._Element) -> str:
    return f"${latex(element).strip()}$"


def _symbol(element: etree._Element) -> str:
    """A character of a symbol font; those in the private area mean something in that font only."""
    code = element.get(f"{W}char", "")
    number = int(code, 16) if re.fullmatch(r"[0-9A-Fa-f]{1,5}", code) else 0
    if 0xF000 <= number <= 0xF0FF:
        return {0xF0B7: "•", 0xF0A7: "▪", 0xF0FC: "✓", 0xF0FB: "✗", 0xF0E0: "→", 0xF0FE: "☒", 0xF0A8: "☐"}.get(
            number, ""
        )
    return chr(number) if number else ""

"""Stored Markdown to the units that can be quoted: sentences, list items, table rows, code; each with offsets."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

UnitKind = Literal["sentence", "item", "row", "code", "field", "heading", "header", "lead"]
LONGEST = 600
_FENCE = re.compile(r"^\s*(```+|~~~+)")
_HEADING = re.compile(r"^(#{1,6} .*|\*\*[^*]+\*\*:?|__[^_]+__:?)\s*$")
_ITEM = re.compile(r"^(\s*)([-*+•‣▪–]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)])\s+(\[[ xX]\]\s+)?(?=\S)")
_RULE = re.compile(r"^\s*\|?[\s:|-]*-{3}[\s:|-]*\|?\s*$")
_ROW = re.compile(r"^\s*\|.*\|\s*$")
_COMMENT = re.compile(r"^\s*<!--.*-->\s*$")
_FIELD = re.compile(r"^[^\W\d_][\w-]*(?: [\w-]+){0,2}:\s+\S.*[^.!?:;,\s]\s*$")
_QUOTED = re.compile(r"^(\s*>)+\s?")
_STOP = re.compile(r"""[.!?…]+["'”’»)\]*_`]*\s+(?=["'“‘«(\[*_`¿¡]*[^\W_a-zß-öø-ÿ])|[。！？]["”』」]*|[؟!?]\s+""")
_BEFORE_MORE = re.compile(
    r"(?:^|[\s(\[])(?:Mr|Mrs|Ms|Dr|Prof|Mt|Lt|Col|Gen|Sgt|Capt|Rev|Hon|vs|cf|ca|approx|est|No|Nos|Nr|Art|Abs|Fig|Figs"
    r"|Eq|Sec|Sect|Ch|Vol|vol|pp|Bd|Tab|Ref|bzw|ggf|evtl|inkl|zzgl|Mme|Mlle|Sra|Dra|Tel|tel|ext|e\.\s?g|i\.\s?e)$"
)
_MAY_END = re.compile(
    r"(?:^|[\s(\[])(?:[A-Za-z]|[A-Za-z](?:\.\s?[A-Za-z])+|Inc|Corp|Co|Ltd|Bros|Dept|Sr|Jr|St|Ave|Blvd|etc|al"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)$"
)
_ORDINAL = re.compile(r"(?:^|\s)\d{1,2}$")
_GERMAN_MONTH = re.compile(r"(?:Jan|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez)")
_OPENERS = re.compile(r"(?:The|This|That|These|Those|It|In|On|At|A|An|We|You|He|She|They|If|When|For|As|But|And)\b")


@dataclass(frozen=True, slots=True)
class Unit:
    """A contiguous slice `text == stored[start:end]`; bullets, fences and quote marks stay outside where they can.

    A field is a line `name: value` among others of the kind, as a mail's head has them.
    `lead` is what introduces it and is not in the slice: the sentence before a list. `header` holds the cells of the
    table's header row, for a row.
    """

    kind: UnitKind
    text: str
    start: int
    end: int
    heading: str = ""
    lead: str = ""
    header: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def units(text: str, start: int = 0, end: int | None = None) -> tuple[Unit, ...]:
    """The units of `text[start:end]` in order; offsets count in `text`. A table's header is found above `start` too."""
    stop = len(text) if end is None else end
    return tuple(_Reader(text, start, stop).read())


def cells(row: str) -> tuple[str, ...]:
    """The cells of a pipe table's row, without the escapes of pipes."""
    inner = row.strip().removeprefix("|").removesuffix("|")
    return tuple(cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", inner))


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where each sentence of a paragraph starts and ends, white space at either end left out."""
    begin = 0
    for match in _STOP.finditer(text):
        mark = match.start()
        if text[mark] == "." and _goes_on(text[begin:mark], text[match.end() :]):
            continue
        yield from _trimmed(text, begin, match.end())
        begin = match.end()
    yield from _trimmed(text, begin, len(text))


def _goes_on(before: str, after: str) -> bool:
    """Whether a full stop after `before` belongs to an abbreviation, an initial or an ordinal."""
    if _BEFORE_MORE.search(before):
        return True
    if _ORDINAL.search(before):
        return bool(_GERMAN_MONTH.match(after)) or before.strip().isdigit()
    return bool(_MAY_END.search(before)) and not _OPENERS.match(after)


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The span without white space at its ends, cut into pieces of at most `LONGEST` at line ends or spaces."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while end - start > LONGEST:
        window = text[start : start + LONGEST]
        cut = max(window.rfind("\n"), window.rfind("; ") + 1)
        if cut < LONGEST // 3:
            cut = window.rfind(" ")
        cut = LONGEST if cut <= 0 else cut
        yield start, start + len(window[:cut].rstrip())
        start += cut
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        yield start, end


class _Reader:
    """Walks lines once and remembers the heading, the lead of a list and the header of a table it is in."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self._text = text
        self._lines = list(_lines(text, start, end))
        self._at = 0
        self._heading = ""
        self._lead = ""
        self._led: UnitKind | None = None

    def read(self) -> Iterator[Unit]:
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if not line.text.strip() or _COMMENT.match(line.text):
                self._at += 1
            elif _FENCE.match(line.text):
                yield from self._code()
            elif _ROW.match(line.text):
                yield from self._table()
            elif _HEADING.match(line.text):
                yield self._headed(line)
            elif _ITEM.match(line.text):
                yield from self._item()
            else:
                yield from self._paragraph()

    def _unit(self, kind: UnitKind, start: int, end: int, *, header: tuple[str, ...] = ()) -> Unit:
        lead = self._lead if kind == self._led else ""
        return Unit(kind, self._text[start:end], start, end, heading=self._heading, lead=lead, header=header)

    def _lead_to(self, kind: UnitKind) -> None:
        """What introduces a list does not introduce the table after it."""
        if self._led is None:
            self._led = kind
        elif self._led != kind:
            self._lead = ""

    def _introduce(self, lead: str) -> None:
        self._lead = lead
        self._led = None

    def _headed(self, line: _Line) -> Unit:
        self._at += 1
        self._introduce("")
        start, end = next(_trimmed(line.text, 0, len(line.text)))
        self._heading = line.text.strip("#*_: \t")
        return Unit("heading", line.text[start:end], line.start + start, line.start + end)

    def _code(self) -> Iterator[Unit]:
        opened = _FENCE.match(self._lines[self._at].text)
        assert opened is not None
        fence = opened.group(1)
        self._lead_to("code")
        self._at += 1
        inside: list[_Line] = []
        while self._at < len(self._lines) and not self._lines[self._at].text.strip().startswith(fence):
            inside.append(self._lines[self._at])
            self._at += 1
        self._at += 1
        if inside:
            for start, end in _trimmed(self._text, inside[0].start, inside[-1].end):
                yield self._unit("code", start, end)

    def _table(self) -> Iterator[Unit]:
        header = _header_above(self._text, self._lines[self._at].start)
        self._lead_to("row")
        while self._at < len(self._lines) and _ROW.match(self._lines[self._at].text):
            line = self._lines[self._at]
            following = self._lines[self._at + 1].text if self._at + 1 < len(self._lines) else ""
            self._at += 1
            if _RULE.match(line.text):
                continue
            start = line.start + len(line.text) - len(line.text.lstrip())
            end = line.start + len(line.text.rstrip())
            if _RULE.match(following) and "|" in following:
                header = cells(line.text)
                yield self._unit("header", start, end, header=header)
            elif any(cells(line.text)):
                yield self._unit("row", start, end, header=header)

    def _item(self) -> Iterator[Unit]:
        line = self._lines[self._at]
        match = _ITEM.match(line.text)
        assert match is not None
        last = line
        self._lead_to("item")
        self._at += 1
        while self._at < len(self._lines) and self._continues(self._lines[self._at]):
            last = self._lines[self._at]
            self._at += 1
        begin = line.start + match.end()
        body = self._text[begin : last.end]
        for start, end in sentence_spans(body):
            yield self._unit("item", begin + start, begin + end)

    def _continues(self, line: _Line) -> bool:
        plain = bool(line.text.strip()) and not _ITEM.match(line.text)
        return plain and not any(form.match(line.text) for form in (_ROW, _FENCE, _HEADING, _COMMENT))

    def _paragraph(self) -> Iterator[Unit]:
        begun, first = self._at, self._lines[self._at]
        quoted = _QUOTED.match(first.text)
        begin = first.start + (quoted.end() if quoted else 0)
        last = first
        self._at += 1
        while self._at < len(self._lines) and self._continues(self._lines[self._at]):
            last = self._lines[self._at]
            self._at += 1
        self._introduce("")
        lines = self._lines[begun : self._at]
        if len(lines) > 1 and all(_FIELD.match(line.text) for line in lines):
            yield from self._fields(lines)
            return
        found = [
            self._unit("sentence", begin + start, begin + end)
            for start, end in sentence_spans(self._text[begin : last.end])
        ]
        if len(found) == 1 and found[0].text.rstrip("*_ ").endswith("?"):
            yield replace(found[0], kind="heading")
            self._heading = found[0].text.strip("*_ ")
            return
        for unit in found:
            if unit.text.rstrip("*_ ").endswith((":", "：")):
                self._introduce(unit.text)
                yield replace(unit, kind="lead")
            else:
                yield unit

    def _fields(self, lines: list[_Line]) -> Iterator[Unit]:
        for line in lines:
            for start, end in _trimmed(line.text, 0, len(line.text)):
                yield self._unit("field", line.start + start, line.start + end)


def _lines(text: str, start: int, end: int) -> Iterator[_Line]:
    position = start
    for line in text[start:end].split("\n"):
        yield _Line(line, position)
        position += len(line) + 1


def _header_above(text: str, offset: int) -> tuple[str, ...]:
    """The header cells of the table in which `offset` stands, looked for in the whole text; empty if it has none."""
    position = text.rfind("\n\n", 0, offset) + 2
    position = 0 if position == 1 else position
    above = ""
    while position < offset:
        end = text.find("\n", position)
        line = text[position:end]
        if _RULE.match(line) and _ROW.match(above):
            return cells(above)
        if _ROW.match(above):
            return ()
        above = line
        position = end + 1
    return ()

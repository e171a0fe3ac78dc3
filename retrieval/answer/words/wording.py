"""How a quoted slice is shown in an answer: without Markdown's marks; a table row with its column headers."""

import re

from retrieval.answer.words.sentences import Unit, cells

_LINK = re.compile(r"!?\[([^\]]*)\]\([^)\s]*(?:\s+\"[^\"]*\")?\)")
_EMPHASIS = re.compile(r"(?<![\w*])(\*{1,3})(?=\S)(.+?)(?<=\S)\1(?![\w*])|(?<!\w)(_{1,3})(?=\S)(.+?)(?<=\S)\3(?!\w)")
_CODE = re.compile(r"(`+)(.+?)\1")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>~])")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_INSIDE_MARKER = re.compile(r"\[(\^?\d[\d,\s]*)\]")


def shown(unit: Unit) -> str:
    """The unit for a reader, on one line; brackets around numbers become round, lest they be read as markers."""
    text = _row(unit) if unit.kind == "row" else plain(unit.text)
    if unit.lead:
        text = f"{plain(unit.lead)} {text}"
    return _INSIDE_MARKER.sub(r"(\1)", text)


def plain(markdown: str) -> str:
    """Inline Markdown without its marks, white space collapsed."""
    text = _BREAK.sub(" ", markdown)
    text = _LINK.sub(lambda match: match.group(1), text)
    text = _CODE.sub(lambda match: match.group(2), text)
    text = _EMPHASIS.sub(lambda match: match.group(2) or match.group(4), text)
    return " ".join(_ESCAPED.sub(r"\1", text).split())


def _row(unit: Unit) -> str:
    values = [plain(cell) for cell in cells(unit.text)]
    names = [plain(name) for name in unit.header] + [""] * len(values)
    return "; ".join(
        f"{name}: {value}" if name and name != value else value
        for name, value in zip(names, values, strict=False)
        if value
    )

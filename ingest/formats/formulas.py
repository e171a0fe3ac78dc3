"""Office formulas (OMML) as LaTeX; letters and signs stay the characters that they are."""

from collections.abc import Callable, Mapping

from lxml import etree

M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_MOST_DEPTH = 60
_NEW_ROW = r" \\ "
_OPERATORS = {"∑": r"\sum", "∏": r"\prod", "∫": r"\int", "∬": r"\iint", "∮": r"\oint", "⋃": r"\bigcup", "⋂": r"\bigcap"}
_ACCENTS = {"̂": r"\hat", "̃": r"\tilde", "̄": r"\bar", "̇": r"\dot", "⃗": r"\vec", "̅": r"\overline"}
_FUNCTIONS = {"sin", "cos", "tan", "log", "ln", "exp", "lim", "max", "min", "det", "cot", "sec", "csc", "arg", "deg"}
_LATIN_DELIMITERS = {"{": r"\{", "}": r"\}", "": "."}


def latex(element: etree._Element, depth: int = 0) -> str:
    """The formula inside `element` without dollar signs; deeper than any real formula it is its text alone."""
    if depth > _MOST_DEPTH:
        return _plain(element)
    return "".join(_one(child, depth + 1) for child in element.iterchildren("*"))


def _one(element: etree._Element, depth: int) -> str:
    name = etree.QName(element).localname
    if name.endswith("Pr"):
        return ""
    if name in ("t", "text"):
        return element.text or ""
    build = _BUILDERS.get(name)
    return build(element, depth) if build else latex(element, depth)


def _plain(element: etree._Element) -> str:
    return "".join(text.text or "" for text in element.iter(f"{M}t"))


def _part(element: etree._Element, name: str, depth: int) -> str:
    child = element.find(f"{M}{name}")
    return latex(child, depth).strip() if child is not None else ""


def _setting(element: etree._Element, path: str, default: str) -> str:
    found = element.find("/".join(f"{M}{step}" for step in path.split("/")))
    return found.get(f"{M}val", "") if found is not None else default


def _fraction(element: etree._Element, depth: int) -> str:
    top, bottom = _part(element, "num", depth), _part(element, "den", depth)
    if _setting(element, "fPr/type", "bar") == "noBar":
        return rf"\binom{{{top}}}{{{bottom}}}"
    return rf"\frac{{{top}}}{{{bottom}}}"


def _base(element: etree._Element, depth: int) -> str:
    base = _part(element, "e", depth)
    return f"{{{base}}}" if base.startswith("\\frac") else base


def _scripts(element: etree._Element, depth: int) -> str:
    sub, sup = _part(element, "sub", depth), _part(element, "sup", depth)
    return _base(element, depth) + (f"_{{{sub}}}" if sub else "") + (f"^{{{sup}}}" if sup else "")


def _before(element: etree._Element, depth: int) -> str:
    sub, sup = _part(element, "sub", depth), _part(element, "sup", depth)
    return f"{{}}_{{{sub}}}^{{{sup}}}{_part(element, 'e', depth)}"


def _root(element: etree._Element, depth: int) -> str:
    degree = _part(element, "deg", depth)
    return rf"\sqrt{f'[{degree}]' if degree else ''}{{{_part(element, 'e', depth)}}}"


def _nary(element: etree._Element, depth: int) -> str:
    sign = _setting(element, "naryPr/chr", "∫")
    sub, sup = _part(element, "sub", depth), _part(element, "sup", depth)
    limits = (f"_{{{sub}}}" if sub else "") + (f"^{{{sup}}}" if sup else "")
    return f"{_OPERATORS.get(sign, sign)}{limits}{{{_part(element, 'e', depth)}}}"


def _delimited(element: etree._Element, depth: int) -> str:
    left, right = _setting(element, "dPr/begChr", "("), _setting(element, "dPr/endChr", ")")
    between = _setting(element, "dPr/sepChr", "|")
    inside = between.join(latex(child, depth).strip() for child in element.iterfind(f"{M}e"))
    return rf"\left{_LATIN_DELIMITERS.get(left, left)}{inside}\right{_LATIN_DELIMITERS.get(right, right)}"


def _function(element: etree._Element, depth: int) -> str:
    name = _part(element, "fName", depth)
    return f"{chr(92) + name if name in _FUNCTIONS else name}({_part(element, 'e', depth)})"


def _rows(element: etree._Element, depth: int) -> str:
    rows = [
        " & ".join(latex(cell, depth).strip() for cell in (row.iterfind(f"{M}e") if row.tag == f"{M}mr" else [row]))
        for row in element.iterchildren(f"{M}mr", f"{M}e")
    ]
    if len(rows) == 1:
        return rows[0]
    return rf"\begin{{matrix}}{_NEW_ROW.join(rows)}\end{{matrix}}"


def _accent(element: etree._Element, depth: int) -> str:
    sign = _setting(element, "accPr/chr", "̂")
    return f"{_ACCENTS.get(sign, chr(92) + 'hat')}{{{_part(element, 'e', depth)}}}"


def _bar(element: etree._Element, depth: int) -> str:
    return rf"\overline{{{_part(element, 'e', depth)}}}"


def _limit(element: etree._Element, depth: int) -> str:
    mark = "_" if element.tag == f"{M}limLow" else "^"
    base = _part(element, "e", depth)
    return f"{chr(92) + base if base in _FUNCTIONS else base}{mark}{{{_part(element, 'lim', depth)}}}"


_BUILDERS: Mapping[str, Callable[[etree._Element, int], str]] = {
    "f": _fraction,
    "sSup": _scripts,
    "sSub": _scripts,
    "sSubSup": _scripts,
    "sPre": _before,
    "rad": _root,
    "nary": _nary,
    "d": _delimited,
    "func": _function,
    "m": _rows,
    "eqArr": _rows,
    "acc": _accent,
    "bar": _bar,
    "limLow": _limit,
    "limUpp": _limit,
}

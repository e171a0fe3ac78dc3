"""A cleaned tree to Markdown: markdownify, with tables as full grids, code with its language, text left as it is."""

# ruff: noqa: ARG002 - markdownify calls every conversion with the same three arguments

import re
import textwrap
from typing import Any

import lxml.html
from bs4 import BeautifulSoup
from bs4.element import Tag
from markdownify import MarkdownConverter

from ingest.formats.html_blocks import plain_blocks
from ingest.formats.html_tables import Cell, Row, expand, header_rows, span, title_rows
from ingest.formats.html_tree import Element
from ingest.formats.tables import pipe_table
from ingest.markdown import clean_text

_LANGUAGE = re.compile(
    r"(?:^|[\s;])(?:language|lang|brush|highlight-source|highlight-text|highlight|sourceCode)[-_: ]\s*([\w#+.-]+)"
)
_NO_LANGUAGE = {
    "none",
    "text",
    "plaintext",
    "plain",
    "txt",
    "nohighlight",
    "default",
    "highlighter",
    "box",
    "notranslate",
}
_CODE_ANCESTORS = 3
_EXPONENT = re.compile(r"[-+\u2212]?\d+|n")
_BACKTICKS = re.compile(r"`{3,}")
_LINE_MARK = re.compile(r"(#{1,6}(?:\s|$)|>|```|~~~)")
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")
_SPACES = re.compile(r"[ \t\r\n\f\xa0]+")
_MAX_TARGET = 500


def markdown(tree: Element) -> str:
    """The Markdown of all that is left in `tree`'s body, which holds no scripts and no layout tables.

    It is clean text (`ingest.markdown.clean_text`); the tree is changed on the way.
    """
    found = tree.find("body")
    body = tree if found is None else found
    plain_blocks(body)
    soup = BeautifulSoup(lxml.html.tostring(body, encoding="unicode", with_tail=False), "lxml")
    text: str = _PageConverter().convert_soup(soup)
    return _BLANK_LINES.sub("\n\n", clean_text(text)).strip("\n")


_Untyped: Any = MarkdownConverter  # its type hints leave out the conversions


class _PageConverter(_Untyped):  # type: ignore[misc]
    """Cells are kept by element as they are converted, inside first; their table puts them into its grid.

    A nested table that has a grid of its own is written after the outermost one.
    """

    class Options:
        heading_style = "atx"
        bullets = "-"
        escape_asterisks = False
        escape_underscores = False

    def __init__(self) -> None:
        super().__init__()
        self._cells: dict[int, str] = {}
        self._captions: dict[int, str] = {}
        self._nested: list[str] = []

    def escape(self, text: str, parent_tags: set[str]) -> str:
        """Nothing is escaped: the stored text says what the page says. Only no-break spaces become plain ones."""
        return text.replace("\xa0", " ")

    def convert_p(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A paragraph that happens to begin like a heading, quote or fence gets a backslash."""
        converted: str = super().convert_p(el, text, parent_tags)
        if "_inline" in parent_tags or not _LINE_MARK.match(converted.lstrip("\n")):
            return converted
        return "\n\n\\" + converted.lstrip("\n")

    def convert_br(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return " " if "_inline" in parent_tags else "\n"

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """The text with its target; without one that leads off the page, the text alone."""
        target = _SPACES.sub("%20", str(el.get("href") or "").strip())
        words = _SPACES.sub(" ", text)
        inner = words.strip()
        if not inner or "_noformat" in parent_tags or not _leads_somewhere(target):
            return words
        before, after = words[: len(words) - len(words.lstrip())], words[len(words.rstrip()) :]
        link = f"<{target}>" if inner == target else f"[{inner}]({_balanced(target)})"
        return before + link + after

    def convert_b(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Emphasis inside the same emphasis adds nothing but asterisks, and a header cell is emphasised already."""
        converted: str = text if parent_tags & {"b", "strong", "th"} else super().convert_b(el, text, parent_tags)
        return converted

    def convert_em(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        converted: str = text if parent_tags & {"em", "i"} else super().convert_em(el, text, parent_tags)
        return converted

    def convert_del(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        converted: str = text if parent_tags & {"del", "s"} else super().convert_del(el, text, parent_tags)
        return converted

    convert_strong = convert_b
    convert_i = convert_em
    convert_s = convert_del

    def convert_sup(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A footnote's mark in brackets and an exponent behind `^`: neither may become a part of the figure before."""
        mark = text.strip()
        link = el.find("a")
        if link is not None and str(link.get("href") or "").startswith("#"):
            return mark if mark.startswith(("[", "(")) else f"[{mark}]"
        before = el.previous_sibling
        return f"^{mark}" if _EXPONENT.fullmatch(mark) and before and str(before)[-1:].isalnum() else text

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """What a picture shows, as far as its author says so; where it lies says nothing to a reader of the text."""
        alt = " ".join(str(el.get("alt") or "").split()).replace("[", "(").replace("]", ")")
        if not alt:
            return ""
        return alt if "_inline" in parent_tags else f"![{alt}]()"

    def convert_figcaption(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        words = " ".join(text.split())
        return f"\n\n{_emphasised(words)}\n\n" if words and "_inline" not in parent_tags else text

    def convert_li(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """In a table's cell an item is a part of the sentence; else its number comes from the page."""
        if "_inline" in parent_tags:
            return f" {text.strip()}; " if el.find_next_sibling("li") else f" {text.strip()} "
        text = text.strip()
        if not text:
            return "\n"
        bullet = f"{el.get('data-number')}. " if el.get("data-number") else "- "
        indent = " " * len(bullet)
        first, *rest = text.split("\n")
        return "\n".join([bullet + first, *(indent + line if line.strip() else "" for line in rest)]) + "\n"

    def convert_list(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if "_inline" in parent_tags:
            return f" {text.strip()} "
        converted: str = super().convert_list(el, text, parent_tags)
        return converted

    convert_ul = convert_list
    convert_ol = convert_list

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if "_inline" in parent_tags or not text.strip():
            return text
        ticks = max((len(run) for run in _BACKTICKS.findall(text)), default=2) + 1
        fence = "`" * ticks
        body = textwrap.dedent(text.strip("\n").rstrip())
        return f"\n\n{fence}{_language(el)}\n{body}\n{fence}\n\n"

    def convert_td(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        self._cells[id(el)] = " ".join(text.split())
        return ""

    convert_th = convert_td

    def convert_tr(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return ""

    def convert_caption(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        self._captions[id(el.parent)] = " ".join(text.split())
        return ""

    def convert_table(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        rows = self._rows(el)
        titles = title_rows(rows)
        self._add_titles(el, rows[:titles])
        rows = rows[titles:]
        grid = expand(rows)
        if "_inline" in parent_tags:
            return self._inside_cell(el, grid, rows)
        table = self._captioned(el, pipe_table(grid, header_rows=header_rows(rows)))
        nested, self._nested = self._nested, []
        return "\n\n" + "\n\n".join(part for part in (table, *nested) if part) + "\n\n"

    def _inside_cell(self, el: Tag, grid: list[list[str]], rows: list[Row]) -> str:
        """A real grid goes behind the outer table; a row or a column of things is text of the cell."""
        filled = [row for row in grid if any(row)]
        if len(filled) > 1 and max(sum(map(bool, row)) for row in filled) > 1:
            self._nested.append(self._captioned(el, pipe_table(grid, header_rows=header_rows(rows))))
            return " "
        return " " + "; ".join(" ".join(cell for cell in row if cell) for row in filled) + " "

    def _add_titles(self, table: Tag, rows: list[Row]) -> None:
        texts = [self._captions.get(id(table), ""), *(row.cells[0].text for row in rows)]
        self._captions[id(table)] = ". ".join(text for text in texts if text)

    def _captioned(self, el: Tag, table: str) -> str:
        caption = self._captions.get(id(el), "")
        return f"{_emphasised(caption)}\n\n{table}" if caption and table else _emphasised(caption) or table

    def _rows(self, table: Tag) -> list[Row]:
        """The rows of this table alone, the foot last."""
        groups = _children(table, "thead", "tbody", "tfoot", "tr")
        groups.sort(key=lambda child: {"thead": 0, "tfoot": 2}.get(child.name, 1))
        rows: list[Row] = []
        for number, group in enumerate(groups):
            lines = [group] if group.name == "tr" else _children(group, "tr")
            place = 0 if group.name == "tr" else number + 1
            rows += [Row(self._row_cells(line), place, in_head=group.name == "thead") for line in lines]
        return [row for row in rows if row.cells]

    def _row_cells(self, row: Tag) -> tuple[Cell, ...]:
        return tuple(
            Cell(
                self._cells.get(id(cell), ""),
                rowspan=span(str(cell.get("rowspan", "1"))),
                colspan=span(str(cell.get("colspan", "1"))),
                is_header=cell.name == "th",
            )
            for cell in _children(row, "td", "th")
        )


def _children(parent: Tag, *names: str) -> list[Tag]:
    return [child for child in parent.children if isinstance(child, Tag) and child.name in names]


def _leads_somewhere(target: str) -> bool:
    scheme = target.partition(":")[0].lower() if ":" in target else ""
    return bool(target) and not target.startswith("#") and scheme not in ("javascript", "data", "about", "blob")


def _balanced(target: str) -> str:
    """A target that Markdown reads to its end: at most 500 characters are worth keeping, brackets are encoded."""
    if len(target) > _MAX_TARGET:
        target = target.partition("?")[0][:_MAX_TARGET]
    return target.replace("(", "%28").replace(")", "%29").replace("<", "%3C").replace(">", "%3E")


def _emphasised(text: str) -> str:
    """A caption as Markdown writes it; emphasis inside would end it too early."""
    return f"*{text.replace('*', '').strip()}*" if text.strip() else ""


def _language(pre: Tag) -> str:
    """The language of a code block by the names that highlighters give to it, to its code, or to what holds it."""
    candidates = [*pre.find_all("code", limit=1), pre, *list(pre.parents)[:_CODE_ANCESTORS]]
    for element in candidates:
        named = element.get("data-lang") or element.get("data-language")
        classes = " ".join(element.get("class") or [])
        match = _LANGUAGE.search(classes)
        language = str(named or (match[1] if match else "")).lower()
        if language and language not in _NO_LANGUAGE:
            return language
    return ""

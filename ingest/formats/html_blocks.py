"""A page's body as units: blocks that stay or go as a whole, and what their text and names say of each."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lxml import etree

from ingest.formats.html_tree import Element

INLINE = frozenset({
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "br", "button", "cite", "code", "data", "del", "dfn", "em",
    "font", "i", "img", "ins", "kbd", "label", "mark", "math", "nobr", "picture", "q", "rb", "rt", "rtc", "ruby", "s",
    "samp", "small", "source", "span", "strike", "strong", "sub", "sup", "time", "track", "tt", "u", "var", "wbr",
})  # fmt: skip
SHORT = 20
"""Letters and digits: a text below this is found by chance in any article."""

_PARAGRAPH = 40
_WHOLE = {"table", "pre", "ul", "ol", "dl"}
_LEAVES = ("li", "td", "th", "dt", "dd", "p")
_WRITTEN = {
    "p", "div", "section", "article", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "table",
    "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "td", "th", "pre", "blockquote", "figcaption", "hr",
}  # fmt: skip
_NUMBER = re.compile(r"\d{1,9}")
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_NOISE_TAGS = {"nav", "footer", "aside"}
_NOISE_ROLES = {
    "navigation", "banner", "contentinfo", "complementary", "search", "dialog", "alertdialog", "menu", "tablist",
}  # fmt: skip
_NOISE_NAMES = re.compile(
    r"(?:^|[\s_-])(?:nav(?:bar|box|igation)?|menu|side-?bar|footer|breadcrumbs?|comments?|disqus|respond|share|sharing|"
    r"social|related|recommend\w*|recirc\w*|promo\w*|advert\w*|ads?|sponsor\w*|banner|cookies?|consent|gdpr|newsletter|"
    r"subscri\w+|sign-?up|pagination|pager|tags|widget|teasers?|trending|popular|most-?read|latest|outbrain|taboola|"
    r"toolbar|copyright|caption|meta|\w*gallery|carousel|slide-?show|by-?line|author-?(?:bio|box|info)|read-?more|"
    r"read-?next|see-?also|more-?(?:from|on|stories)|pop-?up|modal|paywall|skip-?link|jump-?link|dateline|credits?|"
    r"printonly|feedback)(?:$|[\s_-])"
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NOT_KEY = re.compile(r"[\W_]+")
_NOISE_SHARE = 0.3
_NOISE_SIZE = 400


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a judge of articles takes, as keys: its whole text and its blocks. Empty for a page it can't judge."""

    text: str = ""
    blocks: frozenset[str] = frozenset()

    def takes(self, key: str) -> bool:
        """A short text must be a block of its own: its words stand somewhere in any article."""
        return key in self.blocks or (len(key) > SHORT and key in self.text)


@dataclass(frozen=True, slots=True)
class Unit:
    """One block that stays or goes as a whole. `size` counts letters and digits, `linked` and `judged` are shares.

    `is_noise`: its author calls it, or what it stands in, something else than content.
    """

    element: Element
    key: str
    linked: float
    judged: float
    is_link_list: bool
    is_noise: bool = False

    @property
    def size(self) -> int:
        return len(self.key)

    @property
    def is_judged(self) -> bool:
        """The judge of articles takes most of it."""
        return self.judged >= 0.5

    @property
    def is_heading(self) -> bool:
        return self.element.tag in _HEADINGS

    @property
    def is_grid(self) -> bool:
        """What is written in columns on purpose: a table of data, preformatted text."""
        return self.element.tag in ("table", "pre")

    @property
    def is_good(self) -> bool:
        """Content by its structure: long enough and not made of links."""
        if self.is_noise or self.is_heading:
            return False
        return self.is_grid or (self.size >= _PARAGRAPH and self.linked < 0.4)

    @property
    def is_pointer(self) -> bool:
        """A paragraph that is nothing but a link: it leads away from the text."""
        return self.linked > 0.9 and not self.is_heading and self.element.tag not in _WHOLE

    @property
    def is_menu(self) -> bool:
        """Links without a text around them."""
        return self.linked > 0.8 and not self.is_heading and not self.is_grid


def key_of(element: Element) -> str:
    """The element's letters and digits, for comparing and for counting."""
    return plain_key("".join(element.itertext()))


def plain_key(text: str) -> str:
    return _NOT_KEY.sub("", text).casefold()


def wrap_loose(body: Element) -> None:
    """Give every run of inline content that stands beside blocks a block of its own, but inside lists and tables."""
    holders = _holders(body)
    inside = {part for whole in body.iter(*_WHOLE) for part in whole.iter()}
    for element in holders:
        if element not in inside:
            _wrap_runs(element, holders)


def plain_blocks(body: Element) -> None:
    """Leave only elements that a Markdown writer knows: other blocks, and inline ones around blocks, become `div`.

    List items get their numbers (`data-number`), lists that stand in lists without an item go into the one before.
    """
    holders = _holders(body)
    for element in body.iterdescendants(etree.Element):
        is_inline = element.tag in INLINE
        if element in holders if is_inline else element.tag not in _WRITTEN:
            element.tag = "div"
    for items in list(body.iter("ol", "ul")):
        _adopt(items)
        if items.tag == "ol":
            _number(items)


def _adopt(items: Element) -> None:
    for child in list(items):
        before = child.getprevious()
        if child.tag in ("ol", "ul") and before is not None and before.tag == "li":
            before.append(child)


def _number(items: Element) -> None:
    first = items.get("start") or ""
    number = int(first) if _NUMBER.fullmatch(first) else 1
    for item in items.iterchildren("li"):
        value = item.get("value") or ""
        number = int(value) if _NUMBER.fullmatch(value) else number
        item.set("data-number", str(number))
        number += 1


def units_of(body: Element, verdict: Verdict) -> list[Unit]:
    """The units of a body in which nothing is loose, in reading order."""
    found = [_unit(element, verdict) for element in _whole(body, _holders(body))]
    noisy = _noisy(body, found)
    return [replace(unit, is_noise=True) if _under(unit.element, noisy) else unit for unit in found]


def _holders(body: Element) -> dict[Element, None]:
    """The elements that have a block somewhere below them, in no order that matters."""
    found: dict[Element, None] = {}
    for element in body.iterdescendants(etree.Element):
        if element.tag in INLINE:
            continue
        for ancestor in element.iterancestors():
            if ancestor in found:
                break
            found[ancestor] = None
    return found


def _wrap_runs(element: Element, holders: dict[Element, None]) -> None:
    run = None
    if (element.text or "").strip():
        run = element.makeelement("div")
        run.text, element.text = element.text, None
        element.insert(0, run)
    for child in list(element):
        if child is run:
            continue
        if child.tag in INLINE and child not in holders:
            if run is None:
                run = element.makeelement("div")
                child.addprevious(run)
            run.append(child)
            continue
        run = None
        if (child.tail or "").strip():
            run = element.makeelement("div")
            run.text, child.tail = child.tail, None
            child.addnext(run)


def _whole(element: Element, holders: dict[Element, None]) -> Iterator[Element]:
    for child in element.iterchildren(etree.Element):
        if child in holders and child.tag not in _WHOLE and not _is_captioned_picture(child):
            yield from _whole(child, holders)
        elif "".join(child.itertext()).strip() or child.find(".//img") is not None:
            yield child


def _is_captioned_picture(element: Element) -> bool:
    return element.tag == "figure" and element.find(".//img") is not None and element.find(".//table") is None


def _unit(element: Element, verdict: Verdict) -> Unit:
    key = key_of(element)
    is_whole = element.tag in _WHOLE
    leaves = [leaf for leaf in element.iter(_LEAVES) if leaf.find(".//li") is None] if is_whole else []
    keys = [key_of(leaf) for leaf in leaves] or [key]
    judged = sum(len(part) for part in keys if verdict.takes(part))
    linked = sum(len(key_of(link)) for link in element.iter("a"))
    items = list(element.iter("li"))
    return Unit(
        element,
        key,
        linked=linked / max(1, len(key)),
        judged=judged / max(1, sum(map(len, keys))),
        is_link_list=bool(items) and sum(item.find(".//a") is not None for item in items) * 2 > len(items),
    )


def _noisy(body: Element, units: Sequence[Unit]) -> set[Element]:
    """Elements that their author calls something else than content.

    Not those that hold the page's title or a good part of its content: themes give such names to their layout, too.
    """
    held: dict[Element, float] = {}
    for unit in units:
        worth = unit.size if unit.is_judged else unit.size * 0.5 if unit.is_good else 0.0
        for element in (unit.element, *unit.element.iterancestors()):
            held[element] = held.get(element, 0.0) + worth
    most = max(_NOISE_SIZE, held.get(body, 0.0) * _NOISE_SHARE)
    titled = {ancestor for heading in body.iter("h1") for ancestor in heading.iterancestors()}
    parts = (part for part, worth in held.items() if part is not body and worth <= most and part not in titled)
    return {part for part in parts if _is_named_noise(part)}


def _under(element: Element, noisy: set[Element]) -> bool:
    return element in noisy or any(ancestor in noisy for ancestor in element.iterancestors())


def _is_named_noise(element: Element) -> bool:
    if element.tag in _NOISE_TAGS or (element.get("role") or "").lower() in _NOISE_ROLES:
        return True
    if element.tag in ("figure", "figcaption"):
        return False
    names = [element.get("class") or "", "" if _is_anchor(element) else element.get("id") or ""]
    return any(_NOISE_NAMES.search(_CAMEL.sub("-", name).lower()) for name in names)


def _is_anchor(element: Element) -> bool:
    """Whether the id is made of the heading that it leads to: `social-security` is then no social media box."""
    if element.tag in _HEADINGS:
        return True
    heading = next(element.iter(*_HEADINGS), None)
    return heading is not None and plain_key(element.get("id") or "") == key_of(heading)

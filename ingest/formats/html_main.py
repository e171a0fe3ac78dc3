"""What of a page is its content, decided within the page by two judges.

One is trafilatura, which knows articles and loses tables and lists; the other reads structure: how much of a block is
links, how long it is, what its author called it and what stands around it. Where the first finds an article, the
container with the most content is the page's main part, and within it a block stays if either judge says so. Other
pages (tables, references, landing pages) keep all but what the structure shows to be noise.
"""

import copy
from collections.abc import Sequence

import trafilatura
from lxml import etree

from ingest.formats.html_blocks import SHORT, Unit, Verdict, key_of, plain_key, units_of, wrap_loose
from ingest.formats.html_tree import Element, remove

MAX_JUDGED_ELEMENTS = 30_000
"""Larger pages are no articles, and the judge of articles takes seconds for them."""

_ARTICLE_SIZE = 250
_ARTICLE_SHARE = 0.4
_GRID_SHARE = 0.6
_CLUTTER_SHARE = 0.05
_WIDENING = 0.9


def keep_main(root: Element) -> None:
    """Take out of the page's body all that is not content, and put the page's title, if it has one, first."""
    body = root.find("body")
    if body is None:
        return
    title = _title(root)
    verdict = _verdict(root)
    wrap_loose(body)
    units = units_of(body, verdict)
    kept = [unit for unit in units if not unit.is_noise]
    if _is_cluttered(units):
        main = _main_part(body, units)
        kept = _article(main) or _all_but_menus([unit for unit in main if not unit.is_noise]) or _all_but_menus(kept)
    kept = kept or units
    if not kept:
        return
    _prune(body, {unit.element for unit in kept})
    if title is not None:
        remove(title)
        title.tail = None  # lxml lets the text behind an element travel with it
        body.insert(0, title)


def _title(root: Element) -> Element | None:
    """The first-level heading that names the page: the longest that its metadata's titles name too."""
    named = [key_of(element) for element in root.iter("title")]
    metas = (element for element in root.iter("meta") if "og:title" in (element.get("property"), element.get("name")))
    named += [plain_key(element.get("content") or "") for element in metas]
    found = [heading for heading in root.iter("h1") if any(_is_named(key_of(heading), name) for name in named)]
    return max(found, key=lambda heading: len(key_of(heading)), default=None)


def _is_named(heading: str, name: str) -> bool:
    return len(heading) >= 3 and (heading in name or (len(name) > SHORT and name in heading))


def _verdict(root: Element) -> Verdict:
    """What the judge of articles takes; nothing for a page that is mostly tables, or too large."""
    if sum(1 for _ in root.iter()) > MAX_JUDGED_ELEMENTS:
        return Verdict()
    grids = sum(len(key_of(table)) for table in root.iter("table") if next(table.iterancestors("table"), None) is None)
    if grids > _GRID_SHARE * len(key_of(root)):
        return Verdict()
    options = {"include_comments": False, "include_tables": True, "with_metadata": False}
    found = trafilatura.bare_extraction(copy.deepcopy(root), fast=True, **options)
    if found is None:
        return Verdict()
    return Verdict(key_of(found.body), frozenset(key_of(element) for element in found.body.iter()))


def _is_cluttered(units: Sequence[Unit]) -> bool:
    """Whether there is anything to be taken for noise: a bare document is content from end to end."""
    clutter = sum(unit.size for unit in units if unit.is_noise or unit.is_menu)
    return clutter > _CLUTTER_SHARE * sum(unit.size for unit in units)


def _main_part(body: Element, units: Sequence[Unit]) -> list[Unit]:
    """The units in the element with the highest sum of values, widened as long as that costs little.

    All units of a page that has too little text to tell.
    """
    totals: dict[Element, float] = {}
    for unit in units:
        for element in (unit.element, *unit.element.iterancestors()):
            totals[element] = totals.get(element, 0.0) + _value(unit)
    main = max(body.iter(etree.Element), key=lambda element: totals.get(element, 0.0), default=body)
    if totals.get(main, 0.0) < _ARTICLE_SIZE:
        return list(units)
    while main is not body and totals.get(main.getparent(), 0.0) >= _WIDENING * totals.get(main, 0.0):
        main = main.getparent()
    return [unit for unit in units if main is unit.element or main in unit.element.iterancestors()]


def _value(unit: Unit) -> float:
    """What a unit adds to the container that holds it."""
    if unit.is_judged:
        return unit.size * (0.3 if unit.is_noise else 1.0)
    if unit.is_good:
        return 0.0 if unit.is_link_list else unit.size * 0.6
    return 0.0 if unit.is_heading else -float(unit.size)


def _article(units: Sequence[Unit]) -> list[Unit]:
    """The units of an article that stay; none if these are no article.

    What the judge left out stays only between what it took, and only if its structure speaks for it; a table of data
    stays anywhere.
    """
    units = [unit for unit in units if not unit.is_noise]
    judged = sum(unit.size for unit in units if unit.is_judged and not unit.is_grid)
    good = sum(unit.size for unit in units if unit.is_good and not unit.is_link_list)
    if judged < max(_ARTICLE_SIZE, _ARTICLE_SHARE * good):
        return []
    units = [unit for unit in units if not unit.is_pointer]
    taken = [number for number, unit in enumerate(units) if unit.is_judged and unit.size >= SHORT]
    beside = {units[number].element.getparent() for number in taken}
    between = range(taken[0], taken[-1] + 1) if taken else range(0)
    sure = [
        number in taken or unit.is_grid or (unit.is_good and (number in between or unit.element.getparent() in beside))
        for number, unit in enumerate(units)
    ]
    return [unit for number, unit in enumerate(units) if _stays(unit, sure, number)]


def _stays(unit: Unit, sure: Sequence[bool], number: int) -> bool:
    """A heading stays before what stays, a short text that the judge takes between what stays."""
    before, after = sure[max(0, number - 2) : number], sure[number + 1 : number + 3]
    if unit.is_heading:
        return any(after)
    return sure[number] or (unit.linked < 0.4 and any(before) and any(after))


def _all_but_menus(units: Sequence[Unit]) -> list[Unit]:
    """Menus go, but where they are all that there is."""
    rest = [unit for unit in units if not unit.is_menu]
    return rest if any(not unit.is_heading for unit in rest) else list(units)


def _prune(body: Element, kept: set[Element]) -> None:
    """Take out every element that neither is kept, nor holds or stands in a kept one."""
    holders = {ancestor for element in kept for ancestor in element.iterancestors()}
    for element in list(body.iter(etree.Element)):
        parent = element.getparent()
        if element not in holders and element not in kept and parent in holders:
            remove(element)

"""From hits to passages: neighbouring hits of one version joined, and a little of what stands around them."""

import re
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from retrieval.errors import NotFound
from retrieval.models import Caller, Hit, PageSpan, Passage, StoredVersion

_HEADING = re.compile(r"^#{1,6} ", re.MULTILINE)
_BLANK_LINE = re.compile(r"\n[ \t]*\n")


class VersionCatalog(Protocol):
    def version(self, document_id: str, caller: Caller, number: int | None = None) -> StoredVersion:
        """Raises `NotFound`."""
        ...


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a passage goes, in characters.

    Hits of one section at most `gap` apart are joined; `around` is the most that is added before and after; a joined
    span grows to `longest` at most, unless one hit alone is longer.
    """

    gap: int = 400
    around: int = 600
    longest: int = 6000


class PassageReader:
    """Reads the text around hits. Keeps the texts of versions last read, `kept_characters` of them at most.

    A version never changes, and the hits' rows were cut to what the caller may see, so that a kept text may be shown
    to whoever holds a hit of it. Safe across threads.
    """

    def __init__(
        self, catalog: VersionCatalog, *, reach: Reach | None = None, kept_characters: int = 20_000_000
    ) -> None:
        self._catalog = catalog
        self._reach = reach or Reach()
        self._kept = OrderedDict[tuple[str, int], StoredVersion]()
        self._kept_characters = kept_characters
        self._lock = threading.Lock()

    def passages(self, hits: Sequence[Hit], *, caller: Caller) -> tuple[Passage, ...]:
        """One passage for each group of neighbouring hits, ordered by their best hit.

        A document that went away since the hits were found is left out.
        """
        made = [
            _passage(version, group, start=start, end=end)
            for key, of_version in _by_version(hits).items()
            if (version := self._version(*key, caller=caller)) is not None
            for group, start, end in _spans(version, of_version, self._reach)
        ]
        return tuple(sorted(made, key=lambda passage: passage.hits[0].rank))

    def _version(self, document_id: str, number: int, *, caller: Caller) -> StoredVersion | None:
        key = (document_id, number)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        try:
            version = self._catalog.version(document_id, caller, number)
        except NotFound:
            return None
        self._keep(key, version)
        return version

    def _keep(self, key: tuple[str, int], version: StoredVersion) -> None:
        with self._lock:
            self._kept[key] = version
            while sum(len(kept.text) for kept in self._kept.values()) > self._kept_characters:
                self._kept.popitem(last=False)


def _by_version(hits: Sequence[Hit]) -> dict[tuple[str, int], list[Hit]]:
    groups: dict[tuple[str, int], list[Hit]] = {}
    for hit in hits:
        groups.setdefault((hit.chunk.document_id, hit.chunk.version), []).append(hit)
    return groups


def _spans(version: StoredVersion, hits: Sequence[Hit], reach: Reach) -> list[tuple[list[Hit], int, int]]:
    """Groups of joined hits with where they start and end, widened, none overlapping another or what is hidden."""
    groups: list[list[Hit]] = []
    for hit in sorted(hits, key=lambda hit: (hit.chunk.start, hit.chunk.end)):
        if groups and _joins(groups[-1], hit, reach) and not _parted(version, groups[-1], hit):
            groups[-1].append(hit)
        else:
            groups.append([hit])
    ends = [max(hit.chunk.end for hit in group) for group in groups]
    spans: list[tuple[list[Hit], int, int]] = []
    for number, group in enumerate(groups):
        floor = spans[-1][2] if spans else 0
        ceiling = groups[number + 1][0].chunk.start if number + 1 < len(groups) else len(version.text)
        least, most = _seen_around(version, group[0].chunk.start, ends[number])
        floor, ceiling = max(floor, least), min(ceiling, most)
        start, end = _widened(version.text, group[0].chunk.start, ends[number], around=reach.around)
        spans.append((group, max(start, min(floor, group[0].chunk.start)), min(end, max(ceiling, ends[number]))))
    return spans


def _joins(group: Sequence[Hit], hit: Hit, reach: Reach) -> bool:
    start = group[0].chunk.start
    end = max(earlier.chunk.end for earlier in group)
    gap = hit.chunk.start - end
    if gap > 0 and hit.chunk.end - start > reach.longest:
        return False
    return gap <= len("\n\n") or (gap <= reach.gap and hit.chunk.section == group[-1].chunk.section)


def _parted(version: StoredVersion, group: Sequence[Hit], hit: Hit) -> bool:
    """Whether hidden text lies between the group and the hit behind it."""
    return any(group[0].chunk.start < end and start < hit.chunk.end for start, end in version.hidden)


def _seen_around(version: StoredVersion, start: int, end: int) -> tuple[int, int]:
    """How far the text around a span may be shown: to the hidden text before and after it."""
    least = max((stop for _, stop in version.hidden if stop <= start), default=0)
    most = min((begin for begin, _ in version.hidden if begin >= end), default=len(version.text))
    return least, most


def _widened(text: str, start: int, end: int, *, around: int) -> tuple[int, int]:
    """The span with the rest of its section where that is near, else with whole paragraphs; never over a heading."""
    return start - _reach_back(text, start, around), end + _reach_on(text, end, around)


def _reach_back(text: str, start: int, around: int) -> int:
    """How many characters before `start` belong with it: back to a heading, which is taken along."""
    if _HEADING.match(text, start):
        return 0
    before = text[max(0, start - around) : start]
    heading = max((match.start() for match in _HEADING.finditer(before)), default=None)
    if heading is not None:
        return len(before) - heading
    if len(before) == start:
        return start
    return len(before) - next((match.end() for match in _BLANK_LINE.finditer(before)), len(before))


def _reach_on(text: str, end: int, around: int) -> int:
    """How many characters after `end` belong with it: up to the next heading."""
    after = text[end : end + around]
    heading = next((match.start() for match in _HEADING.finditer(after)), None)
    if heading is not None:
        return len(after[:heading].rstrip())
    if end + len(after) == len(text):
        return len(after.rstrip())
    return max((match.start() for match in _BLANK_LINE.finditer(after)), default=0)


def _passage(version: StoredVersion, hits: Sequence[Hit], *, start: int, end: int) -> Passage:
    ranked = tuple(sorted(hits, key=lambda hit: hit.rank))
    best = ranked[0]
    return Passage(
        document_id=version.document_id,
        version=version.version,
        document=best.chunk.document,
        uri=best.chunk.uri,
        title=version.title,
        section=best.chunk.section,
        context=best.chunk.context,
        text=version.text[start:end],
        start=start,
        end=end,
        pages=_pages(version.pages, start, end),
        score=best.score,
        hits=ranked,
        date=version.metadata.get("date", ""),
        superseded_by=version.metadata.get("superseded_by", ""),
    )


def _pages(pages: Sequence[PageSpan], start: int, end: int) -> tuple[PageSpan, ...]:
    return tuple(page for page in pages if page.start < end and page.end > start)

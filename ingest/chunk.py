"""Blocks to chunks, and the context that is indexed with each.

A chunk is consecutive blocks of one section, or whole small siblings under one parent. What does not fit is divided
at the gap that ranks highest in it, again and again until all parts fit. A gap's rank is what it separates, then a
hash of the text after it; it depends on nothing that stands elsewhere. So an insertion changes the chunk it falls
into and at most its neighbours: the boundaries around it rank as they did (the cuts of a treap, not a greedy filling,
which shifts everything behind it; measured over 16,000 insertions into sections of 100 paragraphs: 1.4 new chunks on
average, above 3 in 2 cases).
"""

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from itertools import accumulate, groupby, takewhile
from typing import Protocol

from ingest.atoms import NEVER, Atom, Counter, atoms
from ingest.models import Document
from retrieval.models import JOINER, Chunk
from retrieval.settings import ChunkSettings

CHUNKER_VERSION = "2"
CHUNK_TOKENS = 200
CONTEXT_TOKENS = 48
LEAST_SHARE = 0.2  # of a chunk's tokens, below which no part is cut off while there is another choice


_PageAt = Callable[[int], int | None]


class TokenLimits(Protocol):
    """What the embedding model reads: `max_tokens` in all, of which `special_tokens` are its own."""

    @property
    def max_tokens(self) -> int: ...
    @property
    def special_tokens(self) -> int: ...


def fingerprint(settings: ChunkSettings) -> str:
    """Names the chunker, with what is set otherwise than by default: what cuts alike is named alike."""
    set_otherwise = {name: value for name, value in asdict(settings).items() if value != getattr(ChunkSettings(), name)}
    return f"chunk-{CHUNKER_VERSION}" + "".join(f",{name}={value}" for name, value in set_otherwise.items())


def chunks(
    document: Document, limits: TokenLimits, count: Counter, settings: ChunkSettings | None = None
) -> tuple[Chunk, ...]:
    """The document in order, without overlap, every non-blank character that is not hidden in exactly one chunk.

    `count` counts tokens without special ones. Context, joiner and text together never exceed the limits: what the
    sum of the parts promises is counted once more for the whole, as not every tokenizer adds up.
    """
    room = limits.max_tokens - limits.special_tokens
    context_tokens = min(CONTEXT_TOKENS, room // 4)
    wanted = settings.max_tokens if settings and settings.max_tokens else CHUNK_TOKENS
    most = min(wanted, room - context_tokens)
    context = _Context(document.title, context_tokens, count)
    return tuple(
        chunk
        for shown in _shown(document)
        for packing in (_Packing(document.text, atoms(shown, most, count), most),)
        for first, end in packing.whole()
        for chunk in _fitting(
            _chunk(document, packing.atoms[first:end], context), room, count=count, page_at=packing.page_at
        )
    )


def _shown(document: Document) -> Iterator[Document]:
    """The document in stretches between hidden blocks, which no chunk may reach over."""
    for hidden, blocks in groupby(document.blocks, key=lambda block: block.hidden):
        if not hidden:
            yield replace(document, blocks=tuple(blocks))


@dataclass(frozen=True)
class _Packing:
    """Which consecutive atoms make a chunk of at most `most` tokens, as half-open ranges of their numbers."""

    text: str
    atoms: Sequence[Atom]
    most: int

    @cached_property
    def _sums(self) -> list[int]:
        return [0, *accumulate(atom.tokens for atom in self.atoms)]

    @cached_property
    def _ranks(self) -> list[tuple[int, bytes]]:
        """Of the gap before each atom; the higher is cut first."""
        return [(atom.bond, _hash(self.text[atom.start : atom.end])) for atom in self.atoms]

    def page_at(self, offset: int) -> int | None:
        """The page on which the document's text at `offset` stands."""
        return self.atoms[bisect_right(self.atoms, offset, key=lambda atom: atom.start) - 1].page

    def whole(self) -> Iterator[tuple[int, int]]:
        return self._section(0, len(self.atoms), 0) if self.atoms else iter(())

    def _section(self, first: int, end: int, depth: int) -> Iterator[tuple[int, int]]:
        """The atoms of one section, whose paths agree up to `depth`: whole, or its children one by one."""
        if self._fits(first, end):
            yield first, end
            return
        parts = self._children(first, end, depth)
        if len(parts) == 1 and len(self.atoms[first].path) <= depth:
            yield from self._divide(range(first, end), end)
            return
        for small, siblings in groupby(parts, key=lambda part: self._fits(*part)):
            run = list(siblings)
            if small:
                yield from self._divide([start for start, _ in run], run[-1][1])
            else:
                for start, stop in run:
                    yield from self._section(start, stop, depth + 1)

    def _children(self, first: int, end: int, depth: int) -> list[tuple[int, int]]:
        """The section's own text and its subsections, each a range."""
        numbers = groupby(range(first, end), key=lambda number: self.atoms[number].path[depth : depth + 1])
        ranges = [list(group) for _, group in numbers]
        return [(group[0], group[-1] + 1) for group in ranges]

    def _divide(self, starts: Sequence[int], end: int) -> Iterator[tuple[int, int]]:
        """Cut at the highest gap until all fits; only before one of `starts`, of which the first begins the range."""
        todo = [(0, len(starts))]
        while todo:
            low, high = todo.pop()
            first, stop = starts[low], starts[high] if high < len(starts) else end
            if high - low == 1 or self._fits(first, stop):
                yield first, stop
                continue
            cut = self._highest(starts, low, high, stop)
            todo += [(cut, high), (low, cut)]

    def _highest(self, starts: Sequence[int], low: int, high: int, stop: int) -> int:
        left, right = self._sums[starts[low]], self._sums[stop]
        least = self.most * LEAST_SHARE

        def off_centre(number: int) -> int:
            return abs(2 * self._sums[starts[number]] - left - right)

        gaps = [number for number in range(low + 1, high) if self._ranks[starts[number]][0] != NEVER]
        gaps = gaps or list(range(low + 1, high))
        inner = [n for n in gaps if left + least <= self._sums[starts[n]] <= right - least]
        if not inner:
            return min(gaps, key=off_centre)
        return max(inner, key=lambda number: (self._ranks[starts[number]], -off_centre(number)))

    def _fits(self, first: int, end: int) -> bool:
        return self._sums[end] - self._sums[first] + self.atoms[first].header_tokens <= self.most


def _hash(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()


class _Context:
    """Title and section path in a line, at most so many tokens long."""

    def __init__(self, title: str, most: int, count: Counter) -> None:
        self._title = " ".join(title.split())
        self._most = most
        self._count = count
        self._lines: dict[tuple[str, ...], str] = {}

    def line(self, path: tuple[str, ...]) -> str:
        if path not in self._lines:
            self._lines[path] = self._shortened(self._names(path))
        return self._lines[path]

    def _names(self, path: tuple[str, ...]) -> list[str]:
        names = [name for name in (self._title, *path) if name]
        return [
            name for number, name in enumerate(names) if not number or name.casefold() != names[number - 1].casefold()
        ]

    def _shortened(self, names: list[str]) -> str:
        """Without the outer sections first, then without the last words of the longest name."""
        while self._count(line := " > ".join(names)) > self._most:
            if len(names) > 2:
                del names[1]
                continue
            longest = max(range(len(names)), key=lambda number: len(names[number]))
            words = names[longest].split()
            names[longest] = " ".join(words[:-1]) if len(words) > 1 else names[longest][: len(names[longest]) // 2]
        return line


def _chunk(document: Document, parts: Sequence[Atom], context: _Context) -> Chunk:
    start, end = parts[0].start, parts[-1].end
    section = _common([part.path for part in parts])
    line = context.line(_unsaid(section, parts))
    header = parts[0].header
    return Chunk(
        section=section,
        context=f"{line}\n{header}" if header else line,
        text=document.text[start:end],
        start=start,
        end=end,
        page=parts[0].page,
        page_end=parts[-1].page,
    )


def _common(paths: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    levels = takewhile(lambda names: len(set(names)) == 1, zip(*paths, strict=False))
    return tuple(names[0] for names in levels)


def _unsaid(section: tuple[str, ...], parts: Sequence[Atom]) -> tuple[str, ...]:
    """The section path without the headings that stand in the chunk's own text."""
    said = [len(part.own) for part in parts if part.own and part.own == section[: len(part.own)]]
    return section[: min(said) - 1] if said else section


def _fitting(chunk: Chunk, room: int, *, count: Counter, page_at: _PageAt) -> Iterator[Chunk]:
    """The chunk, or its halves where context and text together are longer than their parts said."""
    if len(chunk.text) <= 1 or count(chunk.context + JOINER + chunk.text) <= room:
        yield chunk
        return
    middle = len(chunk.text) // 2
    space = chunk.text.find(" ", middle)
    cut = space if 0 < space < len(chunk.text) - 1 else middle
    for start, end in ((0, cut), (cut, len(chunk.text))):
        part = chunk.text[start:end]
        first = chunk.start + start + len(part) - len(part.lstrip())
        text = part.strip()
        last = first + len(text)
        half = replace(
            chunk, text=text, start=first, end=last, page=page_at(first), page_end=page_at(max(first, last - 1))
        )
        yield from _fitting(half, room, count=count, page_at=page_at)

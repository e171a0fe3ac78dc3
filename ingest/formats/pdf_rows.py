"""Words to rows: what shares a baseline, raised and lowered marks with it; rows to segments at wide gaps."""

import re
from collections.abc import Iterable, Sequence, Set
from itertools import groupby, pairwise
from typing import NamedTuple

from ingest.formats.pdf_geometry import SOFT_HYPHEN, Word

_SAME_LINE = 0.3
"""Of a font size: how far two baselines of one row may lie apart."""
_RAISED = 0.55
"""Of the larger font size: how far a smaller word may be raised or lowered and still belong to the row."""
_UNSPACED = re.compile("[\u3001-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff5e]")
"""Chinese and Japanese, which part words by no space."""
_LETTERS = re.compile(r"\w\Z")
_LEFTWARD = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
"""Letters that are written from right to left."""


class Row(NamedTuple):
    """Words on one baseline from left to right; at least one. `size` is that of most of its characters."""

    words: tuple[Word, ...]
    base: float
    size: float

    @property
    def x0(self) -> float:
        return self.words[0].x0

    @property
    def x1(self) -> float:
        return max(word.x1 for word in self.words)

    @property
    def top(self) -> float:
        return self.base - 0.78 * self.size

    @property
    def bottom(self) -> float:
        return self.base + 0.22 * self.size

    @property
    def read(self) -> tuple[Word, ...]:
        """The words as they are read: from right to left where most letters are Hebrew or Arabic."""
        text = "".join(word.text for word in self.words)
        if text.isascii() or 2 * len(_LEFTWARD.findall(text)) <= sum(map(str.isalpha, text)):
            return self.words
        return _leftward(self.words)

    @property
    def text(self) -> str:
        text = " ".join([word.text for word in self.words])
        return text if text.isascii() else " ".join([word.text for word in self.read])


def _leftward(words: Sequence[Word]) -> tuple[Word, ...]:
    """Words from right to left, but runs of other scripts and of numbers among them from left to right."""
    ordered: list[Word] = []
    for leftward, run in groupby(reversed(words), key=lambda word: bool(_LEFTWARD.search(word.text))):
        found = list(run)
        ordered += found if leftward else found[::-1]
    return tuple(ordered)


def make_rows(words: Iterable[Word]) -> list[Row]:
    """Rows from top to bottom."""
    clusters: list[list[Word]] = []
    for word in sorted(words, key=lambda word: word.base):
        if clusters and word.base - clusters[-1][0].base <= _SAME_LINE * min(
            word.style.size, clusters[-1][0].style.size
        ):
            clusters[-1].append(word)
        else:
            clusters.append([word])
    return [make_row(cluster) for cluster in _with_raised(clusters)]


def make_row(words: Sequence[Word]) -> Row:
    ordered = sorted(words, key=lambda word: word.x0)
    if len(ordered) >= 4 and sum(len(word.text) == 1 for word in ordered) >= 4:
        ordered = _unspaced(ordered)
    weight: dict[tuple[float, float], int] = {}
    for word in ordered:
        key = (word.style.size, round(word.base, 1))
        weight[key] = weight.get(key, 0) + len(word.text)
    size, base = max(weight, key=lambda key: (weight[key], key))
    return Row(tuple(ordered), base, size)


def _with_raised(clusters: list[list[Word]]) -> list[list[Word]]:
    """Clusters with those of small raised or lowered words taken into the row that they stand in."""
    merged: list[list[Word]] = []
    for cluster in clusters:
        if merged and _belongs(merged[-1], cluster):
            merged[-1] = merged[-1] + cluster
        else:
            merged.append(cluster)
    return merged


def _belongs(upper: list[Word], lower: list[Word]) -> bool:
    upper_size = max(word.style.size for word in upper)
    lower_size = max(word.style.size for word in lower)
    step = min(word.base for word in lower) - max(word.base for word in upper)
    if step > _RAISED * max(upper_size, lower_size) or min(upper_size, lower_size) > 0.88 * max(upper_size, lower_size):
        return False
    small, large = (upper, lower) if upper_size < lower_size else (lower, upper)
    near = 0.6 * max(upper_size, lower_size)
    return all(
        any(-near < word.x0 - other.x1 < near or -near < other.x0 - word.x1 < near for other in large) for word in small
    )


def _unspaced(words: list[Word]) -> list[Word]:
    """L e t t e r - s p a c e d words joined: four or more single letters in a row with even gaps between them."""
    result: list[Word] = []
    run: list[Word] = []
    for word in words:
        if (
            len(word.text) == 1
            and _LETTERS.match(word.text)
            and (not run or word.x0 - run[-1].x1 < 2.5 * word.style.size)
        ):
            run.append(word)
            continue
        result += _joined_run(run)
        run = []
        result.append(word)
    return result + _joined_run(run)


def _joined_run(run: list[Word]) -> list[Word]:
    if (
        len(run) < 4
        or not any(word.text.isalpha() for word in run)
        or sum(word.text.isdigit() for word in run) > len(run) / 2
    ):
        return run
    gaps = sorted(after.x0 - before.x1 for before, after in pairwise(run))
    usual = gaps[(len(gaps) - 1) // 2]
    if usual > 0.9 * run[0].style.size:
        return run
    groups: list[list[Word]] = [[run[0]]]
    for before, after in pairwise(run):
        if after.x0 - before.x1 > max(1.7 * usual, usual + 0.2 * after.style.size):
            groups.append([])
        groups[-1].append(after)
    return [group[0]._replace(text="".join(word.text for word in group), x1=group[-1].x1) for group in groups]


def segments(row: Row, gap: float) -> list[Row]:
    """The row cut where two words lie more than `gap` points apart."""
    parts: list[list[Word]] = [[row.words[0]]]
    right = row.words[0].x1
    for word in row.words[1:]:
        if word.x0 - right > gap:
            parts.append([])
        parts[-1].append(word)
        right = max(right, word.x1)
    if len(parts) == 1:
        return [row]
    return [Row(tuple(part), row.base, row.size) for part in parts]


def usual_gap(rows: Sequence[Row]) -> float:
    """The median gap between neighbouring words in points; 0 for none."""
    gaps = sorted(after.x0 - before.x1 for row in rows for before, after in pairwise(row.words))
    return max(0.0, gaps[len(gaps) // 2]) if gaps else 0.0


def usual_size(rows: Sequence[Row]) -> float:
    """The font size of most characters; 10 for no rows."""
    weight: dict[float, int] = {}
    for row in rows:
        weight[row.size] = weight.get(row.size, 0) + sum(len(word.text) for word in row.words)
    return max(weight, key=lambda size: (weight[size], size)) if weight else 10.0


def join_lines(texts: Iterable[str], known: Set[str] = frozenset()) -> str:
    """Lines to one, hyphenated line ends joined where the word is plainly one.

    `known` are lower-case words of the same document: they settle whether "long-" and "term" are one word.
    """
    result = ""
    for text in texts:
        if not result:
            result = text
        elif result.endswith(("-", SOFT_HYPHEN, "\u2010")):
            result = _hyphen_joined(result, text, known)
        elif _UNSPACED.match(result[-1]) and _UNSPACED.match(text[:1]):
            result += text
        else:
            result = f"{result} {text}"
    return result.replace(SOFT_HYPHEN, "-")


def _hyphen_joined(result: str, text: str, known: Set[str]) -> str:
    head = re.search(r"(\S*)[-\u2010\u00ad]\Z", result)
    tail = re.match(r"\w+(?:[-'’]\w+)*", text)
    stem = head[1] if head else ""
    if not stem or tail is None or not stem[-1].isalnum():
        return f"{result} {text}" if not stem else result + text
    letters = re.search(r"[^\W\d_]*\Z", stem)
    first = letters[0] if letters else ""
    if not text[0].islower() or len(first) < 2 or "-" in stem or "/" in stem:
        return result[:-1] + "-" + text
    whole, parted = (first + tail[0]).lower(), f"{first}-{tail[0]}".lower()
    if parted in known and whole not in known:
        return result[:-1] + "-" + text
    return result[:-1] + text

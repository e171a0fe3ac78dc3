"""Which changes of a paragraph are folded into it: `python -m evals.benchmarks.near_duplicates`.

Paragraphs of the sample corpus, each beside itself set or written out otherwise (to be folded) and with one number,
name, word or sign changed (never to be folded); and each beside every other. Then what it costs to fold the candidates
of one search, beside MinHash signatures made for them.
"""

import random
import re
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from evals.benchmarks.stand_in import StandIn
from ingest.options import IngestOptions
from ingest.pipeline import ingest
from retrieval.engine import Engine
from retrieval.models import OWNER, StoredChunk
from retrieval.search import likeness
from retrieval.search.fold import fold
from retrieval.settings import EngineSettings

CORPUS = Path(__file__).resolve().parents[2] / "data/corpus"
_SEED = 20261130
_CANDIDATES = 20  # chunks that a search for ten hits reads
_ROUNDS = 200
_PERMUTATIONS = 128
_WORD = re.compile(r"[^\W\d_]+")


class Drawn(random.Random):
    """Draws what is changed; `words` are those of the corpus."""

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__(_SEED)
        self.words = words


Change = Callable[[str, Drawn], str]


def main() -> None:
    chunks = [one for one in _chunks() if len(one.text.split()) >= likeness.FEWEST_WORDS]
    words = sorted({word for one in chunks for word in _WORD.findall(one.text)})
    table = Table(title=f"{len(chunks)} paragraphs", title_justify="left")
    for heading in ("the other one has", "pairs", "folded"):
        table.add_column(heading, justify="left" if heading.startswith("the") else "right")
    for name, change in CHANGES.items():
        table.add_row(name, *map(str, _folded(chunks, change, words)))
    Console().print(table)
    _others(chunks)
    _costs(chunks)


def _chunks() -> list[StoredChunk]:
    with tempfile.TemporaryDirectory(prefix="footnote-alike-") as temporary:
        home = Path(temporary) / "home"
        with Engine(EngineSettings(home=home), write=True, embedder=StandIn(graphs=home / "models")) as engine:
            ingest(engine.index, [str(CORPUS)], IngestOptions())
            view = engine.visibility.view(OWNER)
            distinct = {one.text: one for one in engine.catalog.chunks(list(view.rows), view.generation)}
    return list(distinct.values())


def _folded(chunks: Sequence[StoredChunk], change: Change, words: Sequence[str]) -> tuple[int, int]:
    """How many paragraphs are changed by it, and how many of these are folded."""
    drawn = Drawn(words)
    pairs = [(one.text, change(one.text, drawn)) for one in chunks]
    pairs = [(one, other) for one, other in pairs if one != other]
    return len(pairs), sum(likeness.same(one, other) for one, other in pairs)


def _others(chunks: Sequence[StoredChunk]) -> None:
    pairs = [(one, other) for one, other in combinations(chunks, 2) if likeness.same(one.text, other.text)]
    print(f"pairs of different paragraphs that are folded: {len(pairs)} of {len(chunks) * (len(chunks) - 1) // 2:,}")
    for one, other in pairs[:20]:
        print(f"  {one.document}: {one.text[:90]!r}\n  {other.document}: {other.text[:90]!r}")


def _costs(chunks: Sequence[StoredChunk]) -> None:
    """Milliseconds for the candidates of one search."""
    from datasketch import MinHash

    drawn = random.Random(_SEED)  # noqa: S311 - nothing secret
    directly, signed = [], []
    for _ in range(_ROUNDS):
        some = drawn.sample(list(chunks), _CANDIDATES)
        started = time.perf_counter()
        fold(some, near=True)
        directly.append(time.perf_counter() - started)
    for _ in range(_ROUNDS // 10):
        some = drawn.sample(list(chunks), _CANDIDATES)
        started = time.perf_counter()
        signatures = []
        for chunk in some:
            signature = MinHash(_PERMUTATIONS)
            signature.update_batch([" ".join(run).encode() for run in likeness.runs(chunk.text)])
            signatures.append(signature)
        for left, right in combinations(signatures, 2):
            left.jaccard(right)
        signed.append(time.perf_counter() - started)
    for name, seconds in (("what is said", directly), ("MinHash, 128 permutations", signed)):
        median, p95 = (1e3 * np.quantile(seconds, share) for share in (0.5, 0.95))
        print(f"{_CANDIDATES} candidates, {name}: {median:.2f} ms, p95 {p95:.2f}")


def _reworded(text: str, drawn: Drawn) -> str:
    small = re.compile(r"(?<![^\s])[a-zäöüß]{4,}(?![^\s])")
    return _one_changed(text, small, lambda _: drawn.choice([word for word in drawn.words if word.islower()]), drawn)


def _respaced(text: str, _: Drawn) -> str:
    return re.sub(r"(?<!\d),|,(?!\d)|[;*]", "", text).replace("- ", "* ").replace("\n", " \n")


def _renumbered(text: str, drawn: Drawn) -> str:
    return _one_changed(text, re.compile(r"\d+"), lambda number: str(int(number) + 1), drawn)


def _redated(text: str, _: Drawn) -> str:
    return re.sub(r"\b(19|20)(\d\d)\b", lambda year: str(int(year.group()) + 1), text)


def _renamed(text: str, drawn: Drawn) -> str:
    names = [word for word in drawn.words if word[0].isupper()]
    return _one_changed(text, re.compile(r"(?<=[a-z] )[A-Z][a-z]+"), lambda _: drawn.choice(names), drawn)


def _negated(text: str, drawn: Drawn) -> str:
    verb = re.compile(r"\b(?:is|are|must|may|can|will|ist|sind|darf|kann)\b")
    return _one_changed(text, verb, lambda verb: f"{verb} {'nicht' if verb[:2] in ('is', 'si') else 'not'}", drawn)


def _weakened(text: str, drawn: Drawn) -> str:
    return _one_changed(
        text, re.compile(r"\b(?:must|may|can|should)\b"), lambda w: "may" if w != "may" else "must", drawn
    )


def _replaced(*pairs: tuple[str, str]) -> Change:
    """The first pair of words that the text has one of, turned into the other."""
    other = {one: two for pair in pairs for one, two in (pair, pair[::-1])}
    either = re.compile(r"\b(?:" + "|".join(sorted(map(re.escape, other), key=len, reverse=True)) + r")\b")
    return lambda text, drawn: _one_changed(text, either, other.__getitem__, drawn)


def _one_changed(text: str, pattern: re.Pattern[str], change: Callable[[str], str], drawn: Drawn) -> str:
    places = list(pattern.finditer(text))
    if not places:
        return text
    at = drawn.choice(places)
    return text[: at.start()] + change(at.group()) + text[at.end() :]


NUMBERS = (("one", "two"), ("three", "four"), ("five", "six"), ("thirty", "sixty"), ("ein", "zwei"), ("drei", "vier"))
OPPOSITES = (
    ("before", "after"), ("increase", "decrease"), ("allowed", "forbidden"), ("open", "closed"), ("first", "last"),
    ("more", "less"), ("minimum", "maximum"), ("included", "excluded"), ("paid", "unpaid"), ("new", "old"),
)  # fmt: skip
ROLES = (
    ("supplier", "customer"), ("manager", "employee"), ("buyer", "seller"), ("employees", "managers"), ("we", "they"),
    ("team", "company"), ("HR", "IT"), ("people", "staff"),
)  # fmt: skip

CHANGES: dict[str, Change] = {
    "other signs and blanks": _respaced,
    "capitals throughout": lambda text, _: re.sub(r"\b[a-z]{5,}\b", lambda word: word.group().upper(), text),
    "an article more or less": lambda text, drawn: _one_changed(
        text, re.compile(r"\bthe (?=[a-z])"), lambda _: "", drawn
    ),
    "another number": _renumbered,
    "another number word": _replaced(*NUMBERS),
    "other years": _redated,
    "a minus sign": lambda text, drawn: _one_changed(text, re.compile(r"(?<= )(?=\d)"), lambda _: "-", drawn),
    "another name": _renamed,
    "another word": _reworded,
    "the opposite word": _replaced(*OPPOSITES),
    "another role": _replaced(*ROLES),
    "a negation more": _negated,
    "a negation of another language": lambda text, drawn: _one_changed(
        text, re.compile(r"(?<=[a-z]) (?=[a-z])"), lambda _: f" {drawn.choice(('non', 'niet', 'não', 'nie'))} ", drawn
    ),
    "another modal verb": _weakened,
}


if __name__ == "__main__":
    main()

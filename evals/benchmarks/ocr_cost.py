"""What reading scans costs: `python -m evals.benchmarks.ocr_cost [FILE...]`.

Each file is read in a worker's process of its own, as ingest does it, and its peak is what Linux says of that process.
Without a file pages of A4 at 300 dots are made from the sample corpus; then it is also told which share of their words
was read, in any order.
"""

import argparse
import os
import re
import resource
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont
from rich.console import Console
from rich.table import Table

from ingest.models import ConvertSettings
from ingest.worker import Converted, Job
from ingest.workers import Workers
from retrieval.engine import Engine
from retrieval.errors import SourceError
from retrieval.settings import EngineSettings

_CORPUS = Path("data/corpus")
_WIDE, _HIGH, _DOTS = 2480, 3508, 300.0
_MARGIN, _PITCH, _TYPE = 200, 66, 46
"""Pixels: type of 11 points on lines of 16."""
_ALL = ConvertSettings(ocr_pages=1_000, ocr_seconds=10_000.0)


class Read(NamedTuple):
    """`peak_bytes` is that of the largest process that was waited for so far; seconds are of processor time."""

    name: str
    pages: int
    seconds: float
    peak_bytes: int
    words: Counter[str]


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="footnote-ocr-") as temporary:
        folder = Path(temporary)
        made = made_scan(folder / "made.pdf", arguments.pages) if not arguments.files else Counter[str]()
        files = arguments.files or [folder / "made.pdf"]
        found = [_read(file, folder / "home") for file in files]
    Console().print(table(found, made))


def table(found: Sequence[Read], made: Counter[str]) -> Table:
    """A row a file; the share of words where it is known which there are."""
    drawn = Table()
    for name in ("file", "pages", "seconds a page", "peak memory, MB (must be <= 400)", "words read"):
        drawn.add_column(name, justify="left" if name == "file" else "right")
    for one in found:
        share = f"{(made & one.words).total() / made.total():.4f}" if made else "?"
        seconds, peak = one.seconds / max(1, one.pages), one.peak_bytes / 1e6
        drawn.add_row(one.name, str(one.pages), f"{seconds:.1f}", f"{peak:.0f}", share)
    return drawn


def made_scan(file: Path, pages: int) -> Counter[str]:
    """Writes pages that are pictures of the sample corpus's words, and tells which words."""
    texts = (path.read_text(encoding="utf-8") for path in sorted(_CORPUS.rglob("*.md")))
    words = re.findall(r"[A-Za-z0-9][A-Za-z0-9.,;:%-]*", " ".join(texts))
    drawn: list[Image.Image] = []
    said: Counter[str] = Counter()
    lines = _lines(words)
    for _ in range(pages):
        picture = Image.new("L", (_WIDE, _HIGH), 250)
        pen, font = ImageDraw.Draw(picture), ImageFont.load_default(_TYPE)
        for top in range(_MARGIN, _HIGH - _MARGIN, _PITCH):
            line = next(lines)
            pen.text((_MARGIN, top), line, fill=20, font=font)
            said.update(line.split())
        drawn.append(picture)
    drawn[0].save(file, save_all=True, append_images=drawn[1:], resolution=_DOTS)
    return said


def _lines(words: Sequence[str]) -> Iterator[str]:
    """Lines that fill the page's width, over and over."""
    font = ImageFont.load_default(_TYPE)
    line = ""
    while True:
        for word in words:
            if font.getlength(f"{line} {word}") > _WIDE - 2 * _MARGIN:
                yield line
                line = ""
            line = f"{line} {word}".strip()


def _read(file: Path, home: Path) -> Read:
    with Engine.open(EngineSettings(home=home), write=True) as engine:
        before = _seconds()
        with Workers(engine.index.chunk_limits, count=1, settings=_ALL) as workers:
            jobs = iter([(file.name, Job(file.resolve(), file.name))])
            (answer,) = [ended[1] for ended in workers.convert(jobs) if ended]
    if isinstance(answer, SourceError):
        raise SystemExit(f"{answer.message}\n{answer.remedy}")
    assert isinstance(answer, Converted)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    words = Counter(answer.text.replace("\\", "").split())
    return Read(file.name, len(answer.pages), _seconds() - before, peak, words)


def _seconds() -> float:
    """Of processes that have ended."""
    times = os.times()
    return times.children_user + times.children_system


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, help="scans to read (none: pages that are made)")
    parser.add_argument("--pages", type=int, default=3, help="how many are made")
    return parser.parse_args()


if __name__ == "__main__":
    main()

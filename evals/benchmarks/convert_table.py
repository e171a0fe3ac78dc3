"""Conversion over known sets, beside other converters: `python -m evals.benchmarks.convert_table --measure FOLDER`.

FOLDER holds `score_ingest.py`, which does all the counting, and `peers/` with a script for each other converter; those
whose library is installed in `--peers` (a virtual environment's Python, this one without it) are measured in the same
run. Each set is a process of its own; a set that fails is named and costs itself alone. What must hold stands in the
last column.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

_OURS = Path(__file__).with_name("convert_script.py")
_PEERS = ("markitdown", "unstructured", "trafilatura", "markdownify", "pdfplumber", "pypdf", "pypdfium2")
_WIDTH = 150


@dataclass(frozen=True, slots=True)
class Row:
    """A figure of one set: where it stands in the scorer's answer, and what it must be."""

    name: str
    place: tuple[str, ...]
    must: str


@dataclass(frozen=True, slots=True)
class MeasuredSet:
    """`peers` are those that read the set's format at all."""

    name: str
    arguments: tuple[str, ...]
    rows: tuple[Row, ...]
    peers: tuple[str, ...]


SETS = (
    MeasuredSet(
        "articles",
        (),
        (Row("4-gram F1", ("f1",), ">= 0.955"),),
        ("trafilatura", "markdownify", "markitdown", "unstructured"),
    ),
    MeasuredSet(
        "html-tables",
        ("--limit-files", "150"),
        (
            Row("cells", ("all", "cells"), ">= 0.98"),
            Row("same-row pairs", ("all", "row_pairs"), ">= 0.97"),
            Row("header pairs", ("all", "header_pairs"), ">= 0.98"),
            Row("span tables whole", ("spans", "found95"), ">= 0.90"),
        ),
        ("markdownify", "markitdown", "unstructured", "trafilatura"),
    ),
    MeasuredSet("pdf-tables", (), (Row("macro F1", ("f1",), ">= 0.82"),), ("pdfplumber", "markitdown")),
    MeasuredSet(
        "asvs",
        (),
        (
            Row("PDF: text F1", ("pdf", "gram4_f1"), ">= 0.94"),
            Row("PDF: headings", ("pdf", "heading_level_recall"), ">= 0.95"),
            Row("PDF: table rows", ("pdf", "table_row_recall"), ">= 0.90"),
            Row("PDF: requirements", ("pdf", "requirement_rows"), ">= 310"),
            Row("PDF: page right", ("pdf", "page_right"), "1.0"),
            Row("DOCX: text F1", ("docx", "gram4_f1"), ">= 0.99"),
            Row("DOCX: headings", ("docx", "heading_level_recall"), "1.0"),
            Row("DOCX: table rows", ("docx", "table_row_recall"), ">= 0.97"),
            Row("DOCX: requirements", ("docx", "requirement_rows"), ">= 345"),
        ),
        ("markitdown", "unstructured", "pdfplumber", "pypdf"),
    ),
    MeasuredSet(
        "office",
        (),
        (
            Row("text recall", ("all", "text_recall"), ">= 0.92"),
            Row("cell recall", ("all", "cell_recall"), ">= 0.92"),
            Row("files without output", ("not_ok",), "each with its reason"),
        ),
        ("markitdown", "unstructured"),
    ),
    MeasuredSet(
        "odd-pdfs",
        (),
        (Row("with text", ("ok",), "907 opened"), Row("over limits, crashed, untyped", ("bad",), "0")),
        ("pypdfium2", "pypdf"),
    ),
    MeasuredSet(
        "speed",
        ("--what", "pdf"),
        (
            Row("pages per processor second", ("pdf", "pages_per_cpu_s"), ">= 25"),
            Row("memory, MB", ("pdf", "rss_mb"), "<= 400"),
        ),
        ("pypdfium2", "pypdf"),
    ),
)


def main() -> None:
    arguments = _arguments()
    console = Console(width=_WIDTH)
    peers = [name for name in _PEERS if _imports(arguments.peers, name)]
    kept: list[dict[str, Any]] = []
    for one in SETS:
        if arguments.sets and one.name not in arguments.sets:
            continue
        found = {"footnote": _scored(arguments.measure, one, _OURS, sys.executable)}
        for peer in (name for name in one.peers if name in peers):
            script = arguments.measure / "peers" / f"convert_{peer}.py"
            found[peer] = _scored(arguments.measure, one, script, str(arguments.peers))
        console.print(table(one, found))
        kept.append({"set": one.name, "converters": found})
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(kept, indent=1))


def table(measured: MeasuredSet, found: dict[str, dict[str, Any]]) -> Table:
    """A row for each figure, a column for each converter."""
    drawn = Table(title=measured.name, title_justify="left")
    drawn.add_column("")
    for name in found:
        drawn.add_column(name, justify="right")
    drawn.add_column("must")
    for row in measured.rows:
        drawn.add_row(row.name, *(shown(answer, row.place) for answer in found.values()), row.must)
    return drawn


def shown(answer: dict[str, Any], place: Sequence[str]) -> str:
    """The figure at that place of a scorer's answer; a list is counted, and what is not there is a dash."""
    at: Any = answer
    for key in place:
        at = at.get(key) if isinstance(at, dict) else None
    if at is None:
        return str(answer.get("failed", "–"))
    return str(len(at)) if isinstance(at, list) else f"{at:.3f}" if isinstance(at, float) else str(at)


def _scored(measure: Path, one: MeasuredSet, script: Path, python: str) -> dict[str, Any]:
    """The scorer's answer, or why it gave none."""
    command = [sys.executable, str(measure / "score_ingest.py"), one.name, "--script", str(script), "--python", python]
    done = subprocess.run([*command, *one.arguments], capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        return {"failed": (done.stderr.strip().splitlines() or ["no answer"])[-1][:60]}
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer


def _imports(python: Path, library: str) -> bool:
    """Whether that Python has the library."""
    command = [str(python), "-c", f"import {library}"]
    return subprocess.run(command, capture_output=True).returncode == 0  # noqa: S603


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--measure", type=_folder, required=True, help="the folder of score_ingest.py")
    parser.add_argument("--peers", type=Path, default=Path(sys.executable), help="Python of the other converters")
    parser.add_argument("--sets", nargs="*", choices=list(_names()), help="these sets alone")
    parser.add_argument("--json", type=Path, help="write all answers there")
    return parser.parse_args()


def _names() -> Iterator[str]:
    return (one.name for one in SETS)


def _folder(text: str) -> Path:
    folder = Path(text)
    if not (folder / "score_ingest.py").is_file():
        raise argparse.ArgumentTypeError(f"{folder} holds no score_ingest.py")
    return folder


if __name__ == "__main__":
    main()

"""What a second run costs: `python -m evals.benchmarks.reingest FOLDER`.

The folder is copied and ingested once. Then the same command is run again, as a process of its own and by the clock;
then one file in a hundred is given another sentence, and what was embedded is compared with the chunks whose text is
new. LangChain's `index(cleanup="incremental")` over Chroma does the same beside it, on the folder's text files, in
processes of its own. Embedding is a stand-in on both sides: what is measured is what surrounds it.
"""

import argparse
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from evals.benchmarks.ingest_cost import machine
from evals.benchmarks.stand_in import TEXT_SUFFIXES, StandIn
from ingest.options import IngestOptions
from ingest.pipeline import ingest
from retrieval.engine import Engine
from retrieval.models import OWNER
from retrieval.settings import EngineSettings

_SETTLED_SECONDS = 2.5  # a file that was touched later than two seconds before a scan is hashed by the next one
_EVERY = 100
_COMMAND = "import sys; from api.cli import main; sys.argv[0] = 'footnote'; main()"
_SENTENCE = "This sentence was put in between, and stood nowhere before.\n\n"


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="footnote-reingest-") as temporary:
        work = Path(temporary)
        corpus = shutil.copytree(arguments.folder, work / "corpus")
        time.sleep(_SETTLED_SECONDS)
        figures = {"footnote": _ours(corpus, work / "home", repeats=arguments.repeats)}
        _restore(arguments.folder, corpus)
        figures["langchain"] = _peer(corpus, work / "peer", repeats=arguments.repeats)
    _print(figures)
    if arguments.json is not None:
        arguments.json.write_text(json.dumps({"machine": machine(), **figures}, indent=1))


def _ours(corpus: Path, home: Path, *, repeats: int) -> dict[str, Any]:
    first = _ingested(corpus, home)
    runs = [unchanged(corpus, home) for _ in range(repeats)]
    files = runs[0]["files"]
    before = _chunk_texts(home)
    changed = change(corpus)
    second = _ingested(corpus, home)
    new = sum(max(count - before.get(text, 0), 0) for text, count in _chunk_texts(home).items())
    return {
        "files": files,
        "chunks": first["chunks"],
        "unchanged_seconds": [run["seconds"] for run in runs],
        "unchanged_processor": [run["processor"] for run in runs],
        "bound_seconds": 1.5 + files * 1e-4,
        "changed_files": changed,
        "new_chunks": new,
        "embedded": second["embedded"],
    }


def _ingested(corpus: Path, home: Path) -> dict[str, int]:
    """Into the home, by the stand-in; texts embedded in this run."""
    embedder = StandIn(graphs=home / "models")
    with Engine(EngineSettings(home=home), write=True, embedder=embedder) as engine:
        report = ingest(engine.index, [str(corpus)], IngestOptions())
    return {"chunks": report.chunks, "embedded": embedder.embedded}


def unchanged(corpus: Path, home: Path) -> dict[str, Any]:
    """The command as a user runs it. What it could not read it tells of again, and exits with 1."""
    command = [sys.executable, "-c", _COMMAND, "ingest", str(corpus), "--json"]
    started, used = time.perf_counter(), _children_seconds()
    done = subprocess.run(  # noqa: S603 - our own command
        command, env={"FOOTNOTE_HOME": str(home), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - started
    report = json.loads(done.stdout)
    if report["embedded"] or report["indexed"]:
        raise SystemExit("the run was not an unchanged one")
    return {"seconds": seconds, "processor": _children_seconds() - used, "files": len(report["outcomes"])}


def _children_seconds() -> float:
    """Of the processor, by all processes that were started here and have ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime


def _chunk_texts(home: Path) -> dict[tuple[str, str], int]:
    """How often each text is a live chunk of each document."""
    found: dict[tuple[str, str], int] = {}
    with Engine(EngineSettings(home=home), write=False, embedder=StandIn(graphs=home / "models")) as engine:
        rows = engine.visibility.view(OWNER, None).rows.tolist()
        for chunk in engine.catalog.chunks(rows, engine.catalog.generation()):
            key = (chunk.document, chunk.text)
            found[key] = found.get(key, 0) + 1
    return found


def change(corpus: Path) -> int:
    """Put a sentence before the middle paragraph of every hundredth text file, by name; how many were changed."""
    texts = sorted(path for path in corpus.rglob("*") if path.suffix in TEXT_SUFFIXES and path.stat().st_size)
    for path in texts[::_EVERY]:
        paragraphs = path.read_text(encoding="utf-8").split("\n\n")
        middle = len(paragraphs) // 2
        path.write_text("\n\n".join(paragraphs[:middle]) + "\n\n" + _SENTENCE + "\n\n".join(paragraphs[middle:]))
    return len(texts[::_EVERY])


def _restore(folder: Path, corpus: Path) -> None:
    shutil.rmtree(corpus)
    shutil.copytree(folder, corpus)


def _peer(corpus: Path, state: Path, *, repeats: int) -> dict[str, Any]:
    first = _peer_run(corpus, state)
    runs = [_peer_run(corpus, state) for _ in range(repeats)]
    changed = change(corpus)
    second = _peer_run(corpus, state)
    return {
        "files": first["files"],
        "chunks": first["chunks"],
        "unchanged_seconds": [run["process_seconds"] for run in runs],
        "unchanged_processor": [run["processor"] for run in runs],
        "changed_files": changed,
        "new_chunks": second["added"],
        "embedded": second["embedded"],
    }


def _peer_run(corpus: Path, state: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "evals.benchmarks.langchain_index", str(corpus), str(state)]
    started, used = time.perf_counter(), _children_seconds()
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own module
    seconds = time.perf_counter() - started
    return {**json.loads(done.stdout), "process_seconds": seconds, "processor": _children_seconds() - used}


def _print(figures: dict[str, dict[str, Any]]) -> None:
    table = Table(title="a second run, unchanged and with 1 % of the files changed", title_justify="left")
    for name in ("", *figures):
        table.add_column(name, justify="left" if not name else "right")
    table.add_row("files", *(f"{one['files']:,}" for one in figures.values()))
    table.add_row("chunks", *(f"{one['chunks']:,}" for one in figures.values()))
    table.add_row("unchanged, whole process, s", *(_spread(one["unchanged_seconds"]) for one in figures.values()))
    table.add_row("of the processor, s", *(_spread(one["unchanged_processor"]) for one in figures.values()))
    table.add_row("at most, s", f"{figures['footnote']['bound_seconds']:.2f}", "")
    table.add_row("files changed", *(str(one["changed_files"]) for one in figures.values()))
    table.add_row("chunks whose text is new", *(str(one["new_chunks"]) for one in figures.values()))
    table.add_row("texts embedded", *(str(one["embedded"]) for one in figures.values()))
    console = Console()
    console.print(table)
    console.print("  ".join(f"{name} {value}" for name, value in machine().items()), highlight=False, soft_wrap=True)


def _spread(seconds: Sequence[float]) -> str:
    return f"{statistics.median(seconds):.2f} ({min(seconds):.2f}-{max(seconds):.2f})"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.benchmarks.reingest", description=__doc__)
    parser.add_argument("folder", type=Path, help="what to ingest; it is copied")
    parser.add_argument("--repeats", type=int, default=5, help="unchanged runs (5)")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    return parser.parse_args()


if __name__ == "__main__":
    main()

"""What an ingest costs: `python -m evals.benchmarks.ingest_cost FOLDER`.

The folder is ingested into a new home by a process of its own, then again unchanged by another one, so that the second
run pays its own start. Memory is the resident memory of the process and all its children, summed (what they share
counts in each) and sampled ten times a second; it is read from /proc, so it is told on Linux only.
"""

import argparse
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from evals.progress import IngestBar
from ingest.options import IngestOptions
from ingest.pipeline import ingest
from retrieval.engine import Engine
from retrieval.errors import FootnoteError
from retrieval.settings import EngineSettings

_SAMPLES_A_SECOND = 10
_PACKAGES = ("footnote", "torch", "sentence-transformers", "chromadb", "tantivy", "pypdfium2", "unstructured")
_REASONS = 12


def main() -> None:
    arguments = _arguments()
    if arguments.once:
        json.dump(run_once(arguments.folder, arguments.home, workers=arguments.workers), sys.stdout)
        return
    with tempfile.TemporaryDirectory(prefix="footnote-cost-") as temporary:
        home = arguments.home or Path(temporary) / "home"
        runs = {name: _in_own_process(arguments, home) for name in ("first", "again, unchanged")}
    console = Console()
    console.print(table(runs))
    console.print("  ".join(f"{name} {value}" for name, value in machine().items()), highlight=False, soft_wrap=True)
    for reason, count in runs["first"]["reasons"]:
        console.print(f"  {count} x {reason}", highlight=False, soft_wrap=True)
    if arguments.json is not None:
        arguments.json.write_text(json.dumps({"machine": machine(), "runs": runs}, indent=1))


def run_once(folder: Path, home: Path, *, workers: int) -> dict[str, Any]:
    """One ingest, with what it did and the seconds it took from opening the home to closing it."""
    started = time.perf_counter()
    with Engine.open(EngineSettings(home=home), write=True) as engine:
        opened = time.perf_counter()
        with IngestBar() as progress:
            report = ingest(engine.index, [str(folder)], IngestOptions(workers=workers), progress)
    kinds = Counter(outcome.outcome for outcome in report.outcomes)
    reasons = Counter(f"{one.outcome}: {one.reason}" for one in report.outcomes if one.outcome in ("failed", "skipped"))
    return {
        "seconds": time.perf_counter() - started,
        "opening_seconds": opened - started,
        "sources": len(report.outcomes),
        "outcomes": dict(kinds),
        "pages": sum(outcome.pages for outcome in report.outcomes if outcome.outcome in ("indexed", "unchanged")),
        "chunks": report.chunks,
        "embedded": report.embedded,
        "reasons": reasons.most_common(_REASONS),
    }


def table(runs: dict[str, dict[str, Any]]) -> Table:
    """One column a run."""
    drawn = Table(title="ingest", title_justify="left")
    drawn.add_column("")
    for name in runs:
        drawn.add_column(name, justify="right")
    lines: dict[str, Callable[[dict[str, Any]], object]] = {
        "sources": lambda run: run["sources"],
        "outcomes": lambda run: ", ".join(f"{count} {kind}" for kind, count in sorted(run["outcomes"].items())),
        "pages": lambda run: run["pages"],
        "chunks": lambda run: run["chunks"],
        "embedded": lambda run: run["embedded"],
        "seconds, whole process": lambda run: f"{run['process_seconds']:.1f}",
        "seconds, home open": lambda run: f"{run['seconds']:.1f}",
        "pages a second": lambda run: f"{run['pages'] / run['seconds']:.1f}" if run["chunks"] else "",
        "chunks a second": lambda run: f"{run['chunks'] / run['seconds']:.1f}" if run["chunks"] else "",
        "peak memory, MB": lambda run: "?" if run["peak_bytes"] is None else f"{run['peak_bytes'] / 1e6:.0f}",
    }
    for name, value in lines.items():
        drawn.add_row(name, *(str(value(run)) for run in runs.values()))
    return drawn


def machine() -> dict[str, str]:
    """Processor, cores, Python and the versions of what does the work."""
    versions = {}
    for name in _PACKAGES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = "not installed"
    return {"machine": _processor(), "cores": str(os.cpu_count()), "python": platform.python_version(), **versions}


def _in_own_process(arguments: argparse.Namespace, home: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", __spec__.name, str(arguments.folder), "--home", str(home), "--once"]
    command += ["--workers", str(arguments.workers)]
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  # our own module
        peak = _watched(process)
        output = process.stdout.read() if process.stdout else ""
    if process.returncode:
        raise SystemExit(f"the ingest ended with {process.returncode}")
    return {**json.loads(output), "process_seconds": time.perf_counter() - started, "peak_bytes": peak}


def _watched(process: "subprocess.Popen[str]") -> int | None:
    """The most bytes that the process and its children held at once, until it ends; None where /proc is missing."""
    peak: int | None = None
    while process.poll() is None:
        if held := sum(resident(pid) for pid in family(process.pid)):
            peak = max(peak or 0, held)
        time.sleep(1 / _SAMPLES_A_SECOND)
    return peak


def family(pid: int) -> set[int]:
    """The process and all that descend from it."""
    parents: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        after_name = _read(status).rpartition(")")[2].split()
        if after_name:
            parents.setdefault(int(after_name[1]), []).append(int(status.parent.name))
    found, new = {pid}, [pid]
    while new:
        new = [child for parent in new for child in parents.get(parent, ())]
        found |= set(new)
    return found


def resident(pid: int) -> int:
    fields = _read(Path(f"/proc/{pid}/statm")).split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") if fields else 0


def _read(path: Path) -> str:
    """Empty for a process that has just ended."""
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _processor() -> str:
    models = [line.split(":")[1].strip() for line in _read(Path("/proc/cpuinfo")).splitlines() if "model name" in line]
    return models[0] if models else platform.machine()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.benchmarks.ingest_cost", description=__doc__)
    parser.add_argument("folder", type=Path, help="what to ingest")
    parser.add_argument("--home", type=Path, help="where to ingest it (a new folder that is removed afterwards)")
    parser.add_argument("--workers", type=int, default=0, help="converting processes (0: one a core)")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    parser.add_argument("--once", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except FootnoteError as error:
        raise SystemExit(f"{error.message}\n{error.remedy}") from error

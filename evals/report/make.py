"""A report in one call: what `footnote eval report` and a notebook use."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from evals import kept
from evals.answers import measure as answering
from evals.benchmark import measure, prepared
from evals.circumstances import circumstances
from evals.dataset import load
from evals.experiments import shelf
from evals.kept import Report as Result
from evals.report.content import Report
from evals.report.from_results import report
from evals.report.markdown import markdown
from evals.report.page import html
from retrieval.errors import UsageError
from retrieval.models import Mode
from retrieval.settings import EngineSettings

_WRITERS = {".html": html, ".htm": html, ".md": markdown}


def of_files(paths: Sequence[Path], *, main: str | None = None) -> Report:
    """Results kept with `--save`, each a configuration named by its file.

    Raises: `BadSet` for a file that is no kept result, `UsageError` for results that don't go together.
    """
    names = {path: path.stem for path in paths}
    if len(set(names.values())) < len(names):
        names = {path: str(path) for path in paths}
    return report({names[path]: kept.read(path) for path in paths}, main=main)


def of_experiment(folder: Path, *, main: str | None = None) -> Report:
    """A kept experiment: a configuration each cell, the first cell being what the others are held against.

    Raises: `BadSet` where the folder holds none.
    """
    found = shelf.load(folder)
    varied = list(found.cells[0].varied)
    measured = {
        " / ".join(str(cell.varied[name]) for name in varied) or "as configured": cell.report for cell in found.cells
    }
    made = report(measured, main=main, shown=found.metrics)
    notes = (f"configurations are told by {' / '.join(varied)}", *made.notes) if varied else made.notes
    return replace(made, title=f"{found.name}: {found.set_name}", notes=notes)


def is_experiment(path: Path) -> bool:
    return (path / shelf.SUMMARY).is_file()


def of_set(
    set_path: Path,
    *,
    engine_settings: EngineSettings,
    modes: Sequence[Mode] = ("dense", "lexical", "hybrid"),
    answers: bool = False,
    main: str | None = None,
    collection: str | None = None,
    corpus: Path | None = None,
    qrels: str | None = None,
    cache: Path | None = None,
) -> Report:
    """A set measured for the purpose: search in each mode, or with `answers` what the answerer makes of it.

    The rest is as in `evals.benchmark.retrieval` and raises the same.
    """
    judged = load(set_path, qrels=qrels)
    measured: dict[str, Result] = {}
    with prepared(judged, engine_settings=engine_settings, collection=collection, corpus=corpus, cache=cache) as ready:
        if answers:
            measured["answers"] = answering.measure(ready)
        else:
            measured = {mode: measure(ready, mode=mode) for mode in modes}
    made = {name: circumstances(judged, engine_settings, mode=name) for name in measured}
    return report({name: replace(one, circumstances=made[name]) for name, one in measured.items()}, main=main)


def write(found: Report, path: Path) -> None:
    """As HTML or Markdown, by the ending of its name. Raises `UsageError` where nothing can be written."""
    check(path)
    try:
        path.write_text(_WRITERS[path.suffix.lower()](found), encoding="utf-8")
    except OSError as exc:
        raise UsageError(f"{path} can't be written: {exc.strerror}", remedy="name a file in a folder you own") from exc


def check(path: Path) -> None:
    """Before anything is measured. Raises `UsageError` for a name that no report can be written to."""
    if path.suffix.lower() not in _WRITERS:
        raise UsageError(f"{path} says no format", remedy=f"end its name with one of {', '.join(_WRITERS)}")
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise UsageError(f"no file can be written at {path}", remedy="name a file in a folder that is there")

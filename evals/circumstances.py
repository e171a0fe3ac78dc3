"""Under which circumstances a result came about: what was measured on, by which code, with which settings, where."""

import hashlib
import json
import os
import platform
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from evals.models import BeirSet, JudgedSet, Question
from evals.results import Circumstances
from retrieval.settings import EngineSettings

_LIBRARIES = ("footnote", "numpy", "torch", "sentence-transformers", "onnxruntime", "tantivy", "chromadb", "scipy")
_FLOORS = ("retrieval", "ingest", "evals")
_DIGITS = 16
_SOURCES = Path(__file__).resolve().parent.parent


def circumstances(judged: JudgedSet, settings: EngineSettings, **varied: object) -> Circumstances:
    """`varied` is what the measuring itself was told, beside the engine's settings: mode, cut-offs."""
    return Circumstances(
        configuration={**varied, **configuration(settings)}, digests=query_digests(judged), made_with=made_with()
    )


def configuration(settings: EngineSettings) -> dict[str, object]:
    """The settings that figures depend on, by the names that an experiment's grid has for them."""
    chunks = {f"chunk_{name.removeprefix('max_')}": value for name, value in asdict(settings.chunks).items()}
    written_by = settings.language_model.model if settings.language_model else ""
    bound = {} if settings.abstain_below is None else {"abstain_below": settings.abstain_below}
    return {"model": settings.model, **chunks, **asdict(settings.search), "language_model": written_by, **bound}


def query_digests(judged: JudgedSet) -> dict[str, str]:
    """Each query with its judgements, as a hash: it changes with either."""
    if isinstance(judged, BeirSet):
        return {query: _digest([text, sorted(judged.qrels[query].items())]) for query, text in judged.queries.items()}
    return {question.id: _digest(_judgements(question)) for question in judged.questions}


def changed(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    """What differs between two sets of digests, in words; empty where nothing does."""
    sides = {
        "new": [query for query in now if query not in before],
        "gone": [query for query in before if query not in now],
        "changed": [query for query in now if query in before and before[query] != now[query]],
    }
    return "; ".join(f"{len(queries)} {how} ({_some(queries)})" for how, queries in sides.items() if queries)


def made_with() -> dict[str, str]:
    """Versions, machine, git commit (`+` behind it where files differ from it) and time."""
    return {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "python": platform.python_version(),
        "machine": f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}",
        **{name: _version(name) for name in _LIBRARIES},
    }


@cache
def code_digest() -> str:
    """Of all source files that a figure may depend on."""
    digest = hashlib.sha256()
    for path in sorted(file for floor in _FLOORS for file in (_SOURCES / floor).rglob("*.py")):
        digest.update(f"{path.relative_to(_SOURCES)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:_DIGITS]


def _judgements(question: Question) -> list[object]:
    return [
        question.question,
        question.answer,
        question.answerable,
        [[one.document, one.page, one.quote] for one in question.evidence],
        [[turn.role, turn.content] for turn in question.history],
        sorted(question.groups),
    ]


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:_DIGITS]


def _some(queries: Iterable[str]) -> str:
    first = list(queries)
    return ", ".join(first[:5]) + (", ..." if len(first) > 5 else "")


@cache
def _commit() -> str:
    git = shutil.which("git")
    if git is None:
        return ""
    head = _git(git, "rev-parse", "HEAD")
    return f"{head}+" if head and _git(git, "status", "--porcelain", "--untracked-files=no") else head


def _git(git: str, *arguments: str) -> str:
    """What git says of the folder that the code lies in; empty where that is no checkout."""
    said = subprocess.run([git, "-C", str(_SOURCES), *arguments], capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
    return said.stdout.strip() if said.returncode == 0 else ""


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""

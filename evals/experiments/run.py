"""An experiment from its file to its result: what `footnote eval experiment` and a notebook use."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path

from evals import homes
from evals.benchmark import Prepared, home_of, located
from evals.circumstances import circumstances, code_digest, configuration, query_digests
from evals.dataset import load
from evals.evidence import Located
from evals.experiments import plan as plans
from evals.experiments.cells import Cell, cell
from evals.experiments.plan import Plan
from evals.experiments.result import CellResult, ExperimentResult
from evals.experiments.shelf import Shelf, settle
from evals.kept import Report
from evals.models import BeirSet, JudgedSet, QuestionSet
from evals.progress import SharedBar, Tracks
from evals.vectors import CachedEmbedder, cached_embedder
from retrieval.engine import Engine
from retrieval.errors import UsageError
from retrieval.models import OWNER
from retrieval.settings import EngineSettings, LanguageModelSettings

_DIGITS = 24
_FASTER = "question vectors came from a cache: the seconds leave out what embedding them takes"


def experiment(
    file: Path, *, engine_settings: EngineSettings, out: Path | None = None, cache: Path | None = None
) -> ExperimentResult:
    """Measure a set under every setting of a grid; `plan` says what the file holds.

    Cells share what they can: texts and questions are embedded once for all, cells that differ in search alone use one
    index. A cell that was measured before, by this code on this set and corpus, is read from `out`, by default
    `evals/experiments/NAME` in the user's home. Homes and vectors lie in `cache`, by default `evals/` there.

    Raises: `BadSet` for a bad file or set, and as `evals.benchmark.retrieval`.
    """
    planned = plans.read(file)
    judged = load(planned.set_path, qrels=planned.qrels)
    _refuse(planned, judged)
    cells = [cell(varied, engine_settings, measured=planned.measure, ks=planned.ks) for varied in planned.cells]
    shelf = Shelf(out or engine_settings.home / "evals" / "experiments" / homes.slug(planned.name))
    with ExitStack() as stack:
        work = _Work(planned, judged, cache or engine_settings.home / "evals", stack)
        keys = work.keys(cells)
        found = {key: report for key in keys if (report := shelf.find(key)) is not None}
        missing = {key: one for key, one in zip(keys, cells, strict=True) if key not in found}
        for key, report in work.measure(missing):
            shelf.put(key, report)
            found[key] = report
    results = [
        CellResult(one.varied, found[key], (), key, reused=key not in missing)
        for key, one in zip(keys, cells, strict=True)
    ]
    return settle(
        shelf, results, name=planned.name, set_name=judged.name, measure=planned.measure, metrics=planned.metrics
    )


def _refuse(planned: Plan, judged: JudgedSet) -> None:
    if planned.measure == "answers" and not isinstance(judged, QuestionSet):
        raise UsageError(f"{planned.set_path} holds queries, not questions", remedy="measure answers on a question set")
    if isinstance(judged, BeirSet) and (planned.corpus or planned.collection):
        raise UsageError("a BEIR folder brings its own corpus", remedy="leave out corpus and collection")


class _Work:
    """What cells have in common while they are measured."""

    def __init__(self, planned: Plan, judged: JudgedSet, cache: Path, stack: ExitStack) -> None:
        self._plan = planned
        self._judged = judged
        self._cache = cache
        self._stack = stack
        self._embedders: dict[str, CachedEmbedder] = {}

    def keys(self, cells: Sequence[Cell]) -> list[str]:
        """Each cell's name: a hash of the queries, the corpus, the configuration and the code."""
        common = [sorted(query_digests(self._judged).items()), self._corpus(cells[0].settings), code_digest()]
        return [_digest([*common, self._configured(one)]) for one in cells]

    def measure(self, cells: Mapping[str, Cell]) -> Iterator[tuple[str, Report]]:
        """Each as it is done. Their indexes are brought up to date first, then all are measured under one bar."""
        own = {one.index(): self._indexed(one) for one in cells.values()}
        gold: dict[object, Located] = {}
        with SharedBar(len(cells) * self._questions()) as progress:
            for key, one in cells.items():
                settings = replace(one.settings, home=own[one.index()].home)
                with Engine(settings, write=False, embedder=self._embedder(settings)) as engine:
                    if one.index() not in gold:
                        gold[one.index()] = located(self._judged, engine.catalog, self._plan.collection)
                    ready = Prepared(self._judged, engine, self._plan.collection, gold[one.index()])
                    report = self._report(one, ready, progress.track)
                yield key, report

    def _report(self, one: Cell, ready: Prepared, track: Tracks) -> Report:
        report = one.report(ready, track)
        made = circumstances(self._judged, one.settings, **one.varied)
        return replace(report, circumstances=made, notes=(*report.notes, _FASTER))

    def _indexed(self, one: Cell) -> EngineSettings:
        return home_of(
            self._judged,
            one.settings,
            corpus=self._plan.corpus,
            cache=self._cache,
            embedder=self._embedder(one.settings),
        )

    def _embedder(self, settings: EngineSettings) -> CachedEmbedder:
        if settings.model not in self._embedders:
            opened = cached_embedder(settings, self._cache)
            self._stack.callback(opened.close)
            self._embedders[settings.model] = opened
        return self._embedders[settings.model]

    def _configured(self, one: Cell) -> object:
        return [
            one.measured,
            one.cuts(self._judged),
            dict(one.varied),
            configuration(one.settings),
            _written_by(one.settings.language_model),
            self._embedder(one.settings).fingerprint,
        ]

    def _questions(self) -> int:
        if isinstance(self._judged, BeirSet):
            return len(self._judged.queries)
        asked = self._judged.questions
        return len(asked) if self._plan.measure == "answers" else sum(bool(one.evidence) for one in asked)

    def _corpus(self, settings: EngineSettings) -> str:
        """What is searched, by what it holds, who may see it and how sure its answers have to be."""
        if isinstance(self._judged, BeirSet):
            return homes.records_digest(self._judged.records)
        if self._plan.corpus is not None:
            return _folder_digest(self._plan.corpus)
        with Engine(settings, write=False, embedder=self._embedder(settings)) as engine:
            documents = engine.catalog.documents(OWNER, self._plan.collection)
            bounds = [engine.thresholds.of(name) for name in sorted({one.collection for one in documents})]
        held = [[one.document_id, one.version, one.published_at, sorted(one.groups)] for one in documents]
        return _digest([held, [asdict(bound) for bound in bounds if bound is not None]])


def _written_by(chat: LanguageModelSettings | None) -> object:
    """What a language model's words depend on, beside its name; the key to it is no part of that."""
    if chat is None:
        return None
    options = sorted((name, repr(value)) for name, value in chat.options.items() if name != "api_key")
    return [options, chat.context_tokens, str(chat.tokenizer)]


def _folder_digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder)}\0".encode("utf-8", "surrogateescape"))
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:_DIGITS]

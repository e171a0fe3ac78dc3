"""What a grid can vary, and one combination of it measured."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, get_args, get_origin, get_type_hints

from evals.answers import measure as answers
from evals.benchmark import BEIR_KS, QUESTION_KS, Prepared, measure
from evals.kept import Report
from evals.models import BeirSet, QueryScores
from evals.progress import Tracks
from evals.results import RetrievalReport
from retrieval.errors import UsageError
from retrieval.models import Mode
from retrieval.search.requests import MAX_HITS
from retrieval.settings import AnswerSettings, ChunkSettings, EngineSettings, SearchSettings

Measured = Literal["retrieval", "answers"]
_BOTH: tuple[Measured, ...] = ("retrieval", "answers")
_DEFAULT_MODE: Mode = "hybrid"


@dataclass(frozen=True, slots=True)
class Key:
    """One setting: `refuse` says what is wrong with a value, empty where nothing is; `apply` sets it.

    `indexes` is true where another value needs another index; `measures` names what it makes a difference to.
    """

    refuse: Callable[[object], str]
    apply: Callable[[EngineSettings, Any], EngineSettings]
    indexes: bool = False
    measures: tuple[Measured, ...] = _BOTH


def _one_of(*names: str) -> Callable[[object], str]:
    return lambda value: "" if value in names else f"{value!r} is none of {', '.join(names)}"


def _text(value: object) -> str:
    return "" if isinstance(value, str) else f"{value!r} is no text in quotes"


def _whole(low: int, high: int) -> Callable[[object], str]:
    def refuse(value: object) -> str:
        good = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        return "" if good else f"{value!r} is no whole number from {low} to {high}"

    return refuse


def _like(default: object) -> Callable[[object], str]:
    """What a setting with that default takes: numbers from 0 up, words, true and false."""
    kinds: tuple[type, ...] = (int, float) if type(default) is float else (type(default),)

    def refuse(value: object) -> str:
        if type(value) not in kinds:
            return f"{value!r} is no {' or '.join(kind.__name__ for kind in kinds)}"
        return f"{value!r} is below 0" if isinstance(value, int | float) and value < 0 else ""

    return refuse


def _fitting(name: str) -> Callable[[object], str]:
    """What that setting of search takes: one of its words where it knows so many, else what is like its default."""
    kind = get_type_hints(SearchSettings)[name]
    return _one_of(*get_args(kind)) if get_origin(kind) is Literal else _like(getattr(SearchSettings(), name))


def _searching(name: str) -> Callable[[EngineSettings, Any], EngineSettings]:
    return lambda settings, value: replace(settings, search=replace(settings.search, **{name: value}))


def _cutting(name: str) -> Callable[[EngineSettings, Any], EngineSettings]:
    return lambda settings, value: replace(settings, chunks=replace(settings.chunks, **{name: value}))


def _unchanged(settings: EngineSettings, _: object) -> EngineSettings:
    return settings


def _answering(settings: EngineSettings, value: str) -> EngineSettings:
    if value == "extractive":
        return replace(settings, language_model=None)
    if settings.language_model is None:
        raise UsageError("answer_mode: no language model is configured", remedy="set FOOTNOTE_LLM")
    return settings


def _guided(settings: EngineSettings, value: str) -> EngineSettings:
    return replace(settings, answers=replace(settings.answers, guidance=value))


def _read(settings: EngineSettings, value: int) -> EngineSettings:
    return replace(settings, answers=replace(settings.answers, hits=value))


KEYS: Mapping[str, Key] = {
    "model": Key(_text, lambda settings, value: replace(settings, model=value), indexes=True),
    **{
        f"chunk_{field.name.removeprefix('max_')}": Key(
            _like(getattr(ChunkSettings(), field.name)), _cutting(field.name), indexes=True
        )
        for field in fields(ChunkSettings)
    },
    "mode": Key(_one_of(*get_args(Mode)), _unchanged, measures=("retrieval",)),
    **{field.name: Key(_fitting(field.name), _searching(field.name)) for field in fields(SearchSettings)},
    "k": Key(_whole(1, MAX_HITS), _read),
    "answer_mode": Key(_one_of("extractive", "llm"), _answering, measures=("answers",)),
    "prompt": Key(_text, _guided, measures=("answers",)),
}
"""Every field of `SearchSettings` and `ChunkSettings` is among them, so that none can be set and not measured.

`k`: for retrieval the one cut-off of all metrics, which are named `recall@k` then; for answers how many hits are read.
"""


@dataclass(frozen=True, slots=True)
class Cell:
    """One combination: what is varied, and the settings that come of it."""

    varied: Mapping[str, object]
    settings: EngineSettings
    measured: Measured
    ks: tuple[int, ...]

    @property
    def mode(self) -> Mode:
        mode: Mode = self.varied.get("mode", _DEFAULT_MODE)  # type: ignore[assignment]  # checked when it was read
        return mode

    def index(self) -> tuple[str, ChunkSettings]:
        """Cells that agree in this share an index."""
        return self.settings.model, self.settings.chunks

    def report(self, ready: Prepared, track: Tracks) -> Report:
        """Measure; `ready` holds an engine with this cell's settings."""
        if self.measured == "answers":
            return answers.measure(ready, track=track)
        if "k" not in self.varied:
            return measure(ready, mode=self.mode, ks=self.ks, track=track, whole_run=False)
        k = self.settings.answers.hits
        return _named_k(measure(ready, mode=self.mode, ks=[k], track=track, whole_run=False), k)

    def cuts(self, judged: object) -> tuple[int, ...]:
        """The cut-offs that are measured at."""
        if "k" in self.varied:
            return (self.settings.answers.hits,)
        return self.ks or (BEIR_KS if isinstance(judged, BeirSet) else QUESTION_KS)


def cell(varied: Mapping[str, object], base: EngineSettings, *, measured: Measured, ks: tuple[int, ...] = ()) -> Cell:
    """Raises `UsageError` for a mode of answering that is not configured."""
    settings = replace(base, answers=AnswerSettings())
    for name, value in varied.items():
        settings = KEYS[name].apply(settings, value)
    return Cell(varied, settings, measured, ks)


def _named_k(report: RetrievalReport, k: int) -> RetrievalReport:
    """With metrics at the cell's own cut-off called alike in all cells: `recall@k`."""

    def named(name: str) -> str:
        return f"{name.removesuffix(f'@{k}')}@k" if name.endswith(f"@{k}") else name

    scores = {
        level: QueryScores(one.queries, {named(name): row for name, row in one.values.items()})
        for level, one in report.scores.items()
    }
    metrics = {named(name): interval for name, interval in report.metrics.items()}
    return replace(report, scores=scores, metrics=metrics)

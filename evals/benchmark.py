"""A set measured in one call: what `footnote eval retrieval` and a notebook use."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import numpy as np

from evals import homes, shown, trec
from evals.circumstances import circumstances
from evals.dataset import load
from evals.evidence import Gold, Located, Texts, locate, require
from evals.intervals import Interval, mean_intervals
from evals.levels import document_run, judge_documents, judge_evidence
from evals.models import BeirSet, JudgedSet, QueryScores, QuestionSet, Run
from evals.progress import Tracks, track
from evals.results import LEVEL_PREFIXES, RetrievalReport
from evals.run import Asked, cut, search_all
from evals.vectors import cached_embedder
from retrieval.engine import Engine
from retrieval.errors import UsageError
from retrieval.models import OWNER, PUBLIC, Answer, Caller, Mode, PageSpan, Turn
from retrieval.ports import Embedder, Searches
from retrieval.search.requests import MAX_HITS
from retrieval.settings import EngineSettings

BEIR_KS = (1, 5, 10, 100)
QUESTION_KS = (1, 3, 5, 10)
_CHUNKS_A_RANK = 2  # searched for at first: several chunks may stand on one page


class Measurable(Searches, Protocol):
    """An open engine, as far as it is measured."""

    @property
    def catalog(self) -> Texts: ...
    def ask(
        self, question: str, *, caller: Caller, collection: str | None = None, history: Sequence[Turn] = ()
    ) -> Answer: ...


@dataclass(frozen=True, slots=True)
class Prepared:
    """A set, the open engine that holds its corpus, and the gold of its questions (none for a BEIR set)."""

    judged: JudgedSet
    engine: Measurable
    collection: str | None
    located: Located


def retrieval(
    set_path: Path,
    *,
    engine_settings: EngineSettings,
    mode: Mode = "hybrid",
    run_path: Path | None = None,
    collection: str | None = None,
    corpus: Path | None = None,
    qrels: str | None = None,
    ks: Sequence[int] = (),
    cache: Path | None = None,
) -> RetrievalReport:
    """Search for every judged query of a set in one mode, and score what came.

    `set_path` is a BEIR folder (its records are indexed in a home of their own; `qrels` chooses among its judgements)
    or a question set, over the home's documents (`collection` narrows them) or over those of the folder `corpus`,
    which are ingested for the purpose. Homes made for this lie in `cache`, by default `evals/` in the user's home,
    and are used again. `ks` are the cut-offs, by default 1, 5, 10, 100 for a BEIR folder and 1, 3, 5, 10 for
    questions. `run_path` is where the ranked documents go as a TREC run. A home may be read while a server runs.

    Raises: `BadSet` with every mistake in the set, `UsageError` for arguments that don't go together, and what opening
    the engine and ingesting raise.
    """
    judged = load(set_path, qrels=qrels)
    if run_path is not None and (run_path.is_dir() or not run_path.parent.is_dir()):
        raise UsageError(f"no file can be written at {run_path}", remedy="name a file in a folder that is there")
    with prepared(judged, engine_settings=engine_settings, collection=collection, corpus=corpus, cache=cache) as ready:
        report = measure(ready, mode=mode, ks=ks)
    report = replace(report, circumstances=circumstances(judged, engine_settings, mode=mode))
    if run_path is not None:
        trec.write_run(run_path, written(report.run, judged), tag=f"footnote-{mode}")
    return report


@contextmanager
def prepared(
    judged: JudgedSet,
    *,
    engine_settings: EngineSettings,
    collection: str | None = None,
    corpus: Path | None = None,
    cache: Path | None = None,
    queries: bool = False,
) -> Iterator[Prepared]:
    """A set with the engine that holds its corpus, open for reading; several modes can be measured on it in turn.

    `queries` takes the questions' vectors from the cache, too, which makes searches faster than they are.

    Raises: as `retrieval`.
    """
    if collection is not None and corpus is not None:
        raise UsageError("a collection and a corpus were given", remedy="give one of --collection and --corpus")
    if isinstance(judged, BeirSet) and (collection is not None or corpus is not None):
        raise UsageError("a BEIR folder brings its own corpus", remedy="leave out --collection and --corpus")
    with _opened(judged, engine_settings, corpus, cache or engine_settings.home / "evals", queries) as engine:
        yield Prepared(judged, engine, collection, located(judged, engine.catalog, collection))


def measure(
    ready: Prepared, *, mode: Mode, ks: Sequence[int] = (), track: Tracks = track, whole_run: bool = True
) -> RetrievalReport:
    """One mode's scores; see `retrieval`.

    `whole_run` false ends a search where all that is relevant was found: the scores are the same, the run is shorter.
    """
    judged = ready.judged
    if isinstance(judged, QuestionSet):
        require(ready.located.gold, judged)
    cuts = _cuts(ks or (BEIR_KS if isinstance(judged, BeirSet) else QUESTION_KS))
    asked = _asked(judged, ready.located.gold, whole_run=whole_run)
    found = search_all(
        ready.engine,
        asked,
        mode=mode,
        hits=_CHUNKS_A_RANK * cuts[-1],
        documents=min(cuts[-1], _size(ready)),
        collection=ready.collection,
        track=lambda queries: track(queries, f"{judged.name}, {mode}"),
    )
    run = document_run(found, depth=cuts[-1])
    by_query = {one.query: one for one in found}
    if isinstance(judged, BeirSet):
        levels = judge_documents(judged.qrels, run, ks=cuts)
        records = shown.of_records(judged, by_query)
    else:
        pages_of = _PagesOf(ready.engine.catalog)
        levels = judge_evidence(ready.located.gold, by_query, run=run, ks=cuts, pages_of=pages_of)
        records = shown.of_questions(ready.located.gold, by_query)
    return RetrievalReport(
        set_name=judged.name,
        mode=mode,
        metrics=_intervals(levels),
        scores=levels,
        run=run,
        seconds=np.array([one.seconds for one in found]),
        notes=(*ready.located.notes, *_notes(judged, asked)),
        records=records,
    )


def written(run: Run, judged: JudgedSet) -> Run:
    """A run as it goes to a file: ids of records as they are, paths as in a URI, for they may hold blanks."""
    if isinstance(judged, BeirSet):
        return run
    return {query: {quote(path): score for path, score in scores.items()} for query, scores in run.items()}


@contextmanager
def _opened(
    judged: JudgedSet,
    settings: EngineSettings,
    corpus: Path | None,
    cache: Path,
    queries: bool,  # noqa: FBT001 - private, and named by its one caller
) -> Iterator[Engine]:
    """The engine over the set's own corpus, brought up to date before; without one, over the home as it is."""
    if not isinstance(judged, BeirSet) and corpus is None:
        with Engine.open(settings) as engine:
            yield engine
        return
    with closing(cached_embedder(settings, cache, queries=queries)) as embedder:
        own = home_of(judged, settings, corpus=corpus, cache=cache, embedder=embedder)
        with Engine(own, write=False, embedder=embedder) as engine:
            yield engine


def home_of(
    judged: JudgedSet, settings: EngineSettings, *, corpus: Path | None, cache: Path, embedder: Embedder
) -> EngineSettings:
    """`settings` with the home that holds the set's own corpus, up to date; without one, with the home they name."""
    if isinstance(judged, BeirSet):
        return homes.for_records(judged, settings=settings, cache=cache, embedder=embedder)
    if corpus is not None:
        return homes.for_folder(corpus, settings=settings, cache=cache, embedder=embedder)
    return settings


class _PagesOf:
    """A document's pages by its id, read once."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._pages: dict[str, Sequence[PageSpan]] = {}

    def __call__(self, document_id: str) -> Sequence[PageSpan]:
        if document_id not in self._pages:
            self._pages[document_id] = self._texts.version(document_id, OWNER).pages
        return self._pages[document_id]


def located(judged: JudgedSet, texts: Texts, collection: str | None) -> Located:
    if isinstance(judged, QuestionSet):
        return locate(judged, texts, collection=collection, required=False)
    return Located((), ())


def _size(ready: Prepared) -> int:
    """Documents that there are to be found."""
    if isinstance(ready.judged, BeirSet):
        return len(ready.judged.records)
    return len(ready.engine.catalog.documents(OWNER, ready.collection))


def _cuts(ks: Sequence[int]) -> tuple[int, ...]:
    if not all(1 <= k <= MAX_HITS for k in ks):
        raise UsageError(f"{min(ks)} to {max(ks)} are no cut-offs", remedy=f"give -k values from 1 to {MAX_HITS}")
    return tuple(sorted(set(ks)))


def _asked(judged: JudgedSet, gold: Sequence[Gold], *, whole_run: bool) -> tuple[Asked, ...]:
    if isinstance(judged, BeirSet):
        return tuple(Asked(query, text, PUBLIC) for query, text in judged.queries.items())
    return tuple(
        Asked(
            one.question.id,
            one.question.question,
            Caller(one.question.groups),
            wanted=frozenset() if whole_run or one.pages else frozenset(one.documents),  # pages may stand deeper
        )
        for one in gold
    )


def _intervals(levels: Mapping[str, QueryScores]) -> dict[str, Interval]:
    return {
        LEVEL_PREFIXES[level] + name: interval
        for level, scores in levels.items()
        for name, interval in mean_intervals(scores.values).items()
    }


def _notes(judged: JudgedSet, asked: Sequence[Asked]) -> list[str]:
    notes = []
    if isinstance(judged, QuestionSet) and (left := len(judged.questions) - len(asked)):
        notes.append(f"{left} of {len(judged.questions)} questions have no evidence and are not judged")
    if long := cut(asked):
        notes.append(f"{len(long)} queries are longer than a search takes and were cut: {', '.join(long[:5])}")
    return notes

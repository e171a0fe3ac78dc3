"""Our hybrid search beside LangChain's over the same sets: `python -m evals.benchmarks.search_peers --shared FOLDER`.

One harness: the same questions, gold and metrics, the same embedding model, one run. LangChain's usual set-up: its
`RecursiveCharacterTextSplitter` over the stored texts (1,000 characters, 200 shared; records of a BEIR set are split
likewise), Chroma with its defaults, BM25, and the `EnsembleRetriever` over both. Differences are paired by question.
"""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from langchain_text_splitters import RecursiveCharacterTextSplitter
from rich.console import Console
from rich.table import Table

from evals.benchmark import Prepared, measure, prepared
from evals.benchmarks.langchain_search import chroma, ensemble
from evals.benchmarks.retrieval_table import KNOWN, Known
from evals.intervals import Interval
from evals.paired import compare
from evals.results import RetrievalReport
from evals.vectors import CachedEmbedder, cached_embedder
from retrieval.engine import Engine
from retrieval.errors import FootnoteError
from retrieval.models import (
    NO_FILTERS,
    OWNER,
    PUBLIC,
    Answer,
    Caller,
    Filters,
    Hit,
    Mode,
    PageSpan,
    Provenance,
    StoredChunk,
    StoredVersion,
    Turn,
)
from retrieval.settings import EngineSettings

_CHARACTERS, _OVERLAP = 1000, 200
_K = 100


@dataclass(frozen=True, slots=True)
class Peer:
    """A LangChain retriever as an engine: `chunks` by id, `catalog` that of the home whose texts they are."""

    retriever: Any
    chunks: dict[str, StoredChunk]
    catalog: Any
    groups: dict[str, frozenset[str]]

    def search(
        self,
        question: str,
        *,
        k: int = 10,
        caller: Caller = PUBLIC,
        collection: str | None = None,  # noqa: ARG002  the engine's signature
        mode: Mode = "hybrid",  # noqa: ARG002  the engine's signature
        filters: Filters = NO_FILTERS,  # noqa: ARG002  the engine's signature
    ) -> tuple[Hit, ...]:
        found = [self.chunks[document.metadata["id"]] for document in self.retriever.invoke(question)]
        seen = [chunk for chunk in found if self._sees(caller, chunk)]
        return tuple(
            Hit(rank, 1.0 / rank, chunk, Provenance(None, None, None, None)) for rank, chunk in enumerate(seen[:k], 1)
        )

    def ask(
        self, question: str, *, caller: Caller, collection: str | None = None, history: Sequence[Turn] = ()
    ) -> Answer:
        """Only its search is measured."""
        raise NotImplementedError

    def _sees(self, caller: Caller, chunk: StoredChunk) -> bool:
        groups = self.groups[chunk.document_id]
        return caller.owner or not groups or not groups.isdisjoint(caller.groups)


def main() -> None:
    arguments = _arguments()
    console = Console(width=140)
    for known in KNOWN:
        if known.name in arguments.sets:
            console.print(table(known, dict(measured(known, arguments))))


def measured(known: Known, arguments: argparse.Namespace) -> Iterator[tuple[str, RetrievalReport]]:
    folder = arguments.shared / known.folder
    corpus = Path("data") / "corpus" if known.name == "sample" else folder / known.corpus if known.corpus else None
    settings = EngineSettings(home=arguments.cache)
    with (
        prepared(known.read(folder), engine_settings=settings, corpus=corpus, cache=arguments.cache) as ready,
        closing(cached_embedder(settings, arguments.cache)) as embedder,
        TemporaryDirectory(prefix="footnote-peer-") as temporary,
    ):
        yield "ours", measure(ready, mode="hybrid", ks=known.ks)
        engine = ready.engine
        assert isinstance(engine, Engine)
        chunks = {chunk.chunk_id: chunk for chunk in _split(engine)}
        for name, retriever in _retrievers(chunks, embedder, Path(temporary)):
            groups = {one.document_id: frozenset(one.groups) for one in engine.catalog.documents(OWNER)}
            peer = Peer(retriever, chunks, engine.catalog, groups)
            yield name, measure(Prepared(ready.judged, peer, None, ready.located), mode="hybrid", ks=known.ks)


def table(known: Known, reports: dict[str, RetrievalReport]) -> Table:
    """One line a system, and for each peer the difference to ours with its paired interval."""
    drawn = Table(title=f"{known.name}: {reports['ours'].queries} queries", title_justify="left")
    for heading in ("system", *known.metrics, f"ours - it, {known.metrics[0]}"):
        drawn.add_column(heading, no_wrap=True)
    for name, report in reports.items():
        difference = "" if name == "ours" else _difference(reports["ours"], report, known.metrics[0])
        drawn.add_row(name, *(_shown(report.metrics[metric]) for metric in known.metrics), difference)
    return drawn


def _split(engine: Engine) -> Iterator[StoredChunk]:
    splitter = RecursiveCharacterTextSplitter(chunk_size=_CHARACTERS, chunk_overlap=_OVERLAP, add_start_index=True)
    for summary in engine.catalog.documents(OWNER):
        version = engine.catalog.version(summary.document_id, OWNER)
        for number, part in enumerate(splitter.create_documents([version.text])):
            yield _chunk(version, number, part.page_content, int(part.metadata["start_index"]))


def _chunk(version: StoredVersion, number: int, text: str, start: int) -> StoredChunk:
    pages = [page.page for page in version.pages if _overlaps(page, start, start + len(text))]
    return StoredChunk(
        row=0,
        chunk_id=f"{version.document_id}:{number}",
        document_id=version.document_id,
        collection=version.collection,
        version=version.version,
        document=version.document,
        uri=version.uri,
        title=version.title,
        ordinal=number,
        section=(),
        context="",
        text=text,
        start=start,
        end=start + len(text),
        page=pages[0] if pages else None,
        page_end=pages[-1] if pages else None,
    )


def _overlaps(page: PageSpan, start: int, end: int) -> bool:
    return page.start < end and page.end > start


def _retrievers(chunks: dict[str, StoredChunk], embedder: CachedEmbedder, folder: Path) -> Iterator[tuple[str, Any]]:
    texts = {name: f"{chunk.title}\n{chunk.text}" if chunk.title else chunk.text for name, chunk in chunks.items()}
    store = chroma(folder, texts, embedder.embed_documents(list(texts.values())), embedder)
    yield "LangChain dense", store.as_retriever(search_kwargs={"k": _K})
    yield "LangChain ensemble", ensemble(store, texts, k=_K)


def _difference(ours: RetrievalReport, other: RetrievalReport, metric: str) -> str:
    level, name = _level(metric)
    [found] = compare(other.scores[level], ours.scores[level], metrics=[name])
    return f"{found.difference.mean:+.3f} [{found.difference.low:+.3f}, {found.difference.high:+.3f}]"


def _level(metric: str) -> tuple[str, str]:
    for level in ("page", "quote", "token"):
        if metric.startswith(f"{level}_"):
            return level, metric.removeprefix(f"{level}_")
    return "document", metric


def _shown(interval: Interval) -> str:
    return f"{interval.mean:.3f} [{interval.low:.3f}, {interval.high:.3f}]"


def _arguments() -> argparse.Namespace:
    names: Sequence[str] = [known.name for known in KNOWN]
    parser = argparse.ArgumentParser(prog="python -m evals.benchmarks.search_peers", description=__doc__)
    parser.add_argument("--shared", type=Path, required=True, help="the folder that holds the sets")
    parser.add_argument("--sets", nargs="+", choices=names, default=names, help="which sets (all)")
    parser.add_argument("--cache", type=Path, default=Path(".bench"), help="where homes and vectors are kept (.bench)")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except FootnoteError as error:
        raise SystemExit(f"{error.message}\n{error.remedy}") from error

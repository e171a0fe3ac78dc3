"""What a search costs as the corpus grows, beside LangChain: `python -m evals.benchmarks.search_speed`.

Texts and vectors are made up (words drawn as in real text, random directions), questions are embedded by the real
model; all are distinct, the cache of questions is left out. In one process, one after another: our hybrid search, with
everything and with half of the chunks hidden; its three parts called directly, which are one embedding, one tantivy and
one Chroma call with their defaults; LangChain's `EnsembleRetriever`. Every one gives 10 results.
"""

import argparse
import json
import math
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tantivy
from rich.console import Console
from rich.table import Table

from evals.benchmarks.langchain_search import chroma, ensemble
from evals.benchmarks.stand_in import StandIn
from retrieval.engine import Engine
from retrieval.errors import FootnoteError
from retrieval.models import OWNER, PUBLIC, Chunk, Outcome, Source, StagedVersion
from retrieval.ports import Vectors
from retrieval.settings import EngineSettings
from retrieval.store.embed import DEFAULT_MODEL, SentenceTransformerEmbedder, resolve

_WORDS = 60  # of a chunk
_CHUNKS = 20  # of a document
_BATCH = 50  # documents published at once
_VOCABULARY = 30_000
_K = 10
_CLIENTS = 64
_SYLLABLES = (
    "ba",
    "ce",
    "di",
    "fo",
    "gu",
    "ka",
    "le",
    "mi",
    "no",
    "pu",
    "ra",
    "se",
    "ti",
    "vo",
    "zu",
    "an",
    "er",
    "in",
    "ol",
    "us",
)


class MadeUp(StandIn):
    """Random directions for documents, the real model for questions."""

    def __init__(self, graphs: Path) -> None:
        super().__init__()
        self._model = SentenceTransformerEmbedder(resolve(DEFAULT_MODEL), graphs=graphs, remembered=0)

    def embed_query(self, text: str) -> Vectors:
        return self._model.embed_query(text)


@dataclass(frozen=True, slots=True)
class Corpus:
    """`texts` by id in the order in which they were published; the odd documents are hidden from the public."""

    texts: dict[str, str]
    questions: tuple[str, ...]


def main() -> None:
    arguments = _arguments()
    found = [measured(size, arguments) for size in arguments.chunks]
    console = Console(width=120)
    console.print(table(found))
    if len(found) > 1:
        console.print(f"log-log slope of our p50 from {found[0]['chunks']:,} chunks on: {slope(found):.3f}")
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(found, indent=1))


def measured(size: int, arguments: argparse.Namespace) -> dict[str, Any]:
    """All figures at one size, in milliseconds and in questions a second."""
    made = corpus(size, questions=arguments.questions)
    embedder = MadeUp(arguments.cache / "models")
    settings = EngineSettings(arguments.cache / f"speed-{size}")
    _fill(settings, made, embedder)
    started = time.perf_counter()
    with Engine(settings, write=True, embedder=embedder) as engine:
        opened = time.perf_counter() - started
        ours = _milliseconds(made.questions, lambda text: engine.search(text, k=_K, caller=OWNER))
        hidden = _milliseconds(made.questions, lambda text: engine.search(text, k=_K, caller=PUBLIC))
        throughput = _throughput(made.questions, lambda text: engine.search(text, k=_K, caller=OWNER))
    result = {"chunks": size, "opened_s": opened, "ours": ours, "half hidden": hidden, "clients_64_qps": throughput}
    return result | _peers(made, embedder, arguments.cache / f"speed-peers-{size}", ensembles=not arguments.no_ensemble)


def corpus(size: int, *, questions: int) -> Corpus:
    """Deterministic. Words follow Zipf's law; a question is 9 words of one chunk, the rare ones rather."""
    draw = np.random.default_rng(7)
    words = np.array(["".join(draw.choice(_SYLLABLES, draw.integers(2, 5))) for _ in range(_VOCABULARY)])
    weights = 1.0 / np.arange(1, _VOCABULARY + 1)
    drawn = draw.choice(_VOCABULARY, size=(size, _WORDS), p=weights / weights.sum())
    texts = {f"{number:07}": " ".join(words[row]) + f" {number}." for number, row in enumerate(drawn)}
    asked = [
        "What is " + " ".join(words[np.sort(drawn[number])[::-1][:9]]) + "?"
        for number in draw.choice(size, min(questions, size), replace=False)
    ]
    return Corpus(texts, tuple(asked))


def table(found: Sequence[dict[str, Any]]) -> Table:
    drawn = Table(title="one search, 10 results", title_justify="left")
    for heading in ("chunks", "what", "p50 ms", "p95 ms", "ours / it, p50", "ours / it, p95"):
        drawn.add_column(heading, justify="left" if heading == "what" else "right")
    for one in found:
        for name in ("ours", "half hidden", "three calls", "langchain"):
            if name in one:
                ratios = [one["ours"][q] / one[name][q] for q in ("p50", "p95")]
                drawn.add_row(
                    f"{one['chunks']:,}",
                    name,
                    *(f"{one[name][q]:.1f}" for q in ("p50", "p95")),
                    *(f"{r:.2f}" for r in ratios),
                )
        drawn.add_row(f"{one['chunks']:,}", f"{_CLIENTS} clients: {one['clients_64_qps']:.0f} a second", "", "", "", "")
        drawn.add_row(f"{one['chunks']:,}", f"opened in {one['opened_s']:.1f} s", "", "", "", "")
    return drawn


def slope(found: Sequence[dict[str, Any]]) -> float:
    """Of a line through log p50 over log chunks."""
    sizes = [math.log(one["chunks"]) for one in found]
    return float(np.polyfit(sizes, [math.log(one["ours"]["p50"]) for one in found], 1)[0])


def _fill(settings: EngineSettings, made: Corpus, embedder: MadeUp) -> None:
    with Engine(settings, write=True, embedder=embedder) as engine:
        if len(engine.catalog.documents(OWNER)) * _CHUNKS >= len(made.texts):
            return
        run_id = engine.index.begin_run("made", {})
        documents = list(_documents(made))
        for start in range(0, len(documents), _BATCH):
            batch = documents[start : start + _BATCH]
            engine.index.publish(
                run_id, [(one, Outcome(one.source.uri, "indexed", chunks=len(one.chunks))) for one in batch]
            )
            print(f"\rfilled {start * _CHUNKS:,} of {len(made.texts):,}", end="", file=sys.stderr)
        engine.index.finish_run(run_id)
        print(file=sys.stderr)


def _documents(made: Corpus) -> Iterator[StagedVersion]:
    names = list(made.texts)
    for number, start in enumerate(range(0, len(names), _CHUNKS)):
        texts = [made.texts[name] for name in names[start : start + _CHUNKS]]
        yield _version(f"{names[start]}.txt", texts, groups=("some",) if number % 2 else ())


def _version(path: str, texts: Sequence[str], *, groups: tuple[str, ...]) -> StagedVersion:
    chunks, position = [], 0
    for text in texts:
        chunks.append(Chunk((), path, text, position, position + len(text), None, None))
        position += len(text) + 2
    whole = "\n\n".join(texts)
    source = Source("made", "made:up", path, f"made:up/{path}", "text/plain", len(whole), path, groups)
    return StagedVersion(source, "made up", path, whole, (), {}, tuple(chunks))


def _peers(made: Corpus, embedder: MadeUp, folder: Path, *, ensembles: bool) -> dict[str, Any]:
    vectors = embedder.embed_documents(list(made.texts.values()))
    store = chroma(folder / "chroma", made.texts, vectors, embedder)
    index = _tantivy(made)
    searcher = index.searcher()

    def three_calls(text: str) -> None:
        vector = embedder.embed_query(text)
        store._collection.query(query_embeddings=[vector], n_results=_K, include=["distances"])
        query, _ = index.parse_query_lenient(text, ["text"])
        searcher.search(query, _K)

    started = time.process_time()
    found: dict[str, Any] = {"three calls": _milliseconds(made.questions, three_calls)}
    found["three_calls_cpu_s"] = (time.process_time() - started) / len(made.questions)
    if ensembles:
        retriever = ensemble(store, made.texts, k=_K)
        found["langchain"] = _milliseconds(made.questions[:50], retriever.invoke)
    return found


def _tantivy(made: Corpus) -> Any:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", tokenizer_name="en_stem")
    index = tantivy.Index(builder.build())
    writer = index.writer(64 << 20, 1)
    for text in made.texts.values():
        writer.add_document(tantivy.Document.from_dict({"text": text}, index.schema))
    writer.commit()
    index.reload()
    return index


def _milliseconds(questions: Sequence[str], search: Callable[[str], object]) -> dict[str, float]:
    for text in questions[:5]:
        search(f"{text} again")
    seconds = []
    for text in questions:
        started = time.perf_counter()
        search(text)
        seconds.append(time.perf_counter() - started)
    p50, p95 = np.percentile(seconds, [50, 95]) * 1000
    return {"p50": float(p50), "p95": float(p95)}


def _throughput(questions: Sequence[str], search: Callable[[str], object]) -> float:
    """Questions a second with 64 asking at once; each question differs from those asked before."""
    asked = [f"{text} at once" for text in questions]
    started = time.perf_counter()
    with ThreadPoolExecutor(_CLIENTS) as clients:
        list(clients.map(search, asked))
    return len(asked) / (time.perf_counter() - started)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.benchmarks.search_speed", description=__doc__)
    parser.add_argument("--chunks", type=int, nargs="+", default=[1_000, 10_000, 100_000], help="sizes, ascending")
    parser.add_argument("--questions", type=int, default=300, help="distinct ones a measurement")
    parser.add_argument("--cache", type=Path, default=Path(".bench"), help="where the homes are kept (.bench)")
    parser.add_argument("--no-ensemble", action="store_true", help="leave LangChain out, which takes minutes to begin")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except FootnoteError as error:
        raise SystemExit(f"{error.message}\n{error.remedy}") from error

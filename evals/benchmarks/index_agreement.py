"""Do the indexes give the same twice, and the graph what the exact scan gives?

`python -m evals.benchmarks.index_agreement --shared FOLDER`. Every training query is searched densely and lexically,
twice, by an engine opened anew, and hits are compared by chunk and score; then by the graph alone, as if there were too
many chunks to scan, and its first ten are compared with the exact ones.
"""

import argparse
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np

from evals import beir, homes
from evals.benchmarks import piece_sets
from evals.progress import track
from evals.vectors import CachedEmbedder, cached_embedder
from retrieval.engine import Engine
from retrieval.errors import FootnoteError
from retrieval.models import Mode
from retrieval.settings import EngineSettings

_K = 10
Hits = Mapping[str, list[tuple[str, float]]]


def main() -> None:
    arguments = _arguments()
    judged = piece_sets.narrowed(beir.read(arguments.shared / "scifact-beir"), arguments.records)
    settings = EngineSettings(home=arguments.cache)
    with closing(cached_embedder(settings, arguments.cache)) as embedder:
        own = homes.for_records(judged, settings=settings, cache=arguments.cache, embedder=embedder)
        exact = _twice(own, embedder, judged.queries, "dense")
        _twice(own, embedder, judged.queries, "lexical")
        graph = _found(replace(own, exact_scan_rows=0), embedder, judged.queries, "dense", write=True)
    overlaps = [_overlap(exact[query], graph[query]) for query in judged.queries]
    worst = sum(overlap < 1 for overlap in overlaps)
    print(f"graph against exact: {np.mean(overlaps):.4f} of the first {_K}, {worst} of {len(overlaps)} queries differ")


def _twice(settings: EngineSettings, embedder: CachedEmbedder, queries: Mapping[str, str], mode: Mode) -> Hits:
    first, again = (_found(settings, embedder, queries, mode) for _ in range(2))
    same = sum(first[query] == again[query] for query in queries)
    print(f"{mode}, two runs: {same} of {len(queries)} queries have the same hits with the same scores", flush=True)
    return first


def _found(
    settings: EngineSettings, embedder: CachedEmbedder, queries: Mapping[str, str], mode: Mode, *, write: bool = False
) -> Hits:
    """The first hits of each query by an engine opened for this; only a home's writer holds the graph."""
    with Engine(settings, write=write, embedder=embedder) as engine:
        return {
            query: [(hit.chunk.chunk_id, hit.score) for hit in engine.search(text, k=_K, mode=mode)]
            for query, text in track(list(queries.items()), mode)
        }


def _overlap(exact: list[tuple[str, float]], found: list[tuple[str, float]]) -> float:
    wanted = {chunk for chunk, _ in exact}
    return len(wanted & {chunk for chunk, _ in found}) / len(wanted)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.benchmarks.index_agreement", description=__doc__)
    parser.add_argument("--shared", type=Path, required=True, help="the folder that holds the sets")
    piece_sets.add_records_option(parser)
    parser.add_argument("--cache", type=Path, default=Path(".bench"), help="where homes and vectors are kept (.bench)")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except FootnoteError as error:
        raise SystemExit(f"{error.message}\n{error.remedy}") from error

"""Dense search by our own path beside sentence-transformers and an exact search by hand.

`python -m evals.benchmarks.peer_dense --shared FOLDER [--records N]`. Both are given the same pieces of the same
records; the peer embeds them in single precision, ranks by a product of matrices and takes a record's best piece. Its
nDCG@10 is added up here and not by trec_eval. What may differ lies in between: precision, export, index, folding.
"""

import argparse
import math
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from evals import beir, homes
from evals.benchmark import Prepared, located, measure
from evals.benchmarks import piece_sets
from evals.benchmarks.gating import corpora
from evals.models import BeirSet
from evals.vectors import cached_embedder
from retrieval.engine import Engine
from retrieval.errors import FootnoteError
from retrieval.models import JOINER
from retrieval.settings import EngineSettings
from retrieval.store.embed import resolve

_K = 10


def main() -> None:
    arguments = _arguments()
    judged = piece_sets.narrowed(beir.read(arguments.shared / "scifact-beir"), arguments.records)
    ours, pieces = _ours(judged, arguments.cache)
    peer = _by_hand(judged, pieces)
    print(f"{judged.name}: {len(judged.records)} records, {len(pieces)} pieces, {len(judged.queries)} queries")
    print(f"nDCG@{_K} by our path {ours:.4f}, by hand {peer:.4f}, difference {ours - peer:+.4f}")


def _ours(judged: BeirSet, cache: Path) -> tuple[float, list[tuple[str, str]]]:
    """The mean by the product's own path, and the pieces it has of each record: (record, what the model reads)."""
    settings = EngineSettings(home=cache)
    with closing(cached_embedder(settings, cache, queries=False)) as embedder:
        own = homes.for_records(judged, settings=settings, cache=cache, embedder=embedder)
        with Engine(own, write=False, embedder=embedder) as engine:
            ready = Prepared(judged, engine, None, located(judged, engine.catalog, None))
            report = measure(ready, mode="dense", ks=[_K])
        staged = corpora.of_records(judged, cache / "pieces", embedder)
    pieces = [
        (version.source.path, f"{chunk.context}{JOINER}{chunk.text}" if chunk.context else chunk.text)
        for version in staged
        for chunk in version.chunks
    ]
    return report.metrics[f"ndcg@{_K}"].mean, pieces


def _by_hand(judged: BeirSet, pieces: Sequence[tuple[str, str]]) -> float:
    model = SentenceTransformer(str(resolve("default")), device="cpu", local_files_only=True)
    texts = model.encode([text for _, text in pieces], normalize_embeddings=True, show_progress_bar=False)
    asked = model.encode(list(judged.queries.values()), normalize_embeddings=True, show_progress_bar=False)
    scores = np.asarray(asked) @ np.asarray(texts).T
    found = [_best(row, pieces) for row in scores]
    return float(
        np.mean([_ndcg(ranked, judged.qrels[query]) for query, ranked in zip(judged.queries, found, strict=True)])
    )


def _best(scores: NDArray[np.float32], pieces: Sequence[tuple[str, str]]) -> list[str]:
    """The first records, by their best piece."""
    ranked: dict[str, None] = {}
    for at in np.argsort(-scores, kind="stable"):
        ranked.setdefault(pieces[at][0])
        if len(ranked) == _K:
            break
    return list(ranked)


def _ndcg(ranked: Sequence[str], relevances: Mapping[str, int]) -> float:
    gained = sum(relevances.get(record, 0) / math.log2(rank + 1) for rank, record in enumerate(ranked, start=1))
    ideal = sorted(relevances.values(), reverse=True)[:_K]
    return gained / sum(relevance / math.log2(rank + 1) for rank, relevance in enumerate(ideal, start=1))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.benchmarks.peer_dense", description=__doc__)
    parser.add_argument("--shared", type=Path, required=True, help="the folder that holds the sets")
    piece_sets.add_records_option(parser)
    parser.add_argument("--cache", type=Path, default=Path(".bench"), help="where homes and vectors are kept (.bench)")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except FootnoteError as error:
        raise SystemExit(f"{error.message}\n{error.remedy}") from error

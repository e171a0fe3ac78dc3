"""Metrics over ranked items, computed by trec_eval itself (its C code in pytrec_eval-terrier).

Notation: rel_i is the relevance of the item at rank i (0 if unjudged or below 0), R the number of relevant items of the
query. Ranks follow trec_eval: scores in single precision, from high to low, equal ones by id from z to a.

- `precision@k`: relevant items among the first k, over k, however few were returned.
- `recall@k`: relevant items among the first k, over R.
- `hit@k` (trec_eval's `success`): 1 where any of the first k is relevant, else 0.
- `mrr@k`: 1 / rank of the first relevant item, 0 beyond k (Voorhees 1999, TREC-8 question answering).
- `map@k`: mean over the R relevant items of the precision at each one's rank, 0 beyond k.
- `ndcg@k`: DCG@k over that of the ideal order, DCG@k = sum over i <= k of rel_i / log2(i + 1)
  (Järvelin and Kekäläinen 2002, with trec_eval's linear gain).

A judged query that the run lacks, or for which it holds nothing, counts as 0, and so does one without relevant items. A
query that is not judged is not counted.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pytrec_eval

from evals.models import Qrels, QueryScores, Run

METRICS = ("ndcg", "recall", "precision", "mrr", "map", "hit")
_MEASURES = {"ndcg": "ndcg_cut", "recall": "recall", "precision": "P", "map": "map_cut", "hit": "success"}


def evaluate(qrels: Qrels, run: Run, *, ks: Sequence[int]) -> QueryScores:
    """Every metric at every k, named `ndcg@10`, for all queries of `qrels` in their order."""
    cuts = ",".join(str(k) for k in sorted(set(ks)))
    measures = {f"{measure}.{cuts}" for measure in _MEASURES.values()} | {"recip_rank"}
    returned = {query: {item: float(score) for item, score in run.get(query, {}).items()} for query in qrels}
    judged = {query: dict(relevances) for query, relevances in qrels.items()}
    found: Mapping[str, Mapping[str, float]] = pytrec_eval.RelevanceEvaluator(judged, measures).evaluate(returned)
    values = {
        f"{metric}@{k}": np.array([_value(found.get(query, {}), metric, k) for query in qrels])
        for metric in METRICS
        for k in ks
    }
    return QueryScores(tuple(qrels), values)


def _value(found: Mapping[str, float], metric: str, k: int) -> float:
    if metric == "mrr":
        reciprocal = found.get("recip_rank", 0.0)
        return reciprocal if reciprocal and round(1 / reciprocal) <= k else 0.0
    return found.get(f"{_MEASURES[metric]}_{k}", 0.0)


def ranked(items: Sequence[str]) -> dict[str, float]:
    """Items, best first and each once, with scores that fall by 1 to 1: their rank alone counts, and nothing ties."""
    return {item: float(len(items) - position) for position, item in enumerate(items)}


def falling(scores: Sequence[float]) -> list[float]:
    """Scores from high to low, each pushed just below the one before where single precision can't tell them apart."""
    fallen: list[float] = []
    ceiling = np.float32(np.inf)
    for score in scores:
        ceiling = min(np.float32(score), np.nextafter(ceiling, np.float32(-np.inf)))
        fallen.append(float(ceiling))
    return fallen

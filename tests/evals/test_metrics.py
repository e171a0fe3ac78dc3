"""Numbers redone by hand; random runs against the formulas and against trec_eval itself."""

import itertools
import math
import random

import numpy as np
import pytest
import pytrec_eval

from evals.metrics import METRICS, evaluate, falling, ranked

# Relevant: a (2), b (1), c (1), d (0, judged and not relevant). Returned, best first: x a d b y.
QRELS = {"q": {"a": 2, "b": 1, "c": 1, "d": 0}}
RUN = {"q": {"x": 5.0, "a": 4.0, "d": 3.0, "b": 2.0, "y": 1.0}}
IDEAL_3 = 2 / math.log2(2) + 1 / math.log2(3) + 1 / math.log2(4)

BY_HAND = {
    "precision@1": 0 / 1,
    "precision@2": 1 / 2,
    "precision@3": 1 / 3,
    "precision@5": 2 / 5,
    "precision@10": 2 / 10,
    "recall@1": 0 / 3,
    "recall@2": 1 / 3,
    "recall@5": 2 / 3,
    "recall@10": 2 / 3,
    "hit@1": 0.0,
    "hit@2": 1.0,
    "hit@10": 1.0,
    "mrr@1": 0.0,
    "mrr@2": 1 / 2,
    "mrr@10": 1 / 2,
    "map@1": 0.0,
    "map@2": (1 / 2) / 3,
    "map@3": (1 / 2) / 3,
    "map@5": (1 / 2 + 2 / 4) / 3,
    "ndcg@1": 0 / (2 / math.log2(2)),
    "ndcg@2": (2 / math.log2(3)) / (2 / math.log2(2) + 1 / math.log2(3)),
    "ndcg@3": (2 / math.log2(3)) / IDEAL_3,
    "ndcg@5": (2 / math.log2(3) + 1 / math.log2(5)) / IDEAL_3,
    "ndcg@10": (2 / math.log2(3) + 1 / math.log2(5)) / IDEAL_3,
}


@pytest.mark.parametrize(("name", "expected"), BY_HAND.items())
def test_a_metric_is_what_one_gets_by_hand(name: str, expected: float) -> None:
    """One query with graded judgements, an unjudged item first and a relevant one never returned."""
    k = int(name.split("@")[1])

    scores = evaluate(QRELS, RUN, ks=[k])

    assert scores.values[name][0] == pytest.approx(expected, abs=1e-12)


def test_equal_scores_are_ranked_by_id_from_z_to_a() -> None:
    """trec_eval's rule: of two items with one score the id that sorts last stands first."""
    scores = evaluate({"q": {"a": 1}}, {"q": {"a": 1.0, "b": 1.0, "c": 1.0}}, ks=[1, 3])

    assert scores.values["mrr@3"][0] == pytest.approx(1 / 3)
    assert scores.values["hit@1"][0] == 0.0


def test_scores_that_single_precision_cannot_tell_apart_are_equal() -> None:
    """trec_eval keeps scores as C floats: 1 + 1e-12 is 1."""
    scores = evaluate({"q": {"a": 1}}, {"q": {"a": 1.0 + 1e-12, "b": 1.0}}, ks=[1])

    assert scores.values["hit@1"][0] == 0.0


def test_a_query_that_returned_nothing_counts_as_zero() -> None:
    """Missing from the run, or empty in it: the mean is over all three queries."""
    qrels = {"missing": {"a": 1}, "empty": {"a": 1}, "good": {"a": 1}}

    scores = evaluate(qrels, {"good": {"a": 1.0}, "empty": {}}, ks=[10])

    assert scores.queries == ("missing", "empty", "good")
    for name in METRICS:
        assert scores.values[f"{name}@10"][:2].tolist() == [0.0, 0.0]
    assert scores.values["mrr@10"].mean() == pytest.approx(1 / 3)


def test_a_query_without_relevant_items_counts_as_zero() -> None:
    """It was judged, so it counts."""
    scores = evaluate({"none": {"a": 0}, "good": {"a": 1}}, {"none": {"a": 1.0}, "good": {"a": 1.0}}, ks=[5])

    assert scores.values["ndcg@5"].tolist() == [0.0, 1.0]


def test_a_query_that_is_not_judged_is_not_counted() -> None:
    """Only the judgements say which queries there are."""
    scores = evaluate({"q": {"a": 1}}, {"q": {"a": 1.0}, "other": {"a": 1.0}}, ks=[1])

    assert scores.queries == ("q",)


def test_an_empty_run_scores_zero_everywhere() -> None:
    """No query of the set was searched."""
    scores = evaluate(QRELS, {}, ks=[1, 10])

    assert all(values.tolist() == [0.0] for values in scores.values.values())


def test_a_judgement_below_zero_is_not_relevant() -> None:
    """As web tracks mark spam."""
    scores = evaluate({"q": {"spam": -2, "a": 1}}, {"q": {"spam": 2.0, "a": 1.0}}, ks=[2])

    assert scores.values["precision@2"][0] == pytest.approx(1 / 2)
    assert scores.values["ndcg@2"][0] == pytest.approx((1 / math.log2(3)) / (1 / math.log2(2)))


def test_ranked_items_keep_their_order_whatever_their_ids() -> None:
    """Nothing may depend on ties: 300 items in one order, of which the last is relevant."""
    items = [f"item-{number:03d}" for number in range(300)]

    scores = evaluate({"q": {items[-1]: 1}}, {"q": ranked(items)}, ks=[299, 300])

    assert scores.values["mrr@300"][0] == pytest.approx(1 / 300)
    assert scores.values["mrr@299"][0] == 0.0


def test_falling_scores_fall_in_single_precision() -> None:
    """Equal and nearly equal scores are pushed apart, others stay."""
    fallen = falling([0.9, 0.9, 0.9 - 1e-12, 0.5])

    assert all(np.float32(low) < np.float32(high) for high, low in itertools.pairwise(fallen))
    assert fallen[0] == pytest.approx(0.9)
    assert fallen[3] == pytest.approx(0.5)


def test_random_runs_agree_with_the_formulas() -> None:
    """10,000 random queries with ties, grades, gaps and unjudged items, every metric to 1e-9."""
    draw = random.Random(7)
    qrels = {f"q{number}": _judgements(draw) for number in range(10_000)}
    run = {query: _scores(draw) for query in qrels if draw.random() < 0.95}
    ks = [1, 3, 10, 100]

    scores = evaluate(qrels, run, ks=ks)

    for position, query in enumerate(qrels):
        gains = _gains(qrels[query], run.get(query, {}))
        relevant = sorted((grade for grade in qrels[query].values() if grade > 0), reverse=True)
        for k in ks:
            for name, value in _by_formula(gains, relevant, k).items():
                assert scores.values[f"{name}@{k}"][position] == pytest.approx(value, abs=1e-9), (query, name, k)


@pytest.mark.slow
def test_random_runs_agree_with_trec_eval_and_with_the_formulas() -> None:
    """10,000 runs of one to four queries, each scored by itself: as trec_eval says, and as plain arithmetic says."""
    draw = random.Random(20)
    ks = [1, 3, 10, 100]

    for number in range(10_000):
        qrels = {f"q{query}": _judgements(draw) for query in range(draw.randint(1, 4))}
        run = {query: _scores(draw) for query in qrels if draw.random() < 0.9}
        scores, peer = evaluate(qrels, run, ks=ks), _by_trec_eval(qrels, run, ks)
        for position, query in enumerate(qrels):
            gains = _gains(qrels[query], run.get(query, {}))
            relevant = sorted((grade for grade in qrels[query].values() if grade > 0), reverse=True)
            for k in ks:
                for name, value in _by_formula(gains, relevant, k).items():
                    ours = scores.values[f"{name}@{k}"][position]
                    assert abs(ours - value) <= 1e-9, (number, query, name, k)
                    if name != "mrr":  # trec_eval has it without a cut-off
                        assert abs(ours - peer.get(query, {}).get(f"{name}@{k}", 0.0)) <= 1e-9, (number, query, name, k)


def _by_trec_eval(
    qrels: dict[str, dict[str, int]], run: dict[str, dict[str, float]], ks: list[int]
) -> dict[str, dict[str, float]]:
    names = {"ndcg": "ndcg_cut", "recall": "recall", "precision": "P", "map": "map_cut", "hit": "success"}
    cuts = ",".join(map(str, ks))
    found = pytrec_eval.RelevanceEvaluator(qrels, {f"{name}.{cuts}" for name in names.values()}).evaluate(run)
    return {
        query: {f"{name}@{k}": one[f"{trec}_{k}"] for name, trec in names.items() for k in ks}
        for query, one in found.items()
    }


def _judgements(draw: random.Random) -> dict[str, int]:
    return {f"d{number}": draw.choice([0, 0, 1, 1, 2, 3]) for number in draw.sample(range(60), draw.randint(1, 12))}


def _scores(draw: random.Random) -> dict[str, float]:
    return {
        f"d{number}": draw.choice([0.5, 1.0, draw.random()]) for number in draw.sample(range(60), draw.randint(0, 40))
    }


def _gains(judged: dict[str, int], scores: dict[str, float]) -> list[int]:
    order = sorted(scores, key=lambda item: (np.float32(scores[item]), item), reverse=True)
    return [max(0, judged.get(item, 0)) for item in order]


def _by_formula(gains: list[int], relevant: list[int], k: int) -> dict[str, float]:
    """Each definition of the metrics' docstring once more, in plain Python."""
    hits = [rank for rank, gain in enumerate(gains[:k], start=1) if gain > 0]
    discounted = sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains[:k], start=1))
    ideal = sum(gain / math.log2(rank + 1) for rank, gain in enumerate(relevant[:k], start=1))
    precisions = [position / rank for position, rank in enumerate(hits, start=1)]
    return {
        "ndcg": discounted / ideal if ideal else 0.0,
        "recall": len(hits) / len(relevant) if relevant else 0.0,
        "precision": len(hits) / k,
        "mrr": 1 / hits[0] if hits else 0.0,
        "map": sum(precisions) / len(relevant) if relevant else 0.0,
        "hit": 1.0 if hits else 0.0,
    }

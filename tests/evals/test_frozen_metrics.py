"""What trec_eval and ranx said of odd cases once, frozen in a file; twenty of their figures are redone by hand here."""

import json
import math
from typing import Any

import pytest

from evals.metrics import METRICS, evaluate
from tests.evals.freeze_metrics import CASES, FROZEN, KS, by_trec_eval

CASES_FROZEN: dict[str, Any] = json.loads(FROZEN.read_text())


def log2(value: float) -> float:
    return math.log2(value)


# (case, query, metric): ranks and grades as anyone reads them off the case, put into the definitions.
BY_HAND = {
    ("one relevant item first", "q", "precision@3"): 1 / 3,
    ("one relevant item second", "q", "ndcg@5"): (1 / log2(3)) / (1 / log2(2)),
    ("one relevant item last of four", "q", "map@5"): 1 / 4,
    ("relevant item not returned", "q", "hit@10"): 0.0,
    ("two of three returned", "q", "map@10"): (1 / 1 + 2 / 3) / 3,
    ("two of three returned", "q", "recall@2"): 1 / 3,
    ("more relevant than cut off", "q", "ndcg@2"): (1 / log2(2)) / (1 / log2(2) + 1 / log2(3)),
    ("more relevant than cut off", "q", "map@3"): (1 / 1 + 2 / 3) / 4,
    ("grades the wrong way round", "q", "ndcg@3"): (1 / log2(2) + 2 / log2(3) + 3 / log2(4))
    / (3 / log2(2) + 2 / log2(3) + 1 / log2(4)),
    ("a grade of three beyond the cut", "q", "ndcg@5"): (1 / log2(2)) / (3 / log2(2) + 1 / log2(3)),
    ("a grade of three beyond the cut", "q", "ndcg@10"): (1 / log2(2) + 3 / log2(7)) / (3 / log2(2) + 1 / log2(3)),
    ("judged and not relevant", "q", "map@2"): 1 / 2,
    ("nothing relevant was judged", "q", "ndcg@1"): 0.0,
    ("spam below zero", "q", "ndcg@2"): (2 / log2(3)) / (2 / log2(2)),
    ("two tied, the later id first", "q", "map@2"): 1 / 2,  # b a
    ("three tied, the middle one wanted", "q", "hit@1"): 0.0,  # c b a
    ("a tie below a leader", "q", "ndcg@3"): (2 / log2(3) + 1 / log2(4)) / (2 / log2(2) + 1 / log2(3)),  # x b a
    ("all tied, graded", "q", "ndcg@3"): (1 / log2(3) + 2 / log2(4)) / (3 / log2(2) + 2 / log2(3) + 1 / log2(4)),
    ("a tie across the cut", "q", "recall@3"): 1 / 2,  # x e d a
    ("equal in single precision", "q", "hit@1"): 0.0,  # b a
    ("ids of figures tie as text", "q", "precision@1"): 1.0,  # "9" sorts behind "10"
    ("negative scores", "q", "map@3"): (1 / 1 + 2 / 3) / 2,  # c b a
    ("a query missing from the run", "q", "ndcg@10"): 0.0,
    ("an empty result", "q", "recall@10"): 0.0,
    ("three queries, one missing", "p", "ndcg@2"): (1 / log2(2) + 2 / log2(3)) / (2 / log2(2) + 1 / log2(3)),
    ("three queries, one missing", "r", "map@3"): (1 / 2 + 2 / 3) / 2,
    ("twelve returned, two wanted", "q", "precision@10"): 1 / 10,
    ("twelve returned, two wanted", "q", "map@10"): (1 / 5) / 2,
}


@pytest.mark.parametrize("place", BY_HAND, ids=" / ".join)
def test_the_frozen_figures_are_what_one_gets_by_hand(place: tuple[str, str, str]) -> None:
    """So that neither library is taken on trust; a query that trec_eval leaves out has scored nothing."""
    name, query, metric = place
    case = CASES_FROZEN[name]

    assert case["trec_eval"].get(query, {}).get(metric, 0.0) == pytest.approx(BY_HAND[place], abs=1e-12)
    assert case["ranx"] is None or case["ranx"][query][metric] == pytest.approx(BY_HAND[place], abs=1e-12)


@pytest.mark.parametrize("name", CASES_FROZEN)
def test_our_figures_are_the_frozen_ones(name: str) -> None:
    """Every metric at every cut; a query without results is 0 here, where trec_eval says nothing of it."""
    case = CASES_FROZEN[name]

    scores = evaluate(case["qrels"], case["run"], ks=KS)

    assert scores.queries == tuple(case["qrels"])
    for position, query in enumerate(scores.queries):
        for metric, values in scores.values.items():
            if not metric.startswith("mrr"):
                expected = case["trec_eval"].get(query, {}).get(metric, 0.0)
                assert values[position] == pytest.approx(expected, abs=1e-12), (query, metric)
            if case["ranx"] is not None:
                assert values[position] == pytest.approx(case["ranx"][query][metric], abs=1e-12), (query, metric)


@pytest.mark.parametrize("name", CASES_FROZEN)
def test_the_reciprocal_rank_is_trec_evals_up_to_the_cut(name: str) -> None:
    """trec_eval knows no cut-off for it: beyond the cut ours is 0."""
    case = CASES_FROZEN[name]

    scores = evaluate(case["qrels"], case["run"], ks=KS)

    for position, query in enumerate(scores.queries):
        whole = case["trec_eval"].get(query, {}).get("recip_rank", 0.0)
        for k in KS:
            expected = whole if whole >= 1 / k - 1e-12 else 0.0
            assert scores.values[f"mrr@{k}"][position] == pytest.approx(expected, abs=1e-12)


def test_the_installed_trec_eval_still_says_what_was_frozen() -> None:
    """An update that changes a figure shows here and not in somebody's table."""
    assert {name: by_trec_eval(qrels, run) for name, (qrels, run, _) in CASES.items()} == {
        name: case["trec_eval"] for name, case in CASES_FROZEN.items()
    }


def test_the_cases_are_those_one_stumbles_over() -> None:
    """Ties, grades, empty results and missing queries are all among them; ranx scored every case without ties."""
    tied = {name for name, (_, _, ties) in CASES.items() if ties}
    lacking = [name for name, case in CASES_FROZEN.items() if any(not case["run"].get(q) for q in case["qrels"])]

    assert set(CASES_FROZEN) == set(CASES)
    assert {name for name, case in CASES_FROZEN.items() if case["ranx"] is None} == tied
    assert len(tied) >= 8
    assert len(lacking) == 3
    assert set(METRICS) == {"ndcg", "recall", "precision", "mrr", "map", "hit"}

"""Makes `frozen/metrics.json` anew: `python -m tests.evals.freeze_metrics [--peer]`.

trec_eval scores every case, by its own measures' names and without a line of ours between. With `--peer` ranx does so
too (it is not among our requirements: run it where it is installed), for the cases without ties, which ranx orders its
own way; its figures are kept from the last time where it is left out.
"""

import json
import sys
from pathlib import Path
from typing import Any

FROZEN = Path(__file__).parent / "frozen" / "metrics.json"
KS = (1, 2, 3, 5, 10)
TREC_NAMES = {"ndcg": "ndcg_cut", "recall": "recall", "precision": "P", "map": "map_cut", "hit": "success"}
RANX_NAMES = {
    "ndcg": "ndcg",
    "recall": "recall",
    "precision": "precision",
    "mrr": "mrr",
    "map": "map",
    "hit": "hit_rate",
}

# Name > (judgements, what was returned, whether scores tie).
CASES: dict[str, tuple[dict[str, dict[str, int]], dict[str, dict[str, float]], bool]] = {
    "one relevant item first": ({"q": {"a": 1}}, {"q": {"a": 3.0, "b": 2.0, "c": 1.0}}, False),
    "one relevant item second": ({"q": {"b": 1}}, {"q": {"a": 3.0, "b": 2.0, "c": 1.0}}, False),
    "one relevant item last of four": ({"q": {"d": 1}}, {"q": {"a": 4.0, "b": 3.0, "c": 2.0, "d": 1.0}}, False),
    "relevant item not returned": ({"q": {"z": 1}}, {"q": {"a": 2.0, "b": 1.0}}, False),
    "two of three returned": ({"q": {"a": 1, "c": 1, "z": 1}}, {"q": {"a": 3.0, "b": 2.0, "c": 1.0}}, False),
    "more relevant than cut off": (
        {"q": {"a": 1, "b": 1, "c": 1, "d": 1}},
        {"q": {"a": 4.0, "x": 3.0, "b": 2.0, "c": 1.0}},
        False,
    ),
    "grades in the ideal order": ({"q": {"a": 3, "b": 2, "c": 1}}, {"q": {"a": 3.0, "b": 2.0, "c": 1.0}}, False),
    "grades the wrong way round": ({"q": {"a": 3, "b": 2, "c": 1}}, {"q": {"c": 3.0, "b": 2.0, "a": 1.0}}, False),
    "grades with an unjudged item first": (
        {"q": {"a": 2, "b": 1, "c": 1, "d": 0}},
        {"q": {"x": 5.0, "a": 4.0, "d": 3.0, "b": 2.0, "y": 1.0}},
        False,
    ),
    "a grade of three beyond the cut": (
        {"q": {"a": 1, "b": 3}},
        {"q": {"a": 6.0, "u": 5.0, "v": 4.0, "w": 3.0, "x": 2.0, "b": 1.0}},
        False,
    ),
    "judged and not relevant": ({"q": {"a": 0, "b": 1}}, {"q": {"a": 2.0, "b": 1.0}}, False),
    "nothing relevant was judged": ({"q": {"a": 0}, "p": {"a": 1}}, {"q": {"a": 1.0}, "p": {"a": 1.0}}, True),
    "spam below zero": ({"q": {"a": -2, "b": 2}}, {"q": {"a": 2.0, "b": 1.0}}, True),
    "two tied, the later id first": ({"q": {"a": 1}}, {"q": {"a": 1.0, "b": 1.0}}, True),
    "three tied, the middle one wanted": ({"q": {"b": 1}}, {"q": {"a": 1.0, "b": 1.0, "c": 1.0}}, True),
    "a tie below a leader": ({"q": {"a": 1, "b": 2}}, {"q": {"x": 2.0, "a": 1.0, "b": 1.0}}, True),
    "all tied, graded": ({"q": {"a": 3, "b": 2, "c": 1}}, {"q": {"a": 0.5, "b": 0.5, "c": 0.5, "d": 0.5}}, True),
    "a tie across the cut": ({"q": {"a": 1, "d": 1}}, {"q": {"x": 2.0, "a": 1.0, "d": 1.0, "e": 1.0}}, True),
    "equal in single precision": ({"q": {"a": 1}}, {"q": {"a": 1.0 + 1e-12, "b": 1.0}}, True),
    "ids of figures tie as text": ({"q": {"9": 1}}, {"q": {"10": 1.0, "9": 1.0}}, True),
    "negative scores": ({"q": {"a": 1, "c": 1}}, {"q": {"a": -3.0, "b": -2.0, "c": -1.0}}, False),
    "scores of zero tie too": ({"q": {"a": 1}}, {"q": {"a": 0.0, "b": -0.0}}, True),
    "a query missing from the run": ({"p": {"a": 1}, "q": {"a": 1}}, {"p": {"a": 1.0}}, False),
    "an empty result": ({"p": {"a": 1}, "q": {"a": 1}}, {"p": {"a": 1.0}, "q": {}}, False),
    "a query nobody judged": ({"p": {"a": 1}}, {"p": {"b": 2.0, "a": 1.0}, "other": {"a": 1.0}}, False),
    "three queries, one missing": (
        {"p": {"a": 2, "b": 1}, "q": {"c": 1}, "r": {"d": 1, "e": 2}},
        {"p": {"b": 2.0, "a": 1.0}, "r": {"x": 3.0, "e": 2.0, "d": 1.0}},
        False,
    ),
    "twelve returned, two wanted": (
        {"q": {"i04": 1, "i11": 1}},
        {"q": {f"i{number:02d}": 12.0 - number for number in range(12)}},
        False,
    ),
}


def main() -> None:
    kept = json.loads(FROZEN.read_text()) if FROZEN.is_file() else {}
    frozen = {
        name: {
            "qrels": qrels,
            "run": run,
            "trec_eval": by_trec_eval(qrels, run),
            "ranx": by_ranx(qrels, run) if "--peer" in sys.argv and not tied else kept.get(name, {}).get("ranx"),
        }
        for name, (qrels, run, tied) in CASES.items()
    }
    FROZEN.write_text("{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in frozen.items()) + "\n}\n")


def by_trec_eval(qrels: dict[str, dict[str, int]], run: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """Query > metric > value as trec_eval gives it; it says nothing of queries that returned nothing."""
    import pytrec_eval

    cuts = ",".join(map(str, KS))
    measures = {f"{name}.{cuts}" for name in TREC_NAMES.values()} | {"recip_rank"}
    found = pytrec_eval.RelevanceEvaluator(qrels, measures).evaluate(run)
    return {
        query: {f"{name}@{k}": one[f"{trec}_{k}"] for name, trec in TREC_NAMES.items() for k in KS}
        | {"recip_rank": one["recip_rank"]}
        for query, one in found.items()
    }


def by_ranx(qrels: dict[str, dict[str, int]], run: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """Query > metric > value as ranx gives it, missing queries counted as empty ones."""
    import ranx

    names = {f"{name}@{k}": f"{ranx_name}@{k}" for name, ranx_name in RANX_NAMES.items() for k in KS}
    judged: Any = ranx.Qrels(qrels)
    returned: Any = ranx.Run({query: scores for query, scores in run.items() if scores})
    ranx.evaluate(judged, returned, list(names.values()), make_comparable=True)
    return {
        query: {name: float(returned.scores[ranx_name][query]) for name, ranx_name in names.items()} for query in qrels
    }


if __name__ == "__main__":
    main()

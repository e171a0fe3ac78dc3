"""The gate: what fails it, what does not, and what it can't judge; with scores by hand, then with the real engine."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from evals.baseline import Baseline, baseline_of, narrowed, read, write
from evals.circumstances import query_digests
from evals.errors import BadSet
from evals.gate import Place, check, judge, save
from evals.intervals import Interval
from evals.models import BeirSet, QueryScores
from evals.results import RetrievalReport
from retrieval.errors import UsageError
from retrieval.models import Mode
from retrieval.settings import EngineSettings
from tests.evals.test_benchmark import beir_folder

QUERIES = tuple(f"q{number:02}" for number in range(20))
JUDGED = BeirSet("s", "here", (), {query: f"what is {query}?" for query in QUERIES}, {q: {"a": 1} for q in QUERIES})


def report(row: list[float], mode: Mode = "dense") -> RetrievalReport:
    levels = {"document": QueryScores(QUERIES, {"ndcg@10": np.array(row)})}
    return RetrievalReport("s", mode, {"ndcg@10": Interval(0, 0, 0)}, levels, {}, np.zeros(1), ())


def baseline(row: list[float], *modes: Mode) -> Baseline:
    return baseline_of([report(row, mode) for mode in modes or ("dense",)], JUDGED)


def test_many_small_losses_fail_the_gate_and_are_named_deepest_first() -> None:
    """8 of 20 fall, none rises: p = 1/2^8."""
    before = [0.5] * 20
    now = [0.5 - 0.01 * step for step in range(1, 9)] + [0.5] * 12

    verdict = check([report(now)], JUDGED, baseline(before))

    (one,) = verdict.checks
    assert not verdict.passed
    assert one.p_holm == pytest.approx(1 / 256)
    assert [fallen.query for fallen in one.fallen] == [f"q0{number}" for number in (7, 6, 5, 4, 3, 2, 1, 0)]
    assert one.fallen[0].question == "what is q07?"
    assert "worse by more than chance" in one.sentence()


def test_a_gain_of_any_size_passes() -> None:
    verdict = check([report([0.9] * 20)], JUDGED, baseline([0.5] * 20))

    assert verdict.passed
    assert verdict.checks[0].sentence().endswith("no worse.")


def test_losses_that_gains_outweigh_may_be_chance() -> None:
    """5 fall by .1, 4 rise by .1: one-sided p is the chance of at least 5 of 9 minus signs, 1/2."""
    now = [0.4] * 5 + [0.6] * 4 + [0.5] * 11

    (one,) = check([report(now)], JUDGED, baseline([0.5] * 20)).checks

    assert not one.failed
    assert one.p_holm == pytest.approx(0.5)
    assert "may be chance" in one.sentence()
    assert len(one.fallen) == 5


def test_nothing_changed_passes() -> None:
    (one,) = check([report([0.5] * 20)], JUDGED, baseline([0.5] * 20)).checks

    assert (one.failed, one.p_holm, one.fallen) == (False, 1.0, ())


def test_the_correction_is_over_all_legs() -> None:
    """7 of 7 fall in each of two legs: 1/128 alone is below 1 %, twice that is not."""
    before, now = [0.5] * 20, [0.5 - 0.01 * step for step in range(1, 8)] + [0.5] * 13

    alone = check([report(now)], JUDGED, baseline(before))
    both = check([report(now), report(now, "lexical")], JUDGED, baseline(before, "dense", "lexical"))

    assert not alone.passed
    assert both.passed
    assert [one.p_holm for one in both.checks] == [pytest.approx(2 / 128)] * 2


@pytest.mark.parametrize(("measured", "held"), [(["dense"], ["dense", "lexical"]), (["dense", "lexical"], ["dense"])])
def test_a_leg_that_is_on_one_side_only_does_not_pass_unseen(measured: list[Mode], held: list[Mode]) -> None:
    with pytest.raises(UsageError, match="the baseline holds"):
        check([report([0.5] * 20, mode) for mode in measured], JUDGED, baseline([0.5] * 20, *held))


def test_a_baseline_without_a_leg_passes_nothing() -> None:
    with pytest.raises(UsageError, match="the baseline holds none"):
        check([], JUDGED, replace(baseline([0.5] * 20), legs={}))


def test_a_changed_set_is_refused_and_told_apart() -> None:
    other = replace(JUDGED, qrels={**JUDGED.qrels, "q03": {"b": 1}})

    with pytest.raises(UsageError, match=r"not the one of the baseline: 1 changed \(q03\)") as refused:
        check([report([0.5] * 20)], other, baseline([0.5] * 20))

    assert "--save" in refused.value.remedy


def test_a_baseline_is_read_back_as_it_was(tmp_path: Path) -> None:
    written = baseline([1 / 3] * 20, "dense", "hybrid")

    write(tmp_path / "b.json", written)

    assert read(tmp_path / "b.json") == written
    assert read(tmp_path / "b.json").digests == query_digests(JUDGED)


@pytest.mark.parametrize("text", ["", "[]", '{"format": 2}', '{"format": 1}'])
def test_a_file_that_is_no_baseline_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "b.json").write_text(text)

    with pytest.raises(BadSet, match="holds no baseline"):
        read(tmp_path / "b.json")


def test_one_leg_can_be_gated_on_its_own() -> None:
    held = baseline([0.5] * 20, "dense", "lexical")

    assert list(narrowed(held, ["lexical"], []).legs) == ["lexical"]
    with pytest.raises(UsageError, match="holds no search hybrid"):
        narrowed(held, ["hybrid"], [])
    with pytest.raises(UsageError, match="holds no metric map@5"):
        narrowed(held, [], ["map@5"])


def test_a_set_is_gated_by_the_real_engine(tmp_path: Path) -> None:
    """Saved, it passes; with a judgement changed it is another set."""
    place = Place(beir_folder(tmp_path / "animals"), EngineSettings(home=tmp_path / "home"))

    save(place, tmp_path / "b.json", modes=("dense", "lexical"))
    verdict = judge(place, tmp_path / "b.json")
    (tmp_path / "animals" / "qrels" / "test.tsv").write_text("q1\tfox.txt\t1\nq2\tfox.txt\t1\n")

    assert verdict.passed
    assert [(one.mode, one.metric, one.now) for one in verdict.checks] == [
        ("dense", "ndcg@10", 1.0),
        ("lexical", "ndcg@10", 1.0),
    ]
    json.dumps(verdict.as_json())
    with pytest.raises(UsageError, match=r"1 changed \(q2\)"):
        judge(place, tmp_path / "b.json")

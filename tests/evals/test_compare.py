"""Two results side by side: what is compared, what is refused, what is said."""

from pathlib import Path

import numpy as np
import pytest

from evals import kept, trec
from evals.compare import compare_files, compare_levels, compare_reports, headlines
from evals.errors import BadSet
from evals.intervals import Interval
from evals.models import QueryScores
from evals.results import AnswersReport, Circumstances, RetrievalReport
from retrieval.errors import UsageError

QUERIES = tuple(f"q{number}" for number in range(8))


def scores(queries: tuple[str, ...] = QUERIES, **values: list[float]) -> QueryScores:
    return QueryScores(queries, {name.replace("_at_", "@"): np.array(row) for name, row in values.items()})


def report(row: list[float], *, digests: dict[str, str] | None = None) -> RetrievalReport:
    return RetrievalReport(
        set_name="s",
        mode="dense",
        metrics={"ndcg@10": Interval(0.5, 0.4, 0.6)},
        scores={"document": scores(ndcg_at_10=row)},
        run={"q0": {"a": 0.1 + 0.2}},
        seconds=np.array([0.1]),
        notes=("n",),
        circumstances=Circumstances({"mode": "dense"}, digests or dict.fromkeys(QUERIES, "x"), {"commit": "c"}),
    )


def test_eight_gains_of_eight_are_more_than_chance() -> None:
    """All signs alike: 2 of 2^8 arrangements are as far from 0; p = 2/256, alone so also after Holm."""
    found = compare_reports(report([0.2] * 8), report([0.2 + 0.01 * step for step in range(1, 9)]))

    (one,) = found.comparisons
    assert (one.metric, one.wins, one.losses, one.ties) == ("ndcg@10", 8, 0, 0)
    assert one.p_holm == pytest.approx(2 / 256)
    assert one.sentence().endswith("the second run is better, p = 0.008.")


def test_p_values_are_corrected_over_all_levels_together() -> None:
    """Each alone 2/256; the smaller of two equal ones times 2."""
    low, high = [0.0] * 8, [float(step) for step in range(1, 9)]
    first = {"document": scores(ndcg_at_10=low), "page": scores(page_ndcg_at_10=low)}
    second = {"document": scores(ndcg_at_10=high), "page": scores(page_ndcg_at_10=high)}

    found = compare_levels(first, second)

    assert [one.p_holm for one in found.comparisons] == [pytest.approx(4 / 256)] * 2


def test_a_level_that_is_judged_on_other_queries_is_named_and_left_out() -> None:
    """Answers given are other ones on each side."""
    first = {"grounded": scores(("a", "b"), groundedness=[1.0, 1.0]), "agreement": scores(("a",), f1=[0.5])}
    second = {"grounded": scores(("a",), groundedness=[1.0]), "agreement": scores(("a",), f1=[0.5])}

    found = compare_levels(first, second)

    assert [one.metric for one in found.comparisons] == ["f1"]
    assert found.notes == ("groundedness: each has its own queries (grounded), so they are not compared",)


def test_a_metric_may_be_chosen_and_one_that_was_not_measured_is_refused() -> None:
    levels = {"document": scores(ndcg_at_10=[0.5] * 8, map_at_5=[0.5] * 8)}

    assert [one.metric for one in compare_levels(levels, levels, metrics=["map@5"]).comparisons] == ["map@5"]
    with pytest.raises(UsageError, match="mrr@3 was not measured"):
        compare_levels(levels, levels, metrics=["mrr@3"])


def test_other_cut_offs_have_their_largest_as_headlines() -> None:
    assert headlines(["ndcg@3", "ndcg@20", "map@20", "page_hit@3"]) == ["ndcg@20", "page_hit@3"]
    assert headlines(["ndcg@10", "ndcg@20"]) == ["ndcg@10"]


def test_a_set_that_changed_in_between_is_told_query_by_query() -> None:
    digests = {**dict.fromkeys(QUERIES[:-1], "x"), "q1": "y", "new": "x"}

    with pytest.raises(UsageError, match=r"1 new \(new\); 1 gone \(q7\); 1 changed \(q1\)"):
        compare_reports(report([0.5] * 8), report([0.5] * 8, digests=digests))


def test_retrieval_is_not_compared_with_answers() -> None:
    answers = AnswersReport("s", {}, {}, None, None, (), ())

    with pytest.raises(UsageError, match="retrieval, the other answers"):
        compare_reports(report([0.5] * 8), answers)


def test_kept_reports_are_compared_by_their_files(tmp_path: Path) -> None:
    for name, row in (("a", [0.2] * 8), ("b", [0.3] * 8)):
        kept.write(tmp_path / name, report(row))

    found = compare_files(tmp_path / "a", tmp_path / "b")

    assert found.first == str(tmp_path / "a")
    assert found.comparisons[0].difference.mean == pytest.approx(0.1)
    again = kept.read(tmp_path / "a")
    assert isinstance(again, RetrievalReport)
    assert (again.run, again.notes, again.circumstances) == (
        report([]).run,
        report([]).notes,
        report([]).circumstances,
    )


def test_runs_are_compared_by_the_judgements_given(tmp_path: Path) -> None:
    """The relevant document moves from rank 2 to rank 1: nDCG from 1/log2(3) to 1."""
    trec.write_run(tmp_path / "a", {"q": {"x": 2.0, "y": 1.0}}, tag="a")
    trec.write_run(tmp_path / "b", {"q": {"x": 1.0, "y": 2.0}}, tag="b")
    trec.write_qrels(tmp_path / "qrels", {"q": {"y": 1}})

    found = compare_files(tmp_path / "a", tmp_path / "b", judgements=tmp_path / "qrels", metrics=["ndcg@10"])

    assert found.comparisons[0].first == pytest.approx(1 / np.log2(3))
    assert found.comparisons[0].second == 1.0


def test_a_question_set_scores_runs_by_its_documents(tmp_path: Path) -> None:
    """Paths stand in a run as in a URI."""
    (tmp_path / "set.jsonl").write_text('{"id": "q", "question": "?", "evidence": [{"document": "a b.md"}]}')
    trec.write_run(tmp_path / "a", {"q": {"a%20b.md": 2.0, "c.md": 1.0}}, tag="a")

    found = compare_files(tmp_path / "a", tmp_path / "a", set_path=tmp_path / "set.jsonl", metrics=["hit@1"])

    assert found.comparisons[0].first == 1.0


def test_what_does_not_go_together_is_refused(tmp_path: Path) -> None:
    kept.write(tmp_path / "kept", report([0.5] * 8))
    trec.write_run(tmp_path / "run", {"q": {"x": 2.0}}, tag="a")
    trec.write_qrels(tmp_path / "qrels", {"q": {"x": 1}})
    (tmp_path / "text").write_text("no run")

    with pytest.raises(UsageError, match="one of them is a kept result"):
        compare_files(tmp_path / "kept", tmp_path / "run")
    with pytest.raises(UsageError, match="runs are scored by judgements"):
        compare_files(tmp_path / "run", tmp_path / "run")
    with pytest.raises(BadSet, match="2 columns instead of 6"):
        compare_files(tmp_path / "text", tmp_path / "run", judgements=tmp_path / "qrels")

"""Kept results as what a report says: who is best, what is beyond chance, which queries are worst."""

from dataclasses import replace

import numpy as np
import pytest

from evals.intervals import mean_intervals
from evals.models import QueryScores
from evals.report import plots
from evals.report.from_results import report
from evals.report.wording import changed_most, conclusion, verdict
from evals.results import AnswersReport, Circumstances, Shown
from retrieval.errors import UsageError
from tests.evals.report.results import answered, searched


def test_a_single_result_is_told_without_comparisons() -> None:
    """3 of 4: the figure, its bounds, the queries."""
    found = report({"dense": searched([1, 1, 1, 0])}, main="hit@1")

    assert found.versus == ()
    assert conclusion(found).startswith("hit@1 is 0.750 (")
    assert conclusion(found).endswith("on 4 queries.")
    assert not found.is_top(found.best, "hit@1")


def test_the_best_has_the_highest_mean_and_better_means_beyond_chance() -> None:
    """20 of 20 against none: p of 20 gains in 2^20 patterns is tiny, and so it is with another comparison beside it."""
    found = report({"old": searched([0] * 20), "new": searched([1] * 20), "same": searched([0] * 20)}, main="hit@1")

    better, same = found.versus
    assert found.best.name == "new"
    assert [verdict(one) for one in better.compared if one.metric == "hit@1"] == ["better"]
    assert [verdict(one) for one in same.compared if one.metric == "hit@1"] == ["no query differs"]
    assert "new is better than old in hit@1." in conclusion(found)


def test_a_loss_is_called_one_and_a_small_change_chance() -> None:
    """20 losses of 20; one loss of 20."""
    lost = report({"old": searched([1] * 20), "new": searched([0] * 20)}, main="hit@1")
    moved = report({"old": searched([1] * 20), "new": searched([0] + [1] * 19)}, main="hit@1")

    assert "new is worse than old in hit@1." in conclusion(lost)
    assert conclusion(moved).endswith("No difference to old is beyond chance.")


def test_fewer_answerable_questions_refused_is_better_wherever_it_is_told() -> None:
    """20 refusals against none: the verdict, the sentence, the counts, the best, the worst and what changed most."""

    def refusing(share: float) -> AnswersReport:
        refused = {"refused_answerable": np.full(20, share)}
        scores = {"refused_answerable": QueryScores(tuple(f"q{number}" for number in range(20)), refused)}
        return replace(answered([1.0] * 20), metrics=mean_intervals(refused), scores=scores)

    found = report({"old": refusing(1.0), "new": refusing(0.0)}, main="refused_answerable")

    (one,) = found.versus[0].compared
    assert found.best.name == "new"
    assert (verdict(one), one.wins, one.losses) == ("better", 20, 0)
    assert one.difference.mean == -1.0
    assert "the second run is better" in one.sentence()
    assert changed_most(found, found.versus[0])[0] == ("q0", -1.0)
    drawn = plots.differences({"a": -1.0, "b": 0.5}, "refused_answerable")
    assert drawn.index('"gain"') < drawn.index("a: -1.000") < drawn.index('"loss"') < drawn.index("b: +0.500")


def test_of_many_configurations_the_conclusion_counts() -> None:
    """Five of 20 gains, one the same: no list of sentences."""
    many = {"old": searched([0] * 20), "same": searched([0] * 20)}
    many |= {f"new{number}": searched([1] * 20) for number in range(5)}

    found = conclusion(report(many, main="hit@1"))

    assert found.endswith("5 of 6 are better than old.")


def test_p_values_are_corrected_over_the_whole_report() -> None:
    """Six gains of six: p is 2/64 alone, and four times that among the two metrics of two comparisons."""
    alone = report({"old": searched([0] * 6), "new": searched([1] * 6)}, main="hit@1")
    beside = report({"old": searched([0] * 6), "new": searched([1] * 6), "third": searched([1] * 6)}, main="hit@1")

    def p(found: object) -> float:
        return next(one.p_holm for one in found.versus[0].compared if one.metric == "hit@1")  # type: ignore[attr-defined]

    assert p(alone) == pytest.approx(2 * 2 / 64)
    assert p(beside) == pytest.approx(4 * 2 / 64)


def test_the_worst_queries_come_first_and_those_that_failed_everywhere_before_others() -> None:
    """q0 failed in both, q3 in the better one alone, q2 in the other one alone, q1 nowhere."""
    found = report({"one": searched([0, 1, 1, 0]), "two": searched([0, 1, 0, 1])}, main="hit@1")

    assert found.best.name == "one"
    assert found.worst(4) == ["q0", "q3", "q2", "q1"]


def test_what_changed_most_is_gains_then_losses() -> None:
    """Queries that did not change are left out."""
    found = report({"one": searched([0, 1, 1, 0]), "two": searched([1, 1, 0, 0])}, main="hit@1")

    assert changed_most(found, found.versus[0]) == [("q0", 1.0), ("q2", -1.0)]


def test_a_place_that_came_is_marked_by_what_it_shares_with_the_expected() -> None:
    """The page, the document alone, nothing; a document without pages has none to share."""
    case = report({"one": searched([1, 0])}, main="hit@1").best.cases["q0"]

    assert [case.right(one) for one in case.came] == ["page", "document", ""]
    assert case.right(Shown("a.pdf")) == "document"


def test_answers_bring_their_words_their_curve_and_their_auroc() -> None:
    """Beside the places: what should have been said, and what was."""
    found = report({"extractive": answered([1.0, 0.5, 0.0])})

    assert (found.measures, found.main) == ("Answers", "f1")
    assert found.best.metrics["auroc"].mean == 0.8
    assert found.best.risk is not None
    assert found.best.cases["q0"].expected_words == "30 days"
    assert found.best.cases["q2"].came_words == "refused: 30 days [1]"


def test_results_that_do_not_go_together_are_refused() -> None:
    """Nothing, another kind, another set, an unknown metric."""
    other = replace(searched([1, 1]), circumstances=Circumstances(digests={"q0": "a", "q1": "changed"}))

    with pytest.raises(UsageError, match="nothing was measured"):
        report({})
    with pytest.raises(UsageError, match="of another kind"):
        report({"a": searched([1, 1]), "b": answered([1.0, 1.0])})
    with pytest.raises(UsageError, match=r"b: the set has changed: 1 changed \(q1\)"):
        report({"a": searched([1, 1]), "b": other})
    with pytest.raises(UsageError, match="ndcg@7 was not measured"):
        report({"a": searched([1, 1])}, main="ndcg@7")

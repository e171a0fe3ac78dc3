"""Reports as frames: a row a query, a column a score."""

import builtins
import math
from typing import Any

import pytest

from evals.experiments.result import CellResult, ExperimentResult
from evals.frames import per_cell, per_query
from retrieval.errors import UsageError
from tests.evals.answers.test_measure import ANSWERS, measured
from tests.evals.test_compare import report


def test_each_query_is_a_row_with_all_its_scores() -> None:
    frame = per_query(report([0.25, 1.0, 0, 0, 0, 0, 0, 0.5]))

    assert list(frame.index) == [f"q{number}" for number in range(8)]
    assert frame.loc["q1", "ndcg@10"] == 1.0
    assert frame["ndcg@10"].mean() == pytest.approx(1.75 / 8)


def test_answers_tell_their_story_and_nan_where_nothing_is_judged() -> None:
    frame = per_query(measured(ANSWERS)[0])

    assert list(frame.index) == ["de", "es", "mars"]
    assert frame.loc["de", "right"] is True
    assert frame.loc["es", "answer"] == "Not in the documents."
    assert math.isnan(frame.loc["mars", "f1"])
    assert math.isnan(frame.loc["es", "groundedness"])


def test_each_cell_is_a_row_with_means_and_bounds() -> None:
    cells = tuple(CellResult({"mode": mode}, report([0.5] * 8), (), mode) for mode in ("dense", "lexical"))

    frame = per_cell(ExperimentResult("x", "s", "retrieval", ("ndcg@10",), cells))

    assert list(frame.columns) == ["mode", "ndcg@10", "ndcg@10 low", "ndcg@10 high"]
    assert frame.loc[1, "mode"] == "lexical"
    assert (frame.loc[0, "ndcg@10 low"], frame.loc[0, "ndcg@10 high"]) == (0.4, 0.6)


def test_without_pandas_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "pandas":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)

    with pytest.raises(UsageError, match="pandas is not installed") as refused:
        per_query(report([0.5] * 8))

    assert "footnote[notebook]" in refused.value.remedy

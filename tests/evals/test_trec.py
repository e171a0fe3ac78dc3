"""TREC files: written and read back to the last bit, mistakes told by line."""

import random
import struct
from pathlib import Path

import pytest

from evals import trec
from evals.errors import BadSet
from retrieval.errors import UsageError


def test_a_run_has_the_six_columns_best_first(tmp_path: Path) -> None:
    """As trec_eval and every other tool read it."""
    trec.write_run(tmp_path / "run", {"q1": {"a": 0.25, "b": 0.5}, "q2": {"c": 1.0}}, tag="mine")

    assert (tmp_path / "run").read_text() == ("q1 Q0 b 1 0.5 mine\nq1 Q0 a 2 0.25 mine\nq2 Q0 c 1 1.0 mine\n")


def test_scores_survive_a_round_trip_in_full(tmp_path: Path) -> None:
    """3,000 random doubles of every magnitude, and single precision ones."""
    draw = random.Random(1)
    doubles = [draw.uniform(-1, 1) * 10 ** draw.randint(-300, 300) for _ in range(2_000)]
    singles = [struct.unpack("f", struct.pack("f", draw.random()))[0] for _ in range(1_000)]
    run = {"q": {f"d{number}": score for number, score in enumerate(doubles + singles)}}

    trec.write_run(tmp_path / "run", run, tag="t")

    assert trec.read_run(tmp_path / "run") == run


def test_qrels_survive_a_round_trip(tmp_path: Path) -> None:
    """Grades, zeros and negative ones."""
    qrels = {"q1": {"a": 2, "b": 0}, "q2": {"a": -1}}

    trec.write_qrels(tmp_path / "qrels", qrels)

    assert trec.read_qrels(tmp_path / "qrels") == qrels


def test_equal_scores_are_ranked_as_trec_eval_does(tmp_path: Path) -> None:
    """In single precision, ids from z to a."""
    assert trec.by_rank({"a": 1.0, "c": 1.0 + 1e-12, "b": 1.0, "d": 2.0}) == [
        ("d", 2.0),
        ("c", 1.0 + 1e-12),
        ("b", 1.0),
        ("a", 1.0),
    ]


def test_a_bad_run_is_refused_with_its_lines(tmp_path: Path) -> None:
    """Columns, numbers, documents twice."""
    (tmp_path / "run").write_text("q Q0 a 1 0.5 t\nq Q0 a 2 0.4 t\nq Q0 b 3 high t\nq Q0 c nan\nq Q0 c 4 nan t\n")

    with pytest.raises(BadSet) as refused:
        trec.read_run(tmp_path / "run")

    assert [(one.line, one.field) for one in refused.value.problems] == [
        (2, "document"),
        (3, "score"),
        (4, ""),
        (5, "score"),
    ]


@pytest.mark.parametrize("text", ["", "q 0 a yes\n", "q 0 a 1\nq 0 a 1\n", "q a 1\n"])
def test_bad_qrels_are_refused(tmp_path: Path, text: str) -> None:
    """Empty, not a number, judged twice, a column short."""
    (tmp_path / "qrels").write_text(text)

    with pytest.raises(BadSet):
        trec.read_qrels(tmp_path / "qrels")


@pytest.mark.parametrize("name", ["two words", "", "tab\there"])
def test_ids_that_would_break_the_columns_are_not_written(tmp_path: Path, name: str) -> None:
    """They could not be read back."""
    with pytest.raises(UsageError, match="white space"):
        trec.write_run(tmp_path / "run", {"q": {name: 1.0}}, tag="t")

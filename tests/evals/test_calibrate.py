"""From confidences to a bound, and the bound as the answers of its collection heed it."""

from pathlib import Path

import numpy as np
import pytest

from evals.calibrate import calibrate, keep, of, threshold
from evals.models import Question, QuestionSet
from retrieval.answer import abstain
from retrieval.engine import Engine
from retrieval.errors import UsageError
from retrieval.settings import EngineSettings
from retrieval.store.thresholds import Threshold
from tests.fakes import FakeEmbedder

CONFIDENCES = np.array([0.05, 0.2, 0.31, 0.42, 0.53, 0.64, 0.75, 0.86, 0.97, 0.99])


def questions(answerable: int, unanswerable: int) -> QuestionSet:
    made = [
        Question(
            f"q{number}", "Why?", "Because.", number < answerable, evidence=(), history=(), groups=frozenset(), line=1
        )
        for number in range(answerable + unanswerable)
    ]
    return QuestionSet("known", "known.jsonl", tuple(made))


@pytest.mark.parametrize(("target", "bound"), [(0.0, 0.05), (0.1, 0.2), (0.25, 0.31), (0.99, 0.99)])
def test_the_bound_is_the_highest_that_refuses_no_more_than_the_target(target: float, bound: float) -> None:
    """Of ten: none, one, two (a quarter is two and a half) and nine lie below."""
    assert threshold(CONFIDENCES, target) == bound
    assert (bound > CONFIDENCES).mean() <= target


def test_rates_are_told_for_both_classes_at_both_bounds() -> None:
    """Answerable .05 to .99; of the unanswerable .1 and .2, one lies below the bound of .2, both below the shipped."""
    found = of(questions(10, 2), np.append(CONFIDENCES, [0.1, 0.2]), target=0.1)

    assert found.threshold == 0.2
    assert found.refused["answerable"].mean == pytest.approx(0.1)
    assert found.refused["unanswerable"].mean == pytest.approx(0.5)
    assert found.shipped_refused["unanswerable"].mean == 1.0
    assert found.auroc is not None
    assert found.auroc.mean == pytest.approx((9 + 8.5) / 20)  # 0.1 beaten by nine, 0.2 by eight and a tie
    assert found.as_json()["threshold"] == 0.2


def test_without_unanswerable_questions_a_note_says_what_is_not_known() -> None:
    found = of(questions(10, 0), CONFIDENCES, target=0.1)

    assert (found.auroc, list(found.refused)) == (None, ["answerable"])
    assert "no unanswerable" in found.notes[0]


def test_too_few_questions_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "few.jsonl"
    path.write_text('{"id": "a", "question": "Why?"}\n')

    with pytest.raises(UsageError, match="1 answerable"):
        calibrate(path, engine_settings=EngineSettings(tmp_path / "home"))


def test_a_kept_bound_replaces_the_one_before_and_is_the_collection_s_alone(tmp_path: Path) -> None:
    found = of(questions(10, 2), np.append(CONFIDENCES, [0.1, 0.2]), target=0.1)

    with Engine(EngineSettings(tmp_path), write=True, embedder=FakeEmbedder()) as engine:
        keep(engine, of(questions(10, 0), CONFIDENCES, target=0.5), collection="handbook")
        keep(engine, found, collection="handbook")

        assert engine.thresholds.of("handbook") == Threshold(
            "handbook", 0.2, abstain.WEIGHTS_NAME, 0.1, "known", 10, pytest.approx(0.1)
        )
        assert engine.thresholds.of("other") is None


def test_a_home_opened_for_reading_keeps_nothing(tmp_path: Path) -> None:
    with Engine(EngineSettings(tmp_path), write=True, embedder=FakeEmbedder()):
        pass

    with Engine(EngineSettings(tmp_path), write=False, embedder=FakeEmbedder()) as engine, pytest.raises(UsageError):
        keep(engine, of(questions(10, 0), CONFIDENCES, target=0.1), collection="handbook")

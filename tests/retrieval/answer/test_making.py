"""Which bound a collection's questions are held to."""

from pathlib import Path

import pytest

from retrieval.answer.abstain import ANSWER_FROM, WEIGHTS_NAME
from retrieval.answer.making import bound_of
from retrieval.engine import Engine
from retrieval.settings import EngineSettings
from retrieval.store.thresholds import Threshold, Thresholds
from tests.fakes import FakeEmbedder


@pytest.fixture
def thresholds(tmp_path: Path) -> Thresholds:
    """One of these weights for `mine`, one of others for `old`."""
    with Engine(EngineSettings(tmp_path), write=True, embedder=FakeEmbedder()) as engine:
        engine.thresholds.keep(Threshold("mine", 0.6, WEIGHTS_NAME, 0.1, "set", 100, 0.1))
        engine.thresholds.keep(Threshold("old", 0.7, "other", 0.1, "set", 100, 0.1))
        return engine.thresholds


@pytest.mark.parametrize(("collection", "bound"), [("mine", 0.6), ("old", ANSWER_FROM), ("none", ANSWER_FROM)])
def test_a_collection_s_own_bound_holds_while_the_weights_are_those(
    thresholds: Thresholds, collection: str, bound: float
) -> None:
    assert bound_of(thresholds, None)(collection) == bound


def test_what_the_settings_give_comes_first(thresholds: Thresholds) -> None:
    assert bound_of(thresholds, 0.0)("mine") == 0.0

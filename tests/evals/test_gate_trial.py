"""The gate's trial on the sample corpus, with the real model: damage is caught, what changes nothing is not."""

from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from evals import questions
from evals.baseline import Baseline, baseline_of
from evals.benchmarks.gating import corpora
from evals.benchmarks.gating.changes import Change, Swapping, damages, harmless
from evals.benchmarks.gating.trial import Trial, about
from evals.vectors import cached_embedder
from retrieval.models import Mode
from retrieval.settings import EngineSettings

DATA = Path(__file__).parents[2] / "data"
SWAPPED = Change("a fifth of the vectors swapped", embedder=partial(Swapping, share=0.2))
"""126 questions are too few to see one in twenty every time; the larger sets of `make bench-gate` are for that."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    folder = tmp_path_factory.mktemp("trial")
    with closing(cached_embedder(EngineSettings(folder), folder)) as embedder:
        staged = corpora.of_folder(DATA / "corpus", folder / "made", embedder)
        yield Trial(about(questions.read(DATA / "questions.jsonl"), staged), staged, embedder, folder)


@pytest.fixture(scope="module")
def held(trial: Trial) -> Baseline:
    return baseline_of(trial.reports(Change("as it is")), trial.judged)


@pytest.mark.parametrize(
    ("damage", "legs"),
    [
        (SWAPPED.name, {"dense"}),
        ("page numbers off by one", {"dense", "lexical", "hybrid"}),
        ("each tenth chunk lost", {"lexical"}),
    ],
)
def test_damage_is_caught_in_the_legs_that_it_touches(
    trial: Trial, held: Baseline, damage: str, legs: set[Mode]
) -> None:
    change = next(one for one in (SWAPPED, *damages()) if one.name == damage)

    alarmed = {mode for mode, verdict in trial.verdicts(change, held).items() if not verdict.passed}

    assert legs <= alarmed


def test_what_changes_nothing_passes(trial: Trial, held: Baseline) -> None:
    """Another order, another batch, the other precision, both indexes made anew."""
    chosen = list(harmless(12, model="default", graphs=trial.scratch / "graphs"))
    kinds = [chosen[0], chosen[1], chosen[3], chosen[7]]

    alarms = [change.name for change in kinds if not all(v.passed for v in trial.verdicts(change, held).values())]

    assert alarms == []

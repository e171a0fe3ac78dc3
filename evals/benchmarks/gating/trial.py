"""The gate put to the test: `python -m evals.benchmarks.gating.trial --shared FOLDER`.

An index is made, its scores are the baseline. Then it is made again, each time with one thing done to it: damage, which
the gate has to see in a leg that it touches, each leg gated on its own, and harmless changes, of a hundred of which at
most one may alarm it. SciFact's training queries have no pages, so page numbers are damaged in the sample corpus.
"""

import argparse
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

from evals import baseline as baselines
from evals import beir, questions
from evals.baseline import Baseline
from evals.benchmark import Prepared, located
from evals.benchmarks import piece_sets
from evals.benchmarks.gating import corpora
from evals.benchmarks.gating.changes import Change, damages, harmless
from evals.benchmarks.gating.corpora import Staged
from evals.gate import Verdict, check, measured
from evals.models import JudgedSet, QuestionSet
from evals.results import RetrievalReport
from evals.vectors import cached_embedder
from retrieval.engine import Engine
from retrieval.errors import FootnoteError
from retrieval.models import Mode
from retrieval.ports import Embedder
from retrieval.settings import EngineSettings

_SAMPLE = Path("data")
_MODES: tuple[Mode, ...] = get_args(Mode)


@dataclass(frozen=True, slots=True)
class Trial:
    """A set, its corpus as staged versions, and where its gold stands once that is published."""

    judged: JudgedSet
    staged: Staged
    embedder: Embedder
    scratch: Path

    def reports(self, change: Change) -> tuple[RetrievalReport, ...]:
        """Each leg's scores with that one thing done; the question's vectors are the undamaged model's."""
        home = Path(tempfile.mkdtemp(dir=self.scratch))
        try:
            corpora.publish(change.staged(self.staged), home, change.embedder(self.embedder), at_once=change.at_once)
            if change.rebuilt:
                self._rebuild(home)
            with Engine(EngineSettings(home), write=False, embedder=self.embedder) as engine:
                gold = located(self.judged, engine.catalog, None)
                return measured(Prepared(self.judged, engine, None, gold), modes=_MODES)
        finally:
            shutil.rmtree(home)

    def _rebuild(self, home: Path) -> None:
        with Engine(EngineSettings(home), write=True, embedder=self.embedder) as engine:
            engine.index.upkeep.rebuild("vectors")
            engine.index.upkeep.rebuild("lexical")

    def verdicts(self, change: Change, held: Baseline) -> dict[Mode, Verdict]:
        """Each leg gated on its own."""
        reports = self.reports(change)
        return {
            report.mode: check([report], self.judged, baselines.narrowed(held, [report.mode], [])) for report in reports
        }


def caught(trial: Trial, changes: Iterable[Change], held: Baseline) -> Iterator[tuple[Change, dict[Mode, Verdict]]]:
    """Each change with the legs' verdicts."""
    for change in changes:
        yield change, trial.verdicts(change, held)


def main() -> None:
    arguments = _arguments()
    arguments.cache.mkdir(parents=True, exist_ok=True)
    settings = EngineSettings(home=arguments.cache)
    with closing(cached_embedder(settings, arguments.cache)) as embedder, _scratch(arguments.cache) as scratch:
        trial = _trial(arguments, embedder, Path(scratch))
        held = baselines.baseline_of(trial.reports(Change("as it is")), trial.judged)
        print(f"{trial.judged.name}: {len(trial.staged)} documents, gated {', '.join(held.metrics)}")
        if not arguments.no_damage:
            for change, verdicts in caught(trial, damages(), held):
                print(f"damage: {change.name}: {_told(verdicts)}", flush=True)
        alarms = 0
        chosen = list(harmless(arguments.harmless, model=settings.model, graphs=arguments.cache / "graphs"))
        for change, verdicts in caught(trial, chosen[arguments.skip :], held):
            alarms += not all(verdict.passed for verdict in verdicts.values())
            print(f"harmless: {change.name}: {_told(verdicts)}", flush=True)
        print(f"{alarms} alarms in {len(chosen) - arguments.skip} harmless changes")


def _trial(arguments: argparse.Namespace, embedder: Embedder, scratch: Path) -> Trial:
    made_in = scratch / "made"
    if arguments.set == "sample":
        staged = corpora.of_folder(_SAMPLE / "corpus", made_in, embedder)
        return Trial(about(questions.read(_SAMPLE / "questions.jsonl"), staged), staged, embedder, scratch)
    scifact = piece_sets.narrowed(beir.read(arguments.shared / "scifact-beir"), arguments.records)
    return Trial(scifact, corpora.of_records(scifact, made_in, embedder), embedder, scratch)


def about(judged: QuestionSet, staged: Staged) -> QuestionSet:
    """The questions whose evidence was read."""
    read = {version.source.path for version in staged}
    kept = (one for one in judged.questions if all(evidence.document in read for evidence in one.evidence))
    return replace(judged, questions=tuple(kept))


def _scratch(cache: Path) -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(dir=cache, prefix="trial-")


def _told(verdicts: dict[Mode, Verdict]) -> str:
    return "; ".join(f"{mode} {_leg(verdict)}" for mode, verdict in verdicts.items())


def _leg(verdict: Verdict) -> str:
    if not (failed := [one for one in verdict.checks if one.failed]):
        return "passed"
    return "ALARM " + ", ".join(
        f"{one.metric} {one.before:.3f} > {one.now:.3f} (p {one.p_holm:.4f}, {len(one.fallen)} fell)" for one in failed
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.benchmarks.gating.trial", description=__doc__)
    parser.add_argument("--shared", type=Path, help="the folder that holds the sets")
    piece_sets.add_records_option(parser)
    parser.add_argument("--set", choices=("scifact", "sample"), default="scifact", help="what is gated (scifact)")
    parser.add_argument("--harmless", type=int, default=100, help="how many harmless changes (100)")
    parser.add_argument("--skip", type=int, default=0, help="leave out the first of them, done before")
    parser.add_argument("--no-damage", action="store_true", help="harmless changes only")
    parser.add_argument("--cache", type=Path, default=Path(".bench"), help="where vectors are kept (.bench)")
    arguments = parser.parse_args()
    if arguments.set == "scifact" and arguments.shared is None:
        parser.error("--shared is needed for scifact")
    return arguments


if __name__ == "__main__":
    try:
        main()
    except FootnoteError as error:
        raise SystemExit(f"{error.message}\n{error.remedy}") from error

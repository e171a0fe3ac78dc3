"""How long an experiment takes: 220 questions under 12 settings, from kept vectors, and once more.

`python -m evals.benchmarks.grid_time --shared FOLDER`. The first run embeds what no run before it did and is not timed;
the second makes its indexes and its results anew from the kept vectors; the third finds every result.
"""

import argparse
import json
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from evals.benchmarks import question_sets
from evals.experiments.result import ExperimentResult
from evals.experiments.run import experiment
from evals.models import QuestionSet
from retrieval.errors import FootnoteError
from retrieval.settings import EngineSettings

_GRID = """\
name = "grid time"
set = "questions.jsonl"
corpus = {corpus}
metrics = ["token_recall@5", "token_iou@5"]

[grid]
chunk_tokens = [200, 160, 120, 80]
mode = ["hybrid", "dense", "lexical"]
"""


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds on the clock and of this process's processors."""

    wall: float
    processor: float
    result: ExperimentResult


def main() -> None:
    arguments = _arguments()
    folder = arguments.shared / "chroma-chunking-eval"
    judged = question_sets.chunking_evaluation(folder)
    arguments.cache.mkdir(parents=True, exist_ok=True)
    file = _written(judged, folder / "corpora", arguments.cache)
    _forget(arguments.cache)
    _timed(file, arguments.cache)
    _forget(arguments.cache)
    for name, timed in (("kept vectors", _timed(file, arguments.cache)), ("again", _timed(file, arguments.cache))):
        cells = timed.result.cells
        print(
            f"{name}: {len(judged.questions)} questions, {len(cells)} settings, {sum(c.reused for c in cells)} reused: "
            f"{timed.wall:.1f} s on the clock, {timed.processor:.1f} s of processor"
        )
    for cell in timed.result.cells:
        means = (f"{metric} {cell.report.metrics[metric].mean:.3f}" for metric in timed.result.metrics)
        print(f"  {cell.name}: {', '.join(means)}")


def _written(judged: QuestionSet, corpus: Path, folder: Path) -> Path:
    """The set and the grid as files."""
    lines = [
        {
            "id": one.id,
            "question": one.question,
            "evidence": [{"document": evidence.document, "quote": evidence.quote} for evidence in one.evidence],
        }
        for one in judged.questions
    ]
    (folder / "questions.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    file = folder / "grid.toml"
    file.write_text(_GRID.format(corpus=json.dumps(str(corpus.resolve()))))
    return file


def _forget(cache: Path) -> None:
    """Homes and results; vectors stay."""
    for path in (*cache.glob("corpora-*"), cache / "results"):
        shutil.rmtree(path, ignore_errors=True)


def _timed(file: Path, cache: Path) -> Timed:
    settings = EngineSettings(home=cache / "home")
    clock, processor = time.perf_counter(), time.process_time()
    result = experiment(file, engine_settings=settings, out=cache / "results", cache=cache)
    return Timed(time.perf_counter() - clock, time.process_time() - processor, result)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.benchmarks.grid_time", description=__doc__)
    parser.add_argument("--shared", type=Path, required=True, help="the folder that holds the sets")
    parser.add_argument("--cache", type=Path, default=Path(".bench/grid"), help="where homes and vectors are kept")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except FootnoteError as error:
        raise SystemExit(f"{error.message}\n{error.remedy}") from error

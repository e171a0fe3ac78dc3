"""Are follow-ups understood without a language model? `python -m evals.benchmarks.answering.followups --shared FOLDER`.

On mtRAG's conversations, recall at 5 of a search for the last turn alone, for the question as the product reads it, and
for all that the user said; later turns and first turns apart, with paired intervals. Sets of single turns have to come
back unchanged.
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from evals.benchmarks.answering import sets
from evals.benchmarks.answering.sets import Asked
from evals.intervals import Interval, bca
from evals.progress import track
from retrieval.answer.followup import standalone
from retrieval.engine import Engine
from retrieval.models import OWNER
from retrieval.search.requests import MAX_QUESTION

K = 5
_HITS = 25
Reading = Callable[[Asked], str]

READINGS: dict[str, Reading] = {
    "last turn only": lambda asked: asked.question,
    "as the product reads it": lambda asked: standalone(asked.question, asked.history),
    "all that the user said": lambda asked: " ".join(
        (*(turn.content for turn in asked.history if turn.role == "user"), asked.question)
    )[-MAX_QUESTION:],
}


def recall(engine: Engine, asked: Asked, question: str) -> float:
    """The share of the relevant records among the first five."""
    hits = engine.search(question, k=_HITS, caller=OWNER)
    found = list(dict.fromkeys(hit.chunk.document for hit in hits))[:K]
    return len(set(found) & set(asked.relevant)) / len(asked.relevant)


def table(engine: Engine, questions: Sequence[Asked]) -> Table:
    drawn = Table("", "questions", f"recall@{K}", "ratio to last turn only", "difference", "changed")
    for name, turns in _split(questions).items():
        base: np.ndarray | None = None
        for reading, read in READINGS.items():
            values = np.array([recall(engine, asked, read(asked)) for asked in track(turns, f"{name}, {reading}")])
            base = values if base is None else base
            changed = sum(read(asked) != asked.question for asked in turns)
            drawn.add_row(
                f"{name}, {reading}",
                str(len(turns)),
                _shown(_interval(values)),
                f"{values.mean() / base.mean():.3f}",
                _shown(_interval(values - base)),
                str(changed),
            )
    return drawn


def _split(questions: Sequence[Asked]) -> dict[str, list[Asked]]:
    answered = [asked for asked in questions if asked.relevant]
    return {
        "later turns": [asked for asked in answered if asked.history],
        "first turns": [asked for asked in answered if not asked.history],
    }


def _interval(values: np.ndarray) -> Interval:
    low, high = bca(values[:, None])
    return Interval(float(values.mean()), float(low[0]), float(high[0]))


def _shown(interval: Interval) -> str:
    return f"{interval.mean:.3f} [{interval.low:.3f}, {interval.high:.3f}]"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m evals.benchmarks.answering.followups", description=__doc__)
    parser.add_argument("--shared", type=Path, required=True, help="the folder that holds the sets")
    parser.add_argument("--cache", type=Path, default=Path(".bench"), help="where the homes are kept (.bench)")
    arguments = parser.parse_args()
    conversations = sets.read("mtrag", arguments.shared)
    console = Console(width=150)
    with sets.opened(conversations, cache=arguments.cache) as engine:
        console.print(table(engine, conversations.questions))
    for name in ("clapnq", "docs"):
        asked = sets.read(name, arguments.shared).questions
        changed = sum(standalone(one.question, one.history) != one.question for one in asked)
        console.print(f"{name}: {changed} of {len(asked)} single questions changed", highlight=False)


if __name__ == "__main__":
    main()

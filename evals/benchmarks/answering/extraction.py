"""Are extractive answers worth more than what is found anyway? `python -m evals.benchmarks.answering.extraction`.

Each answerable question's extractive answer, its threshold left out, stands beside the first passage and beside the
sentence that is nearest by cosine. Token F1 is taken against the reference answer. Sentence recall is the share of the
gold sentences of which four fifths of the words stand in the answer; a whole passage that holds them all has all of it,
so that the first passage is also cut to as many words as the answer has. `--fit` looks for better weights.
"""

import argparse
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from evals.answers.agreement import agreement
from evals.benchmarks.answering import sets
from evals.benchmarks.answering.sets import AnswerSet, Asked
from evals.intervals import Interval, bca
from evals.progress import track
from retrieval.answer import extract
from retrieval.answer.answerer import HITS_READ
from retrieval.answer.extract import Extractor, Statement, chosen
from retrieval.answer.followup import standalone
from retrieval.answer.words.wording import plain
from retrieval.engine import Engine
from retrieval.models import Passage
from retrieval.search.passages import PassageReader

JUDGED = ("clapnq", "docs", "sample")
_WORDS = re.compile(r"\w+")
_HELD = 0.8
_STEPS = (-1.0, -0.5, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Case:
    """One question with what was found for it; `statements` best first, of all sentences that were embedded."""

    asked: Asked
    question: str
    passages: tuple[Passage, ...]
    statements: tuple[Statement, ...]
    nearest: str


def cases(chosen_set: AnswerSet, engine: Engine) -> list[Case]:
    """Both the answer and the nearest sentence are chosen among the sentences that the product embeds."""
    reader, extractor = PassageReader(engine.catalog), Extractor(engine.embedder)
    found = []
    for asked in track([one for one in chosen_set.questions if _is_judged(one)], chosen_set.name):
        question = standalone(asked.question, asked.history)
        passages = reader.passages(engine.search(question, k=HITS_READ, caller=asked.caller), caller=asked.caller)
        statements = extractor.statements(question, passages, put=asked.question)
        if statements:
            nearest = max(statements, key=lambda one: one.features.cosine)
            found.append(Case(asked, question, passages, statements, nearest.text))
    return found


def _is_judged(asked: Asked) -> bool:
    return asked.answerable and bool(asked.reference) and asked.judged


def scored(case: Case) -> dict[str, float]:
    """F1 of the answer and of both baselines; recall of them and of the cut passage, where there is gold."""
    answer = " ".join(statement.text for statement in chosen(case.question, case.statements))
    first = plain(case.passages[0].text)
    cut = " ".join(first.split()[: len(answer.split())])
    f1 = {name: agreement(case.asked.reference, text).f1 for name, text in (("answer", answer), ("first", first))}
    f1["nearest"] = agreement(case.asked.reference, case.nearest).f1
    found = {f"f1 {name}": value for name, value in f1.items()}
    if case.asked.gold:
        for name, text in (("answer", answer), ("first", first), ("cut", cut), ("nearest", case.nearest)):
            found[f"recall {name}"] = sentence_recall(case.asked.gold, text)
    return found


def sentence_recall(gold: Sequence[str], text: str) -> float:
    """The share of the gold sentences of which four fifths of the words, counted, stand in the text."""
    held = Counter(_WORDS.findall(text.lower()))
    return float(np.mean([_is_held(Counter(_WORDS.findall(sentence.lower())), held) for sentence in gold]))


def _is_held(wanted: Counter[str], held: Counter[str]) -> bool:
    return sum((wanted & held).values()) >= _HELD * sum(wanted.values())


def table(found: Mapping[str, Sequence[Case]]) -> Table:
    drawn = Table("", "n", "answer", "first passage", "nearest sentence", "answer - first", "answer - nearest")
    for name, own in found.items():
        rows = [scored(case) for case in own]
        _add(drawn, f"{name}, token F1", rows, ("f1 answer", "f1 first", "f1 nearest"))
        if marked := [row for row in rows if "recall answer" in row]:
            _add(drawn, f"{name}, sentence recall", marked, ("recall answer", "recall first", "recall nearest"))
            _add(drawn, f"{name}, the same, passage cut", marked, ("recall answer", "recall cut", "recall nearest"))
    return drawn


def _add(drawn: Table, name: str, rows: Sequence[Mapping[str, float]], columns: tuple[str, str, str]) -> None:
    values = [np.array([row[column] for row in rows]) for column in columns]
    means = [_shown(value) for value in values]
    drawn.add_row(name, str(len(rows)), *means, _shown(values[0] - values[1]), _shown(values[0] - values[2]))


def _shown(values: NDArray[np.float64]) -> str:
    low, high = bca(values[:, None])
    interval = Interval(float(values.mean()), float(low[0]), float(high[0]))
    return f"{interval.mean:+.3f} [{interval.low:+.3f}, {interval.high:+.3f}]"


def objective(found: Mapping[str, Sequence[Case]], weights: Mapping[str, float]) -> float:
    """The mean over sets of the answers' token F1 and, where there is gold, half of their sentence recall."""
    extract._WEIGHTS.update(weights)
    means = []
    for own in found.values():
        rows = [scored(replace(case, statements=_ranked(case.statements))) for case in own]
        means.append(np.mean([row["f1 answer"] + 0.5 * row.get("recall answer", 0.0) for row in rows]))
    return float(np.mean(means))


def _ranked(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    return tuple(
        replace(one, score=one.features.score) for one in sorted(statements, key=lambda one: -one.features.logit)
    )


def fit(found: Mapping[str, Sequence[Case]]) -> dict[str, float]:
    """Coordinate ascent from the shipped weights: one weight a time is moved by a step while that helps."""
    best = dict(extract._WEIGHTS)
    most = objective(found, best)
    for name in tuple(best):
        for step in _STEPS:
            tried = {**best, name: best[name] + step}
            if (reached := objective(found, tried)) > most + 1e-4:
                best, most = tried, reached
    extract._WEIGHTS.update(best)
    return best


def main() -> None:
    arguments = _arguments()
    found: dict[str, list[Case]] = {}
    for name in arguments.sets:
        chosen_set = sets.read(name, arguments.shared)
        with sets.opened(chosen_set, cache=arguments.cache) as engine:
            found[name] = cases(chosen_set, engine)
    console = Console(width=170)
    console.print(table(found))
    if arguments.fit:
        shipped = dict(extract._WEIGHTS)
        for left in arguments.sets:
            extract._WEIGHTS.update(shipped)
            fit({name: own for name, own in found.items() if name != left})
            console.print(f"fitted without {left}", table({left: found[left]}))
        extract._WEIGHTS.update(shipped)
        console.print(f"_WEIGHTS = {json.dumps(fit(found))}", highlight=False)
        console.print(table(found))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.benchmarks.answering.extraction", description=__doc__)
    parser.add_argument("--shared", type=Path, required=True, help="the folder that holds the sets")
    parser.add_argument("--sets", nargs="+", choices=JUDGED, default=JUDGED, help="which sets (all)")
    parser.add_argument("--cache", type=Path, default=Path(".bench"), help="where the homes are kept (.bench)")
    parser.add_argument(
        "--fit", action="store_true", help="look for better weights, and what they give on a set unseen"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()

"""Do the documents hold the answer? How well the program tells, and the weights that it should tell by.

`python -m evals.benchmarks.answering.abstention --shared FOLDER`. Answerable questions stand against unanswerable ones
whose passages are indexed together. Shown for each set and pooled: the area under the ROC curve of the shipped
confidence, of weights fitted without the question's fold, of weights fitted on the other sets alone, and of the two
plain signals, top-1 cosine and BM25; with intervals, and paired differences from the plain signals.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from evals.benchmarks.answering import sets
from evals.benchmarks.answering.logistic import balanced, chances, fitted
from evals.benchmarks.answering.roc import Flags, Values, auroc_intervals
from evals.benchmarks.answering.roc import risk_coverage as curve
from evals.benchmarks.answering.sets import AnswerSet
from evals.intervals import SEED, Interval
from evals.progress import track
from retrieval.answer.abstain import ANSWER_FROM, Signals, signals
from retrieval.answer.answerer import HITS_READ, HITS_TRACED
from retrieval.answer.extract import Extractor
from retrieval.answer.followup import standalone
from retrieval.engine import Engine
from retrieval.search.passages import PassageReader

FOLDS = 5
PENALTY = 0.002
JUDGED = ("clapnq", "mtrag", "sample")
_COVERAGES = (0.5, 0.7, 0.8, 0.9, 1.0)


@dataclass(frozen=True, slots=True)
class Row:
    """One question: its set, whether it can be answered, what was seen, and the two plain signals of its search."""

    group: str
    id: str
    answerable: bool
    signals: Signals
    cosine: float
    bm25: float


def rows(chosen: AnswerSet, engine: Engine) -> list[Row]:
    reader, extractor = PassageReader(engine.catalog), Extractor(engine.embedder)
    found = []
    for asked in track([one for one in chosen.questions if one.judged], chosen.name):
        question = standalone(asked.question, asked.history)
        hits = engine.search(question, k=HITS_TRACED, caller=asked.caller)
        passages = reader.passages(hits[:HITS_READ], caller=asked.caller)
        statements = extractor.statements(question, passages, put=asked.question)
        seen = signals(question, passages=passages, statements=statements, put=asked.question)
        cosine = max((hit.provenance.dense_score or 0.0 for hit in hits), default=0.0)
        bm25 = max((hit.provenance.lexical_score or 0.0 for hit in hits), default=0.0)
        found.append(Row(chosen.name, asked.id, asked.answerable, seen, cosine, bm25))
    return found


class Fit:
    """The rows as matrices, and what is predicted of them."""

    def __init__(self, found: Sequence[Row]) -> None:
        self.rows = found
        self.groups = [row.group for row in found]
        self.labels: Flags = np.array([row.answerable for row in found])
        self.features: Values = np.array([list(row.signals.by_name().values()) for row in found])

    def theta(self, used: Flags) -> Values:
        """Fitted on the rows used; every class of every set among them weighs the same."""
        groups = [group for group, use in zip(self.groups, used, strict=True) if use]
        weights = balanced(groups, self.labels[used])
        free = np.ones(self.features.shape[1], dtype=np.bool_)
        return fitted(self.features[used], self.labels[used], weights=weights, penalty=PENALTY, at_least_zero=free)

    def all_rows(self) -> Values:
        return self.theta(np.ones(len(self.rows), dtype=np.bool_))

    def out_of_fold(self) -> Values:
        """Each row's chance by weights fitted without its fold."""
        folds = np.random.default_rng(SEED).permutation(len(self.rows)) % FOLDS
        return self._without([folds == fold for fold in range(FOLDS)])

    def out_of_set(self) -> Values:
        """Each row's chance by weights fitted on the other sets alone."""
        groups = np.array(self.groups)
        return self._without([groups == group for group in dict.fromkeys(self.groups)])

    def _without(self, parts: Sequence[Flags]) -> Values:
        predicted = np.zeros(len(self.rows))
        for part in parts:
            predicted[part] = chances(self.features[part], self.theta(~part))
        return predicted


def areas(fit: Fit) -> Table:
    """One line a set, and one for all of them pooled."""
    columns = {
        "shipped": np.array([row.signals.confidence for row in fit.rows]),
        "out of fold": fit.out_of_fold(),
        "out of set": fit.out_of_set(),
        "cosine": np.array([row.cosine for row in fit.rows]),
        "BM25": np.array([row.bm25 for row in fit.rows]),
    }
    drawn = Table("", "n", *columns, "shipped - cosine", "shipped - BM25", title="area under the ROC curve")
    for group in (*dict.fromkeys(fit.groups), "pooled"):
        used = np.array([group in (one, "pooled") for one in fit.groups])
        own = [one for one, use in zip(fit.groups, used, strict=True) if use]
        found = auroc_intervals([column[used] for column in columns.values()], fit.labels[used], own)
        means = [_shown(found[at][at]) for at in range(len(columns))]
        counted = f"{int(fit.labels[used].sum())}+{int((~fit.labels[used]).sum())}"
        drawn.add_row(group, counted, *means, _shown(found[0][3]), _shown(found[0][4]))
    return drawn


def refusals(fit: Fit, threshold: float) -> Table:
    """What the one shipped threshold refuses, of those without and of those with an answer."""
    drawn = Table("", "unanswerable refused", "answerable refused", title=f"refused below {threshold}")
    shipped = np.array([row.signals.confidence for row in fit.rows])
    for group in (*dict.fromkeys(fit.groups), "pooled"):
        used = np.array([group in (one, "pooled") for one in fit.groups])
        refused = shipped < threshold
        rates = [refused[used & (fit.labels == label)].mean() for label in (False, True)]
        drawn.add_row(group, *(f"{rate:.3f}" for rate in rates))
    return drawn


def risk_coverage(fit: Fit) -> Table:
    """Of the questions answered first, most confident first: the share that no document answers."""
    drawn = Table("", *(f"{share:.0%} answered" for share in _COVERAGES), title="risk at coverage (risk, threshold)")
    shipped = np.array([row.signals.confidence for row in fit.rows])
    for group in (*dict.fromkeys(fit.groups), "pooled"):
        used = np.array([group in (one, "pooled") for one in fit.groups])
        points = curve(shipped[used], fit.labels[used], _COVERAGES)
        cells = [f"{point.risk:.3f} from {point.threshold:.2f}" for point in points]
        drawn.add_row(group, *cells)
    return drawn


def weights(fit: Fit) -> str:
    """What `retrieval.answer.abstain` should hold, by these rows."""
    theta = fit.all_rows()
    named = {field.name: round(float(value), 2) for field, value in zip(fields(Signals), theta[:-1], strict=True)}
    return f"_WEIGHTS = {json.dumps(named)}\n_BIAS = {theta[-1]:.2f}"


def _shown(interval: Interval) -> str:
    return f"{interval.mean:.3f} [{interval.low:.3f}, {interval.high:.3f}]"


def main() -> None:
    arguments = _arguments()
    found: list[Row] = []
    if arguments.signals is not None and arguments.signals.is_file():
        found = [_row(line) for line in json.loads(arguments.signals.read_text())]
    for name in arguments.sets:
        if not any(row.group == name for row in found):
            chosen = sets.read(name, arguments.shared)
            with sets.opened(chosen, cache=arguments.cache) as engine:
                found += rows(chosen, engine)
    if arguments.signals is not None:
        arguments.signals.write_text(json.dumps([asdict(row) for row in found]))
    fit = Fit([row for row in found if row.group in arguments.sets])
    console = Console(width=190)
    console.print(areas(fit), refusals(fit, ANSWER_FROM), risk_coverage(fit))
    console.print(weights(fit), highlight=False)


def _row(line: dict[str, object]) -> Row:
    seen = Signals(**line.pop("signals"))  # type: ignore[arg-type]
    return Row(**line, signals=seen)  # type: ignore[arg-type]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.benchmarks.answering.abstention", description=__doc__)
    parser.add_argument("--shared", type=Path, required=True, help="the folder that holds the sets")
    parser.add_argument("--sets", nargs="+", choices=JUDGED, default=JUDGED, help="which sets (all)")
    parser.add_argument("--cache", type=Path, default=Path(".bench"), help="where the homes are kept (.bench)")
    parser.add_argument("--signals", type=Path, help="a file that keeps what was seen, so that fitting takes seconds")
    return parser.parse_args()


if __name__ == "__main__":
    main()

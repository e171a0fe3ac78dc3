"""An answer against the expected one.

Texts are compared as SQuAD's scorer does (Rajpurkar et al. 2016, arXiv:1606.05250): lower case, without punctuation,
articles and superfluous blanks. Markers are no part of an answer's text.

- `exact`: the same text.
- `contains`: the expected words stand in the answer, in order and without a gap.
- `f1`: harmonic mean of precision (the share of the answer's words that are expected) and recall (the share of the
  expected words that it says), words counted as often as they stand there.
- `numeric`: 1 where every number of the expected answer is among the answer's (see `numbers`), over questions whose
  expected answer holds a number.
"""

from collections import Counter
from dataclasses import dataclass

from evals.answers.numbers import all_told
from evals.quotes import words
from retrieval.answer.model.cite import without_markers

_ARTICLES = frozenset({"a", "an", "the"})


@dataclass(frozen=True, slots=True)
class Agreement:
    """Each 0-1; `numeric` is null where no number is expected."""

    exact: float
    contains: float
    f1: float
    recall: float
    numeric: float | None

    @property
    def right(self) -> bool:
        return bool(self.exact or self.contains or self.numeric)


def agreement(expected: str, given: str) -> Agreement:
    """`given` may hold markers. An empty answer agrees with nothing."""
    said = without_markers(given)
    wanted, there = _words(expected), _words(said)
    precision, recall = _shares(wanted, there)
    told = all_told(expected, said)
    return Agreement(
        exact=float(bool(wanted) and wanted == there),
        contains=float(bool(wanted) and f" {' '.join(wanted)} " in f" {' '.join(there)} "),
        f1=2 * precision * recall / (precision + recall) if precision + recall else 0.0,
        recall=recall,
        numeric=None if told is None else float(told),
    )


def _words(text: str) -> list[str]:
    return [word for word, _, _ in words(text) if word not in _ARTICLES]


def _shares(wanted: list[str], there: list[str]) -> tuple[float, float]:
    """Precision and recall over words."""
    common = sum((Counter(wanted) & Counter(there)).values())
    return (common / len(there) if there else 0.0), (common / len(wanted) if wanted else 0.0)

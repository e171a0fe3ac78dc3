"""What a report says, whatever was measured."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evals.intervals import Interval
from evals.paired import Comparison, direction
from evals.results import RiskCoverage, Shown

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Case:
    """One query: what was expected and what came, best first; the words before them are an answer's, else empty."""

    query: str
    question: str
    expected_words: str
    expected: tuple[Shown, ...]
    came_words: str
    came: tuple[Shown, ...]

    def right(self, shown: Shown) -> str:
        """What a place that came has in common with an expected one: its `page`, its `document`, or nothing."""
        near = [one for one in self.expected if one.document == shown.document]
        if any(one.page is not None and one.page == shown.page for one in near):
            return "page"
        return "document" if near else ""


@dataclass(frozen=True, slots=True)
class Configuration:
    """One thing that was measured, by its name.

    `metrics` holds the means, `by_query` each metric's score for the queries it judges; `seconds` (n,) what each query
    took, empty where nobody took the time; `cases` what each query expected and brought, by its id.
    """

    name: str
    metrics: Mapping[str, Interval]
    by_query: Mapping[str, Mapping[str, float]]
    seconds: Floats
    cases: Mapping[str, Case]
    risk: RiskCoverage | None = None


@dataclass(frozen=True, slots=True)
class Versus:
    """A configuration against the first one. `differences` holds those of the main metric, a query each."""

    name: str
    compared: tuple[Comparison, ...]
    differences: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Report:
    """One set, at least one configuration; the first is what the others are held against.

    `main` is the metric that the report decides by, `shown` those of the table and the bars, `main` among them.
    `provenance` tells versions, machine and the like; `notes` what to know before trusting a figure.
    """

    title: str
    measures: str
    queries: int
    main: str
    shown: tuple[str, ...]
    configurations: tuple[Configuration, ...]
    versus: tuple[Versus, ...]
    notes: tuple[str, ...]
    provenance: Mapping[str, str]

    @property
    def best(self) -> Configuration:
        """Whose mean of the main metric no other one's surpasses; of equal ones the first."""
        return max(self.configurations, key=lambda one: direction(self.main) * one.metrics[self.main].mean)

    def question(self, query: str) -> str:
        """The words of a query; empty where nobody kept them."""
        case = self.configurations[0].cases.get(query)
        return case.question if case else ""

    def is_top(self, one: Configuration, metric: str) -> bool:
        """Whether no other configuration has a better mean; never so where there is only one."""
        means = [direction(metric) * other.metrics[metric].mean for other in self.configurations]
        return len(means) > 1 and direction(metric) * one.metrics[metric].mean == max(means)

    def worst(self, count: int) -> list[str]:
        """The queries that the best configuration did worst on, of equal ones those that did worst everywhere."""
        sign, scores = direction(self.main), self.best.by_query[self.main]
        everywhere = {
            query: sum(one.by_query[self.main].get(query, 0.0) for one in self.configurations) for query in scores
        }
        return sorted(scores, key=lambda query: (sign * scores[query], sign * everywhere[query]))[:count]

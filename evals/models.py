"""Judged sets, runs over them and the scores of a run."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.models import Turn

Qrels = Mapping[str, Mapping[str, int]]
"""Query id > item id > relevance; 0 and below is not relevant."""

Run = Mapping[str, Mapping[str, float]]
"""Query id > item id > score, higher is better. A query may be missing or empty."""


@dataclass(frozen=True, slots=True)
class Record:
    """One document of a BEIR corpus; the title may be empty."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class BeirSet:
    """Records, the queries that are judged (id > text) and their judgements. `origin` is where it was read from."""

    name: str
    origin: str
    records: tuple[Record, ...]
    queries: Mapping[str, str]
    qrels: Qrels


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where an answer stands: the document's path in its collection, perhaps its 1-based page and the words."""

    document: str
    page: int | None = None
    quote: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a set. `groups` are the asker's; `line` is where it stands in its file."""

    id: str
    question: str
    answer: str | None
    answerable: bool
    evidence: tuple[Evidence, ...]
    history: tuple[Turn, ...]
    groups: frozenset[str]
    line: int


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions over an ingested corpus; `origin` is the file."""

    name: str
    origin: str
    questions: tuple[Question, ...]


JudgedSet = BeirSet | QuestionSet


@dataclass(frozen=True, slots=True)
class QueryScores:
    """Scores by metric, each (n,) float64 in the order of `queries`. Every judged query is in it."""

    queries: tuple[str, ...]
    values: Mapping[str, NDArray[np.float64]]

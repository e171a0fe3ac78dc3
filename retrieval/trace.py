"""How an answer came about, for whoever asks why: kept with the answer, shown to its asker and to admins."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Rewriter = Literal["", "terms", "model"]


@dataclass(frozen=True, slots=True)
class Message:
    """One chat message; `role` is `system`, `user` or `assistant`."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a chunk stood after one stage (`dense`, `lexical`, `fused`); `rank` is 1-based."""

    stage: str
    rank: int | None
    score: float | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chunk that was found, with its standing after each stage that saw it, first stage first.

    `passage` is the number, from 1, of the passage it was read in; null where it was not read.
    """

    chunk_id: str
    document_id: str
    version: int
    document: str
    page: int | None
    standings: tuple[Standing, ...]
    passage: int | None


@dataclass(frozen=True, slots=True)
class GivenPassage:
    """Stretch `start`-`end` of a version's stored text that was read for the answer; its text is not repeated here."""

    number: int
    document_id: str
    version: int
    document: str
    section: tuple[str, ...]
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that a model read and wrote. `counted` false: by our own count, for the provider told none.

    `cost` is null where no price is known for the model; `currency` is the price file's.
    """

    prompt_tokens: int
    answer_tokens: int
    counted: bool
    cost: float | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the documents hold the answer, and by whom that was decided.

    `confidence` and `threshold` are chances, 0-1. `missing` are the question's words that no passage holds.
    """

    by: Literal["threshold", "model"]
    answered: bool
    confidence: float
    threshold: float
    signals: Mapping[str, float]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """`question_read` is the question as it was searched for, rewritten by `rewriter` if that is not empty.

    `seconds` holds the time of each stage in the order they ran; `model` is empty where none wrote. `left_out` counts
    passages that found no room in the prompt. `verdict` is null where nothing was to be decided (a greeting).
    """

    question_read: str
    rewriter: Rewriter
    topic_changed: bool
    seconds: Mapping[str, float]
    candidates: tuple[Candidate, ...]
    passages: tuple[GivenPassage, ...]
    left_out: int
    model: str
    prompt: tuple[Message, ...]
    usage: Usage | None
    verdict: Verdict | None

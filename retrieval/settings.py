"""Plain values that the engine is opened with. `api.settings` alone reads the environment."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class Price:
    """What a million tokens cost."""

    prompt: float
    answer: float
    currency: str = "USD"

    def cost(self, prompt_tokens: int, answer_tokens: int) -> float:
        return (self.prompt * prompt_tokens + self.answer * answer_tokens) / 1_000_000


@dataclass(frozen=True, slots=True)
class LanguageModelSettings:
    """A chat model as `langchain.chat_models.init_chat_model` names it, `provider:model`.

    `options` are passed on as they are (`base_url`, `api_key`, `temperature`). `timeout` is in seconds and bounds the
    wait for the first and for each further piece; a request that fails for a reason that passes is sent `tries` times.
    `context_tokens` bounds what is sent, counted by the model's own `tokenizer` (a `tokenizer.json`), or without one
    by the bytes.
    """

    model: str
    options: dict[str, object] = field(default_factory=dict, repr=False)
    timeout: float = 60.0
    context_tokens: int = 4096
    tries: int = 3
    tokenizer: Path | None = None
    price: Price | None = None


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """How the two rankings become one; measured beside other values, see docs/search.md.

    `dense_weight` is the share of the vectors' scores in the fused ones, 0-1. `name_weight` is what speaks for a
    document that the question names, in units of BM25. `spans`: `long` joins neighbouring chunks that were found into
    one hit, of at most `longest_span` chunks, out of `joined_from` times as many as hits are wanted; `short` hands over
    the chunks alone. `near_duplicates`: `folded` gives one hit to a paragraph and to what says the same in a few other
    words, `shown` one to each.

    `reranker` is a sentence-transformers CrossEncoder by name or path, empty for none. It reads the best
    `reranked` chunks, as far as it comes in `rerank_seconds`, and none where the first hit is at least
    `rerank_gate` better than the second (scores are about 0-1).
    """

    dense_weight: float = 0.45
    name_weight: float = 3.0
    spans: Literal["long", "short"] = "long"
    joined_from: float = 1.6
    longest_span: int = 3
    near_duplicates: Literal["folded", "shown"] = "folded"
    reranker: str = ""
    reranked: int = 20
    rerank_seconds: float = 0.5
    rerank_gate: float = 0.25


@dataclass(frozen=True, slots=True)
class ChunkSettings:
    """How documents are cut. Part of a version's fingerprint: documents cut otherwise are cut anew by the next run.

    `max_tokens` bounds a chunk's text, 0 for the chunker's own measure; the model's limit, less context, holds anyway.
    """

    max_tokens: int = 0


@dataclass(frozen=True, slots=True)
class AnswerSettings:
    """`hits` are read for an answer, best first; `guidance` is added to what a language model is told to do."""

    hits: int = 10
    guidance: str = ""


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """`model` is a sentence-transformers name or path; `default` is the one that is installed with Footnote."""

    home: Path
    model: str = "default"
    language_model: LanguageModelSettings | None = None
    exact_scan_rows: int = 20_000
    abstain_below: float | None = None
    search: SearchSettings = SearchSettings()
    chunks: ChunkSettings = ChunkSettings()
    answers: AnswerSettings = AnswerSettings()

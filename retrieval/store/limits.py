"""What one chunk may cost."""

from dataclasses import dataclass, field
from pathlib import Path

from retrieval.settings import ChunkSettings


@dataclass(frozen=True, slots=True)
class ChunkLimits:
    """What one chunk may cost the embedding model, `max_tokens` with `special_tokens` counted in; how to cut below."""

    max_tokens: int
    special_tokens: int
    tokenizer: Path
    settings: ChunkSettings = field(default_factory=ChunkSettings)

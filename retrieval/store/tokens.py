"""Counts the embedding model's tokens without loading the model."""

from pathlib import Path

from tokenizers import Tokenizer


class TokenCounter:
    """A tokenizer from its `tokenizer.json`; nothing is cut or padded. Errors of a broken file are the library's."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    @classmethod
    def from_file(cls, path: Path) -> "TokenCounter":
        return cls(Tokenizer.from_file(str(path)))

    def count(self, text: str) -> int:
        """Tokens of `text`, special tokens not counted."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

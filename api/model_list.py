"""The file that says what each language model costs and holds: `FOOTNOTE_LLM_MODELS`, TOML.

currency = "USD"

[models."openai:gpt-5-mini"]
context_tokens = 128000
prompt_price = 0.25              # per million tokens
answer_price = 2.0
tokenizer = "gpt-5/tokenizer.json"   # beside this file
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.errors import InvalidSetting
from retrieval.settings import Price

_NAME = "FOOTNOTE_LLM_MODELS"
_Price = Annotated[float, Field(ge=0)]


class _ModelEntry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    context_tokens: Annotated[int, Field(ge=512)] | None = None
    prompt_price: _Price | None = None
    answer_price: _Price | None = None
    tokenizer: Path | None = None


class _ModelFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    currency: Annotated[str, Field(min_length=1, max_length=8)] = "USD"
    models: dict[str, _ModelEntry] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KnownModel:
    """What the file says of one model; null where it says nothing."""

    context_tokens: int | None = None
    tokenizer: Path | None = None
    price: Price | None = None


def known_model(path: Path, model: str) -> KnownModel:
    """Raises `InvalidSetting` for a file that can't be read, an unknown entry, or a tokenizer that is not there."""
    try:
        listed = _ModelFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise InvalidSetting(f"{_NAME}: {path} can't be read: {exc}", remedy="name a TOML file") from exc
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidSetting(f"{_NAME}: {path}: {place}: {first['msg']}", remedy="correct that entry") from exc
    entry = listed.models.get(model, _ModelEntry())
    return KnownModel(entry.context_tokens, _tokenizer(path, entry), _price(path, model, entry, listed.currency))


def _tokenizer(path: Path, entry: _ModelEntry) -> Path | None:
    if entry.tokenizer is None:
        return None
    tokenizer = path.parent / entry.tokenizer
    if not tokenizer.is_file():
        raise InvalidSetting(f"{_NAME}: there is no tokenizer {tokenizer}", remedy="name a tokenizer.json")
    return tokenizer


def _price(path: Path, model: str, entry: _ModelEntry, currency: str) -> Price | None:
    if entry.prompt_price is None and entry.answer_price is None:
        return None
    if entry.prompt_price is None or entry.answer_price is None:
        raise InvalidSetting(
            f"{_NAME}: {path}: {model} has one of its two prices", remedy="give prompt_price and answer_price"
        )
    return Price(entry.prompt_price, entry.answer_price, currency)

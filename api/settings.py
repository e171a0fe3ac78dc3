"""What is set in the environment, read once at start. No other module reads it.

Each field is the variable `FOOTNOTE_` and its name in capitals.
"""

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from api.errors import InvalidSetting
from api.model_list import KnownModel, known_model
from ingest.models import ConvertSettings, CrawlLimits, OcrEngine
from retrieval.settings import ChunkSettings, EngineSettings, LanguageModelSettings, SearchSettings

PREFIX = "FOOTNOTE_"


class Settings(BaseSettings):
    """Limits are per server; times are in seconds unless the name says otherwise."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", hide_input_in_errors=True)

    home: Path = Field(default=Path(".footnote"), description="where all state lies")
    model: str = Field(default="default", min_length=1, description="embedding model, by name or path")
    chunk_tokens: int = Field(default=0, ge=0, le=8192, description="at most in a chunk's text; 0 = the chunker's own")
    dense_weight: float = Field(
        default=SearchSettings().dense_weight, ge=0, le=1, description="share of the vectors in hybrid search"
    )
    spans: Literal["long", "short"] = Field(default="long", description="neighbouring hits as one, or chunks alone")
    near_duplicates: Literal["folded", "shown"] = Field(default="folded", description="as one hit, or each as its own")
    reranker: str = Field(default="", description="a CrossEncoder by name or path that reads the best hits again")
    rerank_seconds: float = Field(default=SearchSettings().rerank_seconds, gt=0, description="at most, for each search")
    llm: str = Field(default="", description="language model as provider:model; none without it")
    llm_base_url: str = ""
    llm_api_key: SecretStr = SecretStr("")
    llm_api_key_file: Path | None = None
    llm_timeout: float = Field(default=60.0, gt=0)
    llm_context_tokens: int = Field(default=4096, ge=512)
    llm_models: Path | None = Field(default=None, description="prices, limits and tokenizers of models, a TOML file")
    llm_daily_tokens: int = Field(default=0, ge=0, description="tokens per key and day; 0 = no limit")
    llm_tries: int = Field(default=3, ge=1, le=10, description="how often a request that fails for a while is sent")
    judge: str = Field(default="", description="language model that judges answers, as provider:model")
    judge_base_url: str = ""
    judge_api_key: SecretStr = SecretStr("")
    judge_api_key_file: Path | None = None
    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=8000, ge=0, le=65535)
    rate_limit: int = Field(default=120, ge=1, description="requests per key and minute")
    max_body_bytes: int = Field(default=2**20, ge=1024)
    max_upload_bytes: int = Field(default=256 * 2**20, ge=1024)
    max_concurrency: int = Field(default=4, ge=1, description="searches and answers at work at once")
    max_queue: int = Field(default=32, ge=0, description="searches and answers that wait for a place")
    queue_timeout: float = Field(default=10.0, gt=0)
    shutdown_timeout: float = Field(default=10.0, gt=0)
    crawl_pages: int = Field(default=1_000, ge=1, description="pages of one site read at most")
    crawl_depth: int = Field(default=8, ge=0, description="links from the first page of a site on")
    workers: int = Field(default=0, ge=0, description="processes that convert; 0 = one per core")
    ocr: OcrEngine = Field(default="rapidocr", description="what reads scanned pages; off for nothing")
    ocr_pages: int = Field(default=30, ge=0, description="scanned pages read of one file at most")
    ocr_seconds: float = Field(default=120.0, ge=0, description="processor time for the scanned pages of one file")
    passwords: tuple[SecretStr, ...] = Field(default=(), description="tried on encrypted PDFs, a JSON list")
    webhook_url: str = Field(default="", description="told how each ingest of the server ended; none without it")
    webhook_secret: SecretStr = Field(default=SecretStr(""), description="signs what is sent there")
    retention_days: int = Field(default=90, ge=1, description="how long answers and jobs are kept")
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("home", mode="before")
    @classmethod
    def _a_folder(cls, home: object) -> object:
        if home == "":
            raise ValueError("it is empty; name a folder")
        if Path(str(home)).is_file():
            raise ValueError(f"{home} is a file, not a folder")
        return home

    @model_validator(mode="after")
    def _signed(self) -> Self:
        if self.webhook_url and not self.webhook_secret.get_secret_value():
            raise ValueError("FOOTNOTE_WEBHOOK_URL needs FOOTNOTE_WEBHOOK_SECRET, which signs what is sent")
        if self.webhook_url and not self.webhook_url.startswith(("http://", "https://")):
            raise ValueError("FOOTNOTE_WEBHOOK_URL is no http address")
        return self

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        if self.llm_api_key_file is not None and self.llm_api_key.get_secret_value():
            raise ValueError("FOOTNOTE_LLM_API_KEY and FOOTNOTE_LLM_API_KEY_FILE are both set; keep one")
        if self.judge_api_key_file is not None and self.judge_api_key.get_secret_value():
            raise ValueError("FOOTNOTE_JUDGE_API_KEY and FOOTNOTE_JUDGE_API_KEY_FILE are both set; keep one")
        return self

    def engine(self) -> EngineSettings:
        """Raises `InvalidSetting` where the key's file can't be read."""
        return EngineSettings(
            home=self.home.absolute(),
            model=self.model,
            language_model=self._language_model(),
            search=SearchSettings(
                dense_weight=self.dense_weight,
                spans=self.spans,
                near_duplicates=self.near_duplicates,
                reranker=self.reranker,
                rerank_seconds=self.rerank_seconds,
            ),
            chunks=ChunkSettings(max_tokens=self.chunk_tokens),
        )

    def converting(self) -> ConvertSettings:
        return ConvertSettings(
            ocr=self.ocr,
            ocr_pages=self.ocr_pages,
            ocr_seconds=self.ocr_seconds,
            passwords=tuple(password.get_secret_value() for password in self.passwords),
        )

    def crawling(self) -> CrawlLimits:
        return CrawlLimits(depth=self.crawl_depth, pages=self.crawl_pages)

    def _language_model(self) -> LanguageModelSettings | None:
        if not self.llm:
            return None
        key = _key("FOOTNOTE_LLM_API_KEY_FILE", self.llm_api_key, self.llm_api_key_file)
        options = _reached(self.llm_base_url, key)
        known = known_model(self.llm_models, self.llm) if self.llm_models else KnownModel()
        return LanguageModelSettings(
            model=self.llm,
            options=options,
            timeout=self.llm_timeout,
            context_tokens=known.context_tokens or self.llm_context_tokens,
            tries=self.llm_tries,
            tokenizer=known.tokenizer,
            price=known.price,
        )

    def judging(self) -> LanguageModelSettings | None:
        """The model that judges answers. Raises `InvalidSetting` where its key's file can't be read."""
        if not self.judge:
            return None
        key = _key("FOOTNOTE_JUDGE_API_KEY_FILE", self.judge_api_key, self.judge_api_key_file)
        options = _reached(self.judge_base_url, key)
        return LanguageModelSettings(model=self.judge, options=options, timeout=self.llm_timeout, tries=self.llm_tries)


def _reached(base_url: str, key: str) -> dict[str, object]:
    """What a model's client is told beside its name."""
    return {name: value for name, value in (("base_url", base_url), ("api_key", key)) if value}


def _key(variable: str, given: SecretStr, file: Path | None) -> str:
    if file is None:
        return given.get_secret_value()
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as exc:
        raise InvalidSetting(
            f"{variable}: {file} can't be read", remedy="name a text file that holds the key alone"
        ) from exc


def load(**overrides: Any) -> Settings:
    """The environment's settings; an override wins. Raises `InvalidSetting` naming the first bad variable."""
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as exc:
        raise _invalid(exc, overrides) from exc


def _invalid(exc: ValidationError, overrides: dict[str, Any]) -> InvalidSetting:
    first = exc.errors(include_url=False, include_context=False, include_input=False)[0]
    field = str(first["loc"][0]) if first["loc"] else ""
    message = first["msg"].removeprefix("Value error, ")
    if not field:
        return InvalidSetting(message, remedy="unset one of them")
    name = f"--{field}" if overrides.get(field) is not None else PREFIX + field.upper()
    return InvalidSetting(f"{name}: {message[:1].lower()}{message[1:]}", remedy=f"correct or unset {name}")

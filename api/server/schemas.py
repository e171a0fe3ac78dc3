"""Bodies that come in over HTTP. Nothing in them says who asks: that is the key's."""

from collections.abc import Iterable
from typing import Annotated, Literal, Self

from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from api.bounds import LARGEST_NUMBER, MAX_QUESTION
from retrieval.models import Filters, Turn
from retrieval.search.requests import is_date


def _no_wildcard(group: str) -> str:
    if group == "*":
        raise ValueError("'*' stands for everything and is no group's name")
    return group


def _a_date(text: str) -> str:
    if text and not is_date(text):
        raise ValueError(f"{text!r} is no date; give a day, a month or a year: 2025-04-30, 2025-04, 2025")
    return text


Question = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_QUESTION)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Names = Annotated[list[Name], Field(max_length=1_000)]
Date = Annotated[str, AfterValidator(_a_date)]
Number = Annotated[int, Field(ge=1, le=LARGEST_NUMBER)]
Group = Annotated[Name, AfterValidator(_no_wildcard)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FiltersBody(_Body):
    """Which of the documents one may see are meant; what is left out narrows nothing, all that is given holds.

    `paths` are globs, `media_types` whole ones or `image/*`, the dates days, months or years, both inclusive. Who else
    may see a document can't be asked.
    """

    documents: Names = []
    paths: Names = []
    media_types: Names = []
    date_from: Date = ""
    date_to: Date = ""
    tags: Names = []

    def filters(self) -> Filters:
        return Filters(
            documents=frozenset(self.documents),
            paths=tuple(self.paths),
            media_types=frozenset(self.media_types),
            date_from=self.date_from,
            date_to=self.date_to,
            tags=frozenset(self.tags),
        )


class SearchBody(_Body):
    question: Question
    k: Annotated[int, Field(ge=1, le=1_000)] = 10
    collection: Name | None = None
    filters: FiltersBody = FiltersBody()
    explain: bool = False


class TurnBody(_Body):
    role: Literal["user", "assistant"]
    content: Annotated[str, StringConstraints(max_length=20_000)]

    def turn(self) -> Turn:
        return Turn(self.role, self.content)


class AskBody(_Body):
    question: Question
    collection: Name | None = None
    filters: FiltersBody = FiltersBody()
    history: Annotated[list[TurnBody], Field(max_length=50)] = []
    stream: bool = False

    def turns(self) -> tuple[Turn, ...]:
        return tuple(turn.turn() for turn in self.history)


class FeedbackBody(_Body):
    """`sentence` counts the answer's sentences from 0; left out, the verdict is on the whole answer."""

    answer_id: Name
    verdict: Literal["up", "down"]
    sentence: Annotated[int, Field(ge=0, le=10_000)] | None = None
    comment: Annotated[str, StringConstraints(strip_whitespace=True, max_length=4_000)] = ""


class IngestBody(_Body):
    """`paths` are absolute and on the server. `allow` left out keeps the groups that are remembered.

    `keep` is how many versions of each document are kept from now on, `again` takes in what was forgotten;
    `atomic` publishes the whole run at once, at its end, or nothing. `retry`
    stands in place of paths: what failed in the run of that number is read again.
    """

    paths: Annotated[list[Annotated[str, StringConstraints(min_length=1)]], Field(max_length=1_000)] = []
    collection: Name | None = None
    allow: list[Group] | None = None
    prune: bool = False
    force: bool = False
    checksum: bool = False
    keep: Annotated[int, Field(ge=1, le=1_000)] | None = None
    again: bool = False
    atomic: bool = False
    retry: Number | None = None


class RollbackBody(_Body):
    version: Number


class DoctorBody(_Body):
    """`repair` false only looks."""

    repair: bool = True


class ExportBody(_Body):
    """`path` is absolute, on the server, and names a file that is not there yet."""

    path: Annotated[str, StringConstraints(min_length=2, max_length=4096, pattern=r"^/")]


class RebuildBody(_Body):
    index: Literal["vectors", "lexical"]


class ReindexBody(_Body):
    """`model` is a sentence-transformers name or a path on the server, `chunk_tokens` 0 for the chunker's own measure;
    what is left out stays as it is. `cancel` gives up one that is at work or unfinished.
    """

    model: Annotated[str, StringConstraints(min_length=1, max_length=4096)] | None = None
    chunk_tokens: Annotated[int, Field(ge=0, le=8192)] | None = None
    cancel: bool = False

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if self.cancel and (self.model is not None or self.chunk_tokens is not None):
            raise ValueError("cancel goes alone")
        return self


class UploadFields(_Body):
    """What stands beside the files of an upload. Without groups the documents are public."""

    collection: Name | None = None
    groups: tuple[Group, ...] = ()

    @classmethod
    def of(cls, texts: Iterable[tuple[str, str]]) -> Self:
        """From a form's fields, `groups` once for each group. Raises `RequestValidationError`."""
        fields: dict[str, object] = {}
        groups: list[str] = []
        for name, value in texts:
            if name == "groups":
                groups.append(value)
            else:
                fields[name] = value
        try:
            return cls.model_validate({**fields, "groups": groups})
        except ValidationError as exc:
            raise RequestValidationError(exc.errors()) from exc

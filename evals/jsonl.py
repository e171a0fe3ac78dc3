"""JSON Lines as people write them: every line checked against a model, what is wrong told with line and field."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from evals.errors import BadSet, Problem

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

T = TypeVar("T", bound=BaseModel)

_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "there is no such field",
    "model_type": "not a JSON object",
    "string_type": "should be a text in quotes",
    "int_type": "should be a whole number",
    "bool_type": "should be true or false",
    "list_type": "should be a list in brackets",
    "greater_than_equal": "should be {ge} or more",
    "literal_error": "should be {expected}",
    "value_error": "{error}",
}
_PATTERNS = {r"\S": "is empty", r"^\S+$": "is empty, or holds a blank"}


def read(path: Path, model: type[T], problems: list[Problem]) -> Iterator[tuple[int, T]]:
    """(line, object) for each good line; each bad one is added to `problems`. Blank lines are passed over.

    Raises: `BadSet` for a file that can't be read or is not UTF-8.
    """
    for number, line in enumerate(text_of(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield number, model.model_validate(json.loads(line))
        except json.JSONDecodeError as exc:
            problems.append(Problem(str(path), number, "", f"not JSON: {exc.msg} at column {exc.colno}"))
        except ValidationError as exc:
            problems.extend(Problem(str(path), number, _field(error["loc"]), _told(error)) for error in exc.errors())


def text_of(path: Path) -> str:
    """The file's text without a byte order mark, line ends `\\n`. Raises `BadSet`."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as exc:
        raise BadSet([Problem(str(path), 0, "", f"can't be read: {exc.strerror}")]) from exc
    except UnicodeDecodeError as exc:
        line = path.read_bytes()[: exc.start].count(b"\n") + 1
        raise BadSet([Problem(str(path), line, "", "not UTF-8")]) from exc


def _told(error: "ErrorDetails") -> str:
    """What is wrong, in words for who wrote the line."""
    context = error.get("ctx", {})
    if error["type"] == "string_pattern_mismatch" and context["pattern"] in _PATTERNS:
        return _PATTERNS[context["pattern"]]
    words = _WORDS.get(error["type"])
    return error["msg"] if words is None else words.format(**context)


def _field(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location)

"""The file of an experiment: a set, and a grid of settings to measure it under.

```toml
name = "chunk size"
set = "questions.jsonl"        # paths are relative to this file
corpus = "handbook"            # or collection = "..."; a BEIR folder needs neither
measure = "retrieval"          # or "answers"
metrics = ["token_recall@5"]   # what is compared; left out: the headlines

[grid]                         # every combination is measured, the first one is what the others are compared with
chunk_tokens = [200, 100]
mode = ["hybrid", "dense"]
```
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from pathlib import Path
from typing import Any, Literal

from evals.errors import BadSet, Problem
from evals.experiments.cells import KEYS, Measured
from evals.jsonl import text_of

MOST_CELLS = 200
_TOP: Mapping[str, type] = {
    "name": str,
    "set": str,
    "corpus": str,
    "collection": str,
    "qrels": str,
    "measure": str,
    "metrics": list,
    "ks": list,
    "grid": dict,
}


@dataclass(frozen=True, slots=True)
class Plan:
    """`cells` are the grid's combinations, the last key varying fastest; at least one."""

    name: str
    set_path: Path
    corpus: Path | None
    collection: str | None
    qrels: str | None
    measure: Measured
    metrics: tuple[str, ...]
    ks: tuple[int, ...]
    cells: tuple[Mapping[str, object], ...]


def read(file: Path) -> Plan:
    """Raises `BadSet` with every problem, told with line and field."""
    text = text_of(file)
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise BadSet([Problem(str(file), _line_in(str(exc)), "", f"not TOML: {exc}")]) from exc
    reading = _Reading(file, text, found)
    plan = reading.plan()
    if reading.problems:
        raise BadSet(reading.problems)
    return plan


class _Reading:
    """One pass over a file; problems gather in it."""

    def __init__(self, file: Path, text: str, found: Mapping[str, Any]) -> None:
        self._file = file
        self._lines = text.splitlines()
        self._found = found
        self.problems: list[Problem] = []

    def plan(self) -> Plan:
        self._refuse_unknown()
        measure: Measured = "answers" if self._found.get("measure") == "answers" else "retrieval"
        if self._found.get("measure", measure) != measure:
            self._tell("measure", 'is "retrieval" or "answers"')
        grid = self._grid(measure)
        if prod(map(len, grid.values())) > MOST_CELLS:
            self._tell("grid", f"makes {prod(map(len, grid.values()))} cells, more than {MOST_CELLS}: leave values out")
            grid = {}
        return Plan(
            name=str(self._found.get("name", self._file.stem)),
            set_path=self._path("set", needed=True) or self._file,
            corpus=self._path("corpus"),
            collection=self._text("collection"),
            qrels=self._text("qrels"),
            measure=measure,
            metrics=tuple(str(name) for name in self._list("metrics", str)),
            ks=tuple(int(k) for k in self._list("ks", int)),
            cells=tuple(dict(zip(grid, values, strict=True)) for values in product(*grid.values())),
        )

    def _refuse_unknown(self) -> None:
        for name, value in self._found.items():
            if name not in _TOP:
                hint = "; it belongs below [grid]" if name in KEYS else f"; known are {', '.join(_TOP)}"
                self._tell(name, f"is not known here{hint}")
            elif not isinstance(value, _TOP[name]):
                self._tell(name, f"has to be a {_NAMES[_TOP[name]]}")
        if "corpus" in self._found and "collection" in self._found:
            self._tell("collection", "stands beside a corpus; give one of the two")

    def _grid(self, measure: Literal["retrieval", "answers"]) -> dict[str, Sequence[object]]:
        grid: dict[str, Sequence[object]] = {}
        given = self._found.get("grid")
        for name, value in (given if isinstance(given, dict) else {}).items():
            if name not in KEYS:
                self._tell(name, f"is no setting that can be varied; choose from {', '.join(KEYS)}", grid=True)
                continue
            values = value if isinstance(value, list) else [value]
            refused = [said for one in values if (said := KEYS[name].refuse(one))]
            if not values or refused or measure not in KEYS[name].measures:
                why = f"varies {' and '.join(KEYS[name].measures)}, not {measure}"
                self._tell(name, "holds no value" if not values else refused[0] if refused else why, grid=True)
            elif "collection" in self._found and KEYS[name].indexes:
                self._tell(name, "can't be varied on a collection, which is indexed already; give a corpus", grid=True)
            else:
                grid[name] = [self._resolved(name, one) for one in values]
        return grid

    def _resolved(self, name: str, value: object) -> object:
        """A prompt's file as its text."""
        if name != "prompt" or not value:
            return value
        try:
            return (self._file.parent / str(value)).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as exc:
            self._tell(name, f"{value} can't be read as text ({type(exc).__name__})", grid=True)
            return value

    def _path(self, name: str, *, needed: bool = False) -> Path | None:
        if (text := self._text(name)) is None:
            if needed and name not in self._found:
                self._tell(name, "is missing: name a BEIR folder or a file of questions")
            return None
        path = self._file.parent / Path(text).expanduser()
        if not path.exists():
            self._tell(name, f"there is no {path}")
        return path

    def _text(self, name: str) -> str | None:
        value = self._found.get(name)
        return value if isinstance(value, str) else None

    def _list(self, name: str, kind: type) -> list[Any]:
        values = self._found.get(name, [])
        if not isinstance(values, list):
            return []
        if any(type(value) is not kind for value in values):
            self._tell(name, f"has to be a list of {'words' if kind is str else 'whole numbers'}")
            return []
        return values

    def _tell(self, name: str, message: str, *, grid: bool = False) -> None:
        field = f"grid.{name}" if grid else name
        self.problems.append(Problem(str(self._file), self._line_of(name, grid=grid), field, message))

    def _line_of(self, name: str, *, grid: bool) -> int:
        """Where a key, or a table of that name, stands; 0 where it doesn't."""
        key = re.compile(rf"\s*(?:[\"']?{re.escape(name)}[\"']?\s*=|\[{re.escape(name)}\])")
        header = next((at for at, line in enumerate(self._lines) if re.match(r"\s*\[grid\]", line)), len(self._lines))
        places = range(header, len(self._lines)) if grid else range(len(self._lines))
        return next((at + 1 for at in places if key.match(self._lines[at])), 0)


_NAMES: Mapping[type, str] = {str: "text in quotes", list: "list", dict: "table"}


def _line_in(message: str) -> int:
    found = re.search(r"line (\d+)", message)
    return int(found.group(1)) if found else 0

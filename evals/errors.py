"""Why a set can't be measured on, told all at once.

FootnoteError
└── UsageError
    └── BadSet          a line of a set, or of a run, is not what its format demands
"""

from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.errors import UsageError

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where: `line` is 1-based, 0 for the file as a whole; `field` may be empty."""

    file: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.field}: {self.message}" if self.field else f"{place}: {self.message}"


class BadSet(UsageError):
    """A set was refused. `problems` is never empty and lists every one that was found."""

    code = "bad_set"

    def __init__(self, problems: Sequence[Problem]) -> None:
        shown = [str(problem) for problem in problems[:_SHOWN]]
        if more := len(problems) - len(shown):
            shown.append(f"and {more} more")
        super().__init__("\n".join(shown), remedy="mend the lines named; nothing was measured")
        self.problems = tuple(problems)

"""Long lists in parts that fit into one statement."""

from collections.abc import Sequence
from typing import TypeVar

LONGEST = 500  # values of one IN list, below every database's limit
T = TypeVar("T")


def slices(values: Sequence[T], size: int = LONGEST) -> list[Sequence[T]]:
    return [values[start : start + size] for start in range(0, len(values), size)]

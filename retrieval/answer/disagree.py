"""Two documents that say the same with other numbers: both are given, and the reader is told, with their dates and with
what has taken the place of one of them.
"""

from collections.abc import Sequence
from itertools import combinations

from retrieval.answer.extract import Statement
from retrieval.answer.words.terms import content_terms, numbers
from retrieval.models import Passage

_ALIKE = 0.6
_TOLD = "These sources differ: {} and {}."


def disagreement(statements: Sequence[Statement]) -> str | None:
    """The note on the first two statements of different documents that differ in their numbers alone; null without."""
    for one, other in combinations(statements, 2):
        if one.passage.document_id != other.passage.document_id and _differ(one.text, other.text):
            return _TOLD.format(_dated(one.passage), _dated(other.passage))
    return None


def with_rival(picked: Sequence[Statement], statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """What was picked and, behind it, the best other statement that differs from one of them and covers as much of the
    question, though it came from a document that ranks lower.
    """
    for statement in statements:
        if statement not in picked and any(_rivals(statement, one) for one in picked):
            return (*picked, statement)
    return tuple(picked)


def _rivals(one: Statement, other: Statement) -> bool:
    apart = one.passage.document_id != other.passage.document_id
    return apart and one.covered >= other.covered and _differ(one.text, other.text)


def _differ(one: str, other: str) -> bool:
    """Most words of the two are common to both, and each has a number that the other lacks."""
    left, right = numbers(one), numbers(other)
    if not left - right or not right - left:
        return False
    words = [frozenset(content_terms(text)) - numbers(text) for text in (one, other)]
    return len(words[0] & words[1]) >= _ALIKE * max(1, len(words[0] | words[1]))


def _dated(passage: Passage) -> str:
    known = [f"dated {passage.date}" if passage.date else "no date"]
    known += [f"superseded by {passage.superseded_by}"] if passage.superseded_by else []
    return f"{passage.document} ({', '.join(known)})"

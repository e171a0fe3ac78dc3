"""What may be asked of a search, and the errors for what may not."""

import datetime
import re
from typing import get_args

from retrieval.errors import UsageError
from retrieval.models import Filters, Mode

MAX_HITS = 1000
MAX_QUESTION = 2000
_HALF_A_PAIR = re.compile("[\ud800-\udfff]")
_ISO_DATE = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?", re.ASCII)
_FIRST_DAY = "0001-01-01"


def refuse_broken(text: str) -> None:
    """Raises `UsageError` for text with half a surrogate pair, which no model and no index takes."""
    if _HALF_A_PAIR.search(text):
        raise UsageError("the text holds half a surrogate pair", remedy="send valid Unicode")


def check(question: str, k: int, *, mode: str, filters: Filters) -> None:
    """Raises `UsageError`; see `Searcher.search`."""
    if not question.strip():
        raise UsageError("the question is blank", remedy="ask something")
    refuse_broken(question)
    if len(question) > MAX_QUESTION:
        raise UsageError(
            f"the question has {len(question)} characters, more than {MAX_QUESTION}", remedy="ask it more briefly"
        )
    if not 1 <= k <= MAX_HITS:
        raise UsageError(f"{k} hits can't be returned", remedy=f"ask for 1 to {MAX_HITS}")
    if mode not in (modes := get_args(Mode)):
        raise UsageError(f"no search mode is named {mode!r}", remedy=f"use one of {', '.join(modes)}")
    for date in (filters.date_from, filters.date_to):
        if date and not is_date(date):
            raise UsageError(f"{date!r} is no date", remedy="give a day, a month or a year: 2025-04-30, 2025-04, 2025")


def is_date(text: str) -> bool:
    """Whether the calendar holds the day, month or year."""
    if not _ISO_DATE.fullmatch(text):
        return False
    try:
        datetime.date.fromisoformat(text + _FIRST_DAY[len(text) :])
    except ValueError:
        return False
    return True

"""A model that is asked again, after a wait, where it failed for a reason that passes."""

import time
from collections.abc import Callable, Iterator, Sequence

from retrieval.errors import LanguageModelFailed
from retrieval.ports import ChatModel, TokenCount
from retrieval.trace import Message

FIRST_WAIT = 0.5
LONGEST_WAIT = 8.0


class Retrying:
    """The model inside, asked at most `tries` times: only where nothing of the answer has come yet, and only after an
    error that says of itself that it passes (a full server, a line that broke). Waits double from half a second; a
    stall is not tried again, for it took its time already.
    """

    def __init__(self, inner: ChatModel, *, tries: int, sleep: Callable[[float], None] = time.sleep) -> None:
        self._inner = inner
        self._tries = tries
        self._sleep = sleep

    @property
    def name(self) -> str:
        return self._inner.name

    def stream(self, messages: Sequence[Message]) -> Iterator[str | TokenCount]:
        """Raises the last try's `LanguageModelFailed`, which then says how many there were."""
        for number in range(1, self._tries + 1):
            begun = False
            try:
                for piece in self._inner.stream(messages):
                    begun = True
                    yield piece
                return
            except LanguageModelFailed as failure:
                if begun or not failure.passing or number == self._tries:
                    raise _after(number, failure) from failure
            self._sleep(min(LONGEST_WAIT, FIRST_WAIT * 2 ** (number - 1)))


def _after(tries: int, failure: LanguageModelFailed) -> LanguageModelFailed:
    if tries == 1:
        return failure
    return LanguageModelFailed(f"{failure.message}, {tries} times", remedy=failure.remedy)

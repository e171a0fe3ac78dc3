"""How long each stage of an answer takes."""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping


class Stages:
    """Adds up the seconds of each named stage; what a reader takes between two events counts for none."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._seconds: dict[str, float] = {}

    @contextlib.contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        begun = self._clock()
        try:
            yield
        finally:
            self._seconds[stage] = self._seconds.get(stage, 0.0) + self._clock() - begun

    @property
    def seconds(self) -> Mapping[str, float]:
        return dict(self._seconds)

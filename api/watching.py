"""Folders watched: a run now, and one after each change, until the program is stopped."""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import watchfiles

from api import terminal
from api.errors import InvalidRequest
from retrieval.errors import HomeLocked

_TRIES, _SECONDS_BETWEEN = 60, 2.0


def watch(home: Path, paths: Sequence[str], run: Callable[[], object]) -> None:
    """Goes on until it is stopped. What changes during a run is taken in by the next one.

    Raises `InvalidRequest` for what can't be watched, and as `run` does; a home that another process holds is waited
    for.
    """
    remote = next((path for path in paths if "://" in path), None)
    if remote is not None:
        raise InvalidRequest(f"{remote}: only folders and files can be watched", remedy="ingest it from time to time")
    _patiently(run)
    terminal.note("watching; Ctrl-C ends it")
    begun = False
    for changes in watchfiles.watch(*paths, watch_filter=_Wanted(home), yield_on_timeout=True, rust_timeout=1_000):
        if changes or not begun:  # the first time: what changed before anybody watched
            _patiently(run)
        begun = True


class _Wanted:
    """Of what changed, all but the home itself and what no run would read."""

    def __init__(self, home: Path) -> None:
        self._home = os.path.realpath(home)

    def __call__(self, change: watchfiles.Change, path: str) -> bool:  # noqa: ARG002 - the library's signature
        inside = (os.path.realpath(path) + os.sep).startswith(self._home + os.sep)
        return not inside and not os.path.basename(path).startswith((".", "~$"))


def _patiently(run: Callable[[], object]) -> None:
    for _ in range(_TRIES):
        try:
            run()
        except HomeLocked:
            time.sleep(_SECONDS_BETWEEN)
        else:
            return
    run()

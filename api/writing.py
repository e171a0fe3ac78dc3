"""Writing verbs: done here, or by the server that holds the home."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from api import presence, terminal
from api.opening import open_engine
from api.settings import Settings
from retrieval.errors import HomeLocked
from retrieval.store.home import Home

if TYPE_CHECKING:
    from api.remote import Remote
    from retrieval.engine import Engine

T = TypeVar("T")


@contextlib.contextmanager
def server(home: Path) -> Iterator["Remote | None"]:
    """The server that holds the home, if there is one and it answers."""
    from api.remote import Remote

    found = presence.find(home)
    if found is None:
        yield None
        return
    with Remote(found) as there:
        alive = there.alive()
        if alive:
            terminal.note(f"the server at {found.address} does the work")
        yield there if alive else None


def wherever(settings: Settings, here: "Callable[[Engine], T]", there: "Callable[[Remote], T]") -> T:
    """`here` with the home opened for writing or, where a server holds it, `there`. The home must be there.

    Raises as `Engine.open` does.
    """
    Home(settings.home).refuse_missing()
    try:
        with open_engine(settings, write=True) as engine:
            return here(engine)
    except HomeLocked:
        with server(settings.home) as remote:
            if remote is None:
                raise
            return there(remote)

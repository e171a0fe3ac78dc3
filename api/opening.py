"""Opens the engine. The one place that imports it, because it is heavy and most of the skin does without."""

from typing import TYPE_CHECKING

from api import log
from api.settings import Settings

if TYPE_CHECKING:
    from retrieval.engine import Engine


def open_engine(settings: Settings, *, write: bool = False) -> "Engine":
    """To be used as a context manager. Raises as `Engine.open` does."""
    from retrieval.engine import Engine

    return Engine.open(settings.engine(), write=write)


def quiet() -> None:
    """For verbs: of what libraries log, only errors are worth a line."""
    log.configure("error")

"""The log: one JSON object a line on stderr. Never a question, a document or a secret.

Our own events carry fields that were chosen for it. What a library logs may quote what it worked on, so that only its
name, level and place are kept; the server's own messages are the exception.
"""

import logging
import sys
import traceback
from collections.abc import Iterable
from types import TracebackType
from typing import Any, TextIO

import structlog

_TRUSTED = ("uvicorn", "footnote")
_LIBRARY_LEVEL = logging.WARNING


def configure(level: str, stream: TextIO | None = None) -> None:
    """Send our events and those of libraries to `stream` (stderr) from now on; libraries from `warning` on."""
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(file=stream or sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(handlers=[_Libraries()], level=max(number, _LIBRARY_LEVEL), force=True)
    logging.getLogger("uvicorn").setLevel(max(number, _LIBRARY_LEVEL))


def logger() -> Any:
    return structlog.get_logger()


def frames(trace: TracebackType | None) -> list[str]:
    """Where an unexpected error came from, outermost first, without the values or the message."""
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]


class _Libraries(logging.Handler):
    """Turns the standard library's records into our events."""

    def emit(self, record: logging.LogRecord) -> None:
        event: dict[str, object] = {"logger": record.name}
        if record.name.startswith(_TRUSTED) and not record.exc_info:
            event["message"] = record.getMessage()
        else:
            event["place"] = f"{record.pathname}:{record.lineno}"
        if record.exc_info and record.exc_info[0] is not None:
            event |= {"error": record.exc_info[0].__name__, "frames": _tail(frames(record.exc_info[2]))}
        logger().log(record.levelno, "library", **event)


def _tail(lines: Iterable[str], count: int = 12) -> list[str]:
    return list(lines)[-count:]

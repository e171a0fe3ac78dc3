"""What people read: results on stdout, everything else on stderr.

Words from documents are data here too: control characters, with which a text could rewrite the screen, are replaced.
"""

import contextlib
import io
import json
import os
import sys
import unicodedata
from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.text import Text

from api import errors
from api.errors import OutputFailed
from retrieval.errors import FootnoteError

_WIDEST = 100
_UNLIMITED = 100_000
_KEPT_CONTROLS = "\n\t"
_BIDI = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


class _Output(io.TextIOWrapper):
    """Stdout, whose failures are told from those of other files."""

    def write(self, text: str) -> int:
        with _failures():
            return super().write(text)

    def flush(self) -> None:
        with _failures():
            super().flush()


@contextlib.contextmanager
def _failures() -> Iterator[None]:
    """A reader that stops reading stays a `BrokenPipeError`."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as exc:
        raise OutputFailed(f"the output can't be written: {exc.strerror}") from exc


def guard_output() -> None:
    """From now on a stdout that can't be written to raises `OutputFailed`. For the program itself, once."""
    before = sys.stdout
    if before is None:  # closed by whoever started us, who wants nothing of it
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - for as long as the program runs
    elif isinstance(before, io.TextIOWrapper):
        encoding, mistakes, eager = before.encoding, before.errors, before.line_buffering
        sys.stdout = _Output(before.detach(), encoding=encoding, errors=mistakes, line_buffering=eager)


def console() -> Console:
    """For stdout. On a terminal lines wrap at a width that reads well, elsewhere they stay whole."""
    probe = Console(file=sys.stdout)
    width = min(probe.width, _WIDEST) if probe.is_terminal else _UNLIMITED
    return Console(file=sys.stdout, width=width, highlight=False, markup=False, emoji=False)


def stderr() -> Console:
    return Console(file=sys.stderr, highlight=False, markup=False, emoji=False)


def emit(value: Any) -> None:
    """The one object on stdout under `--json`: on one line for programs, indented for a person's terminal."""
    indent = 2 if sys.stdout.isatty() else None
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=indent) + "\n")


def note(text: str) -> None:
    """One line on stderr."""
    sys.stderr.write(plain(text) + "\n")


def error(problem: FootnoteError, *, as_json: bool) -> None:
    """What is wrong and what to do about it: the contract's object on stdout, or two lines on stderr."""
    if as_json:
        emit(errors.body(problem, ""))
        return
    shown = Text.assemble(("footnote: ", "bold red"), plain(problem.message))
    if problem.remedy:
        shown.append(f"\n{plain(problem.remedy)}", "dim")
    stderr().print(shown, soft_wrap=True)


def plain(text: str) -> str:
    """The text with every character that a terminal would obey replaced by U+FFFD."""
    return "".join("\ufffd" if _obeyed(char) else char for char in text)


def name(text: str) -> str:
    """The same for what stands in one line, such as a file's name: line breaks and tabs are written as `\\n`, `\\t`."""
    return plain(text).replace("\n", "\\n").replace("\t", "\\t")


def abandon_output() -> None:
    """Nobody reads stdout any more: what Python would still flush at exit goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _obeyed(char: str) -> bool:
    if char in _KEPT_CONTROLS:
        return False
    return char in _BIDI or unicodedata.category(char) in ("Cc", "Cs")

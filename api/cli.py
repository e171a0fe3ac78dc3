"""The command `footnote`: its verbs, and how each way of ending becomes an exit code.

0 done, 1 the work failed, or some sources, or nobody reads the output any more, 2 wrong usage, 3 a gate was not met,
130 stopped by Ctrl-C, 143 by SIGTERM. A verb's module is imported when the verb is used, so that `--help` answers at
once.
"""

import signal
import sys
import traceback
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

import click

from api import terminal
from api.errors import Internal, Interrupted, InvalidRequest, OutputFailed
from api.verbs.lazy import LazyGroup
from api.version import VERSION
from retrieval.errors import FootnoteError, UsageError

_VERBS = {
    "ingest": "take in files and folders; print one as indexed",
    "convert": "take in files and folders; print one as indexed",
    "search": "find the passages; answer, every sentence with its footnote",
    "ask": "find the passages; answer, every sentence with its footnote",
    "documents": "list what may be seen; print a document's text",
    "show": "list what may be seen; print a document's text",
    "versions": "list a document's kept versions; compare two of them",
    "diff": "list a document's kept versions; compare two of them",
    "rollback": "let a kept version answer again; erase a document for good",
    "forget": "let a kept version answer again; erase a document for good",
    "runs": "list the ingest runs, and how each source ended",
    "doctor": "check that all is sound, and mend; make the indexes anew",
    "rebuild": "check that all is sound, and mend; make the indexes anew",
    "reindex": "change to another embedding model or other chunk limits",
    "export": "write the home into one file; make a new home of it",
    "import": "write the home into one file; make a new home of it",
    "key": "add, list and revoke API keys",
    "serve": "answer over HTTP, with a page; be an assistant's tools",
    "mcp": "answer over HTTP, with a page; be an assistant's tools",
    "eval": "measure retrieval and answers on judged sets",
}
_ROOMS = {
    "history": ("versions", "diff", "rollback", "forget"),
    "upkeep": ("doctor", "rebuild", "reindex", "export"),
}
_MODULES = {"eval": "evaluate.group", "import": "upkeep.restore", "ingest": "feed"} | {
    name: f"{room}.{name}" for room, names in _ROOMS.items() for name in names
}
_FAILED, _USAGE, _INTERRUPTED, _TERMINATED = 1, 2, 130, 143
_USAGE_CODES = (UsageError.code, InvalidRequest.code)  # as a server tells them


@click.group(
    cls=LazyGroup,
    package="api.verbs",
    verbs=_VERBS,
    modules=_MODULES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    epilog="State lies in ./.footnote, or in FOOTNOTE_HOME. Every verb takes --json.",
)
@click.version_option(VERSION, prog_name="footnote")
def verbs() -> None:
    """Answers over a company's documents, every claim with its footnote."""


def main() -> None:
    signal.signal(signal.SIGTERM, _terminate)
    terminal.guard_output()
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Runs one verb; its exit code. Whatever goes wrong is told in one place: here."""
    try:
        code = _ended(arguments, as_json=_wants_json(arguments))
        sys.stdout.flush()  # what is still buffered must be out, or fail, before the code is known
    except BrokenPipeError:
        terminal.abandon_output()
        return _FAILED
    except OutputFailed as exc:
        terminal.abandon_output()
        terminal.note(f"footnote: {exc.message}")
        return _FAILED
    return code


def _ended(arguments: Sequence[str], *, as_json: bool) -> int:
    """A verb returns its exit code, or nothing for 0. Raises where stdout can't be written to any more."""
    try:
        result = verbs.main(list(arguments), prog_name="footnote", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as exc:
        terminal.note(exc.format_message())
        return _USAGE
    except click.ClickException as exc:
        return _told(_usage(exc), as_json=as_json)
    except (BrokenPipeError, OutputFailed):
        raise
    except FootnoteError as exc:
        return _told(exc, as_json=as_json)
    except (KeyboardInterrupt, click.Abort) as exc:
        return _stopped(exc, as_json=as_json)
    except Exception as exc:  # noqa: BLE001 - the outermost frame: a bug is told as such, with its place
        traceback.print_exc()
        fault = Internal(f"a fault of ours: {type(exc).__name__}: {exc}", remedy="report it with the lines on stderr")
        return _told(fault, as_json=as_json)
    return result if isinstance(result, int) else 0


class _Terminated(KeyboardInterrupt):
    """SIGTERM, which ends a verb just as Ctrl-C does."""


def _terminate(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise _Terminated


def _stopped(how: BaseException, *, as_json: bool) -> int:
    terminated = isinstance(how.__cause__, _Terminated)  # click makes an `Abort` of it
    stopped = Interrupted(f"stopped by {'SIGTERM' if terminated else 'Ctrl-C'}; nothing is half done")
    terminal.error(stopped, as_json=as_json)
    return _TERMINATED if terminated else _INTERRUPTED


def _told(error: FootnoteError, *, as_json: bool) -> int:
    terminal.error(error, as_json=as_json)
    return _USAGE if isinstance(error, UsageError) or error.code in _USAGE_CODES else _FAILED


def _usage(exc: click.ClickException) -> UsageError:
    context = getattr(exc, "ctx", None)
    command = context.command_path if context is not None else "footnote"
    return UsageError(exc.format_message(), remedy=f"`{command} --help` shows how it is used")


def _wants_json(arguments: Sequence[str]) -> bool:
    """Also where the arguments make no sense to the verb."""
    before = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return "--json" in before

"""A converter that does what the file says, in a worker's process."""

import os
import signal
import socket
import time
from pathlib import Path

from ingest.blocks import assemble
from ingest.errors import Encrypted
from ingest.models import ConvertSettings, Document, Piece


def convert(path: Path, media_type: str, name: str, settings: ConvertSettings) -> Document:
    """Raises what it is told to."""
    told = path.read_text()
    verb, _, argument = told.partition(" ")
    if verb in _DEEDS:
        argument = _DEEDS[verb](argument)
    return assemble([Piece("paragraph", argument or told)], title=name)


def _refuse(argument: str) -> str:
    raise Encrypted(f"{argument}: wants a password", remedy="save it without")


def _die(argument: str) -> str:
    os.kill(os.getpid(), int(argument) if argument.isdigit() else signal.Signals[argument])
    return ""


def _die_once(argument: str) -> str:
    """The second process finds what the first one left."""
    if Path(argument).exists():
        return "alive"
    Path(argument).touch()
    return _die("SIGKILL")


def _await(argument: str) -> str:
    """Until the file is there."""
    while not Path(argument).exists():
        time.sleep(0.01)
    return "an older text"


def _hang(argument: str) -> str:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(600)
    return argument


def _spin(argument: str) -> str:
    while True:
        argument = argument[::-1]


def _fill_memory(argument: str) -> str:
    return str(len(bytearray(int(argument))))


def _keep_memory(argument: str) -> str:
    _KEPT.append(bytearray(int(argument)))
    return "kept"


def _recurse(argument: str) -> str:
    return _recurse(argument)


def _fail(argument: str) -> str:
    raise KeyError(argument)


def _connect(argument: str) -> str:
    try:
        socket.create_connection((argument, 80), timeout=1)
    except PermissionError as exc:
        return str(exc)
    return "connected"


def _tell(argument: str) -> str:
    if argument == "pid":
        return str(os.getpid())
    return os.environ.get(argument, "unset")


def _write(argument: str) -> str:
    return "word " * int(argument)


_KEPT: list[bytearray] = []
_DEEDS = {
    "await": _await,
    "refuse": _refuse,
    "die": _die,
    "die-once": _die_once,
    "hang": _hang,
    "spin": _spin,
    "fill": _fill_memory,
    "keep": _keep_memory,
    "recurse": _recurse,
    "fail": _fail,
    "connect": _connect,
    "tell": _tell,
    "write": _write,
}

"""The server that holds a home says so in `server.json`, so that writing verbs can hand their work to it."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from retrieval.errors import StorageFull


@dataclass(frozen=True, slots=True)
class Presence:
    """`token` makes whoever can read the file, the home's owner, the server's owner too."""

    address: str
    pid: int
    token: str


def new(address: str) -> Presence:
    return Presence(address, os.getpid(), secrets.token_urlsafe(32))


def announce(home: Path, presence: Presence) -> None:
    """Readable by the home's owner alone. Raises `StorageFull`."""
    path = _path(home)
    partial = path.with_suffix(".part")
    try:
        partial.unlink(missing_ok=True)
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(asdict(presence), file)
        partial.replace(path)
    except OSError as exc:
        raise StorageFull(f"{path} can't be written: {exc.strerror}", remedy="free some space") from exc


def withdraw(home: Path) -> None:
    _path(home).unlink(missing_ok=True)


def find(home: Path) -> Presence | None:
    """What the last server said; it may be gone."""
    try:
        found = json.loads(_path(home).read_text())
        return Presence(str(found["address"]), int(found["pid"]), str(found["token"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _path(home: Path) -> Path:
    return home / "server.json"

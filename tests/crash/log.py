"""What a process says before it is killed: lines appended with one write each, which a SIGKILL can't take back."""

import json
import os
from pathlib import Path
from typing import Any


class Log:
    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def say(self, what: str, **more: Any) -> None:
        os.write(self._file, (json.dumps({"what": what, **more}) + "\n").encode())


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

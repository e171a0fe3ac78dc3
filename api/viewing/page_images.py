"""Pages of PDFs as pictures. Each is drawn by a process of its own, for pdfium may hang or fall on a hostile file."""

import os
import subprocess
import sys
import threading
from collections import OrderedDict
from pathlib import Path

from anyio import CapacityLimiter

from api.errors import PageNotShown
from api.viewing.limits import NO_SUCH_PAGE, SECONDS
from retrieval.errors import NotFound

AT_ONCE = 2
KEPT_BYTES = 32 * 2**20

_START = "from api.viewing.raster import main; main()"  # not -m, which would import the package's other modules
_INHERITED = ("LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "SYSTEMROOT")


class PageImages:
    """Draws pages and keeps the last ones, by content hash and page, in a bounded cache.

    Whoever asks for one must have been found to see the document; `drawing` bounds how many are drawn at once.
    """

    def __init__(self, *, kept_bytes: int = KEPT_BYTES, seconds: float = SECONDS + 5.0, start: str = _START) -> None:
        """`seconds` is the longest wait for one page; `start` the program that draws it."""
        self.drawing = CapacityLimiter(AT_ONCE)
        self._seconds = seconds
        self._start = start
        self._room = kept_bytes
        self._kept: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._lock = threading.Lock()

    def png(self, path: Path, content_hash: str, page: int) -> bytes:
        """Raises `NotFound` where the file has no such page, `PageNotShown` where it can't be drawn."""
        key = (content_hash, page)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        drawn = self._drawn(path, page)
        with self._lock:
            self._keep(key, drawn)
        return drawn

    def clear(self) -> None:
        """Keep none, of a document that was erased for instance."""
        with self._lock:
            self._kept.clear()

    def _keep(self, key: tuple[str, int], drawn: bytes) -> None:
        self._kept[key] = drawn
        while sum(map(len, self._kept.values())) > self._room:
            self._kept.popitem(last=False)

    def _drawn(self, path: Path, page: int) -> bytes:
        command = [sys.executable, "-P", "-c", self._start, str(path), str(page)]
        try:
            # The command is ours but for the path of a blob and a number.
            ended = subprocess.run(  # noqa: S603
                command,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=self._seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as exc:
            raise _not_shown(page, f"it took more than {self._seconds:g} s") from exc
        except OSError as exc:
            raise _not_shown(page, f"no process could be started: {exc.strerror}") from exc
        if ended.returncode == NO_SUCH_PAGE:
            raise NotFound(f"there is no page {page}", remedy="the document's view lists its pages")
        if ended.returncode or not ended.stdout:
            raise _not_shown(page, "it can't be read")
        return ended.stdout


def _not_shown(page: int, why: str) -> PageNotShown:
    return PageNotShown(f"page {page} can't be drawn: {why}", remedy="open the original instead")


def _environment() -> dict[str, str]:
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return {**inherited, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}

"""The home folder: where everything lies, who may write, and whether the last writer closed it cleanly."""

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from retrieval.errors import CatalogueCorrupt, HomeError, HomeLocked

_BUILD = "index-"


@dataclass(frozen=True, slots=True)
class IndexFolders:
    """One build's indexes."""

    folder: Path

    @property
    def exact(self) -> Path:
        return self.folder / "vectors"

    @property
    def chroma(self) -> Path:
        return self.folder / "chroma"

    @property
    def lexical(self) -> Path:
        return self.folder / "lexical"

    def all(self) -> tuple[Path, ...]:
        return self.exact, self.chroma, self.lexical

    def forget_lexical(self) -> None:
        """Remove a damaged lexical index; opening makes it anew and the catalogue fills it."""
        shutil.rmtree(self.lexical, ignore_errors=True)


class Home:
    """Paths below one home. Creating it makes the folders; nothing is opened."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.catalogue = self.path / "catalogue.db"
        self.blobs = self.path / "blobs"
        self.graphs = self.path / "models"
        self._clean = self.path / "closed.json"

    def indexes(self, build: int) -> "IndexFolders":
        """Where a build's indexes lie; those of the first one lie in the home itself."""
        return IndexFolders(self.path if build == 1 else self.path / f"{_BUILD}{build}")

    def drop_indexes(self, kept: Collection[int]) -> None:
        """Remove the indexes of all builds but these; the catalogue knows all that was in them."""
        if 1 not in kept:
            for folder in self.indexes(1).all():
                shutil.rmtree(folder, ignore_errors=True)
        for folder in self.path.glob(f"{_BUILD}*"):
            if folder not in {self.indexes(number).folder for number in kept}:
                shutil.rmtree(folder, ignore_errors=True)

    def numbers(self) -> list[int]:
        """Of the builds after the first one, whose folders are there."""
        names = [folder.name.removeprefix(_BUILD) for folder in self.path.glob(f"{_BUILD}*")]
        return [int(name) for name in names if name.isdecimal()]

    def exists(self) -> bool:
        return self.catalogue.is_file()

    def refuse_missing(self) -> None:
        """Raises `HomeError` where there is no home yet."""
        if not self.exists():
            raise HomeError(
                f"there is no Footnote home at {self.path}",
                remedy="run `footnote ingest FOLDER` first, or set FOOTNOTE_HOME",
            )

    def refuse_headless(self) -> None:
        """Raise `CatalogueCorrupt` where the rest of a home is there and its catalogue is not, or is empty.

        To begin anew there would forget who may see what.
        """
        first = self.indexes(1)
        held = [path.name for path in (self.blobs, first.exact, first.lexical, self._clean) if path.exists()]
        held += [self.indexes(number).folder.name for number in self.numbers()]
        if held and not (self.exists() and self.catalogue.stat().st_size):
            raise CatalogueCorrupt(
                f"{self.catalogue} is missing or empty, but {', '.join(held)} lie beside it",
                remedy="put the catalogue back from a backup, or set FOOTNOTE_HOME to a new folder and ingest again",
            )

    def create(self) -> None:
        """Raises `HomeError` where the folder can't be made."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as exc:
            raise HomeError(
                f"the home {self.path} can't be made: {exc.strerror}",
                remedy="set FOOTNOTE_HOME to a folder that you may write to",
            ) from exc

    def closed_cleanly(self) -> bool:
        """Whether the catalogue's file is just as the last writer left it, so that it need not be checked."""
        try:
            return bool(json.loads(self._clean.read_text()) == self._stamp())
        except (OSError, ValueError):
            return False

    def mark_in_use(self) -> None:
        self._clean.unlink(missing_ok=True)

    def mark_clean(self) -> None:
        """Where even this can't be written, the next opening checks the catalogue, no more."""
        with contextlib.suppress(OSError):
            self._clean.write_text(json.dumps(self._stamp()))

    def _stamp(self) -> list[int]:
        stat = self.catalogue.stat()
        return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]


class HomeLock:
    """The one writer's lock. It goes with the process, however that ends."""

    def __init__(self, home: Home) -> None:
        """Raises `HomeLocked` at once where another process holds it."""
        try:
            self._file = os.open(home.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as exc:
            raise HomeError(
                f"{home.path} can't be written to: {exc.strerror}",
                remedy="set FOOTNOTE_HOME to a folder that you may write to",
            ) from exc
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            os.close(self._file)
            raise HomeLocked(
                f"another process is writing to {home.path}",
                remedy="wait until it is done, or stop it; a running server takes the work itself",
            ) from exc

    def release(self) -> None:
        os.close(self._file)

    def __enter__(self) -> "HomeLock":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

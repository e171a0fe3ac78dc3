"""One SQLite file as SQLAlchemy sees it: transactions, durability, foreign errors translated.

Reads run in a deferred transaction, so that all they see is of one moment; writes take the write lock at once. WAL,
`synchronous=FULL`: what was committed survives a power cut.
"""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, QueuePool, create_engine, event, exc, text

from retrieval.errors import CatalogueCorrupt, FootnoteError, HomeError, SchemaTooNew, StorageFull

MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """Opens `path`; a reader never creates or changes it. `head` is the newest migration this program knows."""

    def __init__(self, path: Path, *, head: str, migrations: Path = MIGRATIONS, writable: bool = True) -> None:
        self.path = path
        self.damaged = False
        if writable:
            _create_private(path)
        mode = "rwc" if writable else "ro"
        self._engine = create_engine(
            "sqlite://",
            creator=lambda: sqlite3.connect(
                f"file:{_quoted(path)}?mode={mode}", uri=True, timeout=30, check_same_thread=False
            ),
            poolclass=QueuePool,
            pool_size=4,
            max_overflow=64,
        )
        event.listen(self._engine, "connect", _prepare_write if writable else _prepare_read)
        event.listen(self._engine, "begin", _begin)
        self._migrate(head, migrations, writable=writable)

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view of the database."""
        with self._translated(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, durable when the block ends, undone when it raises."""
        connection = self._engine.connect().execution_options(immediate=True)
        with self._translated(), connection, connection.begin():
            yield connection

    def snapshot(self, target: Path) -> None:
        """One consistent view of the database as a file of its own; readers and the writer go on meanwhile."""
        uri = f"file:{_quoted(self.path)}?mode=ro"
        with self._translated(), contextlib.closing(sqlite3.connect(uri, uri=True, timeout=30)) as connection:
            connection.execute("VACUUM INTO ?", (str(target),))

    def scrub(self) -> None:
        """Leave nothing of what was deleted in the log beside the file; readers that are in the way are waited for."""
        with self._translated(), contextlib.closing(self._engine.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self._engine.dispose()

    def _migrate(self, head: str, migrations: Path, *, writable: bool) -> None:
        with self._translated(), self._engine.connect() as connection:
            known = connection.execute(text("SELECT name FROM sqlite_master WHERE name = 'alembic_version'")).first()
            current = connection.execute(text("SELECT version_num FROM alembic_version")).scalar() if known else None
        if current == head:
            return
        refuse_newer(self.path, current, head)
        if not writable:
            raise HomeError(
                f"{self.path} has an older schema ({current or 'none'}, wanted {head})",
                remedy="open it once for writing, for instance with `footnote ingest` or `footnote serve`",
            )
        self._upgrade(migrations)

    def _upgrade(self, migrations: Path) -> None:
        from alembic import command  # slow to import, and wanted only when the schema changes
        from alembic.config import Config

        with self.write() as connection:
            config = Config()
            config.set_main_option("script_location", str(migrations).replace("%", "%%"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (exc.DBAPIError, sqlite3.Error) as error:
            ours = translated(getattr(error, "orig", None) or error, self.path)
            self.damaged = self.damaged or isinstance(ours, CatalogueCorrupt)
            raise ours from error


def refuse_newer(path: Path, current: str | None, head: str) -> None:
    """Raises `SchemaTooNew`."""
    if current is not None and current > head:
        raise SchemaTooNew(
            f"{path} was written by a newer Footnote (schema {current}, this one knows {head})",
            remedy="update Footnote, or use another home",
        )


def check(path: Path) -> None:
    """Read the whole database and change nothing, not even its log. Raises `CatalogueCorrupt`."""
    try:
        with contextlib.closing(sqlite3.connect(f"file:{_quoted(path)}?mode=ro", uri=True, timeout=30)) as connection:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.Error as error:
        raise translated(error, path) from error
    if found != "ok":
        raise _corrupt(path, str(found).splitlines()[-1])
    if tables and "alembic_version" not in tables:
        raise _corrupt(path, "it is another program's database")


def _create_private(path: Path) -> None:
    """A new file is its owner's alone; SQLite gives its log the same mode."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as exc:
        raise HomeError(f"{path} can't be written: {exc.strerror}", remedy="see that the folder is yours") from exc


def translated(error: BaseException, path: Path) -> FootnoteError:
    """The error of ours that says what SQLite's means."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None and code & 0xFF in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return _corrupt(path, str(error))
    if code is not None and code & 0xFF in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}:
        return StorageFull(
            f"{path} can't be written: {error}",
            remedy="free some space and run the same command again; what was acknowledged is kept",
        )
    return HomeError(f"{path} can't be used: {error}", remedy="see that the folder is yours and can be written to")


def _corrupt(path: Path, detail: str) -> CatalogueCorrupt:
    return CatalogueCorrupt(
        f"the catalogue {path} is damaged: {detail}",
        remedy="it was left as it is; restore it from a backup, or set FOOTNOTE_HOME to a new folder and ingest again",
    )


def _quoted(path: Path) -> str:
    return str(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def _prepare_write(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA secure_delete=ON")  # what is deleted is overwritten
    connection.execute("PRAGMA temp_store=MEMORY")  # nothing is written outside the home


def _prepare_read(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA temp_store=MEMORY")


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

"""What a home was built with; it answers with nothing else."""

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import insert, select

from retrieval.errors import ModelMismatch
from retrieval.ports import Embedder
from retrieval.store.database import Database
from retrieval.store.schema import settings


def match_model(database: Database, embedder: Embedder, *, name: str, home: Path, write: bool) -> None:
    """A new home takes the model it is first opened with for writing. Raises `ModelMismatch` for another one later."""
    wanted = {
        "model": name,
        "fingerprint": embedder.fingerprint,
        "dimension": str(embedder.dimension),
        "max_tokens": str(embedder.max_tokens),
    }
    with database.read() as connection:
        built = {row.key: row.value for row in connection.execute(select(settings))}
    if not built and write:
        with database.write() as connection:
            connection.execute(insert(settings), [{"key": key, "value": value} for key, value in wanted.items()])
    elif built and not _same(built, wanted):
        raise ModelMismatch(
            f"{home} was built with the model {built['model']!r}, not with {name!r} as it is now",
            remedy=f"set FOOTNOTE_MODEL={built['model']}, or set FOOTNOTE_HOME to a new folder and ingest again",
        )


def _same(built: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    return all(built.get(key) == value for key, value in wanted.items() if key != "model")

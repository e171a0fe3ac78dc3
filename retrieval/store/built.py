"""What a home's indexes were built with; they answer with nothing else.

A reindex replaces it. What the home was opened with before is an older word than the reindex's then, and is passed
over; anything else is refused.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select

from retrieval.errors import ModelMismatch
from retrieval.ports import Embedder
from retrieval.store.catalog import current_build
from retrieval.store.database import Database
from retrieval.store.schema import settings

_NEXT = "next"
_REPLACED = "replaced"
_SWITCHED = "switched"
_LEAVING = "leaving"
_FILES_CHANGED = (
    "its files were replaced: put the old ones back; to change to the new ones, keep them in a folder of another "
    "name and run `footnote reindex --model FOLDER`"
)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What makes chunks and vectors: a model, by the name that it is found under and by its fingerprint, and limits.

    `max_tokens` is the model's own limit; `chunk_tokens` bounds a chunk's text, 0 for the chunker's own measure.
    """

    model: str
    fingerprint: str
    dimension: int
    max_tokens: int
    chunk_tokens: int

    def makes_the_same(self, other: "Recipe") -> bool:
        """Whether both make the same chunks and vectors, whatever the model is called."""
        return self.same_model(other) and self.chunk_tokens == other.chunk_tokens

    def same_model(self, other: "Recipe") -> bool:
        theirs = (other.fingerprint, other.dimension, other.max_tokens)
        return (self.fingerprint, self.dimension, self.max_tokens) == theirs


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A build that is being made beside the one that answers."""

    number: int
    recipe: Recipe


def recipe_of(embedder: Embedder, *, name: str, chunk_tokens: int) -> Recipe:
    return Recipe(name, embedder.fingerprint, embedder.dimension, embedder.max_tokens, chunk_tokens)


def built(database: Database, wanted: Recipe, *, home: Path, write: bool) -> tuple[int, Recipe]:
    """The build that answers, and what it is to be opened with, both of one moment: a writer may switch meanwhile.

    A new home takes what it is first opened with for writing. Raises `ModelMismatch` for a model that it was neither
    built with nor has left behind in a reindex.
    """
    with database.read() as connection:
        number, stored = current_build(connection), _stored(connection)
    if "fingerprint" not in stored:
        if write:
            with database.write() as connection:
                _write(connection, _values(wanted, tokens=False))
        return number, wanted
    kept = _recipe(stored, chunk_tokens=wanted.chunk_tokens)
    replaced = json.loads(stored.get(_REPLACED, "[]"))
    if any(one["chunk_tokens"] == wanted.chunk_tokens for one in replaced):
        kept = _recipe(stored, chunk_tokens=int(stored["chunk_tokens"]))
    if wanted.same_model(kept) or any(one["fingerprint"] == wanted.fingerprint for one in replaced):
        return number, kept
    raise ModelMismatch(
        f"{home} was built with the model {kept.model!r}, not with {wanted.model!r} as it is now",
        remedy=_as_it_was(kept, wanted),
    )


def refuse_other(found: Recipe, kept: Recipe) -> None:
    """Raises `ModelMismatch` where the model that lies under the name is not the one that was built with."""
    if not found.same_model(kept):
        raise ModelMismatch(
            f"the model {kept.model!r} is another than the one that the home was built with", remedy=_FILES_CHANGED
        )


def stored_recipe(connection: Connection) -> Recipe:
    """What the build that answers was made with, also where another process has replaced it since."""
    stored = _stored(connection)
    return _recipe(stored, chunk_tokens=int(stored.get("chunk_tokens", 0)))


def unfinished(connection: Connection) -> Unfinished | None:
    """The build that was begun and neither finished nor given up."""
    value = connection.execute(select(settings.c.value).where(settings.c.key == _NEXT)).scalar()
    if value is None:
        return None
    stored = json.loads(value)
    return Unfinished(int(stored["number"]), Recipe(**stored["recipe"]))


def begin(connection: Connection, begun: Unfinished) -> None:
    _write(connection, {_NEXT: json.dumps({"number": begun.number, "recipe": asdict(begun.recipe)})})


def give_up(connection: Connection) -> None:
    """What was made of the unfinished build belongs to none now, and is swept."""
    connection.execute(delete(settings).where(settings.c.key == _NEXT))
    _write(connection, {_LEAVING: "1"})


def builds_leaving(connection: Connection) -> bool:
    """Whether there may be builds that neither answer nor are being made."""
    return _LEAVING in _stored(connection)


def builds_left(connection: Connection) -> None:
    """There are none any more."""
    connection.execute(delete(settings).where(settings.c.key == _LEAVING))


def switch(connection: Connection, before: Recipe, after: Recipe, *, generation: int) -> None:
    """From this `generation` on the home is one that was built with `after`."""
    replaced = json.loads(_stored(connection).get(_REPLACED, "[]"))
    left = {"fingerprint": before.fingerprint, "chunk_tokens": before.chunk_tokens}
    give_up(connection)
    changed = {_REPLACED: json.dumps([*replaced, left]), _SWITCHED: str(generation)}
    _write(connection, {**_values(after, tokens=True), **changed})


def switched_at(connection: Connection) -> int:
    """The generation from which on the build answers that answers now; 0 for the first one."""
    return int(_stored(connection).get(_SWITCHED, 0))


def _as_it_was(kept: Recipe, wanted: Recipe) -> str:
    if kept.model == wanted.model:
        return _FILES_CHANGED
    return f"set FOOTNOTE_MODEL={kept.model}, or run `footnote reindex --model {wanted.model}` with that"


def _stored(connection: Connection) -> dict[str, str]:
    return {row.key: row.value for row in connection.execute(select(settings))}


def _write(connection: Connection, values: Mapping[str, str]) -> None:
    connection.execute(delete(settings).where(settings.c.key.in_(list(values))))
    connection.execute(insert(settings), [{"key": key, "value": value} for key, value in values.items()])


def _values(recipe: Recipe, *, tokens: bool) -> dict[str, str]:
    """A home that was never reindexed goes by what it is opened with, and leaves the chunks' limit out."""
    values = {name: str(value) for name, value in asdict(recipe).items()}
    return values if tokens else {name: value for name, value in values.items() if name != "chunk_tokens"}


def _recipe(stored: Mapping[str, str], *, chunk_tokens: int) -> Recipe:
    return Recipe(
        stored["model"], stored["fingerprint"], int(stored["dimension"]), int(stored["max_tokens"]), chunk_tokens
    )

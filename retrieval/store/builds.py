"""The open builds of one home: a pair of indexes each, with the model that fills it and is asked of it."""

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path

from retrieval.errors import IndexCorrupt
from retrieval.ports import Embedder, LexicalIndex, VectorIndex
from retrieval.settings import ChunkSettings
from retrieval.store import built
from retrieval.store.built import Recipe
from retrieval.store.catalog import current_build
from retrieval.store.database import Database
from retrieval.store.embed import SPECIAL_TOKENS
from retrieval.store.exact import ExactVectors
from retrieval.store.home import Home, IndexFolders
from retrieval.store.indexes import Indexes
from retrieval.store.lexical import TantivyIndex
from retrieval.store.limits import ChunkLimits
from retrieval.store.vector import TieredVectors


@dataclass(frozen=True, slots=True)
class Model:
    """An embedder with the `tokenizer.json` that counts for it."""

    embedder: Embedder
    tokenizer: Path


@dataclass(frozen=True, slots=True)
class Build:
    """Rows of one build are ranked by its indexes and its embedder, and by no others."""

    number: int
    recipe: Recipe
    model: Model
    vectors: VectorIndex
    lexical: LexicalIndex

    @property
    def embedder(self) -> Embedder:
        return self.model.embedder

    def limits(self, settings: ChunkSettings) -> ChunkLimits:
        """How documents are cut for it; `settings` says what its recipe does not."""
        return limits_of(self.recipe, self.model, settings)

    def close(self) -> None:
        self.vectors.close()
        self.lexical.close()


class Builds:
    """Opens them and keeps them open. Safe across threads."""

    def __init__(
        self,
        database: Database,
        home: Home,
        *,
        models: Callable[[str], Model],
        exact_scan_rows: int,
        write: bool,
    ) -> None:
        """`models` finds one by its name, and raises `EmbeddingFailed` where it can't."""
        self._database = database
        self._home = home
        self.models = models
        self._exact_scan_rows = exact_scan_rows
        self._write = write
        self._lock = threading.RLock()
        self._open: dict[int, Build] = {}

    def open(self, number: int, recipe: Recipe, model: Model) -> Build:
        """The build of that number, made where it is not there. Raises `IndexCorrupt` where a reader can't read it."""
        with self._lock:
            if number not in self._open:
                folders = self._home.indexes(number)
                vectors = self._vectors(folders, recipe.dimension)
                self._open[number] = Build(number, recipe, model, vectors, self._lexical(folders))
            return self._open[number]

    def answering(self) -> Build:
        """The one that answers, opened as the catalogue says where another process made it.

        Raises `EmbeddingFailed` where its model is not on this machine, `ModelMismatch` where it is another by now.
        """
        with self._lock:
            while True:
                with self._database.read() as connection:
                    number, recipe = current_build(connection), built.stored_recipe(connection)
                try:
                    return self._open.get(number) or self.open(number, recipe, named(self.models, recipe))
                except IndexCorrupt:
                    if not self.left(number):
                        raise

    def left(self, number: int) -> bool:
        """Whether another build answers by now, so that another process may have swept this one."""
        with self._database.read() as connection:
            return current_build(connection) != number

    def open_one(self, number: int) -> Build:
        """One that is open."""
        return self._open[number]

    def is_open(self, number: int) -> bool:
        return number in self._open

    def numbers(self) -> list[int]:
        """Of those that are open, or lie on the disk."""
        return [*self._open, *self._home.numbers()]

    def indexes(self, number: int) -> Indexes:
        """The writing side of an open one."""
        build = self._open[number]
        return Indexes(
            self._database, build.vectors, build.lexical, dimension=build.recipe.dimension, build=build.number
        )

    def beside(self, number: int) -> list[Indexes]:
        """The writing sides of all open ones but that."""
        with self._lock:
            return [self.indexes(one) for one in self._open if one != number]

    def drop_others(self, kept: Collection[int]) -> None:
        """Close all but these and remove their folders. No query may be using them."""
        with self._lock:
            for number in set(self._open) - set(kept):
                self._open.pop(number).close()
            self._home.drop_indexes(kept)

    def drop_unopened(self) -> None:
        """Remove the folders of those that are not open; whoever opens one fills it from the catalogue."""
        with self._lock:
            self._home.drop_indexes(self._open)

    def close(self) -> None:
        with self._lock:
            while self._open:
                self._open.popitem()[1].close()

    def _vectors(self, folders: IndexFolders, dimension: int) -> VectorIndex:
        exact = ExactVectors(folders.exact, dimension, writable=self._write)
        if not self._write:
            return exact
        return TieredVectors(exact, folders.chroma, dimension=dimension, exact_rows=self._exact_scan_rows)

    def _lexical(self, folders: IndexFolders) -> TantivyIndex:
        try:
            return TantivyIndex(folders.lexical, writable=self._write)
        except IndexCorrupt:
            if not self._write:
                raise
            folders.forget_lexical()
            return TantivyIndex(folders.lexical)


def limits_of(recipe: Recipe, model: Model, settings: ChunkSettings) -> ChunkLimits:
    cut = replace(settings, max_tokens=recipe.chunk_tokens)
    return ChunkLimits(recipe.max_tokens, SPECIAL_TOKENS, model.tokenizer, cut)


def named(models: Callable[[str], Model], recipe: Recipe) -> Model:
    """The model of a recipe. Raises `EmbeddingFailed`, `ModelMismatch`."""
    model = models(recipe.model)
    built.refuse_other(built.recipe_of(model.embedder, name=recipe.model, chunk_tokens=recipe.chunk_tokens), recipe)
    return model

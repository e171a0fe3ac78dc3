"""Makes another build while the present one answers, and switches to it in one transaction.

Versions are taken batch by batch, those that answer first: cut, embedded, written to the catalogue as rows of the new
build, and given to its indexes. A version that is published meanwhile waits with the others; one that is retired or
rolled back to takes its rows of both builds along, for they are its own; who may see it is the document's. When
nothing is waiting, one transaction switches, under the lock that publishing needs; where documents are cut otherwise
from then on, it waits until no run is open, for such a run cuts by the present limits. What a kill leaves is a build
that is not whole: the same reindex goes on with it, another one is refused until it is given up.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import Connection

from retrieval.errors import UsageError
from retrieval.ports import Vectors
from retrieval.settings import ChunkSettings
from retrieval.store import built, staging
from retrieval.store.builds import Build, Builds, Model, limits_of
from retrieval.store.built import Recipe, Unfinished
from retrieval.store.database import Database
from retrieval.store.indexes import INDEX_NAMES, Indexes
from retrieval.store.limits import ChunkLimits
from retrieval.store.reindex import kept, making
from retrieval.store.reindex.kept import Cut, Cutter, KeptVersion
from retrieval.store.slicing import slices

_EMBEDDED_AT_ONCE = 512  # texts
_SECONDS_BETWEEN_LOOKS = 0.1


class Writer(Protocol):
    """The one writer of the home, as far as a reindex needs it."""

    @property
    def lock(self) -> AbstractContextManager[object]: ...
    @property
    def idle(self) -> bool:
        """Whether no run is open: one cuts what it reads for the build that answered when it began."""
        ...

    def discard_staged(self) -> None: ...
    def work_on(self, build: Build) -> None: ...
    def sweep_indexes(self) -> None:
        """As a sweep does, but for originals, which a run may be about to publish."""
        ...


class Progress(Protocol):
    """Told of a reindex as it goes. What it raises ends it; the same reindex goes on later."""

    def counted(self, ended: int, total: int) -> None: ...
    def published(self, chunks: int, embedded: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reindex is to make, and the model that it takes for it."""

    recipe: Recipe
    model: Model
    before: Recipe
    recut: bool


@dataclass(slots=True)
class Reindexed:
    """`versions` and `chunks` were written by this call, `embedded` of the chunks embedded.

    `as_before` are sources, with the reason, whose versions are cut as they were. Not `switched`: nothing was to do.
    """

    recipe: Recipe
    versions: int = 0
    chunks: int = 0
    embedded: int = 0
    as_before: list[tuple[str, str]] = field(default_factory=list)
    switched: bool = False
    other_model: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """How far an unfinished build is, in versions."""

    number: int
    recipe: Recipe
    ended: int
    total: int


class Reindexer:
    """One at a time; a second one that begins while the first is at work is refused."""

    def __init__(self, database: Database, builds: Builds, writer: Writer, chunking: ChunkSettings) -> None:
        """`chunking` says of cutting what a recipe does not."""
        self._chunking = chunking
        self._database = database
        self._builds = builds
        self._writer = writer
        self._at_work = False

    def wanted(
        self, model: str | None, chunk_tokens: int | None, cut_by: Callable[[ChunkSettings], str] | None = None
    ) -> Wanted:
        """What is not given goes on as in an unfinished reindex, else as it is. Raises `EmbeddingFailed`.

        `cut_by` names a way of cutting as fingerprints do: chunks may be older than the limits of the settings.
        """
        present = self._builds.answering()
        with self._database.read() as connection:
            begun = built.unfinished(connection)
        base = begun.recipe if begun else present.recipe
        tokens = base.chunk_tokens if chunk_tokens is None else chunk_tokens
        name = base.model if model is None else model
        found = present.model if name == present.recipe.model else self._builds.models(name)
        recipe = built.recipe_of(found.embedder, name=name, chunk_tokens=tokens)
        recut = _cuts_otherwise(recipe, found, present)
        if cut_by and (begun or chunk_tokens is not None):
            name = cut_by(limits_of(recipe, found, self._chunking).settings)
            with self._database.read() as connection:
                recut |= kept.cut_otherwise(connection, name)
        return Wanted(recipe, found, present.recipe, recut)

    def limits(self, wanted: Wanted) -> ChunkLimits:
        """How documents are cut for what is wanted."""
        return limits_of(wanted.recipe, wanted.model, self._chunking)

    def state(self) -> State | None:
        """Null where none is unfinished."""
        with self._database.read() as connection:
            begun = built.unfinished(connection)
            return State(begun.number, begun.recipe, *kept.counted(connection, begun.number)) if begun else None

    def cancel(self) -> bool:
        """Give an unfinished one up; whether there was one. One that is at work ends at its next step."""
        with self._writer.lock:
            with self._database.write() as connection:
                found = built.unfinished(connection) is not None
                built.give_up(connection)
            if found:
                self._writer.sweep_indexes()
        return found

    def run(self, wanted: Wanted, cutter: Cutter, progress: Progress) -> Reindexed:
        """Make the build that is wanted, or go on with it, and switch to it.

        Raises `UsageError` where another one is unfinished, or where this one is given up meanwhile; `StorageFull`,
        `EmbeddingFailed`: then the present one answers, and the same reindex goes on where this one ended.
        """
        done = Reindexed(wanted.recipe)
        work = self._begun(wanted)
        if work is None:
            return done
        try:
            self._make(work, cutter, progress, done)
        finally:
            self._at_work = False
        self._writer.sweep_indexes()
        done.switched, done.other_model = True, not wanted.before.same_model(wanted.recipe)
        return done

    def _begun(self, wanted: Wanted) -> "_Work | None":
        """Null where nothing is to be done."""
        with self._writer.lock:
            if self._at_work:
                raise UsageError("a reindex is at work already", remedy="wait for it, or `footnote reindex --cancel`")
            begun = self._noted(wanted)
            if begun is None:
                return None
            gone_on_with = self._builds.is_open(begun.number)
            build = self._builds.open(begun.number, begun.recipe, wanted.model)
            indexes = self._builds.indexes(begun.number)
            if gone_on_with:
                indexes.replay()
            else:  # nobody has looked whether a kill or a power cut left it whole
                for name in INDEX_NAMES:
                    indexes.rebuild(name)
            self._at_work = True
        return _Work(begun, build, indexes, recut=wanted.recut)

    def _noted(self, wanted: Wanted) -> Unfinished | None:
        """The unfinished one, or a new one that the catalogue knows of from here on; null where all is as wanted."""
        with self._database.write() as connection:
            begun = built.unfinished(connection)
            if begun is not None and not begun.recipe.makes_the_same(wanted.recipe):
                raise UsageError(
                    f"a reindex to {_said(begun.recipe)} is unfinished",
                    remedy="`footnote reindex` goes on with it, `footnote reindex --cancel` gives it up",
                )
            if begun is None and (wanted.recut or not wanted.recipe.makes_the_same(wanted.before)):
                begun = Unfinished(making.next_number(connection, *self._builds.numbers()), wanted.recipe)
                built.begin(connection, begun)
        return begun

    def _make(self, work: "_Work", cutter: Cutter, progress: Progress, done: Reindexed) -> None:
        while True:
            with self._database.read() as connection:
                batch = kept.waiting(connection, work.number)
                counts = kept.counted(connection, work.number)
            progress.counted(*counts)
            if batch:
                self._take(work, _cut(cutter, batch, progress), progress, done)
            elif self._switched(work):
                return
            else:
                time.sleep(_SECONDS_BETWEEN_LOOKS)

    def _take(self, work: "_Work", cuts: Sequence[Cut], progress: Progress, done: Reindexed) -> None:
        vectors = self._embedded(work, cuts, progress)
        with self._writer.lock:
            with self._database.write() as connection:
                _refuse_given_up(connection, work)
                due = making.put(connection, cuts, work.begun, vectors)
            if due is None:
                return  # they wait still, and come again
            if due[0]:
                work.indexes.add(*due)
        chunks = sum(len(cut.chunks) for cut in cuts)
        done.versions += len(cuts)
        done.chunks += chunks
        done.embedded += len(vectors)
        done.as_before += [(cut.version.uri, cut.why) for cut in cuts if cut.why]
        progress.published(chunks, len(vectors))

    def _embedded(self, work: "_Work", cuts: Sequence[Cut], progress: Progress) -> dict[str, Vectors]:
        """The vectors that the catalogue does not hold; questions and runs go on meanwhile."""
        texts = making.texts_of(cuts, work.begun.recipe)
        with self._database.read() as connection:
            missing = sorted(staging.missing_vectors(connection, list(texts)), key=lambda key: len(texts[key]))
        vectors: dict[str, Vectors] = {}
        for part in slices(missing, _EMBEDDED_AT_ONCE):
            matrix = work.build.embedder.embed_documents([texts[key] for key in part])
            vectors |= dict(zip(part, matrix, strict=True))
            progress.published(0, 0)
        return vectors

    def _switched(self, work: "_Work") -> bool:
        """Whether nothing was left to do, so that the build answers now."""
        with self._writer.lock:
            if work.recut and not self._writer.idle:
                return False  # a run is open that cuts by the limits of the present one
            with self._database.read() as connection:
                _refuse_given_up(connection, work)
                if kept.waiting(connection, work.number):
                    return False
            self._writer.discard_staged()
            with self._database.write() as connection:
                due = making.settle(connection, work.number)
            if due[0]:
                work.indexes.add(*due)
            with self._database.write() as connection:
                making.switch(connection, self._builds.answering().recipe, work.begun)
            self._writer.work_on(work.build)
        return True


@dataclass(frozen=True, slots=True)
class _Work:
    """A build under way."""

    begun: Unfinished
    build: Build
    indexes: Indexes
    recut: bool

    @property
    def number(self) -> int:
        return self.begun.number


def _cut(cutter: Cutter, batch: Sequence[KeptVersion], progress: Progress) -> list[Cut]:
    cuts: list[Cut] = []
    for one in cutter.cut(batch):
        if one is None:
            progress.published(0, 0)
        else:
            cuts.append(one)
    return cuts


def _refuse_given_up(connection: Connection, work: _Work) -> None:
    found = built.unfinished(connection)
    if found is None or found.number != work.number:
        raise UsageError("the reindex was given up", remedy="what answered before still does; begin it again")


def _cuts_otherwise(recipe: Recipe, model: Model, present: Build) -> bool:
    """Whether documents are cut in other places: by other limits, or counted by another tokenizer."""
    same = (recipe.chunk_tokens, recipe.max_tokens) == (present.recipe.chunk_tokens, present.recipe.max_tokens)
    mine, theirs = model.tokenizer, present.model.tokenizer
    return not same or (mine != theirs and mine.read_bytes() != theirs.read_bytes())


def _said(recipe: Recipe) -> str:
    return f"the model {recipe.model!r} with chunks of {recipe.chunk_tokens or 'the usual'} tokens"

"""Makes another build while the present one answers, and switches to it in one transaction.

Versions are taken batch by batch, those that answer first: cut, embedded, written to the catalogue as rows of the new
build, and given to its indexes. A version that is published meanwhile waits with the others; one that is retired or
rolled back to takes its rows of both builds along, for they are its own; who may see it is the document's. When
nothing is waiting and no run is open, one transaction switches, under the lock that publishing needs. What a kill
leaves is a build that is not whole: the same reindex goes on with it, another one is refused until it is given up.
"""

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from retrieval.errors import UsageError
from retrieval.ports import Vectors
from retrieval.store import built, staging
from retrieval.store.builds import Build, Builds, Model
from retrieval.store.built import Recipe, Unfinished
from retrieval.store.database import Database
from retrieval.store.reindex import kept, making
from retrieval.store.reindex.kept import Cut, Cutter
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
    def sweep(self) -> None: ...


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


@dataclass(frozen=True, slots=True)
class State:
    """How far an unfinished build is, in versions."""

    recipe: Recipe
    ended: int
    total: int


class Reindexer:
    """One at a time; a second one that begins while the first is at work is refused."""

    def __init__(self, database: Database, builds: Builds, writer: Writer) -> None:
        self._database = database
        self._builds = builds
        self._writer = writer
        self._at_work = False

    def wanted(self, model: str | None, chunk_tokens: int | None) -> Wanted:
        """What is not given goes on as in an unfinished reindex, else as it is. Raises `EmbeddingFailed`."""
        present = self._builds.answering()
        with self._database.read() as connection:
            begun = built.unfinished(connection)
        base = begun.recipe if begun else present.recipe
        tokens = base.chunk_tokens if chunk_tokens is None else chunk_tokens
        name = base.model if model is None else model
        found = present.model if name == present.recipe.model else self._builds.models(name)
        recipe = built.recipe_of(found.embedder, name=name, chunk_tokens=tokens)
        return Wanted(recipe, found, present.recipe, recut=_cuts_otherwise(recipe, found, present))

    def state(self) -> State | None:
        """Null where none is unfinished."""
        with self._database.read() as connection:
            begun = built.unfinished(connection)
            return State(begun.recipe, *kept.counted(connection, begun.number)) if begun else None

    def cancel(self) -> bool:
        """Give an unfinished one up; whether there was one. One that is at work ends at its next step."""
        with self._writer.lock:
            with self._database.write() as connection:
                found = built.unfinished(connection) is not None
                built.give_up(connection)
            if found:
                self._writer.sweep()
        return found

    def run(self, wanted: Wanted, cutter: Cutter, progress: Progress) -> Reindexed:
        """Make the build that is wanted, or go on with it, and switch to it.

        Raises `UsageError` where another one is unfinished, or where this one is given up meanwhile; `StorageFull`,
        `EmbeddingFailed`: then the present one answers, and the same reindex goes on where this one ended.
        """
        done = Reindexed(wanted.recipe)
        begun = self._begun(wanted)
        if begun is None:
            return done
        try:
            self._make(begun, cutter, progress, done)
        finally:
            self._at_work = False
        self._writer.sweep()
        done.switched = True
        return done

    def _begun(self, wanted: Wanted) -> Unfinished | None:
        """Null where nothing is to be done."""
        with self._writer.lock:
            if self._at_work:
                raise UsageError("a reindex is at work already", remedy="wait for it, or `footnote reindex --cancel`")
            with self._database.write() as connection:
                begun = built.unfinished(connection)
                if begun is not None and not begun.recipe.makes_the_same(wanted.recipe):
                    raise UsageError(
                        f"a reindex to {_said(begun.recipe)} is unfinished",
                        remedy="`footnote reindex` goes on with it, `footnote reindex --cancel` gives it up",
                    )
                if begun is None:
                    if wanted.recipe.makes_the_same(wanted.before):
                        return None
                    number = making.next_number(connection, *self._builds.numbers())
                    begun = Unfinished(number, wanted.recipe)
                    built.begin(connection, begun)
            self._builds.open(begun.number, begun.recipe, wanted.model)
            self._builds.indexes(begun.number).replay()
            self._at_work = True
        return begun

    def _make(self, begun: Unfinished, cutter: Cutter, progress: Progress, done: Reindexed) -> None:
        while True:
            with self._database.read() as connection:
                batch = kept.waiting(connection, begun.number)
                counts = kept.counted(connection, begun.number)
            progress.counted(*counts)
            if batch:
                self._take(begun, self._cut(cutter, batch, progress), progress, done)
            elif self._switched(begun):
                return
            else:
                time.sleep(_SECONDS_BETWEEN_LOOKS)

    def _cut(self, cutter: Cutter, batch: Sequence[kept.KeptVersion], progress: Progress) -> list[Cut]:
        cuts: list[Cut] = []
        for one in cutter.cut(batch):
            if one is None:
                progress.published(0, 0)
            else:
                cuts.append(one)
        return cuts

    def _take(self, begun: Unfinished, cuts: Sequence[Cut], progress: Progress, done: Reindexed) -> None:
        vectors = self._embedded(begun, cuts, progress)
        with self._writer.lock:
            with self._database.write() as connection:
                _refuse_given_up(built.unfinished(connection), begun)
                due = making.put(connection, cuts, begun, vectors)
            if due is None:
                return  # they wait still, and come again
            if due[0]:
                self._builds.indexes(begun.number).add(*due)
        chunks = sum(len(cut.chunks) for cut in cuts)
        done.versions += len(cuts)
        done.chunks += chunks
        done.embedded += len(vectors)
        done.as_before += [(cut.version.uri, cut.why) for cut in cuts if cut.why]
        progress.published(chunks, len(vectors))

    def _embedded(self, begun: Unfinished, cuts: Sequence[Cut], progress: Progress) -> dict[str, Vectors]:
        """The vectors that the catalogue does not hold; questions and runs go on meanwhile."""
        texts = making.texts_of(cuts, begun.recipe)
        with self._database.read() as connection:
            missing = sorted(staging.missing_vectors(connection, list(texts)), key=lambda key: len(texts[key]))
        embedder = self._builds.open_one(begun.number).embedder
        vectors: dict[str, Vectors] = {}
        for part in slices(missing, _EMBEDDED_AT_ONCE):
            vectors |= dict(zip(part, embedder.embed_documents([texts[key] for key in part]), strict=True))
            progress.published(0, 0)
        return vectors

    def _switched(self, begun: Unfinished) -> bool:
        """Whether nothing was left to do, so that the build answers now."""
        with self._writer.lock:
            if not self._writer.idle:
                return False
            with self._database.read() as connection:
                if kept.waiting(connection, begun.number):
                    return False
            self._writer.discard_staged()
            with self._database.write() as connection:
                due = making.settle(connection, begun.number)
            if due[0]:
                self._builds.indexes(begun.number).add(*due)
            before = self._builds.answering().recipe
            with self._database.write() as connection:
                _refuse_given_up(built.unfinished(connection), begun)
                making.switch(connection, before, begun)
            self._writer.work_on(self._builds.open_one(begun.number))
        return True


def _refuse_given_up(found: Unfinished | None, begun: Unfinished) -> None:
    if found is None or found.number != begun.number:
        raise UsageError("the reindex was given up", remedy="what answered before still does; begin it again")


def _cuts_otherwise(recipe: Recipe, model: Model, present: Build) -> bool:
    """Whether documents are cut in other places: by other limits, or counted by another tokenizer."""
    same = (recipe.chunk_tokens, recipe.max_tokens) == (present.recipe.chunk_tokens, present.recipe.max_tokens)
    mine, theirs = model.tokenizer, present.model.tokenizer
    return not same or (mine != theirs and mine.read_bytes() != theirs.read_bytes())


def _said(recipe: Recipe) -> str:
    return f"the model {recipe.model!r} with chunks of {recipe.chunk_tokens or 'the usual'} tokens"

"""Another index beside the one that answers: built, switched to, and nothing lost whatever happens meanwhile."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import func, select

from retrieval import engine as engines
from retrieval.engine import Engine
from retrieval.errors import ModelMismatch, UsageError
from retrieval.models import OWNER, PUBLIC, Caller, Outcome
from retrieval.settings import EngineSettings
from retrieval.store.backup.importing import restore
from retrieval.store.home import Home
from retrieval.store.reindex.kept import AsBefore
from retrieval.store.reindex.reindexer import Reindexed
from retrieval.store.schema import chunks, placements, rebuilt, vectors
from tests.fakes import FakeEmbedder
from tests.retrieval.store.stories import indexed, version


class Stopped(Exception):
    """What a test raises in the middle of a reindex."""


class Told:
    """Progress that does something at one of its steps, once."""

    def __init__(self, step: int = 0, do: Callable[[], None] = lambda: None) -> None:
        self._step = step
        self._do = do
        self.steps = 0

    def counted(self, _ended: int, _total: int) -> None:
        self._next()

    def published(self, _chunks: int, _embedded: int) -> None:
        self._next()

    def _next(self) -> None:
        self.steps += 1
        if self.steps == self._step:
            self._do()


@pytest.fixture
def embedder() -> FakeEmbedder:
    """Wide enough that no two words of a test fall together."""
    return FakeEmbedder(dimension=4096)


@pytest.fixture
def other() -> FakeEmbedder:
    return FakeEmbedder(dimension=3001, fingerprint="fake-2")


Opener = Callable[..., Engine]


@pytest.fixture
def open_home(tmp_path: Path, embedder: FakeEmbedder, other: FakeEmbedder) -> Iterator[Opener]:
    """The home of `embedder`, with another model at hand."""
    opened: list[Engine] = []

    def open_one(*, write: bool = True, home: str = "home", with_: FakeEmbedder = embedder) -> Engine:
        settings = EngineSettings(tmp_path / home, exact_scan_rows=5)
        opened.append(Engine(settings, write=write, embedder=with_, models={"other": other, "first": embedder}))
        return opened[-1]

    yield open_one
    for engine in reversed(opened):
        engine.close()


@pytest.fixture
def engine(open_home: Opener) -> Engine:
    return open_home()


def publish(engine: Engine, *versions: object) -> tuple[Outcome, ...]:
    with engine.index.run("c", {}) as run:
        return engine.index.publish(run, [indexed(one) for one in versions]).outcomes  # type: ignore[arg-type]


def fill(engine: Engine, count: int = 6) -> list[str]:
    """Document ids; each holds a word that no other holds, and two chunks."""
    made = [version(f"d{one}.txt", f"leave rule word{one}", f"pumps of site{one}") for one in range(count)]
    return [outcome.document_id or "" for outcome in publish(engine, *made)]


def reindex(
    engine: Engine, progress: Told | None = None, *, model: str | None = "other", tokens: int | None = None
) -> Reindexed:
    reindexer = engine.index.reindexer
    return reindexer.run(reindexer.wanted(model, tokens), AsBefore(), progress or Told())


def _unheeded(_: object) -> None:
    """What a step of a test gives back is not asked for."""


def found(engine: Engine, question: str, caller: Caller = OWNER) -> list[str]:
    """The documents of the best hits, by vectors alone."""
    return [hit.chunk.document for hit in engine.search(question, k=20, caller=caller, mode="dense")]


def count(engine: Engine, table: object) -> int:
    with engine._database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())  # type: ignore[arg-type]


def assert_sound(engine: Engine) -> None:
    """Nothing differs and nothing is left over: one build, its rows alone, one vector for each text."""
    assert [one for one in engine.index.upkeep.examine(repair=False).findings if one.place != "originals"] == []
    with engine._database.read() as connection:
        builds = set(connection.execute(select(chunks.c.build).distinct()).scalars())
        dimensions = set(connection.execute(select(func.length(vectors.c.vector)).distinct()).scalars())
    assert builds <= {engine.catalog.build()}
    assert dimensions <= {4 * engine._builds.answering().recipe.dimension}
    assert count(engine, rebuilt) == 0


def test_after_a_reindex_the_same_documents_answer_by_the_other_model(engine: Engine, other: FakeEmbedder) -> None:
    """Ids, versions, chunk ids and spans stay; each text is embedded once."""
    ids = fill(engine)
    before = engine.search("word3", caller=OWNER)

    done = reindex(engine)

    after = engine.search("word3", caller=OWNER)
    assert done.switched
    assert (done.versions, done.chunks, done.embedded) == (6, 12, 12)
    assert len(other.embedded) == len(set(other.embedded)) == 12
    assert {one.document_id for one in engine.catalog.documents(OWNER)} == set(ids)
    place = [(hit.chunk.document_id, hit.chunk.version, hit.chunk.chunk_id, hit.chunk.start) for hit in before[:1]]
    assert [
        (hit.chunk.document_id, hit.chunk.version, hit.chunk.chunk_id, hit.chunk.start) for hit in after[:1]
    ] == place
    assert engine._vectors.scores(other.embed_query("word3"), np.array([after[0].chunk.row]))[0] > 0
    assert_sound(engine)


def test_what_was_indexed_before_is_swept(engine: Engine, tmp_path: Path) -> None:
    fill(engine)

    reindex(engine)

    first = Home(tmp_path / "home").indexes(1)
    assert not any(folder.exists() for folder in first.all())
    assert (count(engine, chunks), count(engine, placements), count(engine, vectors)) == (12, 12, 12)


def test_a_home_opens_again_with_what_a_reindex_left_and_what_it_made(
    engine: Engine, open_home: Opener, other: FakeEmbedder
) -> None:
    """The model that was replaced is an older word; one that was never there is an error."""
    fill(engine)
    reindex(engine)
    engine.close()

    for embedder in (FakeEmbedder(dimension=4096), other):
        again = open_home(with_=embedder)
        assert found(again, "word2")[0] == "d2.txt"
        assert again._serving.build.recipe.dimension == 3001
        again.close()
    with pytest.raises(ModelMismatch, match="other"):
        open_home(with_=FakeEmbedder(fingerprint="fake-3"))


def test_there_and_back_again(engine: Engine, embedder: FakeEmbedder) -> None:
    fill(engine)
    reindex(engine)

    reindex(engine, model="first")

    assert engine._serving.build.recipe.fingerprint == embedder.fingerprint
    assert found(engine, "word5")[0] == "d5.txt"
    assert_sound(engine)


def test_without_another_model_or_limit_nothing_is_done(engine: Engine, other: FakeEmbedder) -> None:
    fill(engine)

    done = reindex(engine, model=None)

    assert not done.switched
    assert other.embedded == []


@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_what_happens_meanwhile_is_in_both(engine: Engine, step: int) -> None:
    """Published, changed, removed, rolled back, forgotten, granted: seen at once, and after the switch."""
    ids = fill(engine)
    publish(engine, version("d1.txt", "leave rule word1", "a second text"))
    staff = Caller(groups=frozenset({"staff"}))

    def change() -> None:
        index = engine.index
        publish(engine, version("new.txt", "leave rule brandnew"), version("d2.txt", "leave rule changed"))
        with index.run("c", {}) as run:
            index.remove(run, [(ids[3], Outcome("d3", "removed"))])
            index.rollback(run, ids[1], 1, Outcome("d1", "indexed"))
            index.forget(run, ids[4], Outcome("d4", "removed"))
        index.regrant({ids[5]: ("staff",)})
        index.sweep()
        assert_now()

    def assert_now() -> None:
        assert found(engine, "brandnew")[0] == "new.txt"
        assert engine.search("changed", k=1, caller=OWNER)[0].chunk.text == "leave rule changed"
        documents = {one.document for one in engine.catalog.documents(OWNER)}
        assert documents == {"d0.txt", "d1.txt", "d2.txt", "d5.txt", "new.txt"}
        assert engine.search("site1", k=1, caller=OWNER)[0].chunk.text == "pumps of site1"
        assert set(found(engine, "leave rule")) == documents
        assert "d5.txt" not in found(engine, "word5", PUBLIC)
        assert found(engine, "word5", staff)[0] == "d5.txt"

    done = reindex(engine, Told(step, change))

    assert done.switched
    assert_now()
    assert_sound(engine)


@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_one_that_is_stopped_goes_on_and_embeds_nothing_twice(
    engine: Engine, open_home: Opener, other: FakeEmbedder, step: int
) -> None:
    """Whether the process goes on or another one does, what answers meanwhile is what did before."""
    fill(engine)

    def stop() -> None:
        raise Stopped

    with pytest.raises(Stopped):
        reindex(engine, Told(step, stop))
    assert found(engine, "word4")[0] == "d4.txt"
    assert engine._serving.build.number == 1
    written = count(engine, vectors) - 12
    engine.close()
    again = open_home()
    assert found(again, "word4")[0] == "d4.txt"
    other.embedded.clear()
    done = reindex(again, model=None)

    assert done.switched
    assert len(other.embedded) == 12 - written
    assert found(again, "word4")[0] == "d4.txt"
    assert_sound(again)


def test_what_a_power_cut_took_from_an_unfinished_build_is_there_when_it_answers(
    engine: Engine, open_home: Opener
) -> None:
    """Its indexes are made anew from the catalogue when another process goes on with it."""
    fill(engine)

    def stop() -> None:
        raise Stopped

    with pytest.raises(Stopped):
        reindex(engine, Told(4, stop))
    build = engine._builds.open_one(2)
    build.vectors.delete(np.arange(13, 16))
    build.vectors.flush(build.vectors.generation())
    build.lexical.delete(np.arange(16, 19))
    build.lexical.flush(build.lexical.generation())
    engine.close()

    again = open_home()
    reindex(again)

    assert_sound(again)


def test_another_one_is_refused_until_the_unfinished_one_is_given_up(engine: Engine) -> None:
    fill(engine)

    def stop() -> None:
        raise Stopped

    with pytest.raises(Stopped):
        reindex(engine, Told(4, stop))
    state = engine.index.reindexer.state()
    with pytest.raises(UsageError, match="unfinished"):
        reindex(engine, model="first")

    assert state is not None
    assert (state.ended, state.total) == (6, 6)
    assert engine.index.reindexer.cancel()
    assert not engine.index.reindexer.cancel()
    assert engine.index.reindexer.state() is None
    assert_sound(engine)
    assert not Home(engine.home.path).numbers()


def test_one_that_is_given_up_while_it_works_ends(engine: Engine) -> None:
    fill(engine)

    with pytest.raises(UsageError, match="given up"):
        reindex(engine, Told(2, lambda: _unheeded(engine.index.reindexer.cancel())))

    assert found(engine, "word0")[0] == "d0.txt"
    assert_sound(engine)


def test_forgetting_reaches_a_build_that_waits_to_go_on(engine: Engine, open_home: Opener) -> None:
    """Its files hold nothing of the document, also where nobody has opened them."""
    ids = fill(engine)

    def stop() -> None:
        raise Stopped

    with pytest.raises(Stopped):
        reindex(engine, Told(4, stop))
    engine.close()
    again = open_home()
    with again.index.run("c", {}) as run:
        again.index.forget(run, ids[2], Outcome("d2", "removed"))

    assert not Home(again.home.path).numbers()
    reindex(again)
    assert sorted(set(found(again, "leave rule"))) == ["d0.txt", "d1.txt", "d3.txt", "d4.txt", "d5.txt"]
    assert_sound(again)


def test_a_kept_version_can_be_rolled_back_to_and_its_words_found_by_the_new_model(
    engine: Engine, other: FakeEmbedder
) -> None:
    """Kept versions get vectors of the new model, so that a rollback embeds nothing."""
    ids = fill(engine)
    publish(engine, version("d1.txt", "quite another text"))
    reindex(engine)
    embedded = len(other.embedded)

    with engine.index.run("c", {}) as run:
        engine.index.rollback(run, ids[1], 1, Outcome("d1", "indexed"))

    assert len(other.embedded) == embedded
    assert engine.search("word1", k=1, caller=OWNER)[0].chunk.text == "leave rule word1"
    assert engine.catalog.version(ids[1], OWNER, 2).text == "quite another text"
    assert_sound(engine)


def test_the_switch_waits_for_runs_that_cut_by_the_present_limits(engine: Engine) -> None:
    fill(engine)
    run = engine.index.begin_run("c", {})
    ended = threading.Event()

    def end() -> None:
        assert engine._serving.build.number == engine.catalog.build() == 1
        engine.index.publish(run, [indexed(version("late.txt", "leave rule late"))])
        engine.index.finish_run(run)
        ended.set()

    done = reindex(engine, Told(6, end), tokens=100)

    assert ended.is_set()
    assert done.switched
    assert found(engine, "late")[0] == "late.txt"
    assert_sound(engine)


def test_an_open_run_publishes_before_and_after_a_switch_to_another_model(engine: Engine) -> None:
    """Where the limits stay, a run goes on over it: what it publishes then is embedded by the other model."""
    fill(engine)
    run = engine.index.begin_run("c", {})
    engine.index.prepare([version("late.txt", "leave rule late")])

    assert reindex(engine).switched
    engine.index.publish(run, [indexed(version("late.txt", "leave rule late"))])
    engine.index.finish_run(run)
    engine.index.sweep()

    assert found(engine, "late")[0] == "late.txt"
    assert_sound(engine)


def test_an_archive_made_after_a_reindex_is_a_home_of_the_new_model(
    engine: Engine, open_home: Opener, tmp_path: Path, other: FakeEmbedder
) -> None:
    fill(engine)
    reindex(engine)
    engine.index.upkeep.export(tmp_path / "home.zip")
    embedded = len(other.embedded)

    restore(tmp_path / "home.zip", Home(tmp_path / "new"))
    again = open_home(home="new")

    assert again._serving.build.recipe.model == "other"
    assert found(again, "word1") == found(engine, "word1")
    assert len(other.embedded) == embedded
    assert_sound(again)


def test_an_archive_made_during_a_reindex_can_go_on_with_it(
    engine: Engine, open_home: Opener, tmp_path: Path, other: FakeEmbedder
) -> None:
    fill(engine)
    target = tmp_path / "half.zip"
    reindex(engine, Told(4, lambda: _unheeded(engine.index.upkeep.export(target))))
    embedded = len(other.embedded)

    restore(target, Home(tmp_path / "new"))
    again = open_home(home="new")
    assert found(again, "word1")[0] == "d1.txt"
    assert reindex(again).switched

    assert len(other.embedded) == embedded
    assert_sound(again)


def test_questions_are_answered_all_the_while_in_this_process_and_beside_it(engine: Engine, open_home: Opener) -> None:
    """Each finds its document by the vectors of one model: of another one, no row would be among the visible ones."""
    fill(engine, 40)
    reader = open_home(write=False)
    wrong: list[str] = []
    answered = [0, 0]
    stop = threading.Event()

    def ask(place: int, asked: Engine) -> None:
        while not stop.is_set():
            one = answered[place] % 40
            hits = asked.search(f"leave rule word{one}", k=5, caller=OWNER, mode="dense")
            if len(hits) < 5 or hits[0].chunk.document != f"d{one}.txt":
                wrong.append(f"word{one}: {[hit.chunk.document for hit in hits]}")
            answered[place] += 1

    threads = [threading.Thread(target=ask, args=(place, one)) for place, one in enumerate((engine, reader))]
    for thread in threads:
        thread.start()
    try:
        for model in ("other", "first", "other"):
            reindex(engine, model=model)
    finally:
        stop.set()
        for thread in threads:
            thread.join()

    assert wrong == []
    assert min(answered) > 0
    assert found(reader, "word7")[0] == "d7.txt"
    assert reader._serving.build.recipe.dimension == 3001
    engine.index.sweep()
    assert_sound(engine)


def test_originals_that_an_open_run_has_kept_stay(engine: Engine, tmp_path: Path) -> None:
    """No version names them yet."""
    fill(engine)
    run = engine.index.begin_run("c", {})
    (tmp_path / "source.txt").write_text("leave rule late")
    content_hash, _ = engine.index.keep_original(tmp_path / "source.txt")

    reindex(engine)
    engine.index.finish_run(run)

    assert engine.index.original(content_hash).is_file()


class Waited:
    """A lock that something happens before: what a thread that waits for it sees when it has it."""

    def __init__(self, lock: threading.RLock, meanwhile: Callable[[], object]) -> None:
        self._lock = lock
        self._meanwhile = meanwhile

    def __enter__(self) -> None:
        meanwhile, self._meanwhile = self._meanwhile, lambda: None
        meanwhile()
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


@pytest.mark.parametrize("dimension", [3001, 4096])
def test_a_doctor_that_waited_for_a_switch_examines_what_answers_then(engine: Engine, dimension: int) -> None:
    """By the new model: by the old one every vector would be damaged, and be made anew by the wrong model."""
    fill(engine)
    engine._others["other"] = FakeEmbedder(dimension=dimension, fingerprint="fake-2")  # type: ignore[index]
    upkeep = engine.index.upkeep
    upkeep._lock = Waited(engine.index.lock, lambda: reindex(engine))  # type: ignore[assignment]

    found_wrong = upkeep.examine()

    assert [one for one in found_wrong.findings if one.place != "originals"] == []
    assert engine.catalog.build() == 2
    assert_sound(engine)


def test_a_rebuild_that_waited_for_a_switch_rebuilds_what_answers_then(engine: Engine) -> None:
    fill(engine)
    upkeep = engine.index.upkeep
    upkeep._lock = Waited(engine.index.lock, lambda: reindex(engine))  # type: ignore[assignment]

    assert upkeep.rebuild("vectors") == 12

    assert_sound(engine)


def test_a_doctor_of_a_build_that_no_longer_answers_mends_no_vector(engine: Engine) -> None:
    fill(engine)
    doctor, _ = engine.index.upkeep._parts()
    reindex(engine)

    with pytest.raises(UsageError, match="another index answers"):
        doctor._embed_again()

    assert_sound(engine)


def test_a_reader_that_opens_while_a_switch_happens_pairs_one_build_with_its_model(
    engine: Engine, open_home: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(engine)
    read = engines.built

    def then_switched(*arguments: object, **options: object) -> object:
        found = read(*arguments, **options)  # type: ignore[arg-type]
        reindex(engine)
        return found

    monkeypatch.setattr(engines, "built", then_switched)
    reader = open_home(write=False)

    assert found(reader, "word3")[0] == "d3.txt"
    assert reader._serving.build.recipe.model == "other"
    assert reader._builds.open_one(2).recipe.model == "other"


def test_what_is_counted_is_the_build_that_answers(engine: Engine, tmp_path: Path) -> None:
    """Not another one that is being made beside it."""
    fill(engine)
    counted: list[object] = []

    def count_all() -> None:
        found = engine.index.upkeep.examine(repair=False)
        counted.append((found.chunks, found.vectors, engine.index.upkeep.export(tmp_path / "half.zip").chunks))

    reindex(engine, Told(4, count_all))

    assert counted == [(12, 12, 12)]


def test_a_model_whose_files_were_replaced_is_told_with_a_way_out(
    engine: Engine, open_home: Opener, other: FakeEmbedder
) -> None:
    """Under the same name: setting that name, or reindexing to it, would only raise the same again."""
    fill(engine)
    with pytest.raises(ModelMismatch) as told:
        open_home(write=False, with_=FakeEmbedder(fingerprint="fake-3"))
    reindex(engine)
    other.fingerprint = "fake-2-replaced"
    with pytest.raises(ModelMismatch) as named:
        open_home(write=False)

    for one in (told.value, named.value):
        assert "put the old ones back" in one.remedy
        assert "folder of another name" in one.remedy
        assert "FOOTNOTE_MODEL" not in one.remedy

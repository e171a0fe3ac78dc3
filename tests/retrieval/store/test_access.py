"""Who may see what, against an oracle that filters by hand."""

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.engine import Engine
from retrieval.errors import NotFound
from retrieval.models import OWNER, PUBLIC, Caller, Outcome
from retrieval.settings import EngineSettings, SearchSettings
from tests.fakes import FakeEmbedder
from tests.retrieval.store.stories import indexed, version

GROUPS = ("hr", "board", "it")
WORDS = ("leave", "travel", "salary", "parking", "bonus", "laptop")


@pytest.mark.parametrize("exact_scan_rows", [0, 20_000])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1))
def test_random_callers_see_what_the_oracle_says(
    tmp_path_factory: pytest.TempPathFactory, exact_scan_rows: int, seed: int
) -> None:
    """Through publishes, grants, revocations and removals: hits, counts and documents equal a filter by hand."""
    chance = random.Random(seed)
    home = tmp_path_factory.mktemp("home")
    single = SearchSettings(spans="short")  # one chunk a hit, so that each of them is compared
    engine = Engine(
        EngineSettings(home, exact_scan_rows=exact_scan_rows, search=single), write=True, embedder=FakeEmbedder()
    )
    truth: dict[str, tuple[tuple[str, ...], list[str]]] = {}
    try:
        for _ in range(6):
            _change(engine, truth, chance)
            caller = _caller(chance)
            _compare(engine, truth, caller)
    finally:
        engine.close()


def _change(engine: Engine, truth: dict[str, tuple[tuple[str, ...], list[str]]], chance: random.Random) -> None:
    run = engine.index.begin_run("c", {})
    ids = {one.document: one.document_id for one in engine.catalog.documents(OWNER)}
    action = chance.choice(["publish", "publish", "grant", "remove", "sweep"])
    path = f"{chance.randrange(6)}.txt"
    groups = tuple(sorted(chance.sample(GROUPS, chance.randrange(3))))
    if action == "publish":
        texts = [f"{' '.join(chance.choices(WORDS, k=4))} {path} {number}" for number in range(chance.randint(1, 5))]
        engine.index.publish(run, [indexed(version(path, *texts, groups=groups))])
        truth[path] = (groups, texts)
    elif action == "grant" and path in truth:
        engine.index.regrant({ids[path]: groups})
        truth[path] = (groups, truth[path][1])
    elif action == "remove" and path in truth:
        engine.index.remove(run, [(ids[path], Outcome(path, "removed"))])
        del truth[path]
    elif action == "sweep":
        engine.index.sweep()


def _caller(chance: random.Random) -> Caller:
    if chance.random() < 0.1:
        return OWNER
    return Caller(frozenset(chance.sample(GROUPS, chance.randrange(3))))


def _compare(engine: Engine, truth: dict[str, tuple[tuple[str, ...], list[str]]], caller: Caller) -> None:
    allowed = {
        path: texts
        for path, (groups, texts) in truth.items()
        if caller.owner or not groups or caller.groups & set(groups)
    }
    expected = {text for texts in allowed.values() for text in texts}

    assert {one.document for one in engine.catalog.documents(caller)} == set(allowed)
    for mode in ("dense", "hybrid"):
        hits = engine.search("salary leave bonus", k=100, caller=caller, mode=mode)  # type: ignore[arg-type]
        assert {hit.chunk.text for hit in hits} == expected
    lexical = {hit.chunk.text for hit in engine.search("salary", k=100, caller=caller, mode="lexical")}
    assert lexical == {text for text in expected if "salary" in text}
    for one in engine.catalog.documents(OWNER):
        if one.document not in allowed:
            with pytest.raises(NotFound):
                engine.catalog.version(one.document_id, caller)
            with pytest.raises(NotFound):
                engine.catalog.original(one.document_id, caller)


def test_an_unchanged_home_gives_the_same_view(tmp_path: Path) -> None:
    """Views are cut once per generation and caller."""
    engine = Engine(EngineSettings(tmp_path), write=True, embedder=FakeEmbedder())
    engine.index.publish(engine.index.begin_run("c", {}), [indexed(version("a.txt", "One."))])

    first = engine.visibility.view(OWNER)

    assert engine.visibility.view(OWNER) is first
    engine.close()


def test_a_collection_narrows_the_view(tmp_path: Path) -> None:
    """No collection means all that the caller may see."""
    engine = Engine(EngineSettings(tmp_path), write=True, embedder=FakeEmbedder())
    run = engine.index.begin_run("c", {})
    versions = [version("a.txt", "One fact.", collection="left"), version("b.txt", "Two facts.", collection="right")]
    engine.index.publish(run, [indexed(one) for one in versions])

    assert [hit.chunk.document for hit in engine.search("fact", collection="left")] == ["a.txt"]
    assert len(engine.search("fact")) == 2
    assert engine.search("fact", collection="none") == ()
    assert engine.catalog.collections(OWNER) == ("left", "right")
    engine.close()


def test_the_synonyms_of_a_collection_go_with_its_last_document_that_is_seen(tmp_path: Path) -> None:
    """As they do for who opens the home afterwards."""
    engine = Engine(EngineSettings(tmp_path), write=True, embedder=FakeEmbedder())
    run = engine.index.begin_run("c", {})
    engine.index.publish(run, [indexed(version("a.txt", "A merger."))])
    engine.index.keep_synonyms("c", {"file:///docs": [("falcon", "merger with X")]})
    [document] = engine.catalog.documents(OWNER)
    before = engine.visibility.view(PUBLIC)

    engine.index.regrant({document.document_id: ("hr",)})

    after, theirs = engine.visibility.view(PUBLIC), engine.visibility.view(Caller(frozenset(["hr"])))
    assert before.synonyms.meant("falcon") == theirs.synonyms.meant("falcon") == ("merger with X",)
    assert (len(after.rows), after.synonyms.meant("falcon")) == (0, ())
    engine.close()

"""Filters narrow before the search, together with access; nothing that is filtered out or hidden is found."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.engine import Engine
from retrieval.errors import UsageError
from retrieval.models import OWNER, Caller, Filters, Outcome, StagedVersion
from retrieval.settings import EngineSettings
from tests.fakes import FakeEmbedder
from tests.retrieval.store.stories import indexed, version

GROUPS = ("board", "hr", "it")
FOLDERS = ("policies", "policies/old", "minutes")
TYPES = ("text/html", "text/plain", "application/pdf")
DATES = ("", "2023-12-31", "2024-01-01", "2024-06-15", "2025-03-02")
TAGS = ("draft", "legal", "travel")


def story(path: str, *, kind: str = "text/plain", groups: tuple[str, ...] = (), **metadata: str) -> StagedVersion:
    made = version(path, f"The rule of {path} on salary and leave.", groups=groups)
    return replace(made, source=replace(made.source, media_type=kind), metadata=metadata)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = Engine(EngineSettings(tmp_path), write=True, embedder=FakeEmbedder())
    yield opened
    opened.close()


def publish(engine: Engine, *versions: StagedVersion) -> None:
    engine.index.publish(engine.index.begin_run("c", {}), [indexed(one) for one in versions])


def found(engine: Engine, filters: Filters, caller: Caller = OWNER) -> set[str]:
    return {hit.chunk.document for hit in engine.search("salary rule", k=100, caller=caller, filters=filters)}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(), {"policies/travel.html", "policies/old/travel.pdf", "minutes/may.txt"}),
        (Filters(paths=("policies/*",)), {"policies/travel.html", "policies/old/travel.pdf"}),
        (Filters(paths=("**/travel.*",)), {"policies/travel.html", "policies/old/travel.pdf"}),
        (Filters(paths=("minutes", "**/*.pdf")), {"minutes/may.txt", "policies/old/travel.pdf"}),
        (Filters(media_types=frozenset({"application/pdf"})), {"policies/old/travel.pdf"}),
        (Filters(media_types=frozenset({"text/*"})), {"policies/travel.html", "minutes/may.txt"}),
        (Filters(date_from="2024"), {"policies/travel.html", "minutes/may.txt"}),
        (Filters(date_to="2024-05"), {"policies/old/travel.pdf", "minutes/may.txt"}),
        (Filters(date_from="2024-05-03", date_to="2024-05-03"), {"minutes/may.txt"}),
        (Filters(tags=frozenset({"Legal"})), {"policies/travel.html"}),
        (Filters(tags=frozenset({"legal", "draft"})), set()),
        (Filters(groups=frozenset({"hr", "it"})), {"minutes/may.txt"}),
        (Filters(paths=("policies",), date_from="2025"), {"policies/travel.html"}),
    ],
)
def test_each_filter_narrows_and_all_hold(engine: Engine, filters: Filters, expected: set[str]) -> None:
    publish(
        engine,
        story("policies/travel.html", kind="text/html", date="2025-03-02", tags="travel, LEGAL"),
        story("policies/old/travel.pdf", kind="application/pdf", date="2023-12-31", tags="travel,draft"),
        story("minutes/may.txt", groups=("hr",), date="2024-05-03"),
    )

    assert found(engine, filters) == expected


def test_a_document_is_named_by_its_id(engine: Engine) -> None:
    publish(engine, story("a.txt"), story("b.txt"))
    ids = {one.document: one.document_id for one in engine.catalog.documents(OWNER)}

    assert found(engine, Filters(documents=frozenset({ids["b.txt"], "no such id"}))) == {"b.txt"}
    assert found(engine, Filters(documents=frozenset({"no such id"}))) == set()


def test_a_document_without_a_date_is_in_no_span_of_time(engine: Engine) -> None:
    publish(engine, story("undated.txt"), story("dated.txt", date="2024-05-03T10:00"))

    assert found(engine, Filters(date_to="2030")) == {"dated.txt"}
    assert found(engine, Filters(date_from="2000")) == {"dated.txt"}


def test_a_filter_never_shows_what_is_hidden(engine: Engine) -> None:
    """Naming a document or its group does not open it."""
    publish(engine, story("open.txt"), story("closed.txt", groups=("hr",)))
    closed = next(one.document_id for one in engine.catalog.documents(OWNER) if one.document == "closed.txt")

    assert found(engine, Filters(documents=frozenset({closed})), Caller()) == set()
    assert found(engine, Filters(groups=frozenset({"hr"})), Caller(frozenset({"it"}))) == set()
    assert found(engine, Filters(groups=frozenset({"hr"})), Caller(frozenset({"hr"}))) == {"closed.txt"}


def test_facts_follow_a_new_version(engine: Engine) -> None:
    publish(engine, story("a.txt", tags="draft"))
    assert found(engine, Filters(tags=frozenset({"draft"}))) == {"a.txt"}

    publish(engine, story("a.txt", tags="final"))

    assert found(engine, Filters(tags=frozenset({"draft"}))) == set()
    assert found(engine, Filters(tags=frozenset({"final"}))) == {"a.txt"}


@pytest.mark.parametrize(
    "date", ["yesterday", "2024-13", "2024-00-01", "20240101", "2024-1", "2025-04-31", "2025-02-29", "0000"]
)
def test_a_date_that_is_none_is_refused(engine: Engine, date: str) -> None:
    with pytest.raises(UsageError, match="is no date"):
        engine.search("salary", filters=Filters(date_from=date))


@pytest.mark.parametrize("exact_scan_rows", [0, 20_000])
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1))
def test_random_filters_and_callers_find_what_a_filter_by_hand_finds(
    tmp_path_factory: pytest.TempPathFactory, exact_scan_rows: int, seed: int
) -> None:
    """Through publishes, grants, revocations and removals, by exact scan and by graph, in each mode."""
    chance = random.Random(seed)
    home = tmp_path_factory.mktemp("home")
    truth: dict[str, StagedVersion] = {}
    settings_ = EngineSettings(home, exact_scan_rows=exact_scan_rows)
    with Engine(settings_, write=True, embedder=FakeEmbedder()) as engine:
        for _ in range(8):
            _change(engine, truth, chance)
            caller = OWNER if chance.random() < 0.2 else Caller(frozenset(chance.sample(GROUPS, chance.randrange(3))))
            filters = _filters(chance)
            expected = {path for path, one in truth.items() if _by_hand(one, filters, caller)}

            for mode in ("dense", "lexical", "hybrid"):
                hits = engine.search("salary", k=100, caller=caller, filters=filters, mode=mode)  # type: ignore[arg-type]
                assert {hit.chunk.document for hit in hits} == expected


def _change(engine: Engine, truth: dict[str, StagedVersion], chance: random.Random) -> None:
    path = f"{chance.choice(FOLDERS)}/{chance.randrange(3)}.txt"
    groups = tuple(sorted(chance.sample(GROUPS, chance.randrange(3))))
    run = engine.index.begin_run("c", {})
    ids = {one.document: one.document_id for one in engine.catalog.documents(OWNER)}
    action = chance.choice(["publish", "publish", "publish", "grant", "remove", "sweep"])
    if action == "publish":
        tags = ",".join(chance.sample(TAGS, chance.randrange(3)))
        truth[path] = story(path, kind=chance.choice(TYPES), groups=groups, date=chance.choice(DATES), tags=tags)
        publish(engine, truth[path])
    elif action == "grant" and path in truth:
        engine.index.regrant({ids[path]: groups})
        truth[path] = replace(truth[path], source=replace(truth[path].source, groups=groups))
    elif action == "remove" and path in truth:
        engine.index.remove(run, [(ids[path], Outcome(path, "removed"))])
        del truth[path]
    elif action == "sweep":
        engine.index.sweep()


def _filters(chance: random.Random) -> Filters:
    return Filters(
        paths=tuple(chance.sample([f"{folder}/*" for folder in FOLDERS], chance.randrange(2))),
        media_types=frozenset(chance.sample(TYPES, chance.randrange(3))),
        date_from=chance.choice(["", "", "2024", "2024-06-15"]),
        date_to=chance.choice(["", "", "2024", "2025-03-02"]),
        tags=frozenset(chance.sample(TAGS, chance.randrange(2))),
        groups=frozenset(chance.sample(GROUPS, chance.randrange(2))),
    )


def _by_hand(one: StagedVersion, filters: Filters, caller: Caller) -> bool:
    source, date = one.source, one.metadata["date"]
    seen = caller.owner or not source.groups or bool(caller.groups & set(source.groups))
    year = date[:4]
    after = {"": True, "2024": year >= "2024" and date != "", "2024-06-15": date >= "2024-06-15"}[filters.date_from]
    before = {"": True, "2024": date != "" and year <= "2024", "2025-03-02": date != ""}[filters.date_to]
    return (
        seen
        and (not filters.paths or any(source.path.startswith(glob[:-1]) for glob in filters.paths))
        and (not filters.media_types or source.media_type in filters.media_types)
        and after
        and before
        and filters.tags <= set(one.metadata["tags"].split(","))
        and (not filters.groups or bool(filters.groups & set(source.groups)))
    )

"""Object stores as sources: what is read, what an unchanged run costs, who may see it, what is said when it fails."""

import builtins
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import fsspec
import pytest
from fsspec.implementations.dirfs import DirFileSystem
from fsspec.implementations.local import LocalFileSystem
from fsspec.implementations.memory import MemoryFileSystem

from ingest import stores
from ingest.kinds import Asked
from ingest.options import IngestOptions
from ingest.pipeline import ingest
from ingest.preview import preview
from ingest.stores import Stores
from retrieval.engine import Engine
from retrieval.errors import FetchFailed, UsageError
from retrieval.models import OWNER, Caller
from retrieval.settings import ChunkSettings
from tests.ingest.runs import documents, found, told


class Store(MemoryFileSystem):
    """In memory, with ETags as object stores have them; counts what was read, and fails where it is told to."""

    protocol = "memory"
    read: ClassVar[list[str]] = []
    refused: ClassVar[dict[str, Exception]] = {}

    def find(self, path: str, *arguments: Any, detail: bool = False, **options: Any) -> Any:
        if error := self.refused.get("find"):
            raise error
        entries = super().find(path, *arguments, detail=True, **options)
        for name, entry in ((name, entry) for name, entry in entries.items() if entry["type"] == "file"):
            entry["ETag"] = hashlib.md5(self.store[name].getvalue(), usedforsecurity=False).hexdigest()
        return entries if detail else list(entries)

    def get_file(self, rpath: str, lpath: str, **options: Any) -> None:
        if error := self.refused.get(rpath):
            raise error
        self.read.append(rpath)
        super().get_file(rpath, lpath, **options)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """What `memory://` leads to, empty."""
    MemoryFileSystem.store.clear()
    MemoryFileSystem.pseudo_dirs[:] = [""]
    one = Store(skip_instance_cache=True)
    one.read.clear()
    one.refused.clear()
    monkeypatch.setattr(stores, "opened", lambda scheme: one)
    yield one
    MemoryFileSystem.store.clear()


def put(store: Store, **texts: str) -> None:
    for stem, text in texts.items():
        store.pipe(f"/corpus/{stem.replace('__', '/')}.md", text.encode())


def run(engine: Engine, *targets: str, **options: Any) -> Any:
    return ingest(engine.index, list(targets or ["memory://corpus"]), IngestOptions(workers=1, **options))


def test_objects_are_documents_under_their_keys(engine: Engine, store: Store) -> None:
    put(store, leave="Annual leave is thirty days.", travel__hotels="Hotels cost 150 euros.")
    put(store, **{".hidden__a": "Nothing.", "empty": " "})

    report = run(engine)

    assert {one.uri: one.outcome for one in report.outcomes} == {
        "memory://corpus/leave.md": "indexed",
        "memory://corpus/travel/hotels.md": "indexed",
        "memory://corpus/.hidden/a.md": "skipped",
        "memory://corpus/empty.md": "skipped",
    }
    assert found(engine, "hotels") == ["travel/hotels.md"]
    original = engine.catalog.original(documents(engine)["leave.md"].document_id, OWNER)
    assert original.path.read_text() == "Annual leave is thirty days."


def test_an_unchanged_run_lists_and_reads_nothing(engine: Engine, store: Store) -> None:
    put(store, leave="Annual leave.", travel="Hotels.", broken=" ")
    run(engine)
    store.read.clear()

    again = run(engine)

    assert told(again) == {"leave.md": "unchanged", "travel.md": "unchanged", "broken.md": told(again)["broken.md"]}
    assert store.read == []


def test_only_what_changed_is_read_and_what_is_gone_is_pruned(engine: Engine, store: Store) -> None:
    put(store, **{f"page{number}": f"Page number {number}." for number in range(6)})
    run(engine)
    store.read.clear()
    put(store, page3="Another text.")
    store.mv("/corpus/page4.md", "/corpus/moved/page4.md")
    store.rm("/corpus/page5.md")

    report = run(engine, prune=True)

    assert {name: what.partition(":")[0] for name, what in told(report).items()} == {
        "page0.md": "unchanged",
        "page1.md": "unchanged",
        "page2.md": "unchanged",
        "page3.md": "indexed",
        "page4.md": "unchanged",
        "page5.md": "removed",
    }
    assert sorted(store.read) == ["corpus/moved/page4.md", "corpus/page3.md"]
    assert found(engine, "another") == ["page3.md"]


def test_rules_of_the_store_hold_also_those_above_the_target(engine: Engine, store: Store) -> None:
    put(store, handbook__hr__pay="Salary bands.", handbook__leave="Annual leave.", handbook__drafts__x="Draft salary.")
    rules = b'collection = "people"\nexclude = ["drafts/**"]\n[[access]]\npath = "hr/**"\ngroups = ["hr"]\n'
    store.pipe("/corpus/handbook/footnote.toml", rules)

    report = run(engine, "memory://corpus/handbook/hr", "memory://corpus/handbook")

    assert report.collection == "people"
    assert {name: what.partition(":")[0] for name, what in told(report).items()} == {
        "pay.md": "indexed",
        "leave.md": "indexed",
        "x.md": "skipped",
    }
    assert found(engine, "salary", Caller(frozenset({"hr"}))) == ["handbook/hr/pay.md"]
    assert found(engine, "salary", Caller(frozenset())) == []


def test_groups_by_path_are_remembered(engine: Engine, store: Store) -> None:
    put(store, hr__pay="Salary bands.", leave="Annual leave.")
    run(engine)

    run(engine, "memory://corpus/hr", allow=("hr",))
    run(engine)

    assert documents(engine)["hr/pay.md"].groups == ("hr",)
    assert documents(engine)["leave.md"].groups == ()


def test_broken_rules_stop_the_run_and_name_their_address(engine: Engine, store: Store) -> None:
    put(store, leave="Annual leave.")
    store.pipe("/corpus/footnote.toml", b"acess = 3\n")

    with pytest.raises(UsageError, match=r"memory://corpus/footnote\.toml"):
        run(engine)

    assert documents(engine) == {}


def test_rules_for_another_collection_are_refused(engine: Engine, store: Store, corpus: Path) -> None:
    put(store, leave="Annual leave.")
    store.pipe("/corpus/footnote.toml", b'collection = "people"\n')
    (corpus / "a.md").write_text("A file here.")

    with pytest.raises(UsageError, match="people"):
        run(engine, str(corpus), "memory://corpus")

    assert run(engine, str(corpus), "memory://corpus", collection="all").collection == "all"
    assert sorted(documents(engine)) == ["a.md", "leave.md"]


def test_an_object_that_can_t_be_read_costs_itself_alone(engine: Engine, store: Store) -> None:
    put(store, leave="Annual leave.", secret="Sealed.", fleeting="Gone soon.")
    store.refused |= {"corpus/secret.md": PermissionError("Access Denied"), "corpus/fleeting.md": FileNotFoundError()}

    report = run(engine)
    store.refused.clear()
    again = run(engine, retry=report.run_id)

    failed = {one.uri: one for one in report.outcomes if one.outcome == "failed"}
    assert failed["memory://corpus/secret.md"].code == "fetch_failed"
    assert "credentials" in failed["memory://corpus/secret.md"].remedy
    assert failed["memory://corpus/fleeting.md"].code == "unreadable"
    assert {one.outcome for one in again.outcomes} == {"indexed"}
    assert len(documents(engine)) == 3


def test_a_store_that_can_t_be_listed_removes_nothing(engine: Engine, store: Store) -> None:
    put(store, leave="Annual leave.")
    run(engine)
    store.refused["find"] = RuntimeError("endpoint unreachable")

    with pytest.raises(FetchFailed, match="endpoint unreachable"):
        run(engine, prune=True)

    store.refused.clear()
    store.rm("/corpus", recursive=True)
    with pytest.raises(UsageError, match="nothing is there"):
        run(engine, prune=True, force=True)
    assert list(documents(engine)) == ["leave.md"]


def test_a_dry_run_tells_of_a_store_and_keeps_nothing(engine: Engine, store: Store) -> None:
    put(store, leave="Annual leave.")

    ahead = preview(engine.index, ["memory://corpus"], IngestOptions(), ChunkSettings())

    assert ahead.added == ("memory://corpus/leave.md",)
    assert documents(engine) == {}


@pytest.mark.parametrize("target", ["memory://", "s3:///key", "s3://user@bucket/key", "s3://bucket/../key"])
def test_what_is_no_address_of_a_store_is_said_to_be_none(engine: Engine, store: Store, target: str) -> None:
    with pytest.raises(UsageError, match="no address of an object store"):
        run(engine, target)


def test_without_the_extra_the_error_names_it(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = builtins.__import__

    def missing(name: str, *others: Any, **more: Any) -> Any:
        if name.partition(".")[0] in ("s3fs", "fsspec"):
            raise ImportError(f"no {name}")
        return wanted(name, *others, **more)

    monkeypatch.setattr(fsspec, "filesystem", lambda *_, **__: missing("s3fs"))

    with pytest.raises(UsageError, match="s3fs is not installed") as raised:
        run(engine, "s3://bucket/folder")

    assert raised.value.remedy == "pip install 'footnote[remote]'"


def test_any_file_system_of_fsspec_will_do(engine: Engine, corpus: Path, tmp_path: Path) -> None:
    """A folder seen as a store: no ETags, and times that are too near to be relied on."""
    (corpus / "team").mkdir()
    (corpus / "team" / "a.md").write_text("Harbour.")
    (corpus / "team" / "b.md").write_text("Valve.")
    kind = Stores(lambda scheme: DirFileSystem(corpus, LocalFileSystem()))
    scratch = tmp_path / "scratch"
    scratch.mkdir()

    [seen] = kind.surveys(["s3://team"], Asked(engine.index, None, scratch, IngestOptions()))
    [one] = kind.surveys(["s3://team/b.md"], Asked(engine.index, None, scratch, IngestOptions()))

    assert [(found.root, found.path, found.stamp) for found in seen.files] == [
        ("s3://team", "a.md", ""),
        ("s3://team", "b.md", ""),
    ]
    assert [found.opened().read_text() for found in (*seen.files, *one.files)] == ["Harbour.", "Valve.", "Valve."]
    seen.files[0].release()
    assert not seen.files[0].file.exists()

"""A home into one file and back: everything that was there, nothing embedded, and nothing from a bad archive."""

import json
import os
import shutil
import sqlite3
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from retrieval.engine import Engine
from retrieval.errors import BadArchive, CatalogueCorrupt, FootnoteError, NotFound, UsageError
from retrieval.models import OWNER, PUBLIC, Caller, Outcome
from retrieval.settings import EngineSettings
from retrieval.store.backup.importing import restore
from retrieval.store.home import Home
from tests.fakes import FakeEmbedder
from tests.retrieval.store.stories import indexed, version

HR = Caller(frozenset({"hr"}))


@pytest.fixture
def filled(engine: Engine, tmp_path: Path) -> Engine:
    """Two documents, one of two versions and one for a group, one that was forgotten, and their originals."""
    for batch in (
        [version("a.txt", "One fact."), version("b.txt", "A secret.", groups=("hr",)), version("gone.txt", "Gone.")],
        [version("a.txt", "One fact.", "Two facts.")],
    ):
        for one in batch:
            (tmp_path / "source").write_text(one.text)
            engine.index.keep_original(tmp_path / "source")
        run = engine.index.begin_run("c", {})
        engine.index.publish(run, [indexed(one) for one in batch])
        engine.index.finish_run(run)
    engine.index.grant("c", "file:///docs", "hr", ["hr"])
    gone = next(one for one in engine.catalog.documents(OWNER) if one.document == "gone.txt")
    run = engine.index.begin_run("c", {})
    engine.index.forget(run, gone.document_id, Outcome(gone.uri, "removed"))
    return engine


def open_at(folder: Path, embedder: FakeEmbedder) -> Engine:
    return Engine(EngineSettings(folder), write=True, embedder=embedder)


def test_a_restored_home_is_the_exported_one(filled: Engine, tmp_path: Path) -> None:
    """Documents, versions, access, originals, ledger, tombstones; found by both indexes; nothing embedded."""
    exported = filled.index.upkeep.export(tmp_path / "home.zip")
    imported = restore(tmp_path / "home.zip", Home(tmp_path / "other"))

    embedder = FakeEmbedder()
    with open_at(tmp_path / "other", embedder) as other:
        assert other.catalog.documents(OWNER) == filled.catalog.documents(OWNER)
        for one in other.catalog.documents(OWNER):
            assert other.history.versions(one.document_id, OWNER) == filled.history.versions(one.document_id, OWNER)
            assert other.catalog.original(one.document_id, OWNER).path.read_bytes()
        assert [run.counts for run in other.catalog.runs()] == [run.counts for run in filled.catalog.runs()]
        assert other.index.grants("c", "file:///docs") == {"hr": ("hr",)}
        assert other.index.tombstones("c").day_of("file:///docs", "gone.txt", "") is not None
        for question in ("one fact", "two facts", "a secret"):
            for mode in ("dense", "lexical"):
                for caller in (PUBLIC, HR):
                    before, after = (
                        [(hit.chunk.chunk_id, hit.score) for hit in one.search(question, caller=caller, mode=mode)]  # type: ignore[arg-type]
                        for one in (filled, other)
                    )
                    assert before == after
        assert "A secret." in {hit.chunk.text for hit in other.search("a secret", caller=HR)}
        assert "A secret." not in {hit.chunk.text for hit in other.search("a secret", caller=PUBLIC)}
        assert other.index.upkeep.examine(repair=False).findings == ()
    assert embedder.embedded == []
    assert (exported.documents, exported.versions, exported.originals, exported.missing) == (2, 3, 3, 0)
    assert (imported.documents, imported.versions, imported.originals) == (2, 3, 3)
    assert stat.S_IMODE((tmp_path / "home.zip").stat().st_mode) == 0o600


def test_an_export_never_overwrites_and_leaves_nothing_half_done(filled: Engine, tmp_path: Path) -> None:
    """Neither over a file nor into a folder that is not there; only the archive lies there afterwards."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "held.zip").write_text("mine")

    for target in (tmp_path / "out" / "held.zip", tmp_path / "nowhere" / "home.zip"):
        with pytest.raises(UsageError):
            filled.index.upkeep.export(target)
    filled.index.upkeep.export(tmp_path / "out" / "home.zip")

    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["held.zip", "home.zip"]
    assert (tmp_path / "out" / "held.zip").read_text() == "mine"


def test_nothing_that_an_export_writes_can_be_read_by_others(filled: Engine, tmp_path: Path) -> None:
    """Not even while it is written, whatever the umask."""
    (tmp_path / "out").mkdir()
    seen: dict[str, int] = {}

    def look(_done: int, _all: int) -> None:
        seen.update({path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "out").iterdir()})

    before = os.umask(0o022)
    try:
        filled.index.upkeep.export(tmp_path / "out" / "home.zip", look)
    finally:
        os.umask(before)

    assert seen == {".home.zip.part": 0o600, ".home.zip.catalogue.part": 0o600}


def test_a_lost_original_is_counted_and_the_rest_restored(filled: Engine, tmp_path: Path) -> None:
    next(path for path in filled.home.blobs.rglob("*") if path.is_file()).unlink()

    assert filled.index.upkeep.export(tmp_path / "home.zip").missing == 1
    assert restore(tmp_path / "home.zip", Home(tmp_path / "other")).missing == 1


def test_an_export_holds_originals_that_a_sweep_would_remove(filled: Engine, tmp_path: Path) -> None:
    """A run that ends meanwhile leaves them for the next sweep."""
    names: list[int] = []

    def told(_done: int, total: int) -> None:
        names.append(total)
        filled.index.keep_versions(1)
        filled.index.sweep()

    assert filled.index.upkeep.export(tmp_path / "home.zip", told).missing == 0
    assert names[0] == 3
    filled.index.sweep()
    assert filled.index.upkeep.export(tmp_path / "later.zip").originals == 2


def test_a_home_with_documents_is_not_imported_over(filled: Engine, tmp_path: Path) -> None:
    filled.index.upkeep.export(tmp_path / "home.zip")
    filled.close()

    with pytest.raises(UsageError, match="holds documents already"):
        restore(tmp_path / "home.zip", Home(tmp_path / "home"))


def rewritten(
    archive: Path, change: Callable[[str, bytes], tuple[str, bytes] | None], *more: tuple[str, bytes]
) -> None:
    """The archive with every member changed, or left out; members beside them."""
    with zipfile.ZipFile(archive) as old:
        members = [(name, old.read(name)) for name in old.namelist()]
    with zipfile.ZipFile(archive, "w") as new:
        for name, content in [*filter(None, (change(*member) for member in members)), *more]:
            new.writestr(name, content)


def same(name: str, content: bytes) -> tuple[str, bytes]:
    return name, content


def told_as(renamed: str) -> Callable[[str, bytes], tuple[str, bytes]]:
    """The first blob under another name, in the manifest, too."""
    names: dict[str, str] = {}

    def change(name: str, content: bytes) -> tuple[str, bytes]:
        if name.startswith("blobs/") and not names:
            names[name] = renamed
        if name == "manifest.json":
            manifest = json.loads(content)
            for member in manifest["members"]:
                member["name"] = names.get(member["name"], member["name"])
            content = json.dumps(manifest).encode()
        return names.get(name, name), content

    return change


def other_catalogue(statement: str) -> Callable[[str, bytes], tuple[str, bytes]]:
    """A catalogue with something done to it, told truly in the manifest."""
    import hashlib
    import tempfile

    def changed(content: bytes) -> bytes:
        with tempfile.NamedTemporaryFile(suffix=".db") as file:
            Path(file.name).write_bytes(content)
            with sqlite3.connect(file.name) as connection:
                connection.execute(statement)
            connection.close()
            return Path(file.name).read_bytes()

    state: dict[str, bytes] = {}

    def change(name: str, content: bytes) -> tuple[str, bytes]:
        if name == "catalogue.db":
            state["catalogue"] = changed(content)
            return name, state["catalogue"]
        if name == "manifest.json":
            manifest = json.loads(content)
            member = next(one for one in manifest["members"] if one["name"] == "catalogue.db")
            member["size"] = len(state["catalogue"])
            member["sha256"] = hashlib.sha256(state["catalogue"]).hexdigest()
            return name, json.dumps(manifest).encode()
        return name, content

    return change


SPOIL: dict[str, Callable[[Path], object]] = {
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:-100]),
    "cut in the middle": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "empty": lambda path: path.write_bytes(b""),
    "no archive": lambda path: path.write_text("hello"),
    "a flipped byte": lambda path: path.write_bytes(_flipped(path.read_bytes())),
    "other bytes": lambda path: rewritten(
        path, lambda name, content: (name, b"x" * len(content) if name.startswith("blobs/") else content)
    ),
    "no manifest": lambda path: rewritten(path, lambda *m: None if m[0] == "manifest.json" else m),
    "no catalogue": lambda path: rewritten(path, lambda *m: None if m[0] == "catalogue.db" else m),
    "a missing blob": lambda path: rewritten(path, lambda *m: None if m[0].startswith("blobs/") else m),
    "a path outside": lambda path: rewritten(path, same, ("../../evil", b"x")),
    "an absolute path": lambda path: rewritten(path, same, ("/tmp/evil", b"x")),
    "a told path outside": lambda path: rewritten(path, told_as("blobs/../../evil")),
    "a newer form": lambda path: rewritten(
        path, lambda name, content: (name, content.replace(b'"format": 1', b'"format": 9'))
    ),
    "a manifest of another kind": lambda path: rewritten(
        path, lambda name, content: (name, b"[]" if name == "manifest.json" else content)
    ),
    "a trigger": lambda path: rewritten(
        path,
        other_catalogue("CREATE TRIGGER t AFTER INSERT ON runs BEGIN DELETE FROM documents; END"),
    ),
    "a view": lambda path: rewritten(path, other_catalogue("CREATE VIEW v AS SELECT 1")),
    "no versions": lambda path: rewritten(path, other_catalogue("DROP TABLE versions")),
    "a path for a hash": lambda path: rewritten(
        path, other_catalogue("UPDATE versions SET content_hash = '/etc/hosts'")
    ),
}


def _flipped(content: bytes) -> bytes:
    middle = len(content) // 3
    return content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :]


@pytest.mark.parametrize("name", list(SPOIL))
def test_a_bad_archive_is_refused_and_changes_nothing(filled: Engine, tmp_path: Path, name: str) -> None:
    """Nothing stands in the home, or anywhere else; a good copy is taken afterwards."""
    archive, home = tmp_path / "home.zip", Home(tmp_path / "deep" / "other")
    filled.index.upkeep.export(archive)
    shutil.copy(archive, tmp_path / "good.zip")
    SPOIL[name](archive)
    before = sorted(path for path in tmp_path.rglob("*") if "other" not in path.parts)

    with pytest.raises(BadArchive, match="can't be used"):
        restore(archive, home)

    assert [path for path in home.path.rglob("*") if path.name != "lock"] == []
    assert [path for path in sorted(tmp_path.rglob("*")) if "other" not in path.parts and path not in before] in (
        [],
        [tmp_path / "deep"],
    )
    restore(tmp_path / "good.zip", home)
    assert home.exists()


def test_a_newer_catalogue_is_refused(filled: Engine, tmp_path: Path) -> None:
    filled.index.upkeep.export(tmp_path / "home.zip")
    rewritten(tmp_path / "home.zip", other_catalogue("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(FootnoteError, match="newer Footnote"):
        restore(tmp_path / "home.zip", Home(tmp_path / "other"))


def test_what_a_cut_off_import_left_is_no_home_and_gives_way_to_the_next(filled: Engine, tmp_path: Path) -> None:
    """Killed between the originals and the catalogue: opening says so, importing again is enough."""
    filled.index.upkeep.export(tmp_path / "home.zip")
    home = Home(tmp_path / "other")
    restore(tmp_path / "home.zip", home)
    (home.path / "incoming").mkdir()
    home.catalogue.rename(home.path / "incoming" / "catalogue.db")

    with pytest.raises(CatalogueCorrupt):
        open_at(home.path, FakeEmbedder())
    restore(tmp_path / "home.zip", home)

    with open_at(home.path, FakeEmbedder()) as other:
        assert len(other.catalog.documents(OWNER)) == 2
        with pytest.raises(NotFound):
            other.catalog.version("0" * 32, OWNER)

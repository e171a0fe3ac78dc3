"""The catalogue's file: migrations, damage, newer schemas."""

import contextlib
import shutil
import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, insert, inspect, select, text

from retrieval.engine import Engine
from retrieval.errors import CatalogueCorrupt, HomeError, SchemaTooNew
from retrieval.settings import EngineSettings
from retrieval.store import schema
from retrieval.store.database import MIGRATIONS, Database
from tests.fakes import FakeEmbedder
from tests.retrieval.store.conftest import Opener
from tests.retrieval.store.stories import indexed, version


def test_the_migrations_make_the_tables_that_the_code_names(tmp_path: Path) -> None:
    """Columns, keys and indexes are the same whichever way they are made."""
    Database(tmp_path / "migrated.db", head=schema.HEAD).close()
    made = create_engine(f"sqlite:///{tmp_path / 'made.db'}")
    schema.metadata.create_all(made)
    migrated = create_engine(f"sqlite:///{tmp_path / 'migrated.db'}")

    left, right = inspect(made), inspect(migrated)
    try:
        assert set(right.get_table_names()) == {*left.get_table_names(), "alembic_version"}
        for name in left.get_table_names():
            assert _shape(left, name) == _shape(right, name)
    finally:
        made.dispose()
        migrated.dispose()


def _shape(inspector: object, name: str) -> list[object]:
    columns = [(one["name"], str(one["type"]), one["nullable"]) for one in inspector.get_columns(name)]  # type: ignore[attr-defined]
    indexes = sorted((one["name"], tuple(one["column_names"])) for one in inspector.get_indexes(name))  # type: ignore[attr-defined]
    unique = sorted(tuple(one["column_names"]) for one in inspector.get_unique_constraints(name))  # type: ignore[attr-defined]
    return [columns, indexes, unique, inspector.get_pk_constraint(name)["constrained_columns"]]  # type: ignore[attr-defined]


def test_a_newer_schema_is_refused(open_home: Opener, tmp_path: Path) -> None:
    """An older program never touches what a newer one wrote."""
    engine = open_home()
    with engine._database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.close()

    with pytest.raises(SchemaTooNew):
        open_home()


def test_reading_where_there_is_no_home_says_so(open_home: Opener, tmp_path: Path) -> None:
    """A reader makes nothing."""
    with pytest.raises(HomeError, match="there is no Footnote home"):
        open_home(write=False)

    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("write", [True, False])
@pytest.mark.parametrize("damage", ["head", "middle", "half", "garbage"])
def test_a_damaged_catalogue_is_refused_and_left_byte_for_byte(
    open_home: Opener, tmp_path: Path, *, damage: str, write: bool
) -> None:
    """Whatever is wrong with it, the file is the same afterwards."""
    engine = open_home()
    texts = [f"Fact number {number}. " * 20 for number in range(100)]
    engine.index.publish(engine.index.begin_run("c", {}), [indexed(version("a.txt", *texts))])
    engine.close()
    path = tmp_path / "home" / "catalogue.db"
    _damage(path, damage)
    before = path.read_bytes()

    with pytest.raises(CatalogueCorrupt, match=r"catalogue\.db is damaged"):
        Engine(EngineSettings(tmp_path / "home"), write=write, embedder=FakeEmbedder())

    assert path.read_bytes() == before


def _damage(path: Path, damage: str) -> None:
    content = bytearray(path.read_bytes())
    if damage == "head":
        content[:100] = b"x" * 100
    elif damage == "middle":
        content[4096 : len(content) - 4096] = b"\xff" * (len(content) - 8192)
    elif damage == "half":
        content = content[: len(content) // 2]
    else:
        content = bytearray(b"no database at all\n" * 500)
    path.write_bytes(content)


def test_a_copied_home_opens(open_home: Opener, tmp_path: Path) -> None:
    """A plain copy of a closed home is a home."""
    engine = open_home()
    engine.index.publish(engine.index.begin_run("c", {}), [indexed(version("a.txt", "One fact."))])
    engine.close()
    shutil.copytree(tmp_path / "home", tmp_path / "copy")

    copy = Engine(EngineSettings(tmp_path / "copy"), write=False, embedder=FakeEmbedder())

    assert [hit.chunk.text for hit in copy.search("fact")] == ["One fact."]
    copy.close()


@pytest.mark.parametrize("write", [True, False])
@pytest.mark.parametrize("loss", ["deleted", "emptied", "foreign"])
def test_a_home_that_lost_its_catalogue_is_not_begun_anew(
    open_home: Opener, tmp_path: Path, *, loss: str, write: bool
) -> None:
    """Who may see what is in the catalogue alone; a new one would make everything public."""
    engine = open_home()
    source = tmp_path / "a.txt"
    source.write_text("One secret.")
    engine.index.keep_original(source)
    engine.index.publish(engine.index.begin_run("c", {}), [indexed(version("a.txt", "One secret.", groups=("hr",)))])
    engine.close()
    path = tmp_path / "home" / "catalogue.db"
    path.unlink()
    if loss == "emptied":
        path.touch()
    if loss == "foreign":
        with contextlib.closing(sqlite3.connect(path)) as other:
            other.execute("CREATE TABLE songs (title TEXT)")
    before = path.read_bytes() if path.exists() else None

    with pytest.raises(CatalogueCorrupt):
        Engine(EngineSettings(tmp_path / "home"), write=write, embedder=FakeEmbedder())

    assert (path.read_bytes() if path.exists() else None) == before


def test_what_a_home_holds_is_its_owner_s_alone(open_home: Opener, tmp_path: Path) -> None:
    """Also where the folder was there before, open to all."""
    (tmp_path / "home").mkdir(mode=0o755)

    open_home().close()

    modes = {
        path.name: path.stat().st_mode & 0o077 for path in (tmp_path / "home").iterdir() if path.name != "closed.json"
    }
    assert set(modes.values()) == {0}


def test_chunks_of_an_older_home_belong_to_its_first_build(tmp_path: Path) -> None:
    """Rows, places and the count of rows ever given out come along."""
    path = tmp_path / "catalogue.db"
    older = create_engine(f"sqlite:///{path}")
    with older.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0007")
        for statement in _OLDER:
            connection.execute(text(statement))
    older.dispose()

    database = Database(path, head=schema.HEAD)
    with database.write() as connection:
        placed = connection.execute(select(schema.placements)).all()
        held = connection.execute(select(schema.chunks)).all()
        values = {"chunk_id": "new", "vector_key": "k", "document_id": "d", "section": "[]", "context": "", "text": "x"}
        new = connection.execute(insert(schema.chunks).values(values).returning(schema.chunks.c.row)).scalar_one()
        broken = connection.execute(text("PRAGMA foreign_key_check")).all()
    database.close()

    assert [(one.version_id, one.build, one.ordinal, one.row, one.end) for one in placed] == [(1, 1, 0, 7, 4)]
    assert [(one.row, one.chunk_id, one.text, one.indexed, one.build) for one in held] == [(7, "c", "text", 3, 1)]
    assert new == 10
    assert broken == []


_OLDER = (
    "INSERT INTO documents (id, collection, root, path, uri, groups, generation) VALUES ('d','c','r','p','u','[]',3)",
    "INSERT INTO versions (id, document_id, number, content_hash, fingerprint, media_type, size, title, text, pages,"
    " metadata, chunk_count) VALUES (1, 'd', 1, 'h', 'f', 'm', 4, 't', 'text', '[]', '{}', 1)",
    "INSERT INTO chunks (row, chunk_id, vector_key, document_id, section, context, text, indexed)"
    " VALUES (7, 'c', 'k', 'd', '[]', '', 'text', 3), (9, 'gone', 'k', 'd', '[]', '', 'gone', 3)",
    "DELETE FROM chunks WHERE row = 9",
    'INSERT INTO placements (version_id, ordinal, row, start, "end") VALUES (1, 0, 7, 0, 4)',
)

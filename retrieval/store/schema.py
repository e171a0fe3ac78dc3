"""The catalogue's tables. Changed only by a numbered migration beside this file.

A version is staged (`published` null), live (`published` set, `retired` null) or retired; both hold generations.
A build is one pair of indexes, made by one model with one set of limits; `state.build` is the one that answers, and
chunks and placements belong to one. While another is made, `rebuilt` names the versions that are in it, each with the
fingerprint that it is to have then. `documents.generation` is the last one that changed what can be seen of the
document. `chunks.indexed` is the generation in which both indexes of its build were given the row, null where they
need not hold it, `LEAVING` while it is taken out of them. `documents.container` is the path of the source that a part
(an attachment, a member of an archive) came out of, empty for a source of its own. `sightings` is what the last run
saw of each source. `settings` holds what the home was built with, `state` the generation. `tombstones` name what was
forgotten on purpose, by its place and by its bytes: no ingest brings it back unasked. `thresholds` holds what was
calibrated for a collection, `synonyms` what means the same in it, as a folder's rules say.
"""

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

HEAD = "0008"
LEAVING = 0  # no generation: they begin at 1

metadata = MetaData()

settings = Table(
    "settings",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", Text, nullable=False),
)

state = Table(
    "state",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("generation", Integer, nullable=False),
    Column("build", Integer, nullable=False, server_default="1"),
)

documents = Table(
    "documents",
    metadata,
    Column("id", String, primary_key=True),
    Column("collection", String, nullable=False),
    Column("root", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("uri", Text, nullable=False),
    Column("groups", Text, nullable=False),
    Column("generation", Integer, nullable=False, index=True),
    Column("container", Text, nullable=False, server_default=""),
    UniqueConstraint("collection", "root", "path"),
)

versions = Table(
    "versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document_id", String, ForeignKey("documents.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("published", Integer),
    Column("retired", Integer),
    Column("published_at", String),
    Column("content_hash", String, nullable=False, index=True),
    Column("fingerprint", String, nullable=False),
    Column("media_type", String, nullable=False),
    Column("size", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("pages", Text, nullable=False),
    Column("metadata", Text, nullable=False),
    Column("chunk_count", Integer, nullable=False),
    Column("hidden", Text, nullable=False, server_default="[]"),
    Column("explained", Text, nullable=False, server_default=""),
    Column("quality", Text, nullable=False, server_default="{}"),
    UniqueConstraint("document_id", "number"),
)
Index("versions_live", versions.c.document_id, versions.c.published, versions.c.retired)

chunks = Table(
    "chunks",
    metadata,
    Column("row", Integer, primary_key=True),
    Column("chunk_id", String, nullable=False),
    Column("vector_key", String, nullable=False, index=True),
    Column("document_id", String, ForeignKey("documents.id"), nullable=False, index=True),
    Column("section", Text, nullable=False),
    Column("context", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("indexed", Integer),
    Column("build", Integer, nullable=False, server_default="1"),
    UniqueConstraint("chunk_id", "vector_key", "build"),
    sqlite_autoincrement=True,
)
Index("chunks_indexed", chunks.c.indexed, chunks.c.build)

placements = Table(
    "placements",
    metadata,
    Column("version_id", Integer, ForeignKey("versions.id"), primary_key=True),
    Column("build", Integer, primary_key=True, server_default="1"),
    Column("ordinal", Integer, primary_key=True),
    Column("row", Integer, ForeignKey("chunks.row"), nullable=False, index=True),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("page", Integer),
    Column("page_end", Integer),
)

rebuilt = Table(
    "rebuilt",
    metadata,
    Column("version_id", Integer, ForeignKey("versions.id"), primary_key=True),
    Column("build", Integer, primary_key=True),
    Column("fingerprint", String, nullable=False),
)

boxes = Table(
    "boxes",
    metadata,
    Column("version_id", Integer, ForeignKey("versions.id"), primary_key=True),
    Column("packed", LargeBinary, nullable=False),
)

vectors = Table(
    "vectors",
    metadata,
    Column("key", String, primary_key=True),
    Column("vector", LargeBinary, nullable=False),
)

grants = Table(
    "grants",
    metadata,
    Column("collection", String, primary_key=True),
    Column("root", Text, primary_key=True),
    Column("prefix", Text, primary_key=True),
    Column("groups", Text, nullable=False),
)

tombstones = Table(
    "tombstones",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document_id", String, nullable=False, index=True),
    Column("collection", String, nullable=False, index=True),
    Column("root", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("content_hash", String, nullable=False),
    Column("forgotten_at", String, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("collection", String, nullable=False),
    Column("arguments", Text, nullable=False),
    Column("started_at", String, nullable=False),
    Column("finished_at", String),
    sqlite_autoincrement=True,
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("run_id", Integer, ForeignKey("runs.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("uri", Text, nullable=False),
    Column("outcome", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("chunks", Integer, nullable=False),
    Column("document_id", String),
    Column("rule", Text, nullable=False, server_default=""),
    Column("code", Text, nullable=False, server_default=""),
    Column("remedy", Text, nullable=False, server_default=""),
    Column("explained", Text, nullable=False, server_default=""),
    Column("page", Integer),
    Column("quality", Text, nullable=False, server_default="{}"),
)

sightings = Table(
    "sightings",
    metadata,
    Column("collection", String, primary_key=True),
    Column("root", Text, primary_key=True),
    Column("path", Text, primary_key=True),
    Column("stamp", Text, nullable=False),
    Column("content_hash", String, nullable=False),
    Column("fingerprint", String, nullable=False),
    Column("code", String, nullable=False),
    Column("message", Text, nullable=False),
    Column("remedy", Text, nullable=False),
)

synonyms = Table(
    "synonyms",
    metadata,
    Column("collection", String, primary_key=True),
    Column("folder", Text, primary_key=True),
    Column("groups", Text, nullable=False),
)

thresholds = Table(
    "thresholds",
    metadata,
    Column("collection", String, primary_key=True),
    Column("value", Float, nullable=False),
    Column("weights", String, nullable=False),
    Column("target", Float, nullable=False),
    Column("set_name", Text, nullable=False),
    Column("questions", Integer, nullable=False),
    Column("refused", Float, nullable=False),
    Column("calibrated_at", String, nullable=False),
)

"""The catalogue's first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "settings",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "state",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("generation", sa.Integer, nullable=False),
    )
    op.execute("INSERT INTO state (id, generation) VALUES (1, 0)")
    op.create_table(
        "documents",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("collection", sa.String, nullable=False),
        sa.Column("root", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("uri", sa.Text, nullable=False),
        sa.Column("groups", sa.Text, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False, index=True),
        sa.UniqueConstraint("collection", "root", "path"),
    )
    op.create_table(
        "versions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("document_id", sa.String, sa.ForeignKey("documents.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("published", sa.Integer),
        sa.Column("retired", sa.Integer),
        sa.Column("published_at", sa.String),
        sa.Column("content_hash", sa.String, nullable=False, index=True),
        sa.Column("fingerprint", sa.String, nullable=False),
        sa.Column("media_type", sa.String, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("pages", sa.Text, nullable=False),
        sa.Column("metadata", sa.Text, nullable=False),
        sa.Column("chunk_count", sa.Integer, nullable=False),
        sa.UniqueConstraint("document_id", "number"),
    )
    op.create_index("versions_live", "versions", ["document_id", "published", "retired"])
    op.create_table(
        "chunks",
        sa.Column("row", sa.Integer, primary_key=True),
        sa.Column("chunk_id", sa.String, nullable=False),
        sa.Column("vector_key", sa.String, nullable=False, index=True),
        sa.Column("document_id", sa.String, sa.ForeignKey("documents.id"), nullable=False, index=True),
        sa.Column("section", sa.Text, nullable=False),
        sa.Column("context", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("indexed", sa.Integer, index=True),
        sa.UniqueConstraint("chunk_id", "vector_key"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "placements",
        sa.Column("version_id", sa.Integer, sa.ForeignKey("versions.id"), primary_key=True),
        sa.Column("ordinal", sa.Integer, primary_key=True),
        sa.Column("row", sa.Integer, sa.ForeignKey("chunks.row"), nullable=False, index=True),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("page", sa.Integer),
        sa.Column("page_end", sa.Integer),
    )
    op.create_table(
        "vectors",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("vector", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "grants",
        sa.Column("collection", sa.String, primary_key=True),
        sa.Column("root", sa.Text, primary_key=True),
        sa.Column("prefix", sa.Text, primary_key=True),
        sa.Column("groups", sa.Text, nullable=False),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("collection", sa.String, nullable=False),
        sa.Column("arguments", sa.Text, nullable=False),
        sa.Column("started_at", sa.String, nullable=False),
        sa.Column("finished_at", sa.String),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "outcomes",
        sa.Column("run_id", sa.Integer, sa.ForeignKey("runs.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("uri", sa.Text, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("pages", sa.Integer, nullable=False),
        sa.Column("chunks", sa.Integer, nullable=False),
        sa.Column("document_id", sa.String),
    )

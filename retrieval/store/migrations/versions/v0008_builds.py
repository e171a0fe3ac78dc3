"""Chunks and placements belong to a build, so that another index can be made beside the one that answers.

SQLite can't change a key: both tables are made anew, and no row's number is ever given out again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_CHUNK = "row, chunk_id, vector_key, document_id, section, context, text, indexed"
_PLACED = 'version_id, ordinal, row, start, "end", page, page_end'


def upgrade() -> None:
    op.add_column("state", sa.Column("build", sa.Integer, nullable=False, server_default="1"))
    op.create_table(
        "rebuilt",
        sa.Column("version_id", sa.Integer, sa.ForeignKey("versions.id"), primary_key=True),
        sa.Column("build", sa.Integer, primary_key=True),
        sa.Column("fingerprint", sa.String, nullable=False),
    )
    op.execute(f"CREATE TABLE placed_before AS SELECT {_PLACED} FROM placements")  # noqa: S608 - our own names
    op.execute("CREATE TABLE counted_before AS SELECT seq FROM sqlite_sequence WHERE name = 'chunks'")
    op.drop_table("placements")
    _renew_chunks()
    _renew_placements()
    op.execute("UPDATE sqlite_sequence SET seq = (SELECT seq FROM counted_before) WHERE name = 'chunks'")
    op.drop_table("placed_before")
    op.drop_table("counted_before")


def _renew_chunks() -> None:
    for column in ("vector_key", "document_id", "indexed"):
        op.drop_index(f"ix_chunks_{column}", "chunks")
    op.rename_table("chunks", "chunks_before")
    op.create_table(
        "chunks",
        sa.Column("row", sa.Integer, primary_key=True),
        sa.Column("chunk_id", sa.String, nullable=False),
        sa.Column("vector_key", sa.String, nullable=False, index=True),
        sa.Column("document_id", sa.String, sa.ForeignKey("documents.id"), nullable=False, index=True),
        sa.Column("section", sa.Text, nullable=False),
        sa.Column("context", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("indexed", sa.Integer),
        sa.Column("build", sa.Integer, nullable=False, server_default="1"),
        sa.UniqueConstraint("chunk_id", "vector_key", "build"),
        sqlite_autoincrement=True,
    )
    op.create_index("chunks_indexed", "chunks", ["indexed", "build"])
    op.execute(f"INSERT INTO chunks ({_CHUNK}) SELECT {_CHUNK} FROM chunks_before")  # noqa: S608 - our own names
    op.drop_table("chunks_before")


def _renew_placements() -> None:
    op.create_table(
        "placements",
        sa.Column("version_id", sa.Integer, sa.ForeignKey("versions.id"), primary_key=True),
        sa.Column("build", sa.Integer, primary_key=True, server_default="1"),
        sa.Column("ordinal", sa.Integer, primary_key=True),
        sa.Column("row", sa.Integer, sa.ForeignKey("chunks.row"), nullable=False, index=True),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("page", sa.Integer),
        sa.Column("page_end", sa.Integer),
    )
    op.execute(f"INSERT INTO placements ({_PLACED}) SELECT {_PLACED} FROM placed_before")  # noqa: S608 - our own names

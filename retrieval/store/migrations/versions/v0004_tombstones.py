"""What was forgotten on purpose, so that no ingest brings it back."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "tombstones",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("document_id", sa.String, nullable=False, index=True),
        sa.Column("collection", sa.String, nullable=False, index=True),
        sa.Column("root", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("content_hash", sa.String, nullable=False),
        sa.Column("forgotten_at", sa.String, nullable=False),
    )

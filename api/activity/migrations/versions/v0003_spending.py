"""Tokens and their cost by key and day."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "spending",
        sa.Column("key_id", sa.String, primary_key=True),
        sa.Column("day", sa.String, primary_key=True),
        sa.Column("currency", sa.String, primary_key=True),
        sa.Column("tokens", sa.Integer, nullable=False),
        sa.Column("cost", sa.Float, nullable=False),
    )

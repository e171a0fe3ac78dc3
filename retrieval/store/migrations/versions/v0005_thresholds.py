"""How sure an answer has to be in each collection."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "thresholds",
        sa.Column("collection", sa.String, primary_key=True),
        sa.Column("value", sa.Float, nullable=False),
        sa.Column("weights", sa.String, nullable=False),
        sa.Column("target", sa.Float, nullable=False),
        sa.Column("set_name", sa.Text, nullable=False),
        sa.Column("questions", sa.Integer, nullable=False),
        sa.Column("refused", sa.Float, nullable=False),
        sa.Column("calibrated_at", sa.String, nullable=False),
    )

"""Where the words of a version stand on its pages, and which of its text no reader sees."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("versions", sa.Column("hidden", sa.Text, nullable=False, server_default="[]"))
    op.create_table(
        "boxes",
        sa.Column("version_id", sa.Integer, sa.ForeignKey("versions.id"), primary_key=True),
        sa.Column("packed", sa.LargeBinary, nullable=False),
    )

"""Words that mean the same, by collection and the folder whose rules hold them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "synonyms",
        sa.Column("collection", sa.String, primary_key=True),
        sa.Column("folder", sa.Text, primary_key=True),
        sa.Column("groups", sa.Text, nullable=False),
    )

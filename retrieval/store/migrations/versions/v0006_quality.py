"""Which documents may be worth a look, with their version and in the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    for table in ("versions", "outcomes"):
        op.add_column(table, sa.Column("quality", sa.Text, nullable=False, server_default="{}"))

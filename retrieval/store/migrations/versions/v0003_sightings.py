"""What was seen of each source, the ledger's fields of their own, and the source that a document was found in."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "sightings",
        sa.Column("collection", sa.String, primary_key=True),
        sa.Column("root", sa.Text, primary_key=True),
        sa.Column("path", sa.Text, primary_key=True),
        sa.Column("stamp", sa.Text, nullable=False),
        sa.Column("content_hash", sa.String, nullable=False),
        sa.Column("fingerprint", sa.String, nullable=False),
        sa.Column("code", sa.String, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("remedy", sa.Text, nullable=False),
    )
    op.add_column("documents", sa.Column("container", sa.Text, nullable=False, server_default=""))
    op.add_column("versions", sa.Column("explained", sa.Text, nullable=False, server_default=""))
    for name in ("rule", "code", "remedy", "explained"):
        op.add_column("outcomes", sa.Column(name, sa.Text, nullable=False, server_default=""))
    op.add_column("outcomes", sa.Column("page", sa.Integer))

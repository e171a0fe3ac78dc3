"""Feedback on answers, how an answer came about, and which collection was asked."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "feedback",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("answer_id", sa.String, nullable=False, index=True),
        sa.Column("asker", sa.String, nullable=False),
        sa.Column("given_at", sa.String, nullable=False),
        sa.Column("verdict", sa.String, nullable=False),
        sa.Column("sentence", sa.Integer, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.UniqueConstraint("answer_id", "asker", "sentence", name="one_verdict"),
    )
    with op.batch_alter_table("answers") as answers:
        answers.add_column(sa.Column("collection", sa.Text))
        answers.add_column(sa.Column("trace", sa.Text))

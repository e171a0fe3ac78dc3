"""The activity database's tables. Changed only by a numbered migration beside this file.

Times are UTC in ISO 8601, so that they sort as text. `asker` is a key's id, or `owner` where no key was wanted.
`groups` is a sorted JSON list; `["*"]` stands for the owner.
"""

from sqlalchemy import Column, MetaData, String, Table, Text

HEAD = "0001"

metadata = MetaData()

keys = Table(
    "keys",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", Text, nullable=False),
    Column("hash", String, nullable=False, unique=True),
    Column("groups", Text, nullable=False),
    Column("role", String, nullable=False),
    Column("created_at", String, nullable=False),
    Column("revoked_at", String),
)

answers = Table(
    "answers",
    metadata,
    Column("id", String, primary_key=True),
    Column("asker", String, nullable=False),
    Column("asked_at", String, nullable=False, index=True),
    Column("body", Text, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("state", String, nullable=False, index=True),
    Column("asker", String, nullable=False),
    Column("created_at", String, nullable=False, index=True),
    Column("started_at", String),
    Column("finished_at", String),
    Column("arguments", Text, nullable=False),
    Column("report", Text),
    Column("error", Text),
)

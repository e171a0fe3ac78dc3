"""The activity database's tables. Changed only by a numbered migration beside this file.

Times are UTC in ISO 8601, so that they sort as text. `asker` is a key's id, or `owner` where no key was wanted.
`groups` is a sorted JSON list; `["*"]` stands for the owner. `collection` is what was asked of, null for all that the
asker may see. `sentence` counts an answer's sentences from 0, -1 stands for the answer as a whole.
"""

from sqlalchemy import Column, Float, Integer, MetaData, String, Table, Text, UniqueConstraint

HEAD = "0004"

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
    Column("collection", Text),
    Column("trace", Text),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", String, primary_key=True),
    Column("answer_id", String, nullable=False, index=True),
    Column("asker", String, nullable=False),
    Column("given_at", String, nullable=False),
    Column("verdict", String, nullable=False),
    Column("sentence", Integer, nullable=False),
    Column("comment", Text, nullable=False),
    UniqueConstraint("answer_id", "asker", "sentence", name="one_verdict"),
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

spending = Table(
    "spending",
    metadata,
    Column("key_id", String, primary_key=True),
    Column("day", String, primary_key=True),
    Column("currency", String, primary_key=True),
    Column("tokens", Integer, nullable=False),
    Column("cost", Float, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", String, primary_key=True),
    Column("event", String, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", String, nullable=False),
    Column("due_at", String, nullable=False, index=True),
    Column("attempts", Integer, nullable=False),
    Column("ended_at", String),
    Column("last_error", Text, nullable=False),
)

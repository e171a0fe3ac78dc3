"""Webhooks that wait for their delivery: written with what they tell of, kept until they were taken."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from api.activity.schema import outbox
from retrieval.store.database import Database

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event; `attempts` are those so far, and failed."""

    delivery_id: str
    event: str
    body: str
    created_at: datetime
    attempts: int


def add(connection: Connection, event: str, content: Mapping[str, Any]) -> None:
    """Due at once; in the transaction of what it tells of."""
    delivery_id, now = f"dlv_{secrets.token_hex(8)}", _now()
    body = {"event": event, "delivery_id": delivery_id, "created_at": _text(now), **content}
    values = {"event": event, "body": json.dumps(body, ensure_ascii=False), "attempts": 0, "last_error": ""}
    connection.execute(insert(outbox).values(id=delivery_id, created_at=_text(now), due_at=_text(now), **values))


class Outbox:
    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self, limit: int = 20) -> tuple[Delivery, ...]:
        """Those whose time has come, the oldest first."""
        query = select(outbox).where(outbox.c.ended_at.is_(None), outbox.c.due_at <= _text(_now()))
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(outbox.c.created_at).limit(limit)).all()
        return tuple(
            Delivery(row.id, row.event, row.body, datetime.fromisoformat(row.created_at), row.attempts) for row in rows
        )

    def taken(self, delivery: Delivery) -> None:
        self._set(delivery, ended_at=_text(_now()), attempts=delivery.attempts + 1)

    def refused(self, delivery: Delivery, why: str) -> None:
        """Try again, after twice as long each time; give up after three days."""
        now = _now()
        wait = min(FIRST_WAIT * 2 ** min(delivery.attempts, 20), LONGEST_WAIT)
        late = now + wait > delivery.created_at + GIVEN_UP_AFTER
        ended = {"ended_at": _text(now)} if late else {}
        self._set(delivery, due_at=_text(now + wait), attempts=delivery.attempts + 1, last_error=why, **ended)

    def forget(self, before: str) -> None:
        """Drop what ended before this time (ISO 8601, UTC)."""
        with self._database.write() as connection:
            connection.execute(delete(outbox).where(outbox.c.ended_at < before))

    def _set(self, delivery: Delivery, **values: Any) -> None:
        with self._database.write() as connection:
            connection.execute(update(outbox).where(outbox.c.id == delivery.delivery_id).values(**values))


def _now() -> datetime:
    return datetime.now(UTC)


def _text(time: datetime) -> str:
    return time.isoformat()

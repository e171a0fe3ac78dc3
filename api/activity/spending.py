"""What each key had written by language models, by day, and what it may still have."""

from datetime import UTC, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.sqlite import insert

from api.activity.schema import spending
from retrieval.store.database import Database
from retrieval.trace import Usage


class Spending:
    def __init__(self, database: Database) -> None:
        self._database = database

    def tokens(self, key_id: str, day: str) -> int:
        """Tokens read and written for the key on that day (ISO, UTC)."""
        asked = select(func.coalesce(func.sum(spending.c.tokens), 0)).where(
            spending.c.key_id == key_id, spending.c.day == day
        )
        with self._database.read() as connection:
            return int(connection.execute(asked).scalar_one())

    def add(self, key_id: str, day: str, usage: Usage) -> None:
        values = {
            "key_id": key_id,
            "day": day,
            "currency": usage.currency,
            "tokens": usage.prompt_tokens + usage.answer_tokens,
            "cost": usage.cost or 0.0,
        }
        added = insert(spending).values(values)
        added = added.on_conflict_do_update(
            index_elements=["key_id", "day", "currency"],
            set_={
                "tokens": spending.c.tokens + added.excluded.tokens,
                "cost": spending.c.cost + added.excluded.cost,
            },
        )
        with self._database.write() as connection:
            connection.execute(added)

    def forget(self, before: str) -> None:
        """Drop the days before this one (ISO)."""
        with self._database.write() as connection:
            connection.execute(delete(spending).where(spending.c.day < before[:10]))


class KeyBudget:
    """One key's tokens of today (UTC); `limit` 0 bounds nothing, and is booked all the same."""

    def __init__(self, spent: Spending, key_id: str, *, limit: int) -> None:
        self._spent = spent
        self._key_id = key_id
        self._limit = limit

    def is_spent(self) -> bool:
        return self._limit > 0 and self._spent.tokens(self._key_id, _today()) >= self._limit

    def book(self, usage: Usage) -> None:
        self._spent.add(self._key_id, _today(), usage)


def _today() -> str:
    return datetime.now(UTC).date().isoformat()

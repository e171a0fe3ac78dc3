"""Answers as they were given, for whoever asked to open them again."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import Row, delete, insert, or_, select

from api.activity.schema import answers, feedback
from api.objects import AnswerObject
from retrieval.errors import NotFound
from retrieval.store.database import Database
from retrieval.store.slicing import slices
from retrieval.trace import Trace


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """`asker` is the key's id that asked, `collection` what was asked of: null for all that the asker may see.

    `trace` is a `Trace` as JSON has it; null where none was kept.
    """

    asker: str
    asked_at: str
    collection: str | None
    body: AnswerObject
    trace: dict[str, Any] | None


class Answers:
    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, body: AnswerObject, *, asker: str, collection: str | None, trace: Trace | None) -> None:
        values = {
            "id": body["answer_id"],
            "asker": asker,
            "asked_at": datetime.now(UTC).isoformat(),
            "collection": collection,
            "trace": None if trace is None else json.dumps(asdict(trace)),
        }
        with self._database.write() as connection:
            connection.execute(insert(answers).values(**values, body=json.dumps(body)))

    def find(self, answer_id: str) -> KeptAnswer:
        """Raises `NotFound`."""
        with self._database.read() as connection:
            row = connection.execute(select(answers).where(answers.c.id == answer_id)).first()
        if row is None:
            raise no_answer(answer_id)
        return _kept(row)

    def all(self, *, collection: str | None = None) -> tuple[KeptAnswer, ...]:
        """Every answer that is kept, or those asked of one collection, oldest first."""
        query = select(answers).order_by(answers.c.asked_at, answers.c.id)
        if collection is not None:
            query = query.where(answers.c.collection == collection)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return tuple(_kept(row) for row in rows)

    def forget_document(self, document_id: str) -> int:
        """Erase every answer that quotes a document, or was found from it; how many."""
        named = f"%{document_id}%"  # an id is hexadecimal: it stands for nothing else
        query = select(answers.c.id).where(or_(answers.c.body.like(named), answers.c.trace.like(named)))
        with self._database.write() as connection:
            found = list(connection.execute(query).scalars())
            for part in slices(found):
                connection.execute(delete(feedback).where(feedback.c.answer_id.in_(part)))
                connection.execute(delete(answers).where(answers.c.id.in_(part)))
        self._database.scrub()
        return len(found)

    def forget(self, before: str) -> None:
        """Drop what was asked before this time (ISO 8601, UTC)."""
        with self._database.write() as connection:
            connection.execute(delete(answers).where(answers.c.asked_at < before))


def _kept(row: Row[*tuple[Any, ...]]) -> KeptAnswer:
    return KeptAnswer(
        asker=row.asker,
        asked_at=row.asked_at,
        collection=row.collection,
        body=cast(AnswerObject, json.loads(row.body)),
        trace=None if row.trace is None else json.loads(row.trace),
    )


def no_answer(answer_id: str) -> NotFound:
    """The one way to say that an answer does not exist, or not for this caller."""
    return NotFound(f"there is no answer {answer_id}", remedy="answers are kept for a limited time; ask again")

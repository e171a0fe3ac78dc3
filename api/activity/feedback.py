"""What people think of answers: a verdict on the whole or on one sentence, with a comment. It goes with the answer."""

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Row, Select, delete, select
from sqlalchemy.dialects.sqlite import insert

from api.activity.schema import answers, feedback
from retrieval.store.database import Database

Verdict = Literal["up", "down"]
WHOLE = -1
"""Stands in the database for the answer as a whole."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """`sentence` is the index among the answer's sentences, null for the whole answer."""

    feedback_id: str
    answer_id: str
    question: str
    collection: str | None
    asker: str
    given_at: str
    verdict: Verdict
    sentence: int | None
    comment: str


class FeedbackGiven:
    def __init__(self, database: Database) -> None:
        self._database = database

    def give(self, answer_id: str, *, asker: str, verdict: Verdict, sentence: int | None, comment: str) -> Feedback:
        """Kept in place of what the same asker said of the same sentence before. The answer must be kept."""
        values = {
            "id": f"fb_{secrets.token_hex(8)}",
            "given_at": datetime.now(UTC).isoformat(),
            "verdict": verdict,
            "comment": comment,
        }
        target = {"answer_id": answer_id, "asker": asker, "sentence": WHOLE if sentence is None else sentence}
        adding = insert(feedback).values(**values, **target)
        with self._database.write() as connection:
            connection.execute(adding.on_conflict_do_update(index_elements=list(target), set_=values))
            row = connection.execute(_told().where(feedback.c.id == values["id"])).one()
        return _feedback(row)

    def of(self, answer_id: str) -> tuple[Feedback, ...]:
        """What was said of one answer, oldest first."""
        return self._found(_told().where(feedback.c.answer_id == answer_id))

    def list(self, *, verdict: Verdict | None = None, collection: str | None = None) -> tuple[Feedback, ...]:
        """All that is kept, oldest first."""
        query = _told()
        if verdict is not None:
            query = query.where(feedback.c.verdict == verdict)
        if collection is not None:
            query = query.where(answers.c.collection == collection)
        return self._found(query)

    def forget_orphans(self) -> None:
        """Drop what was said of answers that are not kept any more."""
        with self._database.write() as connection:
            connection.execute(delete(feedback).where(feedback.c.answer_id.not_in(select(answers.c.id))))

    def _found(self, query: Select[*tuple[Any, ...]]) -> tuple[Feedback, ...]:
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(feedback.c.given_at, feedback.c.id)).all()
        return tuple(_feedback(row) for row in rows)


def _told() -> Select[*tuple[Any, ...]]:
    return select(feedback, answers.c.body, answers.c.collection).join(answers, answers.c.id == feedback.c.answer_id)


def _feedback(row: Row[*tuple[Any, ...]]) -> Feedback:
    verdict: Verdict = row.verdict
    return Feedback(
        feedback_id=row.id,
        answer_id=row.answer_id,
        question=json.loads(row.body)["question"],
        collection=row.collection,
        asker=row.asker,
        given_at=row.given_at,
        verdict=verdict,
        sentence=None if row.sentence == WHOLE else row.sentence,
        comment=row.comment,
    )

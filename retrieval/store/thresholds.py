"""How sure an answer has to be in each collection, where that was calibrated; kept in the catalogue."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, insert, select

from retrieval.store.database import Database
from retrieval.store.schema import thresholds


@dataclass(frozen=True, slots=True)
class Threshold:
    """Below `value`, a chance of 0-1, the collection's questions get no answer.

    `weights` names the signals' weights that it was calibrated for: with others it means nothing. `target` is the
    share of answerable questions that might be refused; of `questions` with an answer `refused` were.
    """

    collection: str
    value: float
    weights: str
    target: float
    set_name: str
    questions: int
    refused: float


class Thresholds:
    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, collection: str) -> Threshold | None:
        """The collection's own; null where none was kept."""
        with self._database.read() as connection:
            row = connection.execute(select(thresholds).where(thresholds.c.collection == collection)).first()
        if row is None:
            return None
        return Threshold(
            collection=row.collection,
            value=row.value,
            weights=row.weights,
            target=row.target,
            set_name=row.set_name,
            questions=row.questions,
            refused=row.refused,
        )

    def keep(self, threshold: Threshold) -> None:
        """In place of the one that was kept before."""
        values = {
            "collection": threshold.collection,
            "value": threshold.value,
            "weights": threshold.weights,
            "target": threshold.target,
            "set_name": threshold.set_name,
            "questions": threshold.questions,
            "refused": threshold.refused,
            "calibrated_at": datetime.now(UTC).isoformat(),
        }
        with self._database.write() as connection:
            connection.execute(delete(thresholds).where(thresholds.c.collection == threshold.collection))
            connection.execute(insert(thresholds).values(values))

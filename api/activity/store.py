"""Opens the activity database of a home."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from api.activity.answers import Answers
from api.activity.feedback import FeedbackGiven
from api.activity.jobs import Jobs
from api.activity.keys import Keys
from api.activity.outbox import Outbox
from api.activity.schema import HEAD
from api.activity.spending import Spending
from retrieval.errors import HomeError
from retrieval.store.database import Database
from retrieval.store.home import Home

MIGRATIONS = Path(__file__).parent / "migrations"


class Activity:
    """Keys, answers, feedback, jobs and spending of one home. Several processes may have it open at once."""

    def __init__(self, home: Path, *, retention: timedelta = timedelta(days=90), announcing: bool = False) -> None:
        """Makes the home and the database where they are missing. Raises `HomeError` and its kin."""
        Home(home).create()
        path = home / "activity.db"
        _make(path)
        self._database = Database(path, head=HEAD, migrations=MIGRATIONS)
        self.keys = Keys(self._database)
        self.answers = Answers(self._database)
        self.feedback = FeedbackGiven(self._database)
        self.spending = Spending(self._database)
        self.jobs = Jobs(self._database, announcing=announcing)
        self.outbox = Outbox(self._database)
        self._retention = retention

    def forget_old(self) -> None:
        """Drop answers with their feedback, and finished jobs, that are older than the retention time. Keys stay."""
        before = (datetime.now(UTC) - self._retention).isoformat()
        self.answers.forget(before)
        self.feedback.forget_orphans()
        self.jobs.forget(before)
        self.spending.forget(before)
        self.outbox.forget(before)

    def close(self) -> None:
        self._database.close()


def _make(path: Path) -> None:
    """Readable by the home's owner alone: it holds the questions that were asked."""
    try:
        path.touch(mode=0o600)
    except OSError as exc:
        raise HomeError(f"{path} can't be made: {exc.strerror}", remedy="see that the home can be written to") from exc


@contextlib.contextmanager
def opened(home: Path) -> Iterator[Activity]:
    activity = Activity(home)
    try:
        yield activity
    finally:
        activity.close()

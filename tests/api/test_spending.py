"""What a key may have a language model write in a day: booked, added up, and bounded."""

from pathlib import Path

import pytest

from api.activity.spending import KeyBudget
from api.activity.store import Activity
from retrieval.trace import Usage


@pytest.fixture
def activity(tmp_path: Path) -> Activity:
    return Activity(tmp_path)


def used(prompt: int, answer: int, *, cost: float | None = None) -> Usage:
    return Usage(prompt, answer, counted=True, cost=cost, currency="EUR" if cost else "")


def test_tokens_add_up_by_key_and_day(activity: Activity) -> None:
    activity.spending.add("alice", "2026-11-30", used(100, 20, cost=0.5))
    activity.spending.add("alice", "2026-11-30", used(10, 5, cost=0.25))
    activity.spending.add("alice", "2026-11-30", used(1, 0))
    activity.spending.add("alice", "2026-12-01", used(7, 0))
    activity.spending.add("bob", "2026-11-30", used(9, 0))

    assert activity.spending.tokens("alice", "2026-11-30") == 136
    assert activity.spending.tokens("nobody", "2026-11-30") == 0


def test_a_budget_is_spent_from_its_limit_on(activity: Activity) -> None:
    budget = KeyBudget(activity.spending, "alice", limit=100)

    assert not budget.is_spent()
    budget.book(used(90, 9))
    assert not budget.is_spent()
    budget.book(used(1, 0))
    assert budget.is_spent()
    assert not KeyBudget(activity.spending, "bob", limit=100).is_spent()


def test_without_a_limit_it_is_booked_all_the_same(activity: Activity) -> None:
    budget = KeyBudget(activity.spending, "alice", limit=0)

    budget.book(used(10**9, 0))

    assert not budget.is_spent()
    assert KeyBudget(activity.spending, "alice", limit=1).is_spent()


def test_old_days_are_forgotten(activity: Activity) -> None:
    activity.spending.add("alice", "2026-08-01", used(5, 0))
    activity.spending.add("alice", "2026-11-30", used(5, 0))

    activity.spending.forget("2026-09-01T00:00:00+00:00")

    assert activity.spending.tokens("alice", "2026-08-01") == 0
    assert activity.spending.tokens("alice", "2026-11-30") == 5

"""A model that is asked again: when, how long after, and when not."""

from collections.abc import Iterator, Sequence

import pytest

from retrieval.answer.model.retry import Retrying
from retrieval.errors import LanguageModelFailed
from retrieval.ports import TokenCount
from retrieval.trace import Message


class Failing:
    """Fails the first `failures` requests, after saying `first` if that is not empty; then answers."""

    name = "failing"

    def __init__(self, failures: int, *, passing: bool = True, first: str = "") -> None:
        self.failures = failures
        self.passing = passing
        self.first = first
        self.asked = 0

    def stream(self, messages: Sequence[Message]) -> Iterator[str | TokenCount]:
        self.asked += 1
        if self.first:
            yield self.first
        if self.asked <= self.failures:
            raise LanguageModelFailed("the server is full", passing=self.passing)
        yield "Thirty days."


def test_a_failure_that_passes_is_tried_again_after_growing_waits() -> None:
    waits: list[float] = []
    model = Failing(3)

    assert list(Retrying(model, tries=4, sleep=waits.append).stream(())) == ["Thirty days."]
    assert waits == [0.5, 1.0, 2.0]


def test_the_last_failure_says_how_often_it_was_tried() -> None:
    waits: list[float] = []
    model = Failing(9)

    with pytest.raises(LanguageModelFailed, match="the server is full, 2 times"):
        list(Retrying(model, tries=2, sleep=waits.append).stream(()))
    assert (model.asked, waits) == (2, [0.5])


@pytest.mark.parametrize("model", [Failing(1, passing=False), Failing(1, first="Thirty ")])
def test_what_does_not_pass_or_broke_off_half_way_is_not_tried_again(model: Failing) -> None:
    with pytest.raises(LanguageModelFailed, match=r"the server is full$"):
        list(Retrying(model, tries=3, sleep=lambda _: None).stream(()))
    assert model.asked == 1

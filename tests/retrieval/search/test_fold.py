"""One paragraph, one hit: what is folded, what never is, and for whom."""

import pytest

from retrieval.models import OWNER, PUBLIC
from retrieval.search import likeness
from retrieval.settings import SearchSettings
from tests.retrieval.library import Shelf, searcher

LEAVE = (
    "Employees of the Berlin office who work full time have 30 days of annual leave. Leave must be asked for in the "
    "portal two weeks ahead, and the manager answers within five days; what is not taken by the end of March is lost "
    "without a replacement."
)
REWORDED = LEAVE.replace("replacement", "substitute").replace("asked for", "requested")

CHANGED = {
    "a number": ("30 days", "28 days"),
    "a number in words": ("five days", "ten days"),
    "a name": ("Berlin", "Hamburg"),
    "a month": ("March", "April"),
    "a negation": ("is lost", "is not lost"),
    "a negation less": ("is not taken", "is taken"),
    "a modal verb": ("must be", "may be"),
    "an order": ("ahead", "after"),
    "a bound": ("within five", "at least five"),
    "the opposite": ("work full time", "do not work full time"),
    "a negating prefix": ("asked for", "unasked for"),
}


def test_a_paragraph_with_a_few_other_words_is_one_hit_that_tells_of_the_other() -> None:
    shelf = Shelf()
    shelf.put("handbook.md", LEAVE)
    shelf.put("intranet.md", REWORDED)
    shelf.put("copy.md", REWORDED)
    shelf.put("travel.md", "Hotels cost at most 150 euros a night.")

    first, second = searcher(shelf).search("annual leave in the Berlin office")

    assert sorted(first.documents) == ["copy.md", "handbook.md", "intranet.md"]
    assert len(first.near) in (1, 2)
    assert second.chunk.document == "travel.md"


@pytest.mark.parametrize("what", CHANGED)
def test_what_differs_in_a_fact_is_shown_beside_the_other(what: str) -> None:
    """Two current documents that disagree are both shown."""
    changed = LEAVE.replace(*CHANGED[what])
    assert changed != LEAVE
    assert likeness.alike(LEAVE, changed) >= likeness.ALIKE
    shelf = Shelf()
    shelf.put("one.md", LEAVE)
    shelf.put("two.md", changed)

    hits = searcher(shelf).search("annual leave")

    assert {hit.chunk.document for hit in hits} == {"one.md", "two.md"}
    assert all(hit.near == () for hit in hits)


def test_the_near_duplicate_that_the_caller_may_not_see_hides_and_tells_nothing() -> None:
    shelf = Shelf()
    shelf.put("a-secret.md", LEAVE, groups=["hr"])
    shelf.put("b-public.md", REWORDED)

    [hit] = searcher(shelf).search("annual leave", caller=PUBLIC)
    [owners] = searcher(shelf).search("annual leave", caller=OWNER)

    assert (hit.chunk.document, hit.near) == ("b-public.md", ())
    assert len(owners.near) == 1


def test_short_texts_and_other_texts_stay_apart() -> None:
    shelf = Shelf()
    shelf.put("one.md", "Leave is asked for in the portal.")
    shelf.put("two.md", "Leave is requested in the portal.")
    shelf.put("three.md", LEAVE)

    assert len(searcher(shelf).search("leave portal")) == 3


def test_the_settings_can_show_each_of_them() -> None:
    shelf = Shelf()
    shelf.put("one.md", LEAVE)
    shelf.put("two.md", REWORDED)

    hits = searcher(shelf, settings=SearchSettings(near_duplicates="shown")).search("annual leave")

    assert [hit.near for hit in hits] == [(), ()]


def test_folding_near_duplicates_leaves_k_hits_while_there_are_k() -> None:
    shelf = Shelf()
    nouns = [f"{chr(97 + number % 26)}{chr(97 + number // 26)}thing" for number in range(60)]
    for noun in nouns:
        shelf.put(f"{noun}.md", LEAVE.replace("replacement", noun))
    for number in range(10):
        shelf.put(f"other{number}.md", f"Rule number {number} says something about leave of kind {number}.")

    hits = searcher(shelf).search("annual leave days Berlin office full time", k=8)

    assert len(hits) == 8
    assert len(hits[0].near) == 59

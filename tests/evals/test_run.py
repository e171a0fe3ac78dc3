"""Searching for a set's queries."""

from evals.run import Asked, cut, search_all
from retrieval.models import PUBLIC, Caller
from tests.evals.fake_home import FakeHome


def asked(text: str, caller: Caller = PUBLIC) -> list[Asked]:
    return [Asked("q", text, caller)]


def test_more_chunks_are_asked_for_until_enough_documents_are_found() -> None:
    """One document holds the 20 best chunks; the second one comes with a wider search."""
    home = FakeHome({"long": "\n\n".join(["red fox"] * 20), "short": "red"})

    (found,) = search_all(home, asked("red fox"), mode="dense", hits=4, documents=2)

    assert {hit.chunk.document for hit in found.hits} == {"long", "short"}
    assert [k for _, k, _ in home.asked] == [4, 16, 64]


def test_a_query_that_has_all_it_wants_is_not_looked_for_deeper() -> None:
    home = FakeHome({"long": "\n\n".join(["red fox"] * 20), "short": "red"})

    search_all(home, [Asked("q", "red fox", PUBLIC, frozenset({"long"}))], mode="dense", hits=4, documents=2)
    search_all(home, [Asked("q", "red fox", PUBLIC, frozenset({"short"}))], mode="dense", hits=4, documents=2)

    assert [k for _, k, _ in home.asked] == [4, 4, 16, 64]


def test_a_search_that_is_exhausted_is_not_widened() -> None:
    """Fewer hits than asked for: there are no more."""
    home = FakeHome({"a": "red fox"})

    search_all(home, asked("red"), mode="lexical", hits=200, documents=100)

    assert home.asked == [("red", 200, "lexical")]


def test_no_search_asks_for_more_than_the_engine_takes() -> None:
    """1,000 chunks are its limit."""
    home = FakeHome({"a": "\n\n".join(["red"] * 1_200)})

    (found,) = search_all(home, asked("red"), mode="dense", hits=2_000, documents=500)

    assert len(found.hits) == 1_000
    assert [k for _, k, _ in home.asked] == [1_000]


def test_each_query_is_asked_by_its_own_caller() -> None:
    """A restricted document is found by its group only."""
    home = FakeHome({"pay": "red"}, groups={"pay": ("hr",)})

    (public,) = search_all(home, asked("red"), mode="dense", hits=2, documents=1)
    (member,) = search_all(home, asked("red", Caller(frozenset({"hr"}))), mode="dense", hits=2, documents=1)

    assert (len(public.hits), len(member.hits)) == (0, 1)


def test_queries_longer_than_the_engine_takes_are_cut_and_named() -> None:
    """2,000 characters."""
    home = FakeHome({"a": "red"})
    query = asked("red " * 600)

    search_all(home, query, mode="dense", hits=2, documents=1)

    assert len(home.asked[0][0]) == 2_000
    assert cut(query) == ("q",)

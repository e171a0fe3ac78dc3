"""Search over a shelf in memory: who sees what, how many hits stand, what is folded, what is refused."""

import random
from itertools import pairwise

import pytest

from retrieval.errors import UsageError
from retrieval.models import OWNER, PUBLIC, Caller
from retrieval.settings import SearchSettings
from tests.retrieval.library import Shelf, searcher

COPY = "Annual leave is thirty days for everyone who works full time in the Berlin office of the company."


def shelf_of(**documents: str) -> Shelf:
    shelf = Shelf()
    for name, text in documents.items():
        shelf.put(f"{name}.md", text)
    return shelf


def test_the_chunk_that_shares_the_question_s_words_comes_first() -> None:
    shelf = shelf_of(leave="Annual leave is thirty days.", travel="Hotels cost at most 150 euros a night.")

    hits = searcher(shelf).search("How many days of annual leave?")

    assert hits[0].chunk.document == "leave.md"
    assert [hit.rank for hit in hits] == [1, 2]
    assert hits[0].score > hits[1].score


@pytest.mark.parametrize("mode", ["dense", "lexical", "hybrid"])
def test_a_hit_tells_where_it_came_from(mode: str) -> None:
    """The cosine stands in every mode; ranks only where the leg ran."""
    shelf = shelf_of(leave="Annual leave is thirty days.", travel="Hotels cost at most 150 euros a night.")

    best = searcher(shelf).search("annual leave", mode=mode)[0].provenance  # type: ignore[arg-type]

    assert best.dense_score is not None
    assert 0.3 < best.dense_score <= 1.0
    assert best.dense_rank == (None if mode == "lexical" else 1)
    assert best.lexical_rank == (None if mode == "dense" else 1)
    assert best.lexical_score == (None if mode == "dense" else 2.0)


@pytest.mark.parametrize("weight", [0.0, 1.0])
def test_a_weight_of_one_or_none_leaves_one_leg_s_order(weight: float) -> None:
    shelf = shelf_of(leave="Annual leave is thirty days.", travel="Hotels cost 150 euros. Annual trips are on leave.")
    find = searcher(shelf, settings=SearchSettings(dense_weight=weight)).search
    leg = "dense" if weight else "lexical"

    fused = [hit.chunk.document for hit in find("annual leave", mode="hybrid")]

    assert fused == [hit.chunk.document for hit in find("annual leave", mode=leg)]


def test_a_lexical_search_without_a_shared_word_finds_nothing() -> None:
    assert searcher(shelf_of(leave="Annual leave.")).search("xylophone", mode="lexical") == ()


def test_an_empty_corpus_gives_no_hits() -> None:
    assert searcher(Shelf()).search("anything") == ()


def test_a_caller_finds_public_documents_and_those_of_their_groups() -> None:
    shelf = Shelf()
    shelf.put("public.md", "Salary bands are explained by your manager.")
    shelf.put("secret.md", "Salary bands in full, with numbers.", groups=["hr"])
    find = searcher(shelf).search

    assert {hit.chunk.document for hit in find("salary bands", caller=PUBLIC)} == {"public.md"}
    assert {hit.chunk.document for hit in find("salary bands", caller=Caller(frozenset({"it"})))} == {"public.md"}
    for caller in (Caller(frozenset({"hr"})), OWNER):
        assert {hit.chunk.document for hit in find("salary bands", caller=caller)} == {"public.md", "secret.md"}


def test_a_collection_bounds_the_search() -> None:
    shelf = Shelf()
    shelf.put("a.md", "Salary bands.", collection="one")
    shelf.put("b.md", "Salary bands and more.", collection="two")

    assert {hit.chunk.document for hit in searcher(shelf).search("salary", collection="two")} == {"b.md"}
    assert searcher(shelf).search("salary", collection="none such") == ()


def test_equal_chunks_are_one_hit_that_names_the_others() -> None:
    shelf = shelf_of(first=COPY, second=COPY, third=COPY, other="Hotels cost at most 150 euros.")

    hits = searcher(shelf).search("annual leave")

    assert [(hit.chunk.document, hit.duplicates) for hit in hits] == [
        ("first.md", ("second.md", "third.md")),
        ("other.md", ()),
    ]
    assert [hit.rank for hit in hits] == [1, 2]


def test_a_copy_that_the_caller_may_not_see_is_not_named() -> None:
    """And the visible copy stands, though the hidden one has the lower row."""
    shelf = Shelf()
    shelf.put("a-secret.md", COPY, groups=["hr"])
    shelf.put("b-public.md", COPY)

    [hit] = searcher(shelf).search("annual leave")

    assert (hit.chunk.document, hit.duplicates) == ("b-public.md", ())


def test_short_texts_under_different_headings_are_different() -> None:
    """ "None." under two headings says two things."""
    shelf = Shelf()
    shelf.put("risks.md", "# Legal proceedings\n\nNone.\n\n# Mine safety\n\nNone.")
    texts = [chunk.text for chunk in shelf.chunks_by_row.values()]
    assert texts == ["# Legal proceedings\n\nNone.", "# Mine safety\n\nNone."]
    shelf.put("same.md", "# Legal proceedings\n\nNone.")

    hits = searcher(shelf).search("legal proceedings none")

    assert [(hit.chunk.section, hit.duplicates) for hit in hits] == [
        (("Legal proceedings",), ("same.md",)),
        (("Mine safety",), ()),
    ]


def test_folding_never_leaves_fewer_than_k_hits_while_there_are_k() -> None:
    """300 copies outrank 10 distinct chunks, more than the first candidates of either leg."""
    shelf = Shelf()
    for number in range(300):
        shelf.put(f"copy{number}.md", COPY)
    for number in range(10):
        shelf.put(f"other{number}.md", f"Rule number {number} says something about leave of kind {number}.")

    for mode in ("dense", "hybrid", "lexical"):
        hits = searcher(shelf).search("annual leave thirty days full time Berlin", k=8, mode=mode)  # type: ignore[arg-type]

        assert len(hits) == 8
        assert len(hits[0].duplicates) == 299


def test_fewer_hits_only_where_fewer_chunks_are_visible() -> None:
    shelf = shelf_of(one="First thing.", two="Second thing.")

    assert len(searcher(shelf).search("nothing in common", k=5)) == 2


def test_the_same_search_gives_the_same_hits() -> None:
    """Also where the documents tie: equal scores are ordered by row."""
    shelf = Shelf()
    names = [f"{number:02}.md" for number in range(30)]
    for name in names:
        shelf.put(name, f"Leave {name[:2]}.")

    first = searcher(shelf).search("leave", k=30)

    assert searcher(shelf).search("leave", k=30) == first
    for left, right in pairwise(first):
        assert (-left.score, left.chunk.row) < (-right.score, right.chunk.row)


@pytest.mark.parametrize("seed", range(20))
def test_hits_equal_a_search_of_what_the_caller_may_see_alone(seed: int) -> None:
    """Hidden documents change nothing: the visible ones on a shelf of their own rank the same, with the same scores."""
    draw = random.Random(seed)
    words = ["leave", "travel", "hotel", "days", "euros", "manager", "night", "office", "rule", "team"]
    full, alone = Shelf(), Shelf()
    caller = Caller(frozenset(draw.sample("abcd", draw.randint(0, 3))))
    for number in range(40):
        text = " ".join(draw.choices(words, k=draw.randint(3, 9)))
        groups = draw.sample("abcd", draw.randint(0, 2))
        full.put(f"{number}.md", text, groups=groups)
        if not groups or caller.groups & set(groups):
            alone.put(f"{number}.md", text)

    seen = searcher(full).search("travel days of the team", k=10, caller=caller)
    oracle = searcher(alone).search("travel days of the team", k=10)

    assert [(hit.chunk.document, hit.score) for hit in seen] == [(hit.chunk.document, hit.score) for hit in oracle]


@pytest.mark.parametrize(
    ("question", "k", "mode"),
    [
        ("", 10, "hybrid"),
        (" \n\t", 10, "hybrid"),
        ("x" * 2001, 10, "hybrid"),
        ("half \ud800 a pair", 10, "hybrid"),
        ("leave", 0, "hybrid"),
        ("leave", -1, "hybrid"),
        ("leave", 1001, "hybrid"),
        ("leave", 10, "fuzzy"),
    ],
)
def test_a_wrong_request_is_refused_with_a_remedy(question: str, k: int, mode: str) -> None:
    with pytest.raises(UsageError) as refusal:
        searcher(shelf_of(one="Text.")).search(question, k=k, mode=mode)  # type: ignore[arg-type]

    assert refusal.value.remedy


def test_the_limits_themselves_are_allowed() -> None:
    find = searcher(shelf_of(one="Text.")).search

    assert len(find("x" * 2000, k=1000)) == 1
    assert len(find("text", k=1)) == 1

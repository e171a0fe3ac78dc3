"""Hits as documents, pages, quotes and text, by hand."""

import math

import pytest

from evals.evidence import Gold, GoldQuote
from evals.levels import completed, document_run, judge_evidence, pages
from evals.models import Question
from evals.run import Found
from evals.spans import Span
from retrieval.models import Hit, PageSpan
from tests.evals.fake_home import chunk, hits


def gold(
    *,
    documents: tuple[str, ...],
    page: tuple[tuple[str, int], ...] = (),
    quotes: tuple[Span, ...] = (),
    name: str = "q",
) -> Gold:
    asked = Question(name, "?", None, True, (), (), frozenset(), 1)
    return Gold(asked, documents, page, tuple(GoldQuote((quote,)) for quote in quotes))


def found(*items: Hit, query: str = "q") -> Found:
    return Found(query, items, 0.0)


def no_pages(document_id: str) -> tuple[PageSpan, ...]:
    raise AssertionError(f"the pages of {document_id} were asked for")


def test_a_document_ranks_by_its_best_chunk() -> None:
    """b has the first and the third chunk; its score is the first one's."""
    ranked = document_run([found(*hits(chunk("b", 0, 9), chunk("a", 0, 9), chunk("b", 9, 20)))], depth=10)

    assert list(ranked["q"]) == ["b", "a"]
    assert ranked["q"]["b"] == 1.0


def test_folded_copies_stand_right_behind_the_chunk_they_were_folded_into() -> None:
    """A copy's document was found too; its score is just below."""
    ranked = document_run([found(*hits(chunk("a", 0, 9), chunk("b", 0, 9), duplicates=["copy"]))], depth=10)

    assert list(ranked["q"]) == ["a", "copy", "b"]
    assert ranked["q"]["a"] > ranked["q"]["copy"] > ranked["q"]["b"]
    assert ranked["q"]["copy"] == pytest.approx(1.0)


def test_a_run_is_no_deeper_than_asked() -> None:
    """And a query without hits is in it, empty."""
    run = document_run([found(*hits(chunk("a", 0, 9), chunk("b", 0, 9))), found(query="none")], depth=1)

    assert run == {"q": {"a": 1.0}, "none": {}}


def test_pages_come_in_the_order_of_the_hits() -> None:
    """Each once; a chunk without a page brings none."""
    found_hits = hits(
        chunk("a", 0, 9, page=2), chunk("b", 0, 9), chunk("a", 10, 20, page=2), chunk("a", 20, 30, page=1)
    )

    assert pages(found_hits, no_pages) == ["a#page=2", "a#page=1"]


def test_a_chunk_across_pages_brings_the_one_it_mostly_stands_on_first() -> None:
    """10 characters on page 1, 30 on page 2, 10 on page 3: 2, then 1 and 3."""
    spans = (PageSpan(1, 0, 100), PageSpan(2, 100, 130), PageSpan(3, 130, 200))

    assert pages(hits(chunk("a", 90, 140, page=1, page_end=3)), lambda _: spans) == ["a#page=2", "a#page=1", "a#page=3"]


def test_a_quote_is_complete_with_the_hit_that_brings_its_last_part() -> None:
    """0-10 at once; 15-25 by two chunks, whichever comes last; 50-60 never."""
    quotes = [GoldQuote((Span("id:a", 0, 10),)), GoldQuote((Span("id:a", 15, 25),)), GoldQuote((Span("id:a", 50, 60),))]

    steps = completed(quotes, hits(chunk("a", 0, 20), chunk("b", 0, 99), chunk("a", 20, 55)))

    assert steps == [[0], [], [1]]


def test_any_place_of_a_quote_will_do() -> None:
    """It stands in two documents; the second one was found."""
    quote = GoldQuote((Span("id:a", 0, 5), Span("id:b", 7, 12)))

    assert completed([quote], hits(chunk("b", 0, 20))) == [[0]]


def test_each_level_is_judged_by_its_own_evidence() -> None:
    """Hits: a 0-100 on page 1, b 0-100 on page 4, a 100-200 on page 2. Two quotes in the first, one in the third."""
    one = gold(
        documents=("a", "c"),
        page=(("a", 2),),
        quotes=(Span("id:a", 10, 20), Span("id:a", 30, 40), Span("id:a", 150, 160)),
    )
    items = hits(chunk("a", 0, 100, page=1), chunk("b", 0, 100, page=4), chunk("a", 100, 200, page=2))
    results = [found(*items)]

    levels = judge_evidence(
        [one], {"q": results[0]}, run=document_run(results, depth=3), ks=[1, 2, 3], pages_of=no_pages
    )

    assert levels["document"].values["recall@1"].tolist() == [1 / 2]
    assert levels["page"].values["hit@2"].tolist() == [0.0]
    assert levels["page"].values["mrr@3"].tolist() == [pytest.approx(1 / 3)]
    assert levels["quote"].values["recall@1"].tolist() == [pytest.approx(2 / 3)]
    assert levels["quote"].values["recall@3"].tolist() == [1.0]
    assert levels["quote"].values["mrr@1"].tolist() == [1.0]
    # The first hit fills ranks 1 and 2, the second rank 3, the third completes the last quote at rank 4, beyond 3.
    ideal = 1 / math.log2(2) + 1 / math.log2(3) + 1 / math.log2(4)
    assert levels["quote"].values["ndcg@3"].tolist() == [pytest.approx((1 + 1 / math.log2(3)) / ideal)]
    assert levels["token"].values["recall@1"].tolist() == [pytest.approx(20 / 30)]
    assert levels["token"].values["precision@2"].tolist() == [pytest.approx(20 / 200)]
    assert levels["token"].values["iou@3"].tolist() == [pytest.approx(30 / 300)]


def test_a_level_without_evidence_is_left_out() -> None:
    """Rather than reported as 0."""
    results = [found()]

    levels = judge_evidence(
        [gold(documents=("a",))], {"q": results[0]}, run=document_run(results, depth=1), ks=[1], pages_of=no_pages
    )

    assert list(levels) == ["document"]


def test_a_question_without_hits_counts_on_every_level() -> None:
    """As zero: two questions, one found, one not."""
    first = gold(documents=("a",), page=(("a", 1),), quotes=(Span("id:a", 0, 5),))
    second = gold(documents=("a",), page=(("a", 1),), quotes=(Span("id:a", 0, 5),), name="none")
    results = [found(*hits(chunk("a", 0, 5, page=1))), found(query="none")]

    levels = judge_evidence(
        [first, second],
        {one.query: one for one in results},
        run=document_run(results, depth=1),
        ks=[1],
        pages_of=no_pages,
    )

    assert all(level.values["recall@1"].tolist() == [1.0, 0.0] for level in levels.values())
    assert all(level.queries == ("q", "none") for level in levels.values())

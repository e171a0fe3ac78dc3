"""Passages: what is joined, how far it reaches, that it is a slice of the stored text."""

from dataclasses import replace

from retrieval.models import PUBLIC, Hit, PageSpan, Passage, Provenance
from retrieval.search.passages import PassageReader, Reach
from tests.retrieval.library import Shelf

TEXT = """# Leave

First paragraph on leave.

Second paragraph on leave.

Third paragraph on leave.

# Travel

Hotels cost 150 euros.

# Expenses

Send receipts."""


def hits_on(shelf: Shelf, *rows: int) -> tuple[Hit, ...]:
    """Hits on the rows in the order given, best first."""
    nowhere = Provenance(None, None, None, None)
    return tuple(
        Hit(rank=rank, score=1.0 / rank, chunk=shelf.chunks_by_row[row], provenance=nowhere)
        for rank, row in enumerate(rows, start=1)
    )


def shelf_of_text(pages: tuple[PageSpan, ...] = ()) -> Shelf:
    shelf = Shelf()
    shelf.put("handbook.md", TEXT, pages=pages)
    return shelf


def read(shelf: Shelf, *rows: int, reach: Reach | None = None) -> tuple[Passage, ...]:
    passages = PassageReader(shelf, reach=reach).passages(hits_on(shelf, *rows), caller=PUBLIC)
    for passage in passages:
        assert passage.text == TEXT[passage.start : passage.end]
    return passages


def test_hits_of_one_section_that_stand_near_are_one_passage() -> None:
    [passage] = read(shelf_of_text(), 2, 0)

    assert passage.text == TEXT[: TEXT.index("\n\n# Travel")]
    assert [hit.chunk.row for hit in passage.hits] == [2, 0]
    assert passage.score == 1.0
    assert passage.section == ("Leave",)


def test_hits_far_apart_stay_apart_and_do_not_overlap() -> None:
    first, second = read(shelf_of_text(), 0, 2, reach=Reach(gap=10, around=40))

    assert first.end <= second.start
    assert [first.hits[0].rank, second.hits[0].rank] == [1, 2]


def test_a_passage_takes_in_the_rest_of_a_small_section_with_its_heading() -> None:
    [passage] = read(shelf_of_text(), 1)

    assert passage.text.startswith("# Leave\n\nFirst")
    assert passage.text.endswith("Third paragraph on leave.")


def test_a_passage_does_not_reach_over_a_heading() -> None:
    [passage] = read(shelf_of_text(), 3)

    assert passage.text == "# Travel\n\nHotels cost 150 euros."


def test_a_passage_grows_by_whole_paragraphs() -> None:
    """60 characters reach the paragraph on either side but not the heading."""
    text = "\n\n".join(f"Paragraph number {number} of the text." for number in range(9))
    shelf = Shelf()
    shelf.put("long.md", text)

    [passage] = PassageReader(shelf, reach=Reach(around=60)).passages(hits_on(shelf, 4), caller=PUBLIC)

    assert passage.text == "\n\n".join(f"Paragraph number {number} of the text." for number in (3, 4, 5))


def test_a_passage_holds_nothing_hidden() -> None:
    """Hits on both sides of hidden text are two passages, and neither is widened into it."""
    shelf = shelf_of_text()
    start = TEXT.index("Second")
    shelf.versions["doc-handbook.md"] = replace(
        shelf.versions["doc-handbook.md"], hidden=((start, start + len("Second paragraph on leave.")),)
    )

    passages = read(shelf, 0, 2)

    assert len(passages) == 2
    assert not any("Second" in passage.text for passage in passages)


def test_passages_are_ordered_by_their_best_hit() -> None:
    passages = read(shelf_of_text(), 4, 0, 3, reach=Reach(gap=0, around=0))

    assert [[hit.chunk.row for hit in passage.hits] for passage in passages] == [[4, 3], [0]]


def test_the_pages_of_a_passage_are_those_it_stands_on() -> None:
    middle = TEXT.index("# Travel")
    pages = (PageSpan(1, 0, middle - 2), PageSpan(2, middle, len(TEXT)))

    [passage] = read(shelf_of_text(pages), 3)

    assert passage.pages == (pages[1],)
    assert passage.page_at(passage.start) == 2


def test_a_document_that_went_away_is_left_out() -> None:
    shelf = shelf_of_text()
    gone = shelf.put("gone.md", "Leave is gone.")
    hits = hits_on(shelf, 5, 0)
    shelf.forget(gone)

    [passage] = PassageReader(shelf).passages(hits, caller=PUBLIC)

    assert passage.document == "handbook.md"


def test_a_version_is_read_once_and_kept() -> None:
    shelf = shelf_of_text()
    reader = PassageReader(shelf)
    hits = hits_on(shelf, 0)
    first = reader.passages(hits, caller=PUBLIC)
    shelf.forget(hits[0].chunk.document_id)

    assert reader.passages(hits, caller=PUBLIC) == first


def test_no_more_text_is_kept_than_allowed() -> None:
    shelf = shelf_of_text()
    reader = PassageReader(shelf, kept_characters=10)
    hits = hits_on(shelf, 0)
    reader.passages(hits, caller=PUBLIC)
    shelf.forget(hits[0].chunk.document_id)

    assert reader.passages(hits, caller=PUBLIC) == ()


def test_no_hits_give_no_passages() -> None:
    assert PassageReader(Shelf()).passages((), caller=PUBLIC) == ()

"""Neighbours that were found become one hit; what is handed over is the stored text between its ends."""

import pytest

from retrieval.models import Hit, Provenance, StoredChunk
from retrieval.search.spans import SpanSearcher, grouped
from retrieval.settings import SearchSettings
from tests.retrieval.library import Shelf, searcher

TEXT = "Leave is thirty days.\n\nIt is asked for in writing.\n\nHotels cost 150 euros.\n\nLeave may be carried over."


def hit(rank: int, ordinal: int, document: str = "a.md") -> Hit:
    chunk = StoredChunk(
        row=ordinal,
        chunk_id=f"{document}-{ordinal}",
        document_id=document,
        collection="c",
        version=1,
        document=document,
        uri="",
        title="",
        ordinal=ordinal,
        section=(),
        context="",
        text=f"{ordinal}",
        start=3 * ordinal,
        end=3 * ordinal + 1,
        page=None,
        page_end=None,
    )
    return Hit(rank, 1.0 / rank, chunk, Provenance(None, None, None, None))


def ordinals(groups: list[list[Hit]]) -> list[list[int]]:
    return [[one.chunk.ordinal for one in group] for group in groups]


def test_a_hit_joins_the_first_group_it_stands_next_to() -> None:
    """5 begins; 9 begins; 6 joins 5; 4 joins 5 and 6; 7 would be the fourth and begins its own; 8 joins 9."""
    hits = [hit(rank, ordinal) for rank, ordinal in enumerate([5, 9, 6, 4, 7, 8], start=1)]

    assert ordinals(grouped(hits, 5, longest=3, reach=1.6)) == [[5, 6, 4], [9, 8], [7]]


def test_the_first_hits_are_the_same_however_many_are_wanted() -> None:
    """With 5 wanted, 1.6 x 5 = 8 are looked at: the ninth, next to the first, is too far behind and begins its own."""
    hits = [hit(rank, ordinal) for rank, ordinal in enumerate([10, 20, 30, 40, 50, 60, 70, 21, 11], start=1)]

    few, many = (ordinals(grouped(hits[:n], k, longest=3, reach=1.6)) for n, k in ((8, 5), (9, 9)))

    assert few == [[10], [20, 21], [30], [40], [50]]
    assert many == [[10], [20, 21], [30], [40], [50], [60], [70], [11]]


def test_there_are_never_more_groups_than_hits_wanted() -> None:
    hits = [hit(rank, ordinal) for rank, ordinal in enumerate([1, 5, 9, 2, 13], start=1)]

    assert ordinals(grouped(hits, 2, longest=3, reach=1.6)) == [[1, 2], [5]]


def test_neighbours_by_number_in_two_documents_are_none() -> None:
    assert len(grouped([hit(1, 1), hit(2, 2, "b.md")], 5, longest=3, reach=1.6)) == 2


def find(shelf: Shelf, k: int, settings: SearchSettings) -> tuple[Hit, ...]:
    return SpanSearcher(searcher(shelf), shelf, settings).search("leave days in writing", k=k)


def test_a_long_hit_is_the_stored_text_between_its_ends() -> None:
    shelf = Shelf()
    shelf.put("leave.md", TEXT)

    hits = find(shelf, 2, SearchSettings(longest_span=2))

    assert hits[0].text == TEXT[hits[0].start : hits[0].end] == TEXT[: TEXT.index("\n\nHotels")]
    assert hits[0].span is not None
    assert len(hits[0].span.chunks) == 2
    assert [one.rank for one in hits] == [1, 2]


def test_short_spans_are_the_chunks_alone() -> None:
    shelf = Shelf()
    shelf.put("leave.md", TEXT)

    hits = find(shelf, 2, SearchSettings(spans="short"))

    assert [one.text for one in hits] == [one.chunk.text for one in hits]
    assert all(one.span is None for one in hits)


def test_chunks_with_words_between_them_are_not_joined() -> None:
    """A part that readers do not see is in no chunk; a span must not take it in."""
    shelf = Shelf()
    document = shelf.put("leave.md", TEXT)
    version = shelf.versions[document]
    shelf.versions[document] = type(version)(
        **{name: getattr(version, name) for name in version.__slots__} | {"text": TEXT.replace("\n\nIt", "x\nIt", 1)}
    )

    assert all(one.span is None for one in find(shelf, 2, SearchSettings()))


def test_a_text_that_went_away_leaves_the_chunk() -> None:
    shelf = Shelf()
    document = shelf.put("leave.md", TEXT)
    finding = SpanSearcher(searcher(shelf), shelf, SearchSettings())
    shelf.forget(document)

    assert [one.span for one in finding.search("leave days in writing", k=2)] == [None, None]


@pytest.mark.parametrize("k", [1, 3, 1000])
def test_long_spans_never_make_more_hits_than_wanted(k: int) -> None:
    shelf = Shelf()
    shelf.put("leave.md", "\n\n".join(f"Leave rule {number}." for number in range(40)))

    assert 1 <= len(find(shelf, k, SearchSettings())) <= k

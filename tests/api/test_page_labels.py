"""What pages call themselves stands beside their numbers."""

from api.objects import version_object
from api.page_labels import page_labels
from retrieval.models import PageSpan, StoredVersion


def test_a_page_with_a_label_of_its_own_carries_it() -> None:
    pages = (PageSpan(1, 0, 3), PageSpan(2, 5, 8), PageSpan(3, 10, 13))
    version = StoredVersion(
        document_id="d", collection="", document="a.pdf", uri="", title="", version=1, media_type="application/pdf",
        content_hash="", text="", pages=pages, metadata={"page_labels": '["i", "ii", "3"]'},
    )  # fmt: skip

    assert version_object(version)["pages"] == [
        {"page": 1, "start": 0, "end": 3, "label": "i"},
        {"page": 2, "start": 5, "end": 8, "label": "ii"},
        {"page": 3, "start": 10, "end": 13},
    ]


def test_metadata_of_that_name_that_are_no_labels_are_no_labels() -> None:
    for value in ("roman", "7", '{"1": "i"}', "[1, null]"):
        assert page_labels({"page_labels": value}) == {}
    assert page_labels({}) == {}

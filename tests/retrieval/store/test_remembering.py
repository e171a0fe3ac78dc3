"""Remembered vectors: the same as new ones, each text embedded once, the oldest forgotten first."""

import numpy as np

from retrieval.store.remembering import RememberingEmbedder
from tests.fakes import FakeEmbedder


def test_each_text_is_embedded_once_and_rows_keep_their_order() -> None:
    inner = FakeEmbedder()
    remembering = RememberingEmbedder(inner)

    first = remembering.embed_documents(["a b", "c d", "a b"])
    second = remembering.embed_documents(["c d", "e f"])

    assert inner.embedded == ["a b", "c d", "e f"]
    assert np.array_equal(first, FakeEmbedder().embed_documents(["a b", "c d", "a b"]))
    assert np.array_equal(second, FakeEmbedder().embed_documents(["c d", "e f"]))


def test_the_text_that_was_used_longest_ago_is_forgotten_first() -> None:
    inner = FakeEmbedder()
    remembering = RememberingEmbedder(inner, kept=2)

    for text in ("a", "b", "a", "c", "a", "b"):
        remembering.embed_documents([text])

    assert inner.embedded == ["a", "b", "c", "b"]


def test_a_question_and_a_document_with_the_same_words_are_kept_apart() -> None:
    inner = FakeEmbedder()
    remembering = RememberingEmbedder(inner)

    remembering.embed_query("a b")
    remembering.embed_documents(["a b"])

    assert inner.embedded == ["a b"]


def test_no_texts_give_no_rows() -> None:
    assert RememberingEmbedder(FakeEmbedder(dimension=3)).embed_documents([]).shape == (0, 3)
    """The model is asked once for a text, and once more after clearing."""
    inner = FakeEmbedder()
    embedder = RememberingEmbedder(inner)

    embedder.embed_documents(["A sentence."])
    embedder.embed_documents(["A sentence."])
    assert len(inner.embedded) == 1

    embedder.clear()
    embedder.embed_documents(["A sentence."])
    assert len(inner.embedded) == 2

"""Vectors kept on disk: equal to the embedder's own, made once, and told apart by model and purpose."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from evals.vectors import CachedEmbedder
from retrieval.ports import Vectors
from tests.fakes import FakeEmbedder


class Counting(FakeEmbedder):
    """Counts what it is asked to embed; questions come out otherwise than documents."""

    def __init__(self, name: str = "fake") -> None:
        super().__init__(fingerprint=name)
        self.documents: list[str] = []
        self.questions: list[str] = []

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        self.documents += texts
        return super().embed_documents(texts)

    def embed_query(self, text: str) -> Vectors:
        self.questions.append(text)
        return -super().embed_query(text)


def test_vectors_are_the_embedder_s_own_in_the_order_asked(tmp_path: Path) -> None:
    texts = ["red fox", "lazy dog", "red fox", "half a pair \ud800"]
    cached = CachedEmbedder(Counting(), tmp_path / "v.sqlite")

    first, again = cached.embed_documents(texts), cached.embed_documents(texts[::-1])

    expected = FakeEmbedder().embed_documents(texts)
    assert np.array_equal(first, expected)
    assert np.array_equal(again, expected[::-1])


def test_a_text_is_embedded_once_whichever_process_asks_again(tmp_path: Path) -> None:
    first, second = Counting(), Counting()
    CachedEmbedder(first, tmp_path / "v.sqlite").embed_documents(["red fox", "lazy dog", "red fox"])

    CachedEmbedder(second, tmp_path / "v.sqlite").embed_documents(["lazy dog", "green tea"])

    assert (first.documents, second.documents) == (["red fox", "lazy dog"], ["green tea"])


def test_another_model_has_vectors_of_its_own(tmp_path: Path) -> None:
    CachedEmbedder(Counting(), tmp_path / "v.sqlite").embed_documents(["red fox"])
    other = Counting("other")

    CachedEmbedder(other, tmp_path / "v.sqlite").embed_documents(["red fox"])

    assert other.documents == ["red fox"]


def test_a_question_is_no_document(tmp_path: Path) -> None:
    cached = CachedEmbedder(embedder := Counting(), tmp_path / "v.sqlite")

    document, question = cached.embed_documents(["red fox"])[0], cached.embed_query("red fox")
    cached.embed_query("red fox")

    assert np.array_equal(question, -document)
    assert embedder.questions == ["red fox"]


def test_questions_may_be_left_to_the_model(tmp_path: Path) -> None:
    cached = CachedEmbedder(embedder := Counting(), tmp_path / "v.sqlite", queries=False)

    cached.embed_query("red fox")
    cached.embed_query("red fox")

    assert embedder.questions == ["red fox", "red fox"]


def test_no_texts_are_no_rows(tmp_path: Path) -> None:
    assert CachedEmbedder(Counting(), tmp_path / "v.sqlite").embed_documents([]).shape == (0, FakeEmbedder().dimension)

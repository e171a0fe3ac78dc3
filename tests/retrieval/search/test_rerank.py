"""A reranker puts the best chunks in its own order: within its time, and where the first is not far ahead."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from retrieval.engine import Engine
from retrieval.errors import EmbeddingFailed
from retrieval.models import OWNER, Hit
from retrieval.search.rerank import RerankingSearcher, reordered
from retrieval.settings import EngineSettings, SearchSettings
from retrieval.store.cross_encoder import CrossEncoderReranker
from tests.fakes import FakeEmbedder
from tests.retrieval.library import Shelf, searcher
from tests.retrieval.store.stories import indexed, version

OPEN = SearchSettings(rerank_gate=10.0, rerank_seconds=60.0)


class Longest:
    """Likes long texts; keeps how many it was given each time."""

    def __init__(self) -> None:
        self.given: list[int] = []

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        self.given.append(len(texts))
        return [float(len(text)) for text in texts]


def shelf() -> Shelf:
    made = Shelf()
    made.put("a.md", "Leave days.")
    made.put("b.md", "Leave days are counted by the year and asked for in writing.")
    made.put("c.md", "Leave days are counted.")
    return made


def order(hits: Sequence[Hit]) -> list[str]:
    return [hit.chunk.document for hit in hits]


def test_the_best_chunks_stand_in_the_reranker_s_order() -> None:
    """Ranks run from 1, scores fall, and each hit tells what the reranker gave it."""
    hits = RerankingSearcher(searcher(shelf()), Longest(), OPEN).search("leave days", k=3)

    assert order(hits) == ["b.md", "c.md", "a.md"]
    assert [hit.rank for hit in hits] == [1, 2, 3]
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert [hit.provenance.reranked for hit in hits] == sorted(
        (len(f"{h.chunk.context}\n{h.chunk.text}") for h in hits), reverse=True
    )


def test_a_first_hit_that_is_far_ahead_is_left_there() -> None:
    model = Longest()

    hits = RerankingSearcher(searcher(shelf()), model, SearchSettings(rerank_gate=0.0)).search("leave days", k=3)

    assert model.given == []
    assert all(hit.provenance.reranked is None for hit in hits)


def test_without_time_nothing_is_read() -> None:
    model = Longest()
    settings = SearchSettings(rerank_gate=10.0, rerank_seconds=0.0)

    plain = searcher(shelf()).search("leave days", k=3)

    assert RerankingSearcher(searcher(shelf()), model, settings).search("leave days", k=3) == plain
    assert model.given == []


def test_only_so_many_are_read_and_the_others_stay_behind_them() -> None:
    model = Longest()
    settings = SearchSettings(rerank_gate=10.0, rerank_seconds=60.0, reranked=2)
    plain = order(searcher(shelf()).search("leave days", k=3))

    hits = RerankingSearcher(searcher(shelf()), model, settings).search("leave days", k=3)

    assert model.given == [2]
    assert order(hits)[2] == plain[2]


def test_ties_stay_as_they_stood() -> None:
    hits = searcher(shelf()).search("leave days", k=3)

    assert order(reordered(hits, [1.0, 1.0, 1.0])) == order(hits)


def test_a_cross_encoder_by_its_path_is_asked(tmp_path: Path) -> None:
    """A random one of a few thousand weights, made here: that it is asked is what counts, not what it says."""
    model = tiny_cross_encoder(tmp_path / "model")
    search = SearchSettings(reranker=str(model), rerank_gate=10.0, rerank_seconds=600.0, spans="short")
    with Engine(EngineSettings(tmp_path / "home", search=search), write=True, embedder=FakeEmbedder()) as engine:
        engine.index.publish(engine.index.begin_run("c", {}), [indexed(version("a.txt", "One fact.", "Two facts."))])

        hits = engine.search("fact", caller=OWNER)

    given = [hit.provenance.reranked for hit in hits]
    assert len(given) == 2
    assert None not in given
    assert given == sorted(given, key=lambda score: -(score or 0.0))


def test_a_reranker_that_is_not_there_is_named(tmp_path: Path) -> None:
    settings = EngineSettings(tmp_path, search=SearchSettings(reranker=str(tmp_path / "none")))
    with (
        Engine(settings, write=True, embedder=FakeEmbedder()) as engine,
        pytest.raises(EmbeddingFailed, match=r"the reranker '.*none'"),
    ):
        engine.search("fact")


def test_the_embedding_model_that_is_installed_is_no_reranker() -> None:
    with pytest.raises(EmbeddingFailed, match="none comes with Footnote"):
        CrossEncoderReranker("default")


def tiny_cross_encoder(folder: Path) -> Path:
    from sentence_transformers import CrossEncoder
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    vocabulary = folder.with_suffix(".txt")
    vocabulary.write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "fact", "facts", "one", "two", "."]))
    plain = folder.with_name("plain")
    config = BertConfig(
        vocab_size=10, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, num_labels=1
    )
    BertForSequenceClassification(config).save_pretrained(plain)
    BertTokenizerFast(vocab_file=str(vocabulary)).save_pretrained(plain)
    CrossEncoder(str(plain), device="cpu", local_files_only=True).save(str(folder))
    return folder

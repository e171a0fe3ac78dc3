"""Documents that are much the same, told to whoever keeps the corpus; real store, made-up texts."""

import random
from pathlib import Path

from retrieval.engine import Engine
from retrieval.models import OWNER, PUBLIC
from retrieval.search.near_duplicates import near_duplicates
from retrieval.settings import EngineSettings
from tests.fakes import FakeEmbedder
from tests.retrieval.store.stories import indexed, version


def put(engine: Engine, path: str, text: str, *groups: str) -> None:
    with engine.index.run("c", {}) as run_id:
        engine.index.publish(run_id, [indexed(version(path, text, groups=groups))])


def test_documents_that_are_much_the_same_are_told_in_groups(tmp_path: Path) -> None:
    """Among 200 others; one that may not be seen is in no group."""
    drawn = random.Random(7)
    words = [f"word{chr(97 + number % 26)}{chr(97 + number // 26)}" for number in range(400)]
    with Engine(EngineSettings(tmp_path / "home"), write=True, embedder=FakeEmbedder()) as engine:
        for number in range(200):
            put(engine, f"other/{number:03}.txt", " ".join(drawn.choices(words, k=120)))
        text = drawn.choices(words, k=200)
        put(engine, "a.txt", " ".join(text))
        put(engine, "b.txt", " ".join(["2026" if number == 50 else word for number, word in enumerate(text)]))
        put(engine, "c.txt", " ".join(text[:190]))
        put(engine, "secret.txt", " ".join(text), "hr")
        put(engine, "half.txt", " ".join(text[:100] + drawn.choices(words, k=100)))
        put(engine, "short.txt", "too short")
        put(engine, "short-too.txt", "too short")

        [seen] = near_duplicates(engine.catalog, PUBLIC)
        [owners] = near_duplicates(engine.catalog, OWNER)

        assert [one.document for one in seen.documents] == ["a.txt", "b.txt", "c.txt"]
        assert 0.7 <= seen.alike < 1.0
        assert [one.document for one in owners.documents] == ["a.txt", "b.txt", "c.txt", "secret.txt"]
        assert near_duplicates(engine.catalog, OWNER, "no such collection") == ()

"""A folder of files and a real home; only the embedding model is a fake."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.engine import Engine
from retrieval.settings import EngineSettings
from tests.fakes import FakeEmbedder


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    return folder


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder()


@pytest.fixture
def engine(tmp_path: Path, embedder: FakeEmbedder) -> Iterator[Engine]:
    with Engine(EngineSettings(tmp_path / "home"), write=True, embedder=embedder) as opened:
        yield opened


def write(folder: Path, **texts: str) -> None:
    """Files by stem; `__` parts folders."""

"""A home in a temporary folder, with real stores and a fake model."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from retrieval.engine import Engine
from retrieval.settings import EngineSettings
from tests.fakes import FakeEmbedder

Opener = Callable[..., Engine]


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder()


@pytest.fixture
def open_home(tmp_path: Path, embedder: FakeEmbedder) -> Iterator[Opener]:
    """Opens the test's home as often as it likes; what is left open is closed."""
    opened: list[Engine] = []

    def open_one(*, write: bool = True, exact_scan_rows: int = 20_000) -> Engine:
        settings = EngineSettings(tmp_path / "home", exact_scan_rows=exact_scan_rows)
        opened.append(Engine(settings, write=write, embedder=embedder))
        return opened[-1]

    yield open_one
    for engine in reversed(opened):
        engine.close()


@pytest.fixture
def engine(open_home: Opener) -> Engine:
    return open_home()

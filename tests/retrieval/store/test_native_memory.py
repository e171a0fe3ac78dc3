"""What native code has freed goes back to the system."""

import resource
import sys
from pathlib import Path

import numpy as np
import pytest

from retrieval.store import chroma, native_memory

_DROP = 10 * 2**20 // resource.getpagesize()
"""Ten megabytes of the hundred, in pages."""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's")
def test_what_was_freed_is_given_back() -> None:
    """Pieces that live keep what lies around them from going back by itself; they are untouched."""
    blocks = [bytes(2_000) for _ in range(50_000)]
    kept = blocks[::50]
    del blocks
    before = _resident()

    native_memory.give_back()

    assert len(kept) == 1_000
    assert _resident() <= before - _DROP


def test_the_graph_gives_back_after_many_rows_and_not_after_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[None] = []
    monkeypatch.setattr(native_memory, "give_back", lambda: asked.append(None))
    graph = chroma.ChromaVectors(tmp_path / "chroma", 4)
    drawn = np.random.default_rng(1)
    for part in range(12):
        graph.add(np.arange(200) + 200 * part + 1, drawn.standard_normal((200, 4)).astype(np.float32))
        graph.flush(part + 1)
    graph.close()

    assert len(asked) == 2


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1])

"""One ingest run with real stores and a fake model, to be killed: `python -m tests.e2e.kill_child HOME FOLDER`."""

import sys
from pathlib import Path

from ingest.pipeline import IngestOptions, ingest
from retrieval.engine import Engine
from retrieval.settings import EngineSettings
from tests.fakes import FakeEmbedder


def main() -> None:
    home, folder = sys.argv[1:]
    with Engine(EngineSettings(Path(home)), write=True, embedder=FakeEmbedder()) as engine:
        ingest(engine.index, [folder], IngestOptions(collection="c", prune=True, force=True, workers=1))


if __name__ == "__main__":
    main()

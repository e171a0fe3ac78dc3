"""Whether questions wait for an ingest: `python -m evals.benchmarks.queries_during_ingest`.

Generated documents are ingested with the installed model, then searched one question after the other, then searched in
the same way while as many again are ingested in another thread of the process, as a server does it. No question is
asked twice. Told are milliseconds a search, and the ratio of the 95th percentiles.
"""

import argparse
import json
import random
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from evals.benchmarks.ingest_cost import machine
from evals.benchmarks.ingest_growth import VOCABULARY, generate
from ingest.options import IngestOptions
from ingest.pipeline import ingest
from retrieval.engine import Engine
from retrieval.models import OWNER
from retrieval.settings import EngineSettings

_IDLE = 300
_PERCENTILES = (50, 95, 99)


def main() -> None:
    arguments = _arguments()
    drawn = random.Random(1)  # noqa: S311 - nothing secret
    with tempfile.TemporaryDirectory(prefix="footnote-queries-") as temporary:
        first, second = Path(temporary) / "first", Path(temporary) / "second"
        generate(first, arguments.documents)
        generate(second, arguments.documents, seed=2)
        with Engine(EngineSettings(home=Path(temporary) / "home"), write=True) as engine:
            ingest(engine.index, [str(first)], IngestOptions(workers=1))
            _seconds(engine, drawn, lambda asked: asked < 20)  # the model and both indexes are warm
            idle = _seconds(engine, drawn, lambda asked: asked < _IDLE)
            running = threading.Thread(target=ingest, args=(engine.index, [str(second)], IngestOptions(workers=1)))
            running.start()
            busy = _seconds(engine, drawn, lambda _: running.is_alive())
            running.join()
    figures = {"idle": _told(idle), "during an ingest": _told(busy), "p95 ratio": _p95(busy) / _p95(idle)}
    print(json.dumps({"machine": machine(), **figures}, indent=1))


def _seconds(engine: Engine, drawn: random.Random, more: Callable[[int], bool]) -> list[float]:
    found: list[float] = []
    while more(len(found)):
        question = " ".join(drawn.choices(VOCABULARY, k=6))
        started = time.perf_counter()
        engine.search(question, caller=OWNER)
        found.append(time.perf_counter() - started)
    return found


def _told(seconds: list[float]) -> dict[str, float]:
    values = np.percentile(np.array(seconds) * 1e3, _PERCENTILES).round(1)
    told = {f"p{name} ms": float(one) for name, one in zip(_PERCENTILES, values, strict=True)}
    return {"questions": len(seconds), **told}


def _p95(seconds: list[float]) -> float:
    return float(np.percentile(np.array(seconds), 95))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.benchmarks.queries_during_ingest", description=__doc__)
    parser.add_argument("--documents", type=int, default=1_000, help="generated before, and again meanwhile (1,000)")
    return parser.parse_args()


if __name__ == "__main__":
    main()

"""Retrieval on known sets, as a table: `python -m evals.benchmarks.retrieval_table --shared FOLDER`."""

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import get_args

from rich.console import Console
from rich.table import Table

from evals import beir, questions
from evals.benchmark import measure, prepared
from evals.benchmarks import piece_sets, question_sets
from evals.intervals import Interval
from evals.models import JudgedSet
from evals.results import RetrievalReport
from retrieval.errors import FootnoteError
from retrieval.models import Mode
from retrieval.settings import EngineSettings

_SAMPLE = Path("data")
_WIDTH = 150


@dataclass(frozen=True, slots=True)
class Known:
    """One row group of the table: where the set lies below `--shared`, how it is read, what is shown of it."""

    name: str
    folder: str
    read: Callable[[Path], JudgedSet]
    metrics: tuple[str, ...]
    corpus: str | None = None
    ks: tuple[int, ...] = ()


KNOWN = (
    Known("scifact", "scifact-beir", beir.read, ("ndcg@10", "recall@10", "recall@100")),
    *(
        Known(
            f"chunking {only}" if only else "chunking",
            "chroma-chunking-eval",
            partial(question_sets.chunking_evaluation, only=only),
            ("token_recall@5", "token_precision@5", "token_iou@5"),
            corpus="corpora",
        )
        for only in (None, "state_of_the_union", "wikitexts")
    ),
    Known("docs", "anthropic-cookbook-rag/docs", piece_sets.cookbook_docs, ("recall@3", "mrr@3"), ks=(1, 3, 10)),
    Known(
        "codebase",
        "anthropic-cookbook-rag/codebase",
        piece_sets.cookbook_codebase,
        ("recall@5", "recall@10", "recall@20"),
        ks=(1, 5, 10, 20),
    ),
    Known("mtrag", "mtrag/mini-beir", beir.read, ("ndcg@5", "recall@5", "recall@10"), ks=(1, 5, 10)),
    Known(
        "sample", "", lambda _: questions.read(_SAMPLE / "questions.jsonl"), ("hit@1", "page_hit@1", "quote_recall@5")
    ),
    Known(
        "financebench",
        "financebench",
        question_sets.financebench,
        ("hit@1", "page_hit@5", "page_hit@10", "page_hit@20"),
        corpus="pdfs",
        ks=(1, 5, 10, 20),
    ),
)


def main() -> None:
    arguments = _arguments()
    console = Console(width=_WIDTH if not Console().is_terminal else None)
    reports: dict[str, list[RetrievalReport]] = {}
    for known in KNOWN:
        if known.name in arguments.sets:
            reports[known.name] = list(_measured(known, arguments))
            console.print(table(known, reports[known.name]))
            for note in dict.fromkeys(note for report in reports[known.name] for note in report.notes):
                console.print(f"  {note}", highlight=False, soft_wrap=True)
    if arguments.json is not None:
        found = {name: [report.as_json() for report in modes] for name, modes in reports.items()}
        arguments.json.write_text(json.dumps(found, indent=1))


def table(known: Known, reports: Sequence[RetrievalReport]) -> Table:
    """One line a mode: means with their 95 % intervals."""
    drawn = Table(title=f"{known.name}: {reports[0].queries} queries", title_justify="left")
    for heading in ("mode", *known.metrics):
        drawn.add_column(heading, no_wrap=True)
    for report in reports:
        drawn.add_row(report.mode, *(_shown(report.metrics[name]) for name in known.metrics))
    return drawn


def _measured(known: Known, arguments: argparse.Namespace) -> Iterator[RetrievalReport]:
    folder = arguments.shared / known.folder
    corpus = folder / known.corpus if known.corpus else None
    if known.name == "sample":
        corpus = _SAMPLE / "corpus"
    settings = EngineSettings(home=arguments.cache, model=arguments.model)
    with prepared(known.read(folder), engine_settings=settings, corpus=corpus, cache=arguments.cache) as ready:
        for mode in arguments.modes:
            yield measure(ready, mode=mode, ks=known.ks)


def _shown(interval: Interval) -> str:
    return f"{interval.mean:.3f} [{interval.low:.3f}, {interval.high:.3f}]"


def _arguments() -> argparse.Namespace:
    names = [known.name for known in KNOWN]
    modes = list(get_args(Mode))
    parser = argparse.ArgumentParser(prog="python -m evals.benchmarks.retrieval_table", description=__doc__)
    parser.add_argument("--shared", type=Path, required=True, help="the folder that holds the sets")
    parser.add_argument("--sets", nargs="+", choices=names, default=names, help="which sets (all)")
    parser.add_argument("--modes", nargs="+", choices=modes, default=modes, help="which modes (all)")
    parser.add_argument("--cache", type=Path, default=Path(".bench"), help="where their homes are kept (.bench)")
    parser.add_argument("--model", default="default", help="the embedding model")
    parser.add_argument("--json", type=Path, help="write all metrics to this file too")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except FootnoteError as error:
        raise SystemExit(f"{error.message}\n{error.remedy}") from error

"""Which kind of set a path is."""

from pathlib import Path

from evals import beir, questions
from evals.jsonl import text_of
from evals.models import JudgedSet
from retrieval.errors import UsageError


def load(path: Path, *, qrels: str | None = None) -> JudgedSet:
    """A BEIR folder (it holds `corpus.jsonl`) or a question set (a file). `qrels` chooses among a folder's judgements.

    Raises: `UsageError` for a path that is neither, `BadSet` for one that is, with mistakes in it.
    """
    if (path / "corpus.jsonl").is_file():
        return beir.read(path, qrels=qrels)
    if path.is_file():
        _refuse_trec(path)
        return questions.read(path)
    raise UsageError(
        f"{path} is no set: " + ("the folder holds no corpus.jsonl" if path.is_dir() else "there is no such file"),
        remedy="give a BEIR folder (corpus.jsonl, queries.jsonl, qrels/) or a file with one question a line",
    )


def _refuse_trec(path: Path) -> None:
    """A run or judgements without questions can be compared, but nothing can be asked of them."""
    first = next((line.split() for line in text_of(path).splitlines() if line.strip()), [])
    kind = {4: "judgements", 6: "a run"}.get(len(first))
    if kind and first[1] in ("0", "Q0"):
        raise UsageError(
            f"{path} holds {kind} in TREC's format, and no questions",
            remedy="`footnote eval compare RUN RUN --judgements FILE` scores runs; a set has its questions in it",
        )

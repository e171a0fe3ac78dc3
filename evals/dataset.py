"""Which kind of set a path is."""

from pathlib import Path

from evals import beir, questions
from evals.models import JudgedSet
from retrieval.errors import UsageError


def load(path: Path, *, qrels: str | None = None) -> JudgedSet:
    """A BEIR folder (it holds `corpus.jsonl`) or a question set (a file). `qrels` chooses among a folder's judgements.

    Raises: `UsageError` for a path that is neither, `BadSet` for one that is, with mistakes in it.
    """
    if (path / "corpus.jsonl").is_file():
        return beir.read(path, qrels=qrels)
    if path.is_file():
        return questions.read(path)
    raise UsageError(
        f"{path} is no set: " + ("the folder holds no corpus.jsonl" if path.is_dir() else "there is no such file"),
        remedy="give a BEIR folder (corpus.jsonl, queries.jsonl, qrels/) or a file with one question a line",
    )

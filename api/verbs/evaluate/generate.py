"""`footnote eval generate`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api import settings, terminal
from api.verbs.evaluate.options import collection_option, corpus_option
from api.verbs.options import json_option
from retrieval.errors import UsageError

if TYPE_CHECKING:
    from evals.models import Question
    from retrieval.engine import Engine
    from retrieval.ports import ChatModel

_UNLABELLED = ".unlabelled.jsonl"


@click.command()
@click.argument("set_path", metavar="SET", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--questions", "wanted", metavar="N", type=int, default=50, show_default=True, help="Make at most N.")
@click.option("--no-model", is_flag=True, help="By definitions and headings, though a language model is configured.")
@click.option("--seed", type=int, default=0, show_default=True, help="Which passages are asked about.")
@click.option("--feedback", is_flag=True, help="Of what people asked and thought of the answers, instead.")
@click.option(
    "--labels",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Of questions that an evaluator labelled, instead.",
)
@collection_option
@corpus_option
@json_option
def command(
    *,
    set_path: Path,
    wanted: int,
    no_model: bool,
    seed: int,
    feedback: bool,
    labels: Path | None,
    collection: str | None,
    corpus: Path | None,
    as_json: bool,
) -> None:
    """Make questions with their evidence, and add them to SET.

    From documents: by the configured language model, or by rules. Every quote is checked. With --feedback what nobody
    called good goes to SET.unlabelled.jsonl, for an evaluator to label and give back with --labels.
    """
    from evals.making import files  # loads the engine

    if feedback and labels is not None:
        raise UsageError("--feedback and --labels were given", remedy="give one of them")
    told: dict[str, object] = {}
    with _opened(corpus) as engine:
        if labels is not None:
            made = _labelled(labels, engine, collection)
        elif feedback:
            made = _from_feedback(set_path, engine, collection, told)
        else:
            made = _from_documents(engine, collection, told, wanted=wanted, seed=seed, by_rules=no_model)
    told = {"set": str(set_path), "added": files.write(set_path, made), **told}
    if as_json:
        terminal.emit(told)
    else:
        _print(told)


@contextmanager
def _opened(corpus: Path | None) -> Iterator["Engine"]:
    from evals import homes
    from retrieval.engine import Engine

    chosen = settings.load().engine()
    if corpus is not None:
        chosen = homes.for_folder(corpus, settings=chosen, cache=chosen.home / "evals")
    with Engine.open(chosen) as engine:
        yield engine


def _from_documents(
    engine: "Engine", collection: str | None, told: dict[str, object], *, wanted: int, seed: int, by_rules: bool
) -> "list[Question]":
    from evals.making.make import from_documents

    model = None if by_rules else _model(engine)
    made = from_documents(engine.catalog, wanted=wanted, model=model, collection=collection, seed=seed)
    told.update(by=model.name if model else "rules", passages=made.passages, refused=dict(made.refused))
    return list(made.questions)


def _model(engine: "Engine") -> "ChatModel | None":
    from retrieval.answer.making import chat_model

    return chat_model(engine.settings.language_model) if engine.settings.language_model else None


def _labelled(path: Path, engine: "Engine", collection: str | None) -> "list[Question]":
    from evals.evidence import locate
    from evals.making.from_feedback import labelled
    from evals.models import QuestionSet

    made = labelled(path, engine.catalog, collection=collection)
    if any(one.evidence for one in made):
        locate(QuestionSet(path.stem, str(path), tuple(made)), engine.catalog, collection=collection)
    return made


def _from_feedback(
    set_path: Path, engine: "Engine", collection: str | None, told: dict[str, object]
) -> "list[Question]":
    from api.activity.rated import kept_answers
    from api.activity.store import opened
    from evals.making.files import write_lines
    from evals.making.from_feedback import is_labelled, open_line, sorted_out

    todo = set_path.with_suffix(_UNLABELLED)
    if todo.is_file() and is_labelled(todo):
        raise UsageError(f"{todo} holds an evaluator's labels", remedy="take them in with --labels, then move it away")
    with opened(settings.load().home) as activity:
        kept = kept_answers(activity, collection)
    made, still_open = sorted_out(kept, engine.catalog, collection=collection)
    if not kept:
        raise UsageError("nobody asked anything yet", remedy="serve, let people ask, and come back")
    if still_open:
        write_lines(todo, [open_line(one) for one in still_open])
        told.update(unlabelled=len(still_open), unlabelled_file=str(todo))
    return made


def _print(told: dict[str, object]) -> None:
    out = terminal.console()
    by = f" (by {told['by']}, from {told['passages']} passages)" if "by" in told else ""
    out.print(terminal.name(f"{told['added']} questions added to {told['set']}{by}"), highlight=False, soft_wrap=True)
    if "unlabelled" in told:
        line = f"{told['unlabelled']} more wait for a label in {told['unlabelled_file']}"
        out.print(terminal.name(line), highlight=False, soft_wrap=True)
    refused = told.get("refused")
    if isinstance(refused, dict):
        for reason, count in refused.items():
            terminal.note(f"{count} refused: {reason}")

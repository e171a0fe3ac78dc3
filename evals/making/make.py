"""A set made in one call: what `footnote eval generate` and a notebook use."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from evals.evidence import Texts, locate
from evals.making import by_rules
from evals.making.by_model import Refused, written
from evals.making.drafts import Draft
from evals.making.passages import Passage, passages
from evals.models import Question, QuestionSet
from evals.progress import bar
from retrieval.errors import UsageError
from retrieval.ports import ChatModel

_TRIES_A_QUESTION = 5  # passages that a model may fail on for each question wanted


@dataclass(frozen=True, slots=True)
class Made:
    """Questions, each with evidence that stands in the documents; what came to nothing, by reason; passages read."""

    questions: tuple[Question, ...]
    refused: Mapping[str, int]
    passages: int


def from_documents(
    texts: Texts, *, wanted: int, model: ChatModel | None = None, collection: str | None = None, seed: int = 0
) -> Made:
    """At most `wanted` questions over the documents, from all of them in turn.

    With a `model` it writes one question a passage; without one they are made of definitions and headings. Every
    quote is looked up in the stored text before the set is given out.

    Raises: `UsageError` where there is nothing to ask about, `LanguageModelFailed` where the model fails.
    """
    if wanted < 1:
        raise UsageError(f"{wanted} questions were asked for", remedy="ask for at least one")
    asked = _Asked()
    read = 0
    with bar() as progress:
        task = progress.add_task("Questions", total=wanted)
        for passage in passages(texts, collection=collection, seed=seed):
            if len(asked.drafts) >= wanted or (model is not None and read >= _TRIES_A_QUESTION * wanted):
                break
            read += 1
            if asked.take(_drafts(passage, model)):
                progress.advance(task)
    if not asked.drafts:
        raise UsageError("no question came of the documents", remedy=_remedy(read, model))
    questions = tuple(one.as_question() for one in asked.drafts.values())
    locate(QuestionSet("made", "made", questions), texts, collection=collection)
    return Made(questions, dict(asked.refused), read)


class _Asked:
    """Questions by their words, so that none comes twice."""

    def __init__(self) -> None:
        self.drafts: dict[str, Draft] = {}
        self.refused: Counter[str] = Counter()

    def take(self, offered: Iterator[Draft | Refused]) -> bool:
        """The first new question of a passage."""
        for one in offered:
            if isinstance(one, Refused):
                self.refused[one.reason] += 1
            elif (words := " ".join(one.question.casefold().split())) in self.drafts:
                self.refused["the question was there before"] += 1
            else:
                self.drafts[words] = one
                return True
        return False


def _drafts(passage: Passage, model: ChatModel | None) -> Iterator[Draft | Refused]:
    return chain(by_rules.drafts(passage)) if model is None else iter([written(passage, model)])


def _remedy(read: int, model: ChatModel | None) -> str:
    if not read:
        return "ingest documents first, or name another collection"
    return "try with more text" if model is None else "see what the model answers: it may be too small for this"

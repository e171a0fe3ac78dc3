"""`footnote eval`."""

import click

from api.opening import quiet
from api.verbs.lazy import LazyGroup

_VERBS = {
    "retrieval": "how well search finds what a set says it should",
    "answers": "how good the answers to a set of questions are",
    "compare": "is one result better than another, or is it chance",
    "experiment": "a set under every setting of a grid",
    "gate": "exit with 3 where search does worse than its baseline",
    "calibrate": "how sure an answer has to be to be given",
    "judge": "what a language model thinks of kept answers",
    "generate": "make a set from documents, or from what people asked",
    "export": "a question set and its documents as a BEIR folder",
    "report": "one page of results, with plots and the worst queries",
}


@click.group(cls=LazyGroup, package="api.verbs.evaluate", verbs=_VERBS, modules={})
def command() -> None:
    """Measure on a judged set: a BEIR folder, or questions with their evidence."""
    quiet()

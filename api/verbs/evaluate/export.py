"""`footnote eval export`."""

from pathlib import Path

import click

from api import settings, terminal
from api.verbs.evaluate.options import collection_option, corpus_option, set_argument
from api.verbs.options import json_option
from retrieval.errors import UsageError


@click.command()
@set_argument
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path))
@collection_option
@corpus_option
@json_option
def command(*, set_path: Path, folder: Path, collection: str | None, corpus: Path | None, as_json: bool) -> None:
    """Write the questions of SET and the documents they are asked over as a BEIR folder.

    BEIR judges documents: pages and quotes of the evidence stay behind.
    """
    from evals import dataset  # loads the engine
    from evals.benchmark import prepared
    from evals.making.files import export_beir
    from evals.models import QuestionSet

    judged = dataset.load(set_path)
    if not isinstance(judged, QuestionSet):
        raise UsageError(f"{set_path} is a BEIR folder already", remedy="give a file with one question a line")
    with prepared(judged, engine_settings=settings.load().engine(), collection=collection, corpus=corpus) as ready:
        documents = export_beir(judged, ready.engine.catalog, folder, collection=collection)
    told = {"folder": str(folder), "documents": documents, "questions": len(ready.located.gold)}
    if as_json:
        terminal.emit(told)
    else:
        line = f"{told['questions']} questions over {documents} documents in {folder}"
        terminal.console().print(terminal.name(line), highlight=False, soft_wrap=True)

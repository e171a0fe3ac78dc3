"""`footnote eval report`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from api import settings, terminal
from api.verbs.evaluate.options import collection_option, corpus_option
from api.verbs.options import json_option
from retrieval.errors import UsageError
from retrieval.models import Mode

if TYPE_CHECKING:
    from evals.report.content import Report

_MODES: tuple[Mode, ...] = ("dense", "lexical", "hybrid")


@click.command()
@click.argument(
    "paths", metavar="SET|FOLDER|RESULT...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)
)
@click.option(
    "--out",
    "outs",
    metavar="FILE",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Write it to FILE.html or FILE.md. May be repeated. Without it: Markdown on stdout.",
)
@click.option("--metric", "main", metavar="M", help="The figure to judge by.")
@click.option("--mode", "modes", multiple=True, type=click.Choice(_MODES), help="Measure SET in these (all).")
@click.option("--answers", is_flag=True, help="Measure what is answered, not what is found.")
@collection_option
@corpus_option
@click.option("--qrels", metavar="NAME", help="Which judgements of a BEIR folder.")
@json_option
def command(
    *,
    paths: tuple[Path, ...],
    outs: tuple[Path, ...],
    main: str | None,
    modes: tuple[Mode, ...],
    answers: bool,
    collection: str | None,
    corpus: Path | None,
    qrels: str | None,
    as_json: bool,
) -> None:
    """One page that says how good it is, what is better, and where it fails.

    Of results kept with --save, the first being what the others are held against; of an experiment's folder; or of a
    SET, measured now.
    """
    from evals import kept  # loads the engine
    from evals.report import make
    from evals.report.markdown import markdown

    for out in outs:
        make.check(out)
    if all(kept.is_kept(path) for path in paths):
        found = make.of_files(paths, main=main)
    elif len(paths) > 1:
        raise UsageError("several sets were given", remedy="give results kept with --save, or one set")
    elif make.is_experiment(paths[0]):
        found = make.of_experiment(paths[0], main=main)
    else:
        found = make.of_set(
            paths[0],
            engine_settings=settings.load().engine(),
            modes=modes or _MODES,
            answers=answers,
            main=main,
            collection=collection,
            corpus=corpus,
            qrels=qrels,
        )
    for out in outs:
        make.write(found, out)
    if as_json:
        terminal.emit(_told(found, outs))
    elif outs:
        for out in outs:
            terminal.console().print(terminal.name(str(out)), highlight=False, soft_wrap=True)
    else:
        terminal.console().print(terminal.plain(markdown(found)), markup=False, highlight=False, soft_wrap=True)


def _told(found: "Report", outs: tuple[Path, ...]) -> dict[str, object]:
    from evals.report.wording import conclusion

    return {
        "set": found.title,
        "queries": found.queries,
        "metric": found.main,
        "conclusion": conclusion(found),
        "configurations": {
            one.name: {
                name: {"mean": interval.mean, "low": interval.low, "high": interval.high}
                for name, interval in one.metrics.items()
            }
            for one in found.configurations
        },
        "files": [str(out) for out in outs],
    }

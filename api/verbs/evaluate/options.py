"""Arguments that several verbs of `footnote eval` share."""

from pathlib import Path

import click

set_argument = click.argument("set_path", metavar="SET", type=click.Path(exists=True, path_type=Path))
collection_option = click.option("--collection", metavar="C", help="Over this collection of the home.")
corpus_option = click.option(
    "--corpus",
    metavar="FOLDER",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Over this folder, ingested for the purpose.",
)
save_option = click.option(
    "--save",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep the whole result, to compare or report it later.",
)

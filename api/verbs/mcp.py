"""`footnote mcp`."""

import click

from api import settings
from api.opening import open_engine, quiet
from api.verbs.options import as_option, caller_of, collection_option


@click.command()
@collection_option
@as_option
def command(*, collection: str | None, groups: tuple[str, ...]) -> None:
    """Offer the tools search, ask and read_document to an assistant, over stdin
    and stdout (Model Context Protocol).

    An assistant starts it by itself; docs/http.md shows how to tell it so. It
    reads the home, also while a server runs, and ends when stdin ends.
    """
    quiet()
    from api import tools  # loads the protocol's library

    with open_engine(settings.load()) as engine:
        tools.server(engine, caller=caller_of(groups), collection=collection).run("stdio")

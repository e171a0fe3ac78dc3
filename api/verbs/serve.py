"""`footnote serve`."""

import click

from api import settings, terminal
from api.presence import Presence
from api.verbs.options import json_option


@click.command()
@click.option("--host", metavar="ADDRESS", help="FOOTNOTE_HOST, 127.0.0.1 by default.")
@click.option("--port", type=int, metavar="N", help="FOOTNOTE_PORT, 8000 by default; 0 takes a free one.")
@json_option
def command(*, host: str | None, port: int | None, as_json: bool) -> None:
    """Answer over HTTP until Ctrl-C or SIGTERM; /docs shows the interface.

    As long as no key was made (`footnote key add`), only this machine may ask,
    as the owner. The log goes to stderr, one JSON object a line. With --json:
    {"address", "pid", "home"} on stdout once it answers.
    """
    from api.server import serving  # loads the HTTP application and the engine

    loaded = settings.load(host=host, port=port)

    def ready(presence: Presence) -> None:
        if as_json:
            terminal.emit({"address": presence.address, "pid": presence.pid, "home": str(loaded.home.absolute())})
        else:
            terminal.note(f"Footnote answers at {presence.address} (home: {loaded.home}); Ctrl-C stops it")

    serving.serve(loaded, ready)

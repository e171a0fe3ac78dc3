"""`footnote rebuild`."""

from functools import partial
from typing import TYPE_CHECKING, cast

import click

from api import settings, terminal, upkeep
from api.opening import quiet
from api.upkeep import RebuiltObject
from api.verbs.options import json_option
from api.writing import wherever

if TYPE_CHECKING:
    from api.remote import Remote
    from retrieval.engine import Engine
    from retrieval.store.indexes import IndexName

_NAMES: "tuple[IndexName, ...]" = ("vectors", "lexical")


@click.command()
@click.argument("index", type=click.Choice(_NAMES), required=False, metavar="[vectors|lexical]")
@json_option
def command(*, index: "IndexName | None", as_json: bool) -> None:
    """Make one index, or both, anew from the catalogue; nothing is embedded.

    Questions are answered from the old one until the new one is whole. `doctor`
    does it by itself where an index is found to be wrong.
    """
    quiet()
    names = (index,) if index else _NAMES
    done = wherever(settings.load(), partial(_here, names), partial(_there, names))
    if as_json:
        terminal.emit({"rebuilt": done})
        return
    for one in done:
        terminal.console().print(f"{one['index']}: {one['chunks']:,} chunks")


def _here(names: "tuple[IndexName, ...]", engine: "Engine") -> list[RebuiltObject]:
    return [upkeep.rebuilt_object(engine.index.upkeep, name) for name in names]


def _there(names: "tuple[IndexName, ...]", server: "Remote") -> list[RebuiltObject]:
    return [cast(RebuiltObject, server.work("/v1/rebuild", {"index": name})) for name in names]

"""Options that several verbs share."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from api import terminal
from retrieval.models import OWNER, Caller

if TYPE_CHECKING:
    from api.server.services import CatalogReads

F = TypeVar("F", bound=Callable[..., Any])

EVERYTHING = "*"

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout, nothing else.")
as_option = click.option(
    "--as",
    "groups",
    multiple=True,
    metavar="GROUP",
    help="See what GROUP may see; '*' sees all. Without it: public documents. May be repeated.",
)
collection_option = click.option("--collection", metavar="C", help="Only this collection.")


def caller_of(groups: Sequence[str]) -> Caller:
    """`*` among the groups is the owner."""
    return OWNER if EVERYTHING in groups else Caller(frozenset(groups))


def note_unknown(collection: str | None, catalog: "CatalogReads", caller: Caller) -> None:
    """Says so where a collection was named in which the caller may see nothing."""
    if collection is not None and collection not in catalog.collections(caller):
        terminal.note(f"no collection {terminal.name(collection)} that you may see")

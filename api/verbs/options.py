"""Options that several verbs share."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from retrieval.models import OWNER, Caller

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

"""`footnote key`."""

from dataclasses import asdict
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from api import settings, terminal
from api.activity.keys import ROLES, Key, Role
from api.activity.store import opened
from api.opening import quiet
from api.verbs.options import json_option


@click.group()
def command() -> None:
    """API keys for `footnote serve`: who may ask, and what they see."""
    quiet()


@command.command()
@click.argument("name")
@click.option(
    "--group",
    "groups",
    multiple=True,
    metavar="GROUP",
    help="Sees GROUP's documents too; '*' makes it the owner's key, which sees all.",
)
@click.option("--role", type=click.Choice(ROLES), default="ask", show_default=True, help="What the key may do.")
@json_option
def add(*, name: str, groups: tuple[str, ...], role: Role, as_json: bool) -> None:
    """Make a key called NAME. It is shown once and kept only as a hash.

    ask: search, ask, read documents. evaluate: measure as well. admin: ingest,
    remove documents, see runs and metrics. Without --group: public documents.
    """
    with opened(settings.load().home) as activity:
        key, secret = activity.keys.add(name, groups=groups, role=role)
    if as_json:
        terminal.emit({"key": secret, **_object(key)})
        return
    terminal.note(f"{key.key_id} ({key.name}), role {key.role}. Keep it now; it is not shown again:")
    terminal.console().print(secret)


@command.command("list")
@json_option
def every(*, as_json: bool) -> None:
    """List all keys, without their secrets."""
    with opened(settings.load().home) as activity:
        keys = activity.keys.every()
    if as_json:
        terminal.emit({"keys": [_object(key) for key in keys]})
    else:
        _print(keys)


@command.command()
@click.argument("key", metavar="ID|NAME")
@json_option
def revoke(*, key: str, as_json: bool) -> None:
    """Revoke a key. From then on no request passes with it."""
    with opened(settings.load().home) as activity:
        revoked = activity.keys.revoke(key)
    if as_json:
        terminal.emit(_object(revoked))
    else:
        terminal.note(f"{revoked.key_id} ({revoked.name}) is revoked")


def _object(key: Key) -> dict[str, Any]:
    return {**asdict(key), "groups": list(key.groups)}


def _print(keys: tuple[Key, ...]) -> None:
    out = terminal.console()
    if not keys:
        out.print("No keys: only this machine may ask, as the owner.")
        return
    table = Table("ID", "Name", "Role", "Groups", "Created", "Revoked", box=None, pad_edge=False, header_style="dim")
    for key in keys:
        texts = (key.key_id, key.name, key.role, ", ".join(key.groups) or "public only")
        times = (key.created_at[:16], (key.revoked_at or "")[:16])
        table.add_row(*(Text(terminal.name(text)) for text in (*texts, *times)))
    out.print(table)

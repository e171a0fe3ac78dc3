"""`footnote doctor`."""

from typing import TYPE_CHECKING, cast

import click
from rich.padding import Padding
from rich.text import Text

from api import settings, terminal, upkeep
from api.opening import quiet
from api.upkeep import DiagnosisObject
from api.verbs.options import json_option
from api.writing import wherever

if TYPE_CHECKING:
    from api.remote import Remote
    from retrieval.engine import Engine

_LEFT = 1


@click.command()
@click.option("--check", is_flag=True, help="Only look; change nothing.")
@json_option
def command(*, check: bool, as_json: bool) -> int:
    """Check the catalogue against both indexes and the kept originals, and mend.

    An index that differs is made anew from the catalogue. A lost vector is
    embedded again, a lost original copied from where it was read, if it is the
    same there still. Exit code 1: something is wrong that was not mended.
    """
    quiet()

    def here(engine: "Engine") -> DiagnosisObject:
        return upkeep.diagnosis_object(engine.index, repair=not check)

    def there(server: "Remote") -> DiagnosisObject:
        return cast(DiagnosisObject, server.work("/v1/doctor", {"repair": not check}))

    found = wherever(settings.load(), here, there)
    if as_json:
        terminal.emit(found)
    else:
        _print(found)
    return 0 if found["sound"] else _LEFT


def _print(found: DiagnosisObject) -> None:
    out = terminal.console()
    for one in found["findings"]:
        state, style = ("mended", "green") if one["repaired"] else ("wrong", "bold red")
        line = f"{one['place']}: {one['fault']} ({one['count']:,})"
        out.print(Text.assemble((f"{state:<8}", style), terminal.name(line)))
        examples = ", ".join(one["examples"])
        for said in (examples, one["remedy"] if not one["repaired"] else ""):
            if said:
                out.print(Padding(Text(terminal.plain(said), "dim"), (0, 0, 0, 8), expand=False))
    if (begun := found["reindex"]) is not None:
        line = f"reindex to {begun['model']!r}: {begun['ended']:,} of {begun['total']:,} versions are in it; "
        out.print(Text(terminal.plain(line + "`footnote reindex` goes on, `reindex --cancel` gives it up")))
    looked = f"{found['documents']:,} documents, {found['versions']:,} versions, {found['chunks']:,} chunks"
    looked += f", {found['originals']:,} originals, {found['seconds']:.1f} s"
    out.print(f"{'Sound' if found['sound'] else 'Not sound'}: {looked}")

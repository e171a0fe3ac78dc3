"""A group of verbs that knows them by name and imports one when it is asked for, so that `--help` answers at once."""

from collections.abc import Mapping
from importlib import import_module

import click


class LazyGroup(click.Group):
    """`verbs` maps each name to its line of help; a verb is the `command` of the module of that name in `package`.

    Verbs with the same line share it. `modules` names the modules that are called otherwise than their verbs.
    """

    def __init__(
        self, *args: object, package: str, verbs: Mapping[str, str], modules: Mapping[str, str], **options: object
    ) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]  # click's own
        self._package = package
        self._verbs = verbs
        self._modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self._verbs)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in self._verbs:
            return None
        module = self._modules.get(cmd_name, cmd_name)
        command: click.Command = import_module(f"{self._package}.{module}").command
        return command

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        formatter: click.HelpFormatter,
    ) -> None:
        lines: dict[str, list[str]] = {}
        for name, line in self._verbs.items():
            lines.setdefault(line, []).append(name)
        with formatter.section("Verbs"):
            formatter.write_dl([(", ".join(names), line) for line, names in lines.items()])

"""How a run ended, for people: one line of counts, then the sources that ask for attention."""

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from api import terminal
from api.objects import OutcomeObject, ReportObject, RunObject

_STYLES = {"failed": "bold red", "skipped": "yellow", "removed": "magenta", "indexed": "green"}
_NAME_WIDTH = 10


def summary(run: ReportObject | RunObject) -> Text:
    """`Run 3: 40 indexed, 2 failed`."""
    counts = (
        ("indexed", run["indexed"]),
        ("unchanged", run["unchanged"]),
        ("duplicate", run["duplicate"]),
        ("skipped", run["skipped"]),
        ("failed", run["failed"]),
        ("removed", run["removed"]),
    )
    said = [(f"{count:,} {name}", _STYLES.get(name, "")) for name, count in counts if count]
    text = Text(f"Run {run['run_id']}: ", "bold")
    for number, (words, style) in enumerate(said):
        text.append(", " if number else "", "not bold")
        text.append(words, style or "not bold")
    return text if said else text.append("nothing to do", "not bold")


def print_outcomes(outcomes: Sequence[OutcomeObject], out: Console, *, kinds: Sequence[str]) -> None:
    """The outcomes of these kinds, each with its reason."""
    for outcome in outcomes:
        if outcome["outcome"] not in kinds:
            continue
        kind = outcome["outcome"]
        out.print(Text.assemble((f"{kind:<{_NAME_WIDTH}}", _STYLES.get(kind, "dim")), terminal.name(outcome["uri"])))
        if outcome["reason"]:
            reason = Text(terminal.plain(outcome["reason"]), "dim")
            out.print(Padding(reason, (0, 0, 0, _NAME_WIDTH), expand=False))

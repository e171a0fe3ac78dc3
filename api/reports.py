"""How a run ended, for people: one line of counts, then the sources that ask for attention."""

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from api import terminal
from api.objects import OutcomeObject, PreviewObject, ReportObject, RunObject

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
    """The outcomes of these kinds, each with its reason and what can be done about it."""
    for outcome in outcomes:
        if outcome["outcome"] not in kinds:
            continue
        kind = outcome["outcome"]
        out.print(Text.assemble((f"{kind:<{_NAME_WIDTH}}", _STYLES.get(kind, "dim")), terminal.name(outcome["uri"])))
        for said in (outcome["reason"], outcome.get("remedy", "")):
            if said:
                out.print(Padding(Text(terminal.plain(said), "dim"), (0, 0, 0, _NAME_WIDTH), expand=False))


def print_preview(found: PreviewObject, out: Console) -> None:
    """What a run would do, a line for each source that something would become of."""
    lists = (("added", found["added"]), ("changed", found["changed"]), ("removed", found["removed"]))
    for kind, uris in lists:
        for uri in uris:
            out.print(Text.assemble((f"{kind:<{_NAME_WIDTH}}", _STYLES.get(kind, "")), terminal.name(uri)))
    for move in found["moved"]:
        named = Text.assemble((f"{'moved':<{_NAME_WIDTH}}", ""), terminal.name(move["to"]))
        out.print(named.append(f" from {terminal.plain(move['from'])}", "dim"))
    counts = ", ".join(f"{len(uris):,} {kind}" for kind, uris in lists)
    rest = f"{found['unchanged']:,} unchanged, {len(found['left_out']):,} left out"
    out.print(f"Nothing was done. {counts}, {len(found['moved']):,} moved, {rest}")
    if found["refusal"]:
        terminal.note(found["refusal"])
    elif found["gone"]:
        terminal.note(f"{len(found['gone']):,} documents have no file any more; --prune would remove them")

"""What must be there after a kill: the ledger's committed lines, applied to what the writer said it was about to do."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from retrieval.models import Outcome
from tests.crash.texts import text_of

WITH_A_RUN = ("update", "ingest", "remove", "rollback", "forget")


@dataclass
class Expected:
    """`live` maps each document's path to its text; `kept` to the texts of its versions, the first is number 1."""

    live: dict[str, str] = field(default_factory=dict)
    kept: dict[str, list[str]] = field(default_factory=dict)
    disk: dict[str, str] = field(default_factory=dict)
    acknowledged: int = 0
    faults: list[str] = field(default_factory=list)

    def apply(self, said: Sequence[dict[str, Any]], ledger: Sequence[Sequence[Outcome]]) -> None:
        """The changes of one process, and the lines of the runs that it began, both in order."""
        changes = [one for one in said if one["what"] in WITH_A_RUN]
        for number, change in enumerate(changes):
            self._write(change)
            if number < len(ledger):
                self._acknowledge(change, ledger[number])
        if len(ledger) > len(changes):
            self.faults.append(f"{len(ledger)} runs stand in the ledger, {len(changes)} were begun")

    def _write(self, change: dict[str, Any]) -> None:
        if change["what"] != "ingest":
            return
        for path, number in change["texts"].items():
            self.disk[f"file-{path}"] = text_of(f"file-{path}", number)
        for path in change["removed"]:
            if path not in change["texts"]:
                self.disk.pop(f"file-{path}", None)

    def _acknowledge(self, change: dict[str, Any], lines: Sequence[Outcome]) -> None:
        for line in lines:
            self.acknowledged += 1
            path = line.uri.rsplit("/", 1)[1]
            if line.outcome in ("indexed", "duplicate"):
                self._published(path, self._text(change, path))
            elif line.outcome == "removed":
                self.live.pop(path, None)
                if change["what"] == "forget":
                    self.kept.pop(path, None)
            elif line.outcome == "unchanged" and self.live.get(path) != self.disk.get(path):
                self.faults.append(f"{path} is called unchanged, and is not")
            elif line.outcome == "failed":
                self.faults.append(f"{path} failed: {line.reason}")

    def _text(self, change: dict[str, Any], path: str) -> str:
        if change["what"] == "rollback":
            return self.kept[path][change["number"] - 1]
        if change["what"] == "ingest":
            return self.disk[path]
        return text_of(path, change["texts"][path])

    def _published(self, path: str, text: str) -> None:
        self.live[path] = text
        self.kept.setdefault(path, []).append(text)

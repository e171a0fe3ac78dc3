"""What an examination found."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Place = Literal["catalogue", "vectors", "chroma", "lexical", "originals"]
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of fault in one place: `count` things, of which `examples` names the first few.

    `repaired` where nothing is left of it; `remedy` says what to do where something is.
    """

    place: Place
    fault: str
    count: int
    examples: tuple[str, ...] = ()
    repaired: bool = False
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All findings, none where the home is sound, and how much was looked at."""

    findings: tuple[Finding, ...]
    documents: int
    versions: int
    chunks: int
    vectors: int
    originals: int
    seconds: float

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong any more."""
        return all(finding.repaired for finding in self.findings)


def finding(place: Place, fault: str, things: Sequence[object], *, remedy: str = "") -> list[Finding]:
    """One finding where there are such things, none where there are not."""
    if not things:
        return []
    return [Finding(place, fault, len(things), tuple(str(one) for one in things[:_SHOWN]), remedy=remedy)]

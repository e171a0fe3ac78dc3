"""What a kind of source is: something that takes targets of one form and tells what there is at them.

Files and folders are surveyed by `ingest.sources`. Every other kind is a small class behind the protocol below, named
in `ingest.surveying`. It hands over `FoundFile`s, and from there on hashing, planning, moving, pruning, access and the
ledger are those of files.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ingest.options import IngestOptions
from ingest.sources import Survey
from retrieval.store.known import Known


@dataclass(frozen=True, slots=True)
class Asked:
    """What a survey is for. `collection` is null where nothing has named one; `scratch` lasts as long as the run."""

    known: Known
    collection: str | None
    scratch: Path
    options: IngestOptions


class SourceKind(Protocol):
    """A found file's `root` and `path` name it for good: they are a document's identity, and access goes by them.

    `stamp` is what saves reading it again: whatever of size, ETag and time the place tells without being read; empty
    where that can't be relied on. With `fetch` a file is brought only when it has to be read.
    """

    def takes(self, target: str) -> bool:
        """Whether a target is of this kind, by its form alone."""
        ...

    def surveys(self, targets: Sequence[str], asked: Asked) -> list[Survey]:
        """What there is, one survey for each target. What may not be listed in full is `unseen` there.

        Raises `UsageError` for a target that makes no sense, `SourceError` where nothing can be had of it.
        """
        ...

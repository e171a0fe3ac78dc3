"""What an ingest run is asked to do."""

from dataclasses import dataclass, field

from ingest.models import ConvertSettings, CrawlLimits, Limits
from retrieval.errors import UsageError


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """`allow` are the groups that may see the targets, from now on; None leaves what was said before.

    `prune` removes documents whose file is gone, `force` also where that looks like an accident. `keep` is how many
    versions of each document are kept from now on, None as many as before; `again` takes in what was forgotten.
    `atomic` publishes and removes all of the run in one transaction: until then everything is held in memory.
    `retry` names a run of which the failed sources are read again, in place of targets and of a collection.
    `workers` is the number of processes, 0 for one per processor. `checksum` reads every file, also one whose size and
    times are as they were.
    """

    collection: str | None = None
    allow: tuple[str, ...] | None = None
    prune: bool = False
    force: bool = False
    keep: int | None = None
    again: bool = False
    atomic: bool = False
    retry: int | None = None
    workers: int = 0
    limits: Limits = field(default_factory=Limits)
    checksum: bool = False
    settings: ConvertSettings = field(default_factory=ConvertSettings)
    crawl: CrawlLimits = field(default_factory=CrawlLimits)

    def check(self) -> None:
        """Raises `UsageError` for groups and collections that can't be."""
        for group in self.allow or ():
            if not group.strip() or group == "*" or not _is_text(group):
                raise UsageError(f"{group!r} is no group", remedy="name the groups that may see the documents")
        if self.collection is not None and not _is_text(self.collection):
            raise UsageError(f"{self.collection!r} is no name of a collection", remedy="write it in UTF-8")


def _is_text(name: str) -> bool:
    """Whether an argument was text, and not bytes of some other encoding, which come as surrogates."""
    return not any("\ud800" <= char <= "\udfff" for char in name)

"""What there is at all targets of a run: files and folders of this machine, and what other kinds of source hold."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.kinds import Asked, SourceKind
from ingest.options import IngestOptions
from ingest.settings import RuleBook
from ingest.sources import DEFAULT_COLLECTION, Survey, survey
from retrieval.errors import UsageError
from retrieval.store.known import Known

if TYPE_CHECKING:
    from retrieval.fetch import Fetcher

Fetching = Callable[[], "Fetcher"]


class Sites:
    """The `SourceKind` of web sites. `original` tells where the bytes of a content hash are kept."""

    def __init__(self, original: Callable[[str], Path], fetching: Fetching | None = None) -> None:
        self._original = original
        self._fetching = fetching

    def takes(self, target: str) -> bool:
        return target.startswith(("http://", "https://"))

    def surveys(self, targets: Sequence[str], asked: Asked) -> list[Survey]:
        from ingest.web import Kept, crawled, site_of  # loads what fetches, which other runs do without
        from retrieval.fetch import Fetcher

        collection, crawl = asked.collection or DEFAULT_COLLECTION, asked.options.crawl
        known = asked.known.sightings
        with (self._fetching or Fetcher)() as fetcher:
            return [
                crawled(
                    page,
                    collection=collection,
                    scratch=asked.scratch,
                    kept=Kept(known.below(collection, site_of(page)), self._original),
                    limits=crawl if asked.options.retry is None else replace(crawl, depth=0),
                    fetcher=fetcher,
                )
                for page in dict.fromkeys(targets)
            ]


@contextmanager
def surveyed(known: Known, targets: Sequence[str], options: IngestOptions, *kinds: SourceKind) -> Iterator[Survey]:
    """What was fetched lies in a folder that is there for as long as the block runs; `kinds` are those beside files.

    Raises `UsageError` for targets that make no sense, `SourceError` for a site or a store that can't be read at all.
    """
    by_kind = {kind: [target for target in targets if kind.takes(target)] for kind in kinds}
    elsewhere = {target for some in by_kind.values() for target in some}
    files = [target for target in targets if target not in elsewhere]
    here = survey(files, options.collection, known_roots=known.roots, home=known.home) if files or not targets else None
    if not elsewhere:
        assert here is not None
        yield here
        return
    collection = here.collection if here else options.collection
    with tempfile.TemporaryDirectory(prefix="footnote-fetched-") as scratch:
        asked = Asked(known, collection, Path(scratch), options)
        found = [one for kind, some in by_kind.items() if some for one in kind.surveys(some, asked)]
        yield _together([*([here] if here else []), *found])


def is_elsewhere(target: str) -> bool:
    """Whether a source lies on no disk of this machine."""
    return "://" in target and not target.startswith("file:")


def _together(parts: Sequence[Survey]) -> Survey:
    """One survey of all; a page that two targets lead to is one source."""
    if len({part.collection for part in parts}) > 1:
        named = ", ".join(sorted({part.collection for part in parts}))
        remedy = "ingest them one by one, or name one with --collection"
        raise UsageError(f"these targets are for different collections: {named}", remedy=remedy)
    files = {found.uri: found for part in parts for found in part.files}
    left_out = {one.uri: one for part in parts for one in part.left_out if one.uri not in files}
    return replace(
        parts[0],
        territories=tuple(dict.fromkeys(place for part in parts for place in part.territories)),
        files=tuple(sorted(files.values(), key=lambda found: (found.root, found.path))),
        left_out=tuple(left_out[uri] for uri in sorted(left_out)),
        unseen=tuple(dict.fromkeys(place for part in parts for place in part.unseen)),
        rules=RuleBook(
            {folder: one for part in parts for folder, one in part.rules.by_folder.items()}, parts[0].rules.home
        ),
        notes=tuple(note for part in parts for note in part.notes),
    )

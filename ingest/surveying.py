"""What there is at all targets of a run: folders and files of this machine, and pages of web sites."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.models import CrawlLimits
from ingest.options import IngestOptions
from ingest.sources import DEFAULT_COLLECTION, Survey, survey
from retrieval.store.index import Index

if TYPE_CHECKING:
    from retrieval.fetch import Fetcher

Fetching = Callable[[], "Fetcher"]


@contextmanager
def surveyed(
    index: Index, targets: Sequence[str], options: IngestOptions, fetching: Fetching | None = None
) -> Iterator[Survey]:
    """What was fetched lies in a folder that is there for as long as the block runs; `fetching` makes the client.

    Raises `UsageError` for targets that make no sense, `SourceError` for a site that can't be read at all.
    """
    pages = [target for target in targets if is_address(target)]
    files = [target for target in targets if not is_address(target)]
    here = survey(files, options.collection, known_roots=index.roots, home=index.home) if files or not pages else None
    if not pages:
        assert here is not None
        yield here
        return
    collection = here.collection if here else options.collection or DEFAULT_COLLECTION
    limits = options.crawl if options.retry is None else replace(options.crawl, depth=0)
    with tempfile.TemporaryDirectory(prefix="footnote-pages-") as scratch:
        sites = _sites(index, pages, collection, Path(scratch), limits=limits, fetching=fetching)
        yield _together([*([here] if here else []), *sites])


def is_address(target: str) -> bool:
    return target.startswith(("http://", "https://"))


def _sites(
    index: Index,
    pages: Sequence[str],
    collection: str,
    scratch: Path,
    *,
    limits: CrawlLimits,
    fetching: Fetching | None,
) -> list[Survey]:
    from ingest.web import Kept, crawled, site_of  # loads what fetches, which other runs do without
    from retrieval.fetch import Fetcher

    with (fetching or Fetcher)() as fetcher:
        return [
            crawled(
                page,
                collection=collection,
                scratch=scratch,
                kept=Kept(index.sightings.below(collection, site_of(page)), index.original),
                limits=limits,
                fetcher=fetcher,
            )
            for page in dict.fromkeys(pages)
        ]


def _together(parts: Sequence[Survey]) -> Survey:
    """One survey of all; a page that two targets lead to is one source."""
    files = {found.uri: found for part in parts for found in part.files}
    left_out = {one.uri: one for part in parts for one in part.left_out if one.uri not in files}
    return replace(
        parts[0],
        territories=tuple(dict.fromkeys(place for part in parts for place in part.territories)),
        files=tuple(sorted(files.values(), key=lambda found: (found.root, found.path))),
        left_out=tuple(left_out[uri] for uri in sorted(left_out)),
        unseen=tuple(dict.fromkeys(place for part in parts for place in part.unseen)),
        notes=tuple(note for part in parts for note in part.notes),
    )

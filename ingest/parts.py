"""Files inside of a source: attachments of a mail or a PDF, members of an archive.

Each is a document of its own under the name `path of its source!/its name`, with the source's access. It is published,
moved, removed and forgotten with its source, and where that is unchanged, so is all that lies in it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from urllib.parse import quote

from ingest.plan import Kept, ToConvert
from retrieval.models import KnownDocument

INSIDE = "!/"
DEEPEST = 2  # a mail in an archive, and what is attached to it


def part_path(path: str, name: str) -> str:
    return f"{path}{INSIDE}{name}"


def part_uri(uri: str, name: str) -> str:
    return f"{uri}{INSIDE}{quote(name, safe='/!')}"


def sources_of(path: str) -> Iterable[str]:
    """The paths of which a source may be the one that `path` is a part of; folders may be called so, too."""
    position = path.find(INSIDE)
    while position >= 0:
        yield path[:position]
        position = path.find(INSIDE, position + 1)


@dataclass(frozen=True, slots=True)
class KnownParts:
    """The published parts of sources, by root and path of the source."""

    by_source: Mapping[tuple[str, str], Sequence[KnownDocument]]

    def of(self, root: str, path: str) -> Sequence[KnownDocument]:
        return self.by_source.get((root, path), ())

    def all(self) -> Iterator[KnownDocument]:
        return chain.from_iterable(self.by_source.values())

    def of_planned(self, one: Kept | ToConvert) -> Sequence[KnownDocument]:
        """Those of a file in this run, under the names that they have after it was moved."""
        found = one.seen.found
        if not one.moved_from or one.known is None:
            return self.of(found.root, found.path)
        before = one.known
        return [
            replace(
                part,
                path=found.path + part.path[len(before.path) :],
                uri=found.uri + part.uri[len(before.uri) :],
                container=found.path,
            )
            for part in self.of(found.root, one.moved_from)
        ]


def parted(documents: Mapping[str, Iterable[KnownDocument]]) -> tuple[dict[str, tuple[KnownDocument, ...]], KnownParts]:
    """Documents by root: those with a source of their own, and the parts of others."""
    own: dict[str, tuple[KnownDocument, ...]] = {}
    parts: dict[tuple[str, str], list[KnownDocument]] = defaultdict(list)
    for root, known in documents.items():
        some = tuple(known)
        own[root] = tuple(one for one in some if not one.container)
        for one in some:
            if one.container:
                parts[root, one.container].append(one)
    return own, KnownParts(parts)

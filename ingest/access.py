"""Who may see what: by a rule of `footnote.toml`, else by what `--allow` said and is remembered, else everyone.

Of remembered grants the one of the longest path prefix holds, and a new one replaces those below its prefix, so that
it does not matter which folder was ingested first.

Rules speak of a file as it is now. A document whose file has changed, or can't be read or found, still answers with
what was read of it before: to that, a rule closes and never opens. It opens with the new text, when that is published.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Protocol

from ingest.parts import KnownParts
from ingest.places import place_in
from ingest.plan import Gone, Kept, Plan, ToConvert
from ingest.sources import FoundFile, Survey

Groups = tuple[str, ...]

NOBODY: Groups = ("*",)  # no group may be called so: the owner alone sees what is for it


def narrowed(before: Groups, now: Groups) -> Groups:
    """Those who may see by both, `before` and `now`, no groups being everyone; `NOBODY` where they share no group."""
    if not before or not now:
        return before or now
    return tuple(sorted(set(before) & set(now))) or NOBODY


def granted(grants: Mapping[str, Groups], path: str) -> Groups | None:
    """The groups remembered for the longest prefix of `path`, none being everyone; None where nothing is remembered."""
    cuts = [place for place in range(len(path) - 1, 0, -1) if path[place] == "/"]  # an address holds "//"
    prefixes = [path, *(path[:cut] for cut in cuts), ""]
    return next((grants[prefix] for prefix in prefixes if prefix in grants), None)


class Grants(Protocol):
    """Where grants are remembered; see `Index.grants` and `Index.grant`."""

    def grants(self, collection: str, root: str) -> Mapping[str, Groups]: ...
    def grant(self, collection: str, root: str, prefix: str, groups: Sequence[str]) -> None: ...


class Access:
    """What rules and grants say in one run. `allow` is remembered for all that the run covers, None for nothing new."""

    def __init__(self, index: Grants, surveyed: Survey, *, allow: Groups | None) -> None:
        self._index = index
        self._collection = surveyed.collection
        self._rules = surveyed.rules
        if allow is not None:
            for place in surveyed.territories:
                index.grant(surveyed.collection, place.root, place.prefix, allow)
        roots = sorted({place.root for place in surveyed.territories})
        self._grants = {root: dict(index.grants(surveyed.collection, root)) for root in roots}

    def of(self, found: FoundFile) -> Groups:
        """Who may see a file."""
        return self._said(found) or ()

    def of_changed(self, one: ToConvert) -> Groups:
        """Who may see what was read before of a file that is to be read again."""
        return narrowed(one.known.groups if one.known else (), self.of(one.seen.found))

    def of_parts(self, planned: Plan, parts: KnownParts) -> dict[str, Groups]:
        """Who may see the parts of files: those who may see the file, by the id of the part's document."""
        wanted = {
            part.document_id: self.without_file(root, path, before=part.groups)
            for (root, path), some in parts.by_source.items()
            for part in some
        }
        for changed in planned.to_convert:
            for part in parts.of_planned(changed):
                wanted[part.document_id] = narrowed(part.groups, self.of(changed.seen.found))
        for kept in planned.kept:
            for part in parts.of_planned(kept):
                wanted[part.document_id] = self.of(kept.seen.found)
        return wanted

    def without_file(self, root: str, path: str, *, before: Groups) -> Groups:
        """Who may see a document whose file is not there to be read.

        Where what is said now shares no group with what held `before`, that stays: the rule that closed it may have
        gone with its folder.
        """
        now = narrowed(before, self._said_of(root, path) or ())
        return before if now == NOBODY else now

    def may_move(self, gone: Gone, found: FoundFile) -> bool:
        """Whether a document with all its versions may become this file's: nobody must come to see more of them."""
        now, there = self._said(found), self._said_of(gone.root, gone.known.path)
        return now is None or narrowed(narrowed(gone.known.groups, there or ()), now) == now

    def keep_moved(self, planned: Plan) -> None:
        """What was renamed to where nothing is said stays for whom it was, which is remembered for its new path.

        So does a new file with the bytes of a document that is gone, from another root perhaps.
        """
        gone: dict[str, Groups] = defaultdict(tuple)
        for left in planned.gone:
            groups = self.without_file(left.root, left.known.path, before=left.known.groups)
            gone[left.known.content_hash] = narrowed(gone[left.known.content_hash], groups)
        moved: list[Kept | ToConvert] = [*planned.kept, *planned.to_convert]
        for one in moved:
            if one.known is None:
                self._keep(one.seen.found, gone.get(one.seen.content_hash, ()))
            elif one.moved_from:
                found = one.seen.found
                self._keep(found, self.without_file(found.root, one.moved_from, before=one.known.groups))

    def _keep(self, found: FoundFile, groups: Groups) -> None:
        if groups and self._said(found) is None:
            self._index.grant(self._collection, found.root, found.path, groups)
            self._grants[found.root][found.path] = groups

    def _said(self, found: FoundFile) -> Groups | None:
        return found.ruled if found.ruled is not None else granted(self._grants[found.root], found.path)

    def _said_of(self, root: str, path: str) -> Groups | None:
        place = place_in(root, path)
        ruled = self._rules.groups(place) if place is not None else None
        return ruled if ruled is not None else granted(self._grants[root], path)

"""One pass: sources to published versions, and a line in the ledger for each source.

Walk, hash, compare, then convert what changed in worker processes and publish it in batches. A file is copied into the
home first and the copy is read, so that original, text and hash always agree. What was published stays published
whenever the run ends; access is put right before anything else.
"""

import contextlib
import hashlib
import time
from collections.abc import Container, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ingest.chunk import CHUNKER_VERSION
from ingest.convert import CONVERTER_VERSION
from ingest.ledger import IngestReport, Ledger, Progress, Silence
from ingest.models import Limits
from ingest.plan import Gone, Kept, Plan, Seen, ToConvert, plan, refusal
from ingest.publishing import Published, Publishing
from ingest.sources import FoundFile, LeftOut, Survey, granted, path_of, survey
from retrieval.errors import HomeError, UsageError
from retrieval.models import KnownDocument, Outcome
from retrieval.store.index import Index

_BLOCK = 1 << 20

Groups = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """`allow` are the groups that may see the targets, from now on; None leaves what was said before.

    `prune` removes documents whose file is gone, `force` also where that looks like an accident. `workers` is the
    number of processes, 0 for one per processor.
    """

    collection: str | None = None
    allow: tuple[str, ...] | None = None
    prune: bool = False
    force: bool = False
    workers: int = 0
    limits: Limits = field(default_factory=Limits)


def fingerprint() -> str:
    """Names what turns bytes into chunks; the embedding model is the home's."""
    return f"convert-{CONVERTER_VERSION}/chunk-{CHUNKER_VERSION}"


def ingest(
    index: Index, targets: Sequence[str], options: IngestOptions, progress: Progress | None = None
) -> IngestReport:
    """Bring the documents of the targets up to date.

    Raises `UsageError` for targets or a `footnote.toml` that make no sense, before anything is changed; `HomeError`,
    `EmbeddingFailed` where the home or the model fails: what was published by then stays, and another run goes on.
    """
    started = time.monotonic()
    _check_groups(options.allow or ())
    surveyed = survey(targets, options.collection, index.roots)
    arguments = {"targets": list(targets), "allow": options.allow, "prune": options.prune, "force": options.force}
    progress = progress or Silence()
    ledger = Ledger(index, progress, collection=surveyed.collection, arguments=arguments)
    try:
        report = _Run(index, surveyed, options=options, ledger=ledger, progress=progress).report()
    except BaseException:
        with contextlib.suppress(HomeError):  # what ended the run is what the caller needs to know
            ledger.write()
        raise
    return replace(report, seconds=time.monotonic() - started)


def _check_groups(groups: Sequence[str]) -> None:
    for group in groups:
        if not group.strip() or group == "*":
            raise UsageError(f"{group!r} is no group", remedy="name the groups that may see the documents")


class _Run:
    """One run over what the survey saw."""

    def __init__(
        self, index: Index, surveyed: Survey, *, options: IngestOptions, ledger: Ledger, progress: Progress
    ) -> None:
        self._index = index
        self._survey = surveyed
        self._options = options
        self._ledger = ledger
        self._progress = progress
        self._remember_grants()
        self._roots = sorted({place.root for place in surveyed.territories})
        self._grants = {root: index.grants(surveyed.collection, root) for root in self._roots}
        self._known = {root: self._covered(root) for root in self._roots}
        self._by_path = {(root, one.path): one for root, documents in self._known.items() for one in documents}

    def report(self) -> IngestReport:
        seen, unreadable = self._hashed()
        planned = plan(
            seen,
            self._known,
            fingerprint=fingerprint(),
            left_out=[*self._survey.left_out, *unreadable],
            unseen=self._survey.unseen,
        )
        refused = self._refusal(planned)
        removed = planned.gone if self._options.prune and not refused else ()
        left_out = _without(self._survey.left_out, removed)
        self._progress.planned(len(left_out) + len(self._survey.files) + len(removed))
        regranted = self._reconcile_access(planned)
        self._left_out([*left_out, *unreadable])
        self._keep(planned, regranted)
        published = self._publish(planned.to_convert)
        self._remove(removed)
        self._ledger.write()
        self._index.sweep()
        self._index.finish_run(self._ledger.run_id)
        return IngestReport(
            run_id=self._ledger.run_id,
            collection=self._survey.collection,
            outcomes=tuple(sorted(self._ledger.outcomes, key=lambda outcome: outcome.uri)),
            chunks=published.chunks,
            embedded=published.embedded,
            seconds=0.0,
            gone=len(planned.gone) - len(removed),
            refusal=refused,
            notes=self._survey.notes,
        )

    def _remember_grants(self) -> None:
        if self._options.allow is not None:
            for place in self._survey.territories:
                self._index.grant(self._survey.collection, place.root, place.prefix, self._options.allow)

    def _covered(self, root: str) -> tuple[KnownDocument, ...]:
        """The known documents of a root that the targets cover."""
        documents = self._index.known(self._survey.collection, root)
        places = [place for place in self._survey.territories if place.root == root]
        return tuple(one for one in documents if any(place.covers(root, one.path) for place in places))

    def _hashed(self) -> tuple[list[Seen], list[LeftOut]]:
        """The files by content, and those that can't be read."""
        seen: list[Seen] = []
        unreadable: list[LeftOut] = []
        for found in self._survey.files:
            try:
                seen.append(Seen(found, _sha256(found.file)))
            except OSError as exc:
                reason = f"unreadable: {exc.strerror}"
                unreadable.append(LeftOut(found.root, found.path, found.uri, "failed", reason))
        return seen, unreadable

    def _refusal(self, planned: Plan) -> str:
        if not self._options.prune or self._options.force or not planned.gone:
            return ""
        return refusal(planned.gone, self._known, self._survey.unseen)

    def _groups(self, found: FoundFile) -> Groups:
        return found.ruled if found.ruled is not None else granted(self._grants[found.root], found.path)

    def _reconcile_access(self, planned: Plan) -> set[str]:
        """Give every known document the groups it should have by now; returns the ids of those that changed.

        What has no file any more keeps its groups unless a rule names its path.
        """
        wanted: dict[str, Groups] = {}
        for found in self._survey.files:
            if document := self._by_path.get((found.root, found.path)):
                wanted[document.document_id] = self._groups(found)
        known_again: list[Kept | ToConvert] = [*planned.kept, *planned.to_convert]
        for one in known_again:
            if one.known:
                wanted[one.known.document_id] = self._groups(one.seen.found)
        for gone in planned.gone:
            ruled = self._survey.rules.groups(path_of(gone.root) / gone.known.path)
            wanted[gone.known.document_id] = gone.known.groups if ruled is None else ruled
        changed = [one for one in self._by_path.values() if wanted.get(one.document_id, one.groups) != one.groups]
        for document in changed:
            self._index.regrant(document.document_id, wanted[document.document_id])
        return {document.document_id for document in changed}

    def _left_out(self, left_out: Sequence[LeftOut]) -> None:
        for one in left_out:
            document = self._by_path.get((one.root, one.path))
            reason = f"{one.reason}; what was read of it before still answers" if document else one.reason
            identity = document.document_id if document else None
            self._ledger.ended(Outcome(one.uri, one.outcome, reason, document_id=identity))

    def _keep(self, planned: Plan, regranted: Container[str]) -> None:
        for one in planned.kept:
            reasons = [f"renamed from {one.moved_from}"] if one.moved_from else []
            reasons += [f"now for {_named(self._groups(one.seen.found))}"] if one.known.document_id in regranted else []
            outcome = Outcome(
                one.seen.found.uri,
                "unchanged",
                "; ".join(reasons),
                pages=one.known.pages,
                chunks=one.known.chunks,
                document_id=one.known.document_id,
            )
            if one.moved_from:
                self._move(one, outcome)
                self._ledger.told([outcome])
            else:
                self._ledger.ended(outcome)

    def _move(self, one: Kept | ToConvert, outcome: Outcome | None) -> None:
        assert one.known is not None
        found = one.seen.found
        self._index.move(self._ledger.run_id, one.known.document_id, path=found.path, uri=found.uri, outcome=outcome)

    def _publish(self, sources: Sequence[ToConvert]) -> Published:
        for one in sources:
            if one.moved_from:
                self._move(one, None)
        publishing = Publishing(
            self._index,
            self._ledger,
            self._progress,
            survey=self._survey,
            fingerprint=fingerprint(),
            groups=self._groups,
        )
        return publishing.run(sources, workers=self._options.workers, limits=self._options.limits)

    def _remove(self, removed: Sequence[Gone]) -> None:
        removals = [
            (one.known.document_id, Outcome(one.known.uri, "removed", one.reason, document_id=one.known.document_id))
            for one in removed
        ]
        if removals:
            self._index.remove(self._ledger.run_id, removals)
            self._ledger.told([outcome for _, outcome in removals])


def _without(left_out: Sequence[LeftOut], removed: Sequence[Gone]) -> list[LeftOut]:
    """Without those whose document is removed: a source has one outcome."""
    places = {(one.root, one.known.path) for one in removed}
    return [one for one in left_out if (one.root, one.path) not in places]


def _named(groups: Groups) -> str:
    return ", ".join(groups) or "everyone"


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()

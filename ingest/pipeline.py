"""One pass: sources to published versions, and a line in the ledger for each source.

Walk, hash, compare, then convert what changed in worker processes and publish it in batches. A file is copied into the
home first and the copy is read, so that original, text and hash always agree. What was published stays published
whenever the run ends; access is put right before anything else.
"""

import contextlib
import os
import time
from collections.abc import Container, Sequence
from dataclasses import replace

from ingest import chunk, convert, meaning
from ingest.access import NOBODY, Access
from ingest.ledger import IngestReport, Ledger, Progress, Published, Silence, part_unread, unchanged, unread
from ingest.models import ConvertSettings
from ingest.options import IngestOptions
from ingest.outlook import covered, outlook
from ingest.parts import INSIDE, KnownParts, sources_of
from ingest.places import path_of
from ingest.plan import Gone, Kept, Plan, ToConvert
from ingest.remembered import Remembered
from ingest.sources import LeftOut, Survey
from ingest.stores import Stores
from ingest.surveying import Fetching, Sites, is_elsewhere, surveyed
from retrieval.errors import HomeError, UsageError
from retrieval.models import Outcome
from retrieval.settings import ChunkSettings
from retrieval.store.index import Index

Groups = tuple[str, ...]
Removals = Sequence[tuple[str, Outcome]]


def fingerprint(chunking: ChunkSettings, converting: ConvertSettings) -> str:
    """Names what turns bytes into chunks; the embedding model is the home's."""
    return f"{convert.fingerprint(converting)}/{chunk.fingerprint(chunking)}"


def ingest(
    index: Index,
    targets: Sequence[str],
    options: IngestOptions,
    progress: Progress | None = None,
    *,
    fetching: Fetching | None = None,
) -> IngestReport:
    """Bring the documents of the targets up to date.

    Raises `UsageError` for targets or a `footnote.toml` that make no sense, before anything is changed; `HomeError`,
    `EmbeddingFailed` where the home or the model fails: what was published by then stays, and another run goes on;
    `SourceError` for a site of which nothing can be read.
    """
    started = time.monotonic()
    options.check()
    if options.retry is not None:
        collection, targets = _failed_in(index, options.retry)
        options = replace(options, collection=collection)
    sites = Sites(index.original, fetching)
    with index.alone(), surveyed(index, targets, options, sites, Stores()) as found:
        report = _run(index, targets, found, options, progress or Silence())
    return replace(report, seconds=time.monotonic() - started)


def _run(
    index: Index, targets: Sequence[str], found: Survey, options: IngestOptions, progress: Progress
) -> IngestReport:
    arguments = {"targets": list(targets), "allow": options.allow, "prune": options.prune, "force": options.force}
    ledger = Ledger(index, progress, collection=found.collection, arguments=arguments)
    try:
        return _Run(index, found, options=options, ledger=ledger, progress=progress).report()
    except BaseException:
        index.abandon_run(ledger.run_id)
        with contextlib.suppress(HomeError):  # what ended the run is what the caller needs to know
            ledger.write()
        raise


def _failed_in(index: Index, run_id: int) -> tuple[str, tuple[str, ...]]:
    """The collection of a run, and its failed sources that are there still."""
    collection, failed = index.failed_in(run_id)
    present = tuple(dict.fromkeys(there for uri in failed if (there := _present(uri))))
    if not failed:
        raise UsageError(f"no source of run {run_id} failed", remedy="`footnote runs` lists the runs")
    if not present:
        raise UsageError(f"what failed in run {run_id} is gone", remedy="ingest the folder again")
    return collection, present


def _present(uri: str) -> str:
    """A source that is there: this one, or the one that it is a part of; "" where neither is."""
    if is_elsewhere(uri):
        return uri.partition(INSIDE)[0]
    return next((one for one in (uri, *sources_of(uri)) if os.path.lexists(path_of(one))), "")


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
        self._fingerprint = fingerprint(index.chunk_limits.settings, options.settings)
        self._access = Access(index, surveyed, allow=options.allow)
        self._sightings = Remembered(index, surveyed, fingerprint=self._fingerprint)
        self._known, self._parts = covered(index, surveyed)
        self._by_path = {(root, one.path): one for root, documents in self._known.items() for one in documents}

    def report(self) -> IngestReport:
        if self._options.keep is not None:
            self._index.keep_versions(self._options.keep)
        meaning.reconcile(self._index, self._survey)
        ahead = outlook(
            self._index,
            self._survey,
            self._sightings.look(self._survey.files, checksum=self._options.checksum, tell=self._tell),
            self._known,
            options=self._options,
            fingerprint=self._fingerprint,
            may_move=self._access.may_move,
        )
        planned = self._read_again(ahead.planned)
        self._progress.planned(len(ahead.left_out) + len(planned.kept) + len(planned.to_convert) + len(ahead.removed))
        regranted = self._reconcile_access(planned)
        self._left_out(ahead.left_out, planned)
        self._keep(planned, regranted)
        published = self._publish(planned.to_convert, _removals(ahead.removed, self._parts))
        self._ledger.write()
        self._sightings.write()
        self._index.sweep()
        self._index.finish_run(self._ledger.run_id)
        return IngestReport(
            run_id=self._ledger.run_id,
            collection=self._survey.collection,
            outcomes=tuple(sorted(self._ledger.outcomes, key=lambda outcome: outcome.uri)),
            chunks=published.chunks,
            embedded=published.embedded,
            seconds=0.0,
            gone=len(planned.gone) - len(ahead.removed),
            refusal=ahead.refused,
            notes=self._survey.notes,
        )

    def _read_again(self, planned: Plan) -> Plan:
        """With `retry`, files are read again of whose parts one could not be."""
        again = [
            one for one in planned.kept if self._options.retry is not None and self._sightings.parts(one.seen.found)
        ]
        kept = tuple(one for one in planned.kept if one not in again)
        changed = (*planned.to_convert, *(ToConvert(one.seen, one.known, one.moved_from) for one in again))
        return replace(planned, kept=kept, to_convert=changed)

    def _tell(self) -> None:
        self._progress.published(0, 0)

    def _reconcile_access(self, planned: Plan) -> set[str]:
        """Give every known document that is covered the groups it should have by now, all in one transaction.

        Only one whose file is as it was may be opened (see `ingest.access`). Returns the ids of those that changed.
        """
        self._access.keep_moved(planned)
        wanted = {
            one.document_id: self._access.without_file(root, path, before=one.groups)
            for (root, path), one in self._by_path.items()
        }
        wanted |= {one.known.document_id: self._access.of_changed(one) for one in planned.to_convert if one.known}
        wanted |= {one.known.document_id: self._access.of(one.seen.found) for one in planned.kept}
        wanted |= self._access.of_parts(planned, self._parts)
        before = {one.document_id: one.groups for one in (*self._by_path.values(), *self._parts.all())}
        changed = {identity: groups for identity, groups in wanted.items() if groups != before[identity]}
        if changed:
            self._index.regrant(changed)
        return set(changed)

    def _left_out(self, left_out: Sequence[LeftOut], planned: Plan) -> None:
        known_again: list[Kept | ToConvert] = [*planned.kept, *planned.to_convert]
        moved = {one.known.document_id for one in known_again if one.known and one.moved_from}
        for one in left_out:
            document = self._by_path.get((one.root, one.path))
            document = None if document and document.document_id in moved else document
            reason = f"{one.reason}; what was read of it before still answers" if document else one.reason
            identity = document.document_id if document else None
            rule, code = (one.cause, "") if one.outcome == "skipped" else ("", one.cause)
            self._ledger.ended(
                Outcome(one.uri, one.outcome, reason, document_id=identity, rule=rule, code=code, remedy=one.remedy)
            )

    def _keep(self, planned: Plan, regranted: Container[str]) -> None:
        for one in planned.kept:
            reasons = [f"renamed from {one.moved_from}"] if one.moved_from else []
            groups = self._access.of(one.seen.found)
            reasons += [f"now for {_named(groups)}"] if one.known.document_id in regranted else []
            outcome = unchanged(replace(one.known, uri=one.seen.found.uri), "; ".join(reasons))
            if one.moved_from:
                self._move(one, outcome)
                self._ledger.told([outcome])
            else:
                self._ledger.ended(outcome)
            self._keep_parts(one)

    def _keep_parts(self, one: Kept) -> None:
        """What lies in a file that is as it was is as it was, and can't be read where it could not."""
        found = one.seen.found
        parts = self._parts.of_planned(one)
        for part in parts:
            self._ledger.ended(unchanged(part))
        for refused in self._sightings.parts(found):
            self._ledger.ended(part_unread(found, refused, {part.path: part for part in parts}))

    def _move(self, one: Kept | ToConvert, outcome: Outcome | None) -> None:
        assert one.known is not None
        found = one.seen.found
        self._index.move(self._ledger.run_id, one.known.document_id, path=found.path, uri=found.uri, outcome=outcome)

    def _refused_again(self, source: ToConvert) -> bool:
        """Whether it could not be read before and is as it was: that is told again, and it is not read."""
        error = None if self._options.retry is not None else self._sightings.refusal(source)
        if error is not None:
            known = source.known.document_id if source.known else None
            self._ledger.ended(unread(source.seen.found.uri, error, known=known))
        return error is not None

    def _publish(self, sources: Sequence[ToConvert], removals: Removals) -> Published:
        """New versions, then what is removed; with `atomic` both in one transaction."""
        sources = [source for source in sources if not self._refused_again(source)]
        if not sources:
            self._remove(removals)
            return Published(0, 0)
        from ingest.publishing import Publishing  # loads what reads files, which an unchanged run does without

        for one in sources:
            if one.moved_from:
                self._move(one, None)
        publishing = Publishing(
            self._index,
            self._ledger,
            self._progress,
            survey=self._survey,
            fingerprint=self._fingerprint,
            groups=self._access.of,
            remembered=self._sightings,
            known=self._parts,
            options=self._options,
            removals=removals if self._options.atomic else None,
        )
        done = publishing.run(sources)
        self._remove(() if self._options.atomic else removals)
        return done

    def _remove(self, removals: Removals) -> None:
        if removals:
            self._index.remove(self._ledger.run_id, removals)
            self._ledger.told([outcome for _, outcome in removals])


def _removals(gone: Sequence[Gone], parts: KnownParts) -> Removals:
    return [
        (known.document_id, Outcome(known.uri, "removed", one.reason, document_id=known.document_id))
        for one in gone
        for known in (one.known, *parts.of(one.root, one.known.path))
    ]


def _named(groups: Groups) -> str:
    return "the owner alone" if groups == NOBODY else ", ".join(groups) or "everyone"

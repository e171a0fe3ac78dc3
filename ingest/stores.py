"""Objects of a store (`s3://bucket/folder` and the like) as sources, through fsspec and the store's own SDK.

Credentials, region and endpoint are what the SDK finds in its environment; who sets that up is trusted, and a target
names a bucket, never a host. A listing tells size, ETag and time of every object, so that an unchanged one is not
read. `footnote.toml` holds as in a folder, also one above the target.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from ingest.errors import Unreadable
from ingest.kinds import Asked
from ingest.places import place_in
from ingest.settings import NAME, CorpusRules, RuleBook, corpus_rules
from ingest.sources import DEFAULT_COLLECTION, FoundFile, LeftOut, Survey, Territory, hidden
from retrieval.errors import FetchFailed, UsageError

SCHEMES = {"s3": "s3", "s3a": "s3", "gs": "gs", "gcs": "gs", "az": "az", "abfs": "az", "memory": "memory"}
"""What a target may begin with, and the one name that its documents have."""

_ADAPTERS = {"s3": "s3fs", "gs": "gcsfs", "az": "adlfs"}
_TAGS = ("ETag", "etag", "e_tag", "md5Hash", "content_md5")
_TIMES = ("LastModified", "last_modified", "mtime", "updated", "modified", "created")
_UNSETTLED_SECONDS = 2.0
_ONE_COLLECTION = "name one with --collection"

Entries = Mapping[str, Mapping[str, Any]]


class Stores:
    """The `SourceKind` of object stores; `filesystem` opens one by its scheme."""

    def __init__(self, filesystem: Callable[[str], Any] | None = None) -> None:
        self._filesystem = filesystem or opened

    def takes(self, target: str) -> bool:
        return target.partition("://")[0] in SCHEMES and "://" in target

    def surveys(self, targets: Sequence[str], asked: Asked) -> list[Survey]:
        return [_Listing(target, self._filesystem, asked).survey() for target in dict.fromkeys(targets)]


def opened(scheme: str) -> Any:
    """An fsspec file system that asks the store anew. Raises `UsageError` where what it takes is not installed."""
    try:
        import fsspec  # with the store's SDK behind it: only when it is used

        return fsspec.filesystem(scheme, skip_instance_cache=True, use_listings_cache=False)
    except ImportError as exc:
        missing = _ADAPTERS.get(scheme, "fsspec")
        extra = "pip install 'footnote[remote]'" if scheme in ("s3", "memory") else f"pip install {missing}"
        raise UsageError(f"{scheme}:// can't be read: {missing} is not installed", remedy=extra) from exc


class _Listing:
    """One target: an object, or all below a prefix."""

    def __init__(self, target: str, filesystem: Callable[[str], Any], asked: Asked) -> None:
        scheme, _, rest = target.partition("://")
        self._target = target
        self._bucket, _, prefix = rest.partition("/")
        self._prefix = prefix.strip("/")
        if not self._bucket or "?" in rest or "@" in self._bucket or _odd(self._prefix):
            raise UsageError(f"{target}: no address of an object store", remedy="write s3://bucket/folder")
        self._root = f"{SCHEMES[scheme]}://{self._bucket}"
        self._store = filesystem(SCHEMES[scheme])
        self._asked = asked
        self._files: list[FoundFile] = []
        self._left_out: dict[str, LeftOut] = {}

    def survey(self) -> Survey:
        entries = self._listed()
        rules, notes = self._rules(entries)
        for key in sorted(entries):
            if PurePosixPath(key).name != NAME:
                self._entry(key, entries[key], rules)
        return Survey(
            collection=self._collection(rules),
            territories=(Territory(self._root, self._prefix),),
            files=tuple(self._files),
            left_out=tuple(self._left_out.values()),
            unseen=(),
            rules=rules,
            notes=tuple(notes),
        )

    def _listed(self) -> Entries:
        """By key; what stands for a folder is left out."""
        found = self._tried(lambda: self._store.find(self._path(self._prefix), detail=True), self._target)
        entries = {self._key(path): info or self._store.info(path) for path, info in found.items()}
        kept = {
            key: info
            for key, info in entries.items()
            if key and not key.endswith("/") and info.get("type") != "directory"
        }
        if not kept:
            raise UsageError(f"{self._target}: nothing is there", remedy="check bucket and folder")
        return kept

    def _rules(self, entries: Entries) -> tuple[RuleBook, list[str]]:
        """Of every `footnote.toml` above the target and below it."""
        above = [f"{folder}{NAME}" for folder in _above(self._prefix)]
        keys = [*(key for key in above if key not in entries), *(key for key in entries if _is_rules(key))]
        found: dict[Path, CorpusRules] = {}
        notes: list[str] = []
        for key in keys:
            try:
                content = self._store.cat_file(self._path(key))
            except (FileNotFoundError, NotADirectoryError):
                continue
            except PermissionError:
                if key in entries:
                    raise UsageError(f"{self._uri(key)} can't be read", remedy="let the credentials read it") from None
                notes.append(f"{self._uri(key)}: may not be read; if it holds rules, they were not kept")
                continue
            except Exception as exc:  # each SDK has errors of its own
                raise _failed(self._uri(key), exc) from exc
            rules = self._read_rules(key, content)
            found[rules.folder] = rules
        return RuleBook(found), notes

    def _read_rules(self, key: str, content: bytes) -> CorpusRules:
        """Raises `UsageError` with the object's address for rules that can't be understood."""
        file = self._asked.scratch / NAME
        file.write_bytes(content)
        try:
            rules = corpus_rules(file)
        except UsageError as exc:
            message = exc.message.replace(str(file), self._uri(key))
            raise UsageError(message, remedy=exc.remedy) from exc
        return replace(rules, folder=self._place(key).parent)

    def _collection(self, rules: RuleBook) -> str:
        """What the run is for, else what the nearest rules name; others must not name another one."""
        named = {one.folder: one.collection for one in rules.by_folder.values() if one.collection}
        at = self._place(self._prefix)
        nearest = [named[folder] for folder in (at, *at.parents) if folder in named][:1]
        inside = [name for folder, name in named.items() if at in folder.parents]
        chosen = self._asked.collection or next(iter(nearest), DEFAULT_COLLECTION)
        other = next((name for name in (*nearest, *inside) if name != chosen), None)
        if other is not None and self._asked.options.collection is None:
            message = f"{self._target}: its rules are for the collection {other!r}, this run for {chosen!r}"
            raise UsageError(message, remedy=_ONE_COLLECTION)
        return chosen

    def _entry(self, key: str, info: Mapping[str, Any], rules: RuleBook) -> None:
        names = PurePosixPath(key).parts
        below = names[len(PurePosixPath(self._prefix).parts) :] or names[-1:]
        if _odd(key):
            self._leave_out(key, "unreadable: its name is no path", "failed", "give it another name")
            return
        place = self._place(key)
        if reason := next((why for name in below if (why := hidden(name))), "") or rules.exclusion(place):
            self._leave_out(key, reason)
            return
        uri = self._uri(key)
        file = self._asked.scratch / hashlib.sha256(uri.encode()).hexdigest()
        found = FoundFile(file, self._root, key, uri, rules.groups(place), _stamp(info), self._fetching(key))
        self._files.append(found)

    def _fetching(self, key: str) -> Callable[[Path], None]:
        def fetch(file: Path) -> None:
            part = file.with_suffix(".part")
            try:
                self._store.get_file(self._path(key), str(part))
            except FileNotFoundError as exc:
                raise Unreadable(f"{self._uri(key)}: gone since it was listed", remedy="ingest again") from exc
            except Exception as exc:  # each SDK has errors of its own
                raise _failed(self._uri(key), exc) from exc
            part.replace(file)

        return fetch

    def _tried(self, work: Callable[[], Any], what: str) -> Any:
        try:
            return work()
        except FileNotFoundError as exc:
            raise UsageError(f"{what}: nothing is there", remedy="check bucket and folder") from exc
        except Exception as exc:  # each SDK has errors of its own
            raise _failed(what, exc) from exc

    def _leave_out(
        self, key: str, reason: str, outcome: Literal["skipped", "failed"] = "skipped", remedy: str = ""
    ) -> None:
        self._left_out[key] = LeftOut(self._root, key, self._uri(key), outcome, reason, remedy)

    def _path(self, key: str) -> str:
        """As the file system names it."""
        return f"{self._bucket}/{key}".rstrip("/")

    def _key(self, path: str) -> str:
        return str(path).lstrip("/").removeprefix(f"{self._bucket}/")

    def _uri(self, key: str) -> str:
        return f"{self._root}/{key}"

    def _place(self, key: str) -> Path:
        place = place_in(self._root, key)
        assert place is not None
        return place


def _above(prefix: str) -> Iterable[str]:
    """The folders of a bucket from its root down to the prefix, each with its slash."""
    names = PurePosixPath(prefix).parts
    return ["", *("/".join(names[:count]) + "/" for count in range(1, len(names) + 1))]


def _is_rules(key: str) -> bool:
    name = PurePosixPath(key).name
    if name != NAME and name.lower() == NAME:
        raise UsageError(f"{key}: no rules are read from this name", remedy=f"call it {NAME}")
    return name == NAME


def _odd(key: str) -> bool:
    """Whether a key is no path as folders have them, so that no rule could be held against it."""
    return key != "" and any(name in ("", ".", "..") for name in key.split("/"))


def _stamp(info: Mapping[str, Any]) -> str:
    """Tells this state of an object from others; empty where the store gives nothing that can be relied on."""
    tag = next((str(info[name]) for name in _TAGS if info.get(name)), "")
    changed = next((info[name] for name in _TIMES if info.get(name)), None)
    if not tag and (changed is None or _just(changed)):
        return ""
    return json.dumps({"size": info.get("size"), "etag": tag, "changed": str(changed or "")})


def _just(changed: object) -> bool:
    """Whether a time is so near that another change could bear it too, or can't be told."""
    with suppress(ValueError, TypeError, OverflowError):
        when = changed if isinstance(changed, datetime) else datetime.fromtimestamp(float(str(changed)), UTC)
        when = when if when.tzinfo else when.replace(tzinfo=UTC)
        return (datetime.now(UTC) - when).total_seconds() < _UNSETTLED_SECONDS
    return True


def _failed(what: str, exc: Exception) -> FetchFailed:
    said = str(exc).strip().splitlines() or [type(exc).__name__]
    return FetchFailed(
        f"{what}: {said[0]}", remedy="check the address, and the store's credentials and endpoint in the environment"
    )

"""What there is: files below the folders that were named, and what is left out of them and why.

Nothing is opened here but `footnote.toml`. Symbolic links are never followed: what they lead to is read where it lies,
if it lies in the corpus, under its own name and access. Hidden files and folders and what systems leave beside
documents are skipped by a rule named in the outcome, a folder once. The order is that of the names.

A document's root is the folder that was named, or the one that holds the nearest `footnote.toml` above, or a root that
the collection already knows above or below, so that a file is never two documents.

A home of Footnote is no part of a corpus, wherever it lies. What was uploaded into it is a corpus of its own: no
`footnote.toml` and no root above the home has a say in it.
"""

import os
import stat
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

from ingest.places import IN_A_HOME, is_home, path_of, place_of, refuse_homes, upload_root
from ingest.settings import NAME, CorpusRules, RuleBook, below, corpus_rules
from ingest.stamps import file_stamp
from retrieval.errors import UsageError

DEFAULT_COLLECTION = "default"
_ONE_COLLECTION = "ingest them one by one, or name one with --collection"
_MAY_BE_READ = "see that it may be read, or leave it out"
_BESIDE_DOCUMENTS = ("__MACOSX", "Thumbs.db", "desktop.ini", "~$*")
_SPECIAL = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}

Groups = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Territory:
    """What a target covers: the path prefix below a root (`file://` URI); "" is the whole of it."""

    root: str
    prefix: str

    def covers(self, root: str, path: str) -> bool:
        below = not self.prefix or path == self.prefix or path.startswith(f"{self.prefix}/")
        return root == self.root and below


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A plain file of the corpus. `ruled` are the groups that `footnote.toml` gives it, None where no rule matches.

    `stamp` changes whenever the bytes do; it is empty where that can't be relied on (see `ingest.stamps`). What lies
    elsewhere is brought to `file` by `fetch` when it is opened, and is there until it is released.
    """

    file: Path
    root: str
    path: str
    uri: str
    ruled: Groups | None
    stamp: str = ""
    fetch: Callable[[Path], None] | None = field(default=None, compare=False, repr=False)

    def opened(self) -> Path:
        """Raises the `SourceError` of what can't be fetched."""
        if self.fetch is not None and not self.file.exists():
            self.fetch(self.file)
        return self.file

    def release(self) -> None:
        """Its bytes are kept elsewhere by now."""
        if self.fetch is not None:
            self.file.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file or folder that was seen and is not read. `failed` means that it should have been.

    `reason` begins with what left it out: a rule, or the class of an error.
    """

    root: str
    path: str
    uri: str
    outcome: Literal["skipped", "failed"]
    reason: str
    remedy: str = ""

    @property
    def cause(self) -> str:
        """The rule that left it out, or the class of the error."""
        return self.reason.partition(":")[0].partition(" ")[0]


@dataclass(frozen=True, slots=True)
class Survey:
    """All that was seen. `unseen` are folders whose content is not known; `notes` are for whoever keeps the corpus."""

    collection: str
    territories: tuple[Territory, ...]
    files: tuple[FoundFile, ...]
    left_out: tuple[LeftOut, ...]
    unseen: tuple[Territory, ...]
    rules: RuleBook
    notes: tuple[str, ...]


def survey(
    targets: Sequence[str], collection: str | None, *, known_roots: Callable[[str], Sequence[str]], home: Path
) -> Survey:
    """Walk the targets, paths or `file://` URIs. `known_roots` tells a collection's roots, `home` is the index's own.

    The collection is the one given, else what `footnote.toml` names, else "default". Raises `UsageError`, before
    anything is walked, for a target that is missing, no file or folder, a `footnote.toml` itself or in a home, and for
    a broken `footnote.toml`.
    """
    home = Path(os.path.realpath(home))
    places = list(dict.fromkeys(place_of(target) for target in targets))
    if not places:
        raise UsageError("nothing to ingest", remedy="name a file or a folder")
    for place in places:
        refuse_homes(place, home)
    rules = {place: _rules_at(place, home) for place in places}
    name = collection or _named_collection(rules)
    roots = frozenset(path_of(root) for root in known_roots(name) if root.startswith("file:"))
    walk = _Walk(roots, home=home, collection=None if collection else name)
    for place in places:
        walk.target(place, rules[place])
    return walk.survey(name)


def _rules_at(place: Path, home: Path) -> tuple[CorpusRules, ...]:
    """The rules of a place's folder and of all above it, outermost first."""
    if place.is_relative_to(home):
        return ()
    folder = place if place.is_dir() else place.parent
    folders = (*reversed(folder.parents), folder)
    for one in folders:
        _refuse_odd_names(one, _names(one))
    return tuple(corpus_rules(one / NAME) for one in folders if os.path.lexists(one / NAME))


def _names(folder: Path) -> Sequence[str]:
    """What is in a folder above a target; nothing is told of one that may be passed through and not listed."""
    try:
        return os.listdir(folder)
    except OSError:
        return ()


def _refuse_odd_names(folder: Path, names: Sequence[str]) -> None:
    if odd := next((name for name in names if name != NAME and name.lower() == NAME), None):
        raise UsageError(f"{folder / odd}: no rules are read from this name", remedy=f"call it {NAME}")


def _named_collection(rules: Mapping[Path, Sequence[CorpusRules]]) -> str:
    """What the nearest `footnote.toml` of each target names, which must be one."""
    nearest = {next((one.collection for one in reversed(above) if one.collection), None) for above in rules.values()}
    named = sorted(name or DEFAULT_COLLECTION for name in nearest)
    if len(named) > 1:
        raise UsageError(f"these targets are for different collections: {', '.join(named)}", remedy=_ONE_COLLECTION)
    return named[0]


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder to be walked, and the root that its files belong to."""

    path: Path
    root: Path


class _Walk:
    """Collects what is seen, by URI, as targets may overlap. `collection` is what nested rules must agree with."""

    def __init__(self, known_roots: frozenset[Path], *, home: Path, collection: str | None) -> None:
        self._known_roots = known_roots
        self._home = home
        self._collection = collection
        self._territories: list[Territory] = []
        self._unseen: list[Territory] = []
        self._files: dict[str, FoundFile] = {}
        self._left_out: dict[str, LeftOut] = {}
        self._names: dict[tuple[str, str], str] = {}
        self._by_folder: dict[Path, CorpusRules] = {}
        self._rules = RuleBook(self._by_folder, home)
        self._used: dict[tuple[Path, int], bool] = {}
        self._started = time.time_ns()

    def target(self, place: Path, rules: Sequence[CorpusRules]) -> None:
        """Walk one target, of whose folder and those above it the rules are given."""
        self._by_folder.update({one.folder: one for one in rules})
        folder = place if place.is_dir() else place.parent
        known = (one for one in (folder, *folder.parents) if one in self._known_roots)
        root = upload_root(place, self._home) or [*known, *(one.folder for one in reversed(rules)), folder][0]
        self._territories.append(_territory(root, place))
        if place != folder:
            self._file(place, root, _status(place))
            return
        todo = [_Folder(folder, root)]
        while todo:
            todo += reversed(self._folder(todo.pop()))
        self._territories += [_territory(one, one) for one in sorted(self._known_roots) if self._vanished(one, folder)]

    def _vanished(self, root: Path, walked: Path) -> bool:
        """Whether a known root stood below a folder that was walked: its documents are gone as others are."""
        outside = not root.is_relative_to(walked) or root.is_relative_to(self._home)
        return not outside and not _is_folder(root)

    def survey(self, collection: str) -> Survey:
        idle = [place for place, used in self._used.items() if not used]
        return Survey(
            collection=collection,
            territories=tuple(dict.fromkeys(self._territories)),
            files=tuple(sorted(self._files.values(), key=lambda found: (found.root, found.path))),
            left_out=tuple(one for uri, one in sorted(self._left_out.items()) if uri not in self._files),
            unseen=tuple(dict.fromkeys(self._unseen)),
            rules=self._rules,
            notes=tuple(f"{folder / NAME}: access[{number + 1}].path matches no file" for folder, number in idle),
        )

    def _folder(self, folder: _Folder) -> list[_Folder]:
        """Take in the files of one folder; returns the folders in it that are to be walked."""
        try:
            with os.scandir(folder.path) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as exc:
            self._unreadable(folder.path, folder.root, f"the folder can't be listed: {exc.strerror}")
            return []
        if not folder.path.is_relative_to(self._home):
            self._meet_rules(folder.path, [entry.name for entry in entries])
        inner = [self._entry(entry, folder) for entry in entries if entry.name != NAME]
        return [one for one in inner if one is not None]

    def _meet_rules(self, folder: Path, names: Sequence[str]) -> None:
        _refuse_odd_names(folder, names)
        if NAME not in names:
            return
        rules = self._by_folder.setdefault(folder, corpus_rules(folder / NAME))
        if self._collection and rules.collection and rules.collection != self._collection:
            message = f"{folder / NAME} is for the collection {rules.collection!r}, this run for {self._collection!r}"
            raise UsageError(message, remedy=_ONE_COLLECTION)
        for number in range(len(rules.access)):
            self._used.setdefault((folder, number), False)

    def _entry(self, entry: os.DirEntry[str], folder: _Folder) -> _Folder | None:
        """Take in a file, or leave something out and say why; a folder that is to be walked is returned."""
        path = folder.path / entry.name
        try:
            is_link, is_folder = entry.is_symlink(), entry.is_dir(follow_symlinks=False)
            status = None if is_link or is_folder else entry.stat(follow_symlinks=False)
        except OSError as exc:
            self._unreadable(path, folder.root, str(exc.strerror))
            return None
        if is_folder and is_home(path, self._home):
            self._leave_out(path, folder.root, IN_A_HOME)
            return None
        if reason := hidden(entry.name) or (_link(path, folder.root) if is_link else _special(status)):
            self._leave_out(path, folder.root, reason)
            return None
        if not is_folder:
            self._file(path, folder.root, status)
            return None
        if path not in self._known_roots:
            return _Folder(path, folder.root)
        self._territories.append(_territory(path, path))
        return _Folder(path, path)

    def _file(self, path: Path, root: Path, status: os.stat_result | None) -> None:
        """A plain file: one of the corpus, or left out by a rule."""
        if reason := self._rules.exclusion(path):
            self._leave_out(path, root, reason)
            return
        for rules in self._rules.above(path):
            self._used.update({(rules.folder, number): True for number in rules.matching(below(path, rules.folder))})
        place, uri = _territory(root, path), path.as_uri()
        if self._names.setdefault((place.root, place.prefix), uri) != uri:
            reason = "unreadable: its name can't be told from another's"
            self._leave_out(path, root, reason, outcome="failed", remedy="give it another name")
            return
        stamp = file_stamp(status, self._started) if status else ""
        self._files[uri] = FoundFile(path, place.root, place.prefix, uri, self._rules.groups(path), stamp)

    def _unreadable(self, path: Path, root: Path, reason: str) -> None:
        self._unseen.append(_territory(root, path))
        self._leave_out(path, root, f"unreadable: {reason}", outcome="failed", remedy=_MAY_BE_READ)

    def _leave_out(
        self,
        path: Path,
        root: Path,
        reason: str,
        *,
        outcome: Literal["skipped", "failed"] = "skipped",
        remedy: str = "",
    ) -> None:
        place = _territory(root, path)
        self._left_out[path.as_uri()] = LeftOut(place.root, place.prefix, path.as_uri(), outcome, reason, remedy)


def _territory(root: Path, path: Path) -> Territory:
    return Territory(root.as_uri(), "" if path == root else below(path, root))


def _is_folder(path: Path) -> bool:
    """Whether a folder is there, also where that can't be told."""
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True


def hidden(name: str) -> str:
    """Why a file or folder of that name is left out wherever it lies, or ""."""
    if name.startswith("."):
        return "hidden: its name begins with a dot"
    if any(fnmatchcase(name, pattern) for pattern in _BESIDE_DOCUMENTS):
        return "hidden: systems and programs leave it beside documents"
    return ""


def _link(path: Path, root: Path) -> str:
    try:
        place = Path(os.path.realpath(path))
        if not place.exists():
            return "link: it leads nowhere"
    except OSError as exc:
        return f"link: where it leads can't be read ({exc.strerror})"
    if place.is_relative_to(root):
        return f"link: to {below(place, root)}, which is read under its own name"
    return "link: it leads out of the corpus"


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except OSError:
        return None  # reading it will tell


def _special(status: os.stat_result | None) -> str:
    kind = _SPECIAL.get(stat.S_IFMT(status.st_mode)) if status else None
    return f"special: {kind}, not a file" if kind else ""

"""Where a target is, and which places are no part of any corpus: the homes of Footnote, but for their uploads."""

import os
import stat
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

from ingest.settings import NAME
from retrieval.errors import UsageError

UPLOADS = "uploads"  # the folder of a home below which uploads lie, two folders deep: collection, groups
IN_A_HOME = "the home of Footnote"


def place_of(target: str) -> Path:
    """A target, a path or a `file://` URI, as an absolute path without links.

    Raises `UsageError` where nothing is, or no file or folder, or a `footnote.toml` itself.
    """
    try:
        scheme = urlsplit(target).scheme if "://" in target else ""
    except ValueError as exc:
        raise UsageError(f"{target!r}: not an address", remedy="name a file or a folder") from exc
    if scheme in ("http", "https"):
        raise UsageError(f"{target}: an address, where only files can be", remedy="leave it to a run of its own")
    if scheme not in ("", "file"):
        raise UsageError(f"{target}: not a place that can be read", remedy="name a file or a folder")
    try:
        path = Path(os.path.realpath(path_of(target) if scheme else target))
        mode = path.stat().st_mode
    except OSError as exc:
        raise UsageError(f"{target}: {exc.strerror}", remedy="check the path") from exc
    except ValueError as exc:
        raise UsageError(f"{target!r}: not a path", remedy="check the path") from exc
    if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
        raise UsageError(f"{target}: neither a file nor a folder", remedy="name a file or a folder")
    if path.name == NAME:
        raise UsageError(f"{target}: these are rules, not a document", remedy="name their folder")
    return path


def refuse_homes(place: Path, home: Path) -> None:
    """Raise `UsageError` for a place in a home; `home` is the index's own, of which uploads may be read."""
    if upload_root(place, home):
        return
    for folder in (place, *place.parents):
        if is_home(folder, home):
            raise UsageError(f"{place}: in {IN_A_HOME}", remedy="keep documents outside of it, or upload them")


def is_home(folder: Path, home: Path) -> bool:
    """Whether this is the index's own home, or looks like another one."""
    return folder == home or all(os.path.isfile(folder / name) for name in ("catalogue.db", "lock"))


def upload_root(place: Path, home: Path) -> Path | None:
    """The folder of uploads with one collection and one set of groups that the place is or lies in."""
    inside = place.relative_to(home).parts if place.is_relative_to(home) else ()
    root = home.joinpath(*inside[:3])
    return root if inside[:1] == (UPLOADS,) and len(inside) >= 3 and root.is_dir() else None


def path_of(uri: str) -> Path:
    """The path that a `file://` URI names."""
    return Path(os.fsdecode(unquote_to_bytes(urlsplit(uri).path)))


def place_in(root: str, path: str) -> Path | None:
    """Where the rules of a `footnote.toml` look for a source: below its folder or, of an object store, below a path
    that stands for its address. None for the page of a site, which has none.
    """
    if root.startswith("file:"):
        return path_of(root) / path
    scheme, _, bucket = root.partition("://")
    return None if scheme in ("http", "https") else Path("/", f"{scheme}:", bucket, path)

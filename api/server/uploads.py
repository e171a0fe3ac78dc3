"""Where uploaded files lie: a source root per collection and set of groups, so that equal names do not meet."""

import hashlib
import os
import secrets
import shutil
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from api.errors import InvalidRequest
from ingest.places import UPLOADS
from ingest.settings import NAME
from retrieval.errors import StorageFull

_NAME_BYTES = 200


class Uploads:
    """One collection's uploads for one set of groups, below the home's `uploads`."""

    def __init__(self, home: Path, *, collection: str | None, groups: tuple[str, ...]) -> None:
        collection_folder = "default" if collection is None else _folder("in", [collection])
        groups_folder = _folder("only", sorted(groups)) if groups else "public"
        self._folder = home.absolute() / UPLOADS / collection_folder / groups_folder

    def keep(self, name: str, content: BinaryIO) -> Path:
        """The file's place; one of the same (plain) name is replaced whole. Raises `StorageFull`."""
        path = self._folder / name
        partial = path.with_name(f".{secrets.token_hex(8)}.part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            try:
                with partial.open("xb") as file:
                    shutil.copyfileobj(content, file)
                    file.flush()
                    os.fsync(file.fileno())
                partial.replace(path)
            finally:
                partial.unlink(missing_ok=True)
        except OSError as exc:
            raise StorageFull(f"the upload can't be kept: {exc.strerror}", remedy="free some space") from exc
        return path


def plain_name(name: str) -> str:
    """The last part of what the client called the file, fit for a folder. Raises `InvalidRequest`."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    plain = "".join(char for char in last if char.isprintable()).strip().lstrip(".")
    if not plain or len(plain.encode()) > _NAME_BYTES:
        raise InvalidRequest("file: its name is empty or too long", remedy="send a file name of up to 200 bytes")
    if plain.lower() == NAME:
        raise InvalidRequest(f"file: {last} is no document", remedy="send the groups that may see the files with them")
    return plain


def _folder(kind: str, names: Sequence[str]) -> str:
    """A folder's name that says what the names are, and is never another one's, nor any path."""
    said = "+".join([kind, *(quote(name, safe="").replace(".", "%2E") for name in names)])
    return said if len(said) <= _NAME_BYTES else f"{kind}+{hashlib.sha256(said.encode()).hexdigest()}"

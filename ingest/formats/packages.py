"""Zipped office packages (OOXML, OpenDocument, EPUB): opening them safely, their parts, relations and properties."""

import mmap
import posixpath
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO

from lxml import etree

from ingest.errors import Encrypted, Malformed, OverLimit

MOST_BYTES = 2 * 2**30
"""Declared size of all parts together, uncompressed."""
BOMB_RATIO = 1000
BOMB_BYTES = 100 * 10**6
"""A package that says it unpacks to more than this by more than `BOMB_RATIO` is a bomb."""

_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_STRICT = {
    b"http://purl.oclc.org/ooxml/officeDocument/": b"http://schemas.openxmlformats.org/officeDocument/2006/",
    b"http://purl.oclc.org/ooxml/wordprocessingml/": b"http://schemas.openxmlformats.org/wordprocessingml/2006/",
    b"http://purl.oclc.org/ooxml/spreadsheetml/": b"http://schemas.openxmlformats.org/spreadsheetml/2006/",
    b"http://purl.oclc.org/ooxml/drawingml/": b"http://schemas.openxmlformats.org/drawingml/2006/",
}
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_TEMPLATES = {"python-docx": "2013-12-23", "Steve Canny": "2013-01-27", "": "2013-01-27"}
_FILLERS = {"python-docx", "openpyxl", "xlsxwriter", "un-named", "unknown", "user", "microsoft office user"}
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, etree.XMLSyntaxError)
_REMEDY = "Open it in its office program and save it again."


@dataclass(frozen=True, slots=True)
class Relation:
    """A part's pointer to another part (`target` is that part's name) or, when external, to an address."""

    kind: str
    target: str
    external: bool


def check_package(path: Path, name: str) -> None:
    """Refuse what can't or mustn't be unpacked, by its directory alone.

    Raises `Encrypted`, `Malformed` (no zip archive) and `OverLimit` (too large when unpacked, or a zip bomb).
    """
    with path.open("rb") as file:
        binary = file.read(len(_OLE_MAGIC)) == _OLE_MAGIC
    if binary:
        refuse_encrypted(path, name)
        raise Malformed(f"{name}: an old binary office file under a new name", remedy="Save it in the new format.")
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as exc:
        raise Malformed(f"{name}: not a whole zip archive ({exc})", remedy=_REMEDY) from exc
    if any(entry.flag_bits & 1 for entry in entries):
        raise Encrypted(f"{name}: its parts are encrypted", remedy="Save it without a password.")
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(1, path.stat().st_size)
    if unpacked > MOST_BYTES or (unpacked > BOMB_BYTES and unpacked / packed > BOMB_RATIO):
        raise OverLimit(f"{name}: would unpack from {packed:,} to {unpacked:,} bytes", remedy="Split the file.")


def refuse_encrypted(path: Path, name: str) -> None:
    """Raises `Encrypted` for an OLE container that holds an encrypted package."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        encrypted = data.find(_ENCRYPTED_STREAM) >= 0
    if encrypted:
        raise Encrypted(f"{name}: encrypted with a password", remedy="Save it without a password.")


class Package:
    """An open package. Part names have no leading slash; strict OOXML reads like transitional."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._archive = archive
        self._name = name
        self.parts = frozenset(archive.namelist())

    def read(self, part: str) -> bytes:
        """Raises `Malformed` for a part that is missing or damaged."""
        with self.stream(part) as file:
            return file.read()

    @contextmanager
    def stream(self, part: str) -> Iterator[IO[bytes]]:
        """The part's bytes as they are; what goes wrong while they are read is `Malformed`."""
        try:
            with self._archive.open(part) as file:
                yield file
        except KeyError as exc:
            raise Malformed(f"{self._name}: the part {part} is missing", remedy=_REMEDY) from exc
        except _DAMAGE as exc:
            raise Malformed(f"{self._name}: the part {part} is damaged ({exc})", remedy=_REMEDY) from exc

    def tree(self, part: str) -> etree._Element:
        """The root of an XML part; entities are never resolved. Raises `Malformed`."""
        data = self.read(part)
        for strict, transitional in _STRICT.items():
            data = data.replace(strict, transitional)
        return parse_xml(data, f"{self._name}: the part {part}")

    def relations(self, part: str) -> Mapping[str, Relation]:
        """By relation id; the package's own for an empty `part`."""
        folder, _, leaf = part.rpartition("/")
        rels = posixpath.join(folder, "_rels", f"{leaf}.rels")
        if rels not in self.parts:
            return {}
        return {relation.get("Id", ""): _relation(relation, folder) for relation in self.tree(rels).iter(_RELATION)}

    def related(self, part: str, kind: str) -> str | None:
        """The first part to which `part` points with a relation whose type ends in `/kind`."""
        found = (r.target for r in self.relations(part).values() if r.kind == kind and not r.external)
        return next((target for target in found if target in self.parts), None)

    def main_part(self) -> str:
        """Raises `Malformed` for a package that names no document in it."""
        part = self.related("", "officeDocument")
        if part is None:
            raise Malformed(f"{self._name}: no document in the package", remedy=_REMEDY)
        return part

    @cached_property
    def properties(self) -> Mapping[str, str]:
        """Core properties by local name (`title`, `creator`, `modified`, `created`), only those with text."""
        part = self.related("", "core-properties")
        if part is None:
            return {}
        found = {
            etree.QName(child).localname: (child.text or "").strip() for child in self.tree(part).iterchildren("*")
        }
        return {key: value for key, value in found.items() if value}


@contextmanager
def open_package(path: Path, name: str) -> Iterator[Package]:
    """A checked package; raises what `check_package` raises."""
    check_package(path, name)
    with zipfile.ZipFile(path) as archive:
        yield Package(archive, name)


def parse_xml(data: bytes, what: str) -> etree._Element:
    """The root element; no entities, no network. Raises `Malformed`, naming `what`."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as exc:
        raise Malformed(f"{what} is no whole XML ({exc})", remedy=_REMEDY) from exc


def metadata(properties: Mapping[str, str]) -> dict[str, str]:
    """`author`, `date` (ISO, of the last change) and `language` of a document's core properties.

    What a library's template says of itself is left out.
    """
    author = properties.get("creator", "")
    date = (properties.get("modified") or properties.get("created") or properties.get("date", ""))[:10]
    if date and _TEMPLATES.get(author) == date:
        author = date = ""
    if author.lower() in _FILLERS:
        author = ""
    found = {"author": author, "date": date, "language": properties.get("language", "")}
    return {key: value for key, value in found.items() if value}


def _relation(element: etree._Element, folder: str) -> Relation:
    target = element.get("Target", "")
    external = element.get("TargetMode") == "External"
    if not external:
        target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
    return Relation(element.get("Type", "").rsplit("/", 1)[-1], target, external)

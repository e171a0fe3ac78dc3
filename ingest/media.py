"""What a file is, by its content; its name only breaks ties between kinds of text."""

import re
import zipfile
import zlib
from pathlib import Path, PurePath

import filetype

from ingest.errors import Unreadable
from ingest.ole import OLE_MAGIC, root_names

ENCRYPTED_OFFICE = "application/encrypted"
ARCHIVE = "application/zip"
UNKNOWN = "application/octet-stream"
EMPTY = "application/x-empty"

_HEAD_BYTES = 16_384
_PDF_BYTES = 1_024
_TAIL_BYTES = 2_048
_OPEN_XML = "application/vnd.openxmlformats-officedocument"
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument"

_ZIP_MEMBERS = {
    "word/": f"{_OPEN_XML}.wordprocessingml.document",
    "xl/": f"{_OPEN_XML}.spreadsheetml.sheet",
    "ppt/": f"{_OPEN_XML}.presentationml.presentation",
}
_ZIP_NAMES = {
    ".docx": f"{_OPEN_XML}.wordprocessingml.document",
    ".xlsx": f"{_OPEN_XML}.spreadsheetml.sheet",
    ".xlsm": f"{_OPEN_XML}.spreadsheetml.sheet",
    ".pptx": f"{_OPEN_XML}.presentationml.presentation",
    ".odt": f"{_OPEN_DOCUMENT}.text",
    ".ods": f"{_OPEN_DOCUMENT}.spreadsheet",
    ".odp": f"{_OPEN_DOCUMENT}.presentation",
    ".epub": "application/epub+zip",
}
_OLE_STREAMS = {
    "EncryptedPackage": ENCRYPTED_OFFICE,
    "WordDocument": "application/msword",
    "Workbook": "application/vnd.ms-excel",
    "Book": "application/vnd.ms-excel",
    "PowerPoint Document": "application/vnd.ms-powerpoint",
    "__properties_version1.0": "application/vnd.ms-outlook",
}
_OLE_NAMES = {
    ".doc": "application/msword",
    ".xls": "application/vnd.ms-excel",
    ".ppt": "application/vnd.ms-powerpoint",
    ".msg": "application/vnd.ms-outlook",
}
_TEXT_NAMES = {
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "application/xhtml+xml",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".mdx": "text/markdown",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".tab": "text/tab-separated-values",
    ".json": "application/json",
    ".jsonl": "application/json",
    ".ndjson": "application/json",
    ".xml": "application/xml",
    ".rst": "text/x-rst",
    ".org": "text/x-org",
}
_BYTE_ORDER_MARKS = {
    b"\xef\xbb\xbf": "utf-8",
    b"\xff\xfe\x00\x00": "utf-32-le",
    b"\x00\x00\xfe\xff": "utf-32-be",
    b"\xff\xfe": "utf-16-le",
    b"\xfe\xff": "utf-16-be",
}
_PROLOGUE = re.compile(r"(?:\s+|<!--.*?-->|<\?.*?\?>)*", re.DOTALL)
_HTML_DOCUMENT = re.compile(r"<!doctype\s+html|<(?:html|head|body)[\s>]", re.IGNORECASE)
_HTML_FRAGMENT = re.compile(
    r"<(?:title|meta|link|script|style|table|div|p|h[1-6]|ul|ol|section|article|main)[\s>]", re.I
)
_MAIL_HEADER = re.compile(r"([A-Za-z][A-Za-z0-9-]*):[ \t]?(?=\S|$)")
_MAIL_SURE = {"received", "message-id", "mime-version", "return-path", "delivered-to", "dkim-signature"}
_MAIL_USUAL = {"from", "to", "subject", "date", "cc", "reply-to", "content-type"}
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_DELIMITERS = (("\t", "text/tab-separated-values"), (",", "text/csv"), (";", "text/csv"))


def media_type(path: Path, name: str) -> str:
    """The media type of what is in `path`; `name` is the file's name where it was found.

    Content decides: HTML named `.pdf` is `text/html`. The name decides between Markdown, CSV, JSON and plain text,
    and for a container whose inside can't be read, so that its converter can say what is wrong with it. A file of no
    bytes is `application/x-empty`, binary data of no known kind `application/octet-stream`. Raises `Unreadable`.
    """
    try:
        head, tail = _ends(path)
        return _of_bytes(path, head=head, tail=tail, suffix=PurePath(name).suffix.lower())
    except OSError as exc:
        reason = exc.strerror or str(exc)
        raise Unreadable(f"{name}: {reason}", remedy="Check that the file exists and may be read.") from exc


def byte_order_mark(data: bytes) -> tuple[str, int] | None:
    """(encoding, length of the mark) of data that begins with one."""
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            return encoding, len(mark)
    return None


def is_binary(data: bytes) -> bool:
    """Whether data without a byte order mark holds characters that no text has: more than one in a thousand."""
    return len(_BINARY.findall(data)) * 1000 > len(data)


def wide_encoding(data: bytes) -> str | None:
    """UTF-16 without a mark, seen by its zero bytes: for mostly Latin text every second byte is one."""
    even, odd = data[0::2].count(0), data[1::2].count(0)
    if odd * 2 > len(data) * 0.7 and even * 20 < odd:
        return "utf-16-le"
    if even * 2 > len(data) * 0.7 and odd * 20 < even:
        return "utf-16-be"
    return None


def _ends(path: Path) -> tuple[bytes, bytes]:
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        size = file.seek(0, 2)
        file.seek(max(0, size - _TAIL_BYTES))
        return head, file.read()


def _of_bytes(path: Path, *, head: bytes, tail: bytes, suffix: str) -> str:
    if not head:
        return EMPTY
    if _is_pdf(head, tail=tail, suffix=suffix):
        return "application/pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_type(path, suffix)
    if head.startswith(OLE_MAGIC):
        return _ole_type(path, suffix)
    if head.startswith(b"{\\rtf"):
        return "application/rtf"
    text = _as_text(head)
    if text is not None:
        return _text_type(text, suffix)
    kind: str | None = filetype.guess_mime(head)
    return kind or UNKNOWN


def _is_pdf(head: bytes, *, tail: bytes, suffix: str) -> bool:
    """The header may stand after junk, anywhere in the first 1024 bytes; then the end must look like one too.

    Without a header the name and a first object will do: readers open such files.
    """
    position = head[:_PDF_BYTES].find(b"%PDF-")
    if position < 0:
        return suffix == ".pdf" and re.search(rb"\d+ \d+ obj\b", head) is not None
    return not head[:position].strip(b"\xef\xbb\xbf\r\n\t \x00") or b"%%EOF" in tail or b"startxref" in tail


def _zip_type(path: Path, suffix: str) -> str:
    named = _ZIP_NAMES.get(suffix, ARCHIVE)
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.namelist()
            declared = _start_of(archive, "mimetype") if "mimetype" in members else b""
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, EOFError):
        return named
    if declared:
        return declared.decode("ascii", "replace").strip()
    if "[Content_Types].xml" in members:
        found = (kind for prefix, kind in _ZIP_MEMBERS.items() if any(name.startswith(prefix) for name in members))
        return next(found, named)
    return ARCHIVE


def _start_of(archive: zipfile.ZipFile, member: str) -> bytes:
    with archive.open(member) as file:
        return file.read(100)


def _ole_type(path: Path, suffix: str) -> str:
    names = root_names(path)
    found = (kind for stream, kind in _OLE_STREAMS.items() if stream in names)
    return next(found, _OLE_NAMES.get(suffix, "application/x-ole-storage"))


def _as_text(head: bytes) -> str | None:
    """The head as text, good enough to look at its ASCII; null for binary data."""
    if mark := byte_order_mark(head):
        encoding, length = mark
        return head[length:].decode(encoding, "replace")
    if encoding_without_mark := wide_encoding(head):
        return head.decode(encoding_without_mark, "replace")
    return None if is_binary(head) else head.decode("utf-8", "replace")


def _text_type(text: str, suffix: str) -> str:
    start = text[prologue.end() :] if (prologue := _PROLOGUE.match(text)) else text
    is_xml = text.lstrip().startswith("<?xml")
    if _HTML_DOCUMENT.match(start):
        return "application/xhtml+xml" if is_xml else "text/html"
    if is_xml:
        return "image/svg+xml" if start.startswith("<svg") else "application/xml"
    if _is_mail(text, suffix):
        return "message/rfc822"
    if suffix in _TEXT_NAMES:
        return _TEXT_NAMES[suffix]
    if suffix != ".txt" and _HTML_FRAGMENT.match(start):
        return "text/html"
    return "text/plain" if suffix else _delimited(text)


def _is_mail(text: str, suffix: str) -> bool:
    """A block of mail headers at the top: one that only mail has, or with the name `.eml` a usual one."""
    names: set[str] = set()
    for line in text.lstrip("\n").splitlines():
        if line[:1] in (" ", "\t") and names:
            continue
        header = _MAIL_HEADER.match(line)
        if header is None:
            break
        names.add(header[1].lower())
    if suffix in (".eml", ".mht", ".mhtml"):
        return bool(names & (_MAIL_SURE | _MAIL_USUAL))
    return bool(names & _MAIL_SURE) and len(names & (_MAIL_SURE | _MAIL_USUAL)) >= 3


def _delimited(text: str) -> str:
    """CSV or TSV for a file without a suffix, if three lines or more hold equally many delimiters."""
    lines = [line for line in text.split("\n")[:20] if line.strip()]
    if len(text) >= _HEAD_BYTES // 4:
        lines = lines[:-1]
    for delimiter, kind in _DELIMITERS:
        counts = {line.count(delimiter) for line in lines}
        if len(lines) >= 3 and len(counts) == 1 and counts != {0}:
            return kind
    return "text/plain"

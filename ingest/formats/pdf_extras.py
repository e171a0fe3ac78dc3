"""What stands in a PDF beside its pages, read by pypdf: filled form fields and attached files.

pypdf reads the file's objects as they are, which pdfium's text layer leaves out. It is asked only for files that pdfium
says have a form or attachments, for it takes its time on large ones.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from ingest.formats.attached import taken
from ingest.models import Attachment

_LONGEST_NAME = 200
_DEEPEST = 32  # parents of a form field
_DAMAGE = (PyPdfError, AttributeError, KeyError, IndexError, OSError, RecursionError, TypeError, ValueError)
"""What pypdf raises for objects that are not what their place demands."""


@dataclass(frozen=True, slots=True)
class Extras:
    """`fields` are (1-based page, label, value) in reading order of the file; `left_out` notes on attachments."""

    fields: tuple[tuple[int, str, str], ...] = ()
    attachments: tuple[Attachment, ...] = ()
    left_out: tuple[str, ...] = ()
    damaged: bool = False

    @property
    def notes(self) -> tuple[str, ...]:
        return (*self.left_out, "its form fields or attachments can't be read") if self.damaged else self.left_out


def extras(path: Path, password: str = "") -> Extras:
    """Whatever is damaged is left out and said in `notes`; no error comes from here."""
    try:
        reader = PdfReader(path, strict=False)
        if reader.is_encrypted:
            reader.decrypt(password)
        attachments, left_out = taken(_attachments(reader))
        return Extras(tuple(_fields(reader)), attachments, tuple(left_out))
    except _DAMAGE:
        return Extras(damaged=True)


def _attachments(reader: PdfReader) -> Iterator[Attachment]:
    for name, files in reader.attachments.items():
        for data in files:
            yield Attachment(name, None, bytes(data))


def _fields(reader: PdfReader) -> Iterator[tuple[int, str, str]]:
    for number, page in enumerate(reader.pages, 1):
        for reference in page.get("/Annots") or ():
            annotation = reference.get_object()
            if isinstance(annotation, Mapping) and annotation.get("/Subtype") == "/Widget":
                label, value = _label(annotation), _value(annotation)
                if label and value:
                    yield number, label, value


def _label(field: Mapping[str, Any]) -> str:
    """What a reader of the form is told of the field, else its name."""
    told = _inherited(field, "/TU") or _inherited(field, "/T")
    return " ".join(str(told or "").split())[:_LONGEST_NAME]


def _value(field: Mapping[str, Any]) -> str:
    value = _inherited(field, "/V")
    if _inherited(field, "/FT") == "/Btn":
        value = "" if value in (None, "/Off") else str(value).lstrip("/")
    if isinstance(value, list):
        value = ", ".join(str(one) for one in value)
    return " ".join(str(value if value is not None else "").split())


def _inherited(field: Mapping[str, Any], key: str) -> Any:
    """A field's own entry, or that of the nearest parent that has one."""
    at: Any = field
    for _ in range(_DEEPEST):
        if not isinstance(at, Mapping):
            return None
        if key in at:
            return at[key]
        at = at.get("/Parent")
        at = at.get_object() if at is not None else None
    return None

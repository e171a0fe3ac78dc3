"""EML and MSG: subject, who wrote when to whom, the text with its quoted replies, the names of what is attached.

unstructured keeps neither subject nor addresses in its text and takes short lines of mails for headings.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ingest.blocks import assemble
from ingest.formats.attached import taken
from ingest.formats.html_markdown import markdown
from ingest.formats.html_tables import unwrap_layout
from ingest.formats.html_tree import drop_unseen, parse
from ingest.formats.internet_mail import read_mail
from ingest.formats.mail import Body, Mail
from ingest.formats.outlook import read_outlook
from ingest.formats.titles import readable
from ingest.markdown import clean_text
from ingest.markdown import pieces as markdown_pieces
from ingest.models import Attachment, Document, Piece

_OLE_MAGIC = b"\xd0\xcf\x11\xe0"
_BULLET = re.compile(r"\s*(?:[-*•]|\d{1,3}[.)])\s+\S")
_BLANK_LINES = re.compile(r"\n(?:[ \t>]*\n)+")


def convert(path: Path, name: str) -> Document:
    """The mail in `path`. No pages; attachments are named, and given as they are. Raises `Malformed`, `Encrypted`."""
    with path.open("rb") as file:
        magic = file.read(4)
    mail = read_outlook(path, name) if magic == _OLE_MAGIC else read_mail(path, name)
    metadata = {"author": mail.sender, "date": mail.day}
    attachments, left_out = taken(
        Attachment(one.name, one.media_type or None, one.data or b"") for one in mail.attachments
    )
    document = assemble(
        _pieces(mail, name),
        title=mail.subject or readable(name),
        metadata={key: value for key, value in metadata.items() if value},
        notes=[*mail.notes, *left_out],
    )
    return replace(document, attachments=attachments)


def _pieces(mail: Mail, name: str) -> Iterator[Piece]:
    if mail.subject:
        yield Piece("heading", f"# {mail.subject}", level=1)
    fields = {"From": mail.sender, "To": mail.to, "Cc": mail.cc, "Date": mail.date}
    yield Piece("paragraph", "\n".join(f"{label}: {value}" for label, value in fields.items() if value))
    for body in mail.bodies:
        yield from _html(body, name) if body.is_html else _plain(body)
    if mail.attachments:
        yield Piece("paragraph", f"Attachments: {', '.join(attached.name for attached in mail.attachments)}")


def _plain(body: Body) -> Iterator[Piece]:
    """Paragraphs as they were typed, quotes with their marks."""
    for paragraph in _BLANK_LINES.split(clean_text(body.text)):
        lines = [line.rstrip() for line in paragraph.strip("\n").split("\n")]
        yield Piece("list" if all(map(_BULLET.match, lines)) else "paragraph", "\n".join(lines))


def _html(body: Body, name: str) -> Iterator[Piece]:
    """A mail is all content: nothing but what its reader can't see is dropped."""
    tree = parse(body.text, name)
    unseen = dict.fromkeys(text for _, text in drop_unseen(tree))
    unwrap_layout(tree)
    yield from markdown_pieces(clean_text(markdown(tree)))
    if unseen:
        yield Piece("paragraph", "\n".join(unseen), hidden=True)

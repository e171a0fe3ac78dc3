"""Outlook's MSG to a mail, through python-oxmsg."""

import struct
from collections.abc import Iterator
from pathlib import Path

from oxmsg import Message
from oxmsg.attachment import Attachment

from ingest.errors import Malformed
from ingest.formats.mail import Attached, Body, Mail

_FOREIGN = (LookupError, ValueError, AssertionError, struct.error, OSError)
"""What python-oxmsg lets through for a broken file; olefile's errors are an OSError."""


def read_outlook(path: Path, name: str) -> Mail:
    """Plain text if the message has any, else HTML. Raises `Malformed`."""
    try:
        with path.open("rb") as file:
            message = Message.load(file.read())
            return _mail(message)
    except _FOREIGN as exc:
        raise Malformed(f"{name}: no readable Outlook message ({exc})", remedy="Save it again as MSG or EML.") from exc


def _mail(message: Message) -> Mail:
    headers = {key.lower(): value for key, value in message.message_headers.items()}
    names = ", ".join(f"{one.name} <{one.email_address}>" for one in message.recipients)
    sent = message.sent_date
    plain, html = (message.body or "").strip(), (message.html_body or "").strip()
    notes = [] if plain or html else ["the message's text is kept as RTF only, which is not read"]
    return Mail(
        subject=message.subject,
        sender=message.sender or "",
        to=headers.get("to") or names,
        cc=headers.get("cc", ""),
        date=headers.get("date") or (f"{sent:%Y-%m-%d %H:%M} UTC" if sent else ""),
        day=f"{sent:%Y-%m-%d}" if sent else "",
        bodies=(Body(plain or html, is_html=not plain),) if plain or html else (),
        attachments=tuple(_attached(message)),
        notes=tuple(notes),
    )


def _attached(message: Message) -> Iterator[Attached]:
    for number, attachment in enumerate(message.attachments, 1):
        data = attachment.file_bytes if attachment.attached_by_value else None
        yield Attached(_file_name(attachment) or f"attachment {number}", attachment.mime_type or "", data)


def _file_name(attachment: Attachment) -> str:
    """The long name, the display name for an attached message."""
    return attachment.file_name or attachment.properties.str_prop_value(0x3001) or ""

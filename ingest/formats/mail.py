"""A mail as it was sent, whatever program stored it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Body:
    """One part of the message's text, to be shown in its place."""

    text: str
    is_html: bool


@dataclass(frozen=True, slots=True)
class Attached:
    """A file or message that travels with the mail: its name (an attached message's subject) and media type.

    `data` is null where its bytes can't be had.
    """

    name: str
    media_type: str
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class Mail:
    """Addresses and date as written, `day` in ISO form; fields are empty where the mail has none."""

    subject: str
    sender: str
    to: str
    cc: str
    date: str
    day: str
    bodies: tuple[Body, ...]
    attachments: tuple[Attached, ...]
    notes: tuple[str, ...] = ()

"""EML (RFC 5322, MIME) to a mail, by the standard library."""

import email
import email.policy
import re
from collections.abc import Iterator
from datetime import datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from ingest.errors import Encrypted, Malformed
from ingest.formats.decoding import decode
from ingest.formats.mail import Attached, Body, Mail

_MOST_DEPTH = 20
_FLOWED_QUOTE = re.compile(r"(>*)\s?(.*)", re.DOTALL)


def read_mail(path: Path, name: str) -> Mail:
    """Of alternatives the plain text, or HTML where that is all there is. Raises `Malformed`, `Encrypted`."""
    with path.open("rb") as file:
        message = email.message_from_binary_file(file, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    if not message.keys():
        raise Malformed(f"{name}: no mail headers", remedy="Check what the file really is.")
    parts = list(_parts(message, name))
    if not parts and message.get_content_type() in ("multipart/encrypted", "application/pkcs7-mime"):
        raise Encrypted(f"{name}: an encrypted mail", remedy="Save it decrypted from the mail program.")
    moment = _moment(_header(message, "date"))
    return Mail(
        subject=_header(message, "subject"),
        sender=_header(message, "from"),
        to=_header(message, "to"),
        cc=_header(message, "cc"),
        date=_header(message, "date"),
        day=f"{moment:%Y-%m-%d}" if moment else "",
        bodies=tuple(part for part in parts if isinstance(part, Body) and part.text.strip()),
        attachments=tuple(part for part in parts if isinstance(part, Attached)),
    )


def _header(message: EmailMessage, key: str) -> str:
    """Decoded, on one line; one that can't be parsed as it stands."""
    try:
        value = message.get(key)
    except (ValueError, IndexError, AttributeError, TypeError):
        value = next((raw for found, raw in message.raw_items() if found.lower() == key), "")
    return " ".join(str(value or "").split())


def _moment(date: str) -> datetime | None:
    try:
        return parsedate_to_datetime(date)
    except (ValueError, TypeError, IndexError):
        return None


def _parts(part: EmailMessage, name: str, depth: int = 0) -> Iterator[Body | Attached]:
    """Texts and attachments in order; of alternatives the plainest that has text, of related parts the root."""
    kind = part.get_content_type()
    if part.is_multipart() and kind != "message/rfc822" and depth < _MOST_DEPTH:
        children = [child for child in part.iter_parts() if isinstance(child, EmailMessage)]
        if kind == "multipart/alternative":
            yield from _alternative(children, name, depth + 1)
        else:
            for child in children:
                yield from _parts(child, name, depth + 1)
    elif kind == "message/rfc822":
        inner = part.get_payload(0) if part.is_multipart() else None
        subject = _header(inner, "subject") if isinstance(inner, EmailMessage) else ""
        data = inner.as_bytes() if isinstance(inner, EmailMessage) else None
        yield Attached(part.get_filename() or f"{subject or 'attached message'}.eml", kind, data)
    elif kind in ("text/plain", "text/html") and not _is_attachment(part):
        yield Body(_text(part, name), is_html=kind == "text/html")
    elif file_name := part.get_filename():
        yield Attached(" ".join(file_name.split()), kind, _bytes(part))
    elif _is_attachment(part) or part.get_content_maintype() not in ("image", "multipart", "application"):
        yield Attached("attachment without a name", kind, _bytes(part))


def _alternative(children: list[EmailMessage], name: str, depth: int) -> Iterator[Body | Attached]:
    """Plain text unless it is blank or says only that there is HTML."""
    read = [list(_parts(child, name, depth)) for child in children]
    bodies = [part for parts in read for part in parts if isinstance(part, Body) and part.text.strip()]
    plain = [body for body in bodies if not body.is_html]
    html = [body for body in bodies if body.is_html]
    if plain and html and len(plain[0].text) < 200 and len(html[0].text) > 20 * len(plain[0].text):
        yield html[0]
    else:
        yield from (plain or html)[:1]
    yield from (part for parts in read for part in parts if isinstance(part, Attached))


def _is_attachment(part: EmailMessage) -> bool:
    return part.get_content_disposition() == "attachment" or bool(part.get_filename())


def _bytes(part: EmailMessage) -> bytes | None:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else None


def _text(part: EmailMessage, name: str) -> str:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    text = decode(data, name, declared=part.get_content_charset()) if data else ""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _unflowed(text) if part.get_param("format") == "flowed" else text


def _unflowed(text: str) -> str:
    """RFC 3676: a line that ends with a space goes on in the next one of the same quote depth."""
    lines: list[str] = []
    open_depth: str | None = None
    for line in text.split("\n"):
        match = _FLOWED_QUOTE.fullmatch(line)
        assert match is not None
        depth, words = match[1], match[2]
        if lines and open_depth == depth:
            lines[-1] += words
        else:
            lines.append(f"{depth} {words}" if depth else words)
        open_depth = depth if words.endswith(" ") and words != "-- " else None
    return "\n".join(line.rstrip() for line in lines)

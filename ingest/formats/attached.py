"""Files inside a source: how many and how large they may be, and how they are named."""

import unicodedata
from collections.abc import Iterable

from ingest.models import Attachment

MOST = 200
MOST_BYTES = 64 * 2**20
"""Of all attachments of one source together."""
_LONGEST = 200


def taken(found: Iterable[Attachment]) -> tuple[tuple[Attachment, ...], list[str]]:
    """Those that are handed on, and a note for each of the others. Equal names are told apart by a number."""
    kept: list[Attachment] = []
    notes: list[str] = []
    room = MOST_BYTES
    names: set[str] = set()
    for one in found:
        if not one.data:
            notes.append(f"attachment {one.name} is empty or can't be read")
        elif len(one.data) > room or len(kept) >= MOST:
            notes.append(f"attachment {one.name} is left out: all together are more than {MOST} or {MOST_BYTES} bytes")
        else:
            room -= len(one.data)
            name = plain(one.name.replace("/", "_").replace("\\", "_")) or "attachment"
            kept.append(Attachment(distinct(name, names), one.media_type, one.data))
    return tuple(kept), notes


def plain(name: str) -> str:
    """A name as one step of a path: no control characters, no dot in front, at most 200 characters; "" for nothing."""
    shown = "".join(one if unicodedata.category(one)[0] != "C" else " " for one in name if one != "\0")
    return " ".join(shown.split())[-_LONGEST:].lstrip(". ")


def distinct(name: str, names: set[str]) -> str:
    """The name, with a number where it is among `names`, to which it is added."""
    stem, dot, ending = name.rpartition(".")
    number, unused = 1, name
    while unused in names:
        number += 1
        unused = f"{stem} ({number}){dot}{ending}" if dot else f"{name} ({number})"
    names.add(unused)
    return unused

"""Files inside a source: how many and how large they may be, and how they are named."""

from collections.abc import Iterable

from ingest.models import Attachment

MOST = 200
MOST_BYTES = 64 * 2**20
"""Of all attachments of one source together."""


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
            kept.append(Attachment(_unused(one.name, names), one.media_type, one.data))
    return tuple(kept), notes


def _unused(name: str, names: set[str]) -> str:
    """The name as part of a path: no slashes, at most 200 characters, one that no other has."""
    plain = (
        " ".join(name.replace("/", "_").replace("\\", "_").replace("\0", "").split())[-200:].lstrip(".") or "attachment"
    )
    stem, dot, ending = plain.rpartition(".")
    number, unused = 1, plain
    while unused in names:
        number += 1
        unused = f"{stem} ({number}){dot}{ending}" if dot else f"{plain} ({number})"
    names.add(unused)
    return unused

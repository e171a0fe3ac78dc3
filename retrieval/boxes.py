"""Where a document's words stand on its pages, packed: some three kilobytes a page, in one compressed piece.

Little-endian. For each page a head (page, width, height, number of words), then six columns of 16-bit numbers: how far
each word starts behind the one before, its length, and its edges in parts of `_STEPS` of the page.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator

import numpy as np

from retrieval.models import PageBoxes, WordBox

_HEAD = struct.Struct("<IffI")
_STEPS = 8192
_FARTHEST = 0xFFFF


def packed(pages: Iterable[PageBoxes]) -> bytes:
    """The pages as bytes, read one at a time; those without a word are left out, b"" where none has one.

    Words are in ascending order of `start`; where two lie more than 65,535 characters apart, the rest of their page is
    left out.
    """
    squeeze = zlib.compressobj(6)
    parts = [squeeze.compress(part) for page in pages if page.words for part in _packed_page(page)]
    return b"".join([*parts, squeeze.flush()]) if parts else b""


def unpacked(data: bytes, page: int | None = None) -> tuple[PageBoxes, ...]:
    """What `packed` was given; of all pages or of that one."""
    return tuple(_pages(zlib.decompress(data), page)) if data else ()


def _packed_page(page: PageBoxes) -> Iterator[bytes]:
    first = page.words[0].start
    table = np.array([(w.start, w.end, w.left, w.top, w.right, w.bottom) for w in page.words])
    starts = table[:, 0].astype(np.int64)
    steps = np.diff(starts, prepend=first)
    near = int(np.argmax(steps > _FARTHEST)) or len(steps)
    columns = np.empty((6, near), dtype="<u2")
    columns[0] = steps[:near]
    columns[1] = np.minimum(table[:near, 1] - table[:near, 0], _FARTHEST)
    columns[2:] = np.clip(np.rint(table[:near, 2:] * _STEPS), 0, _STEPS).T
    yield _HEAD.pack(page.page, page.width, page.height, near)
    yield first.to_bytes(8, "little")
    yield columns.tobytes()


def _pages(data: bytes, wanted: int | None) -> Iterator[PageBoxes]:
    at = 0
    while at < len(data):
        number, width, height, count = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        first = int.from_bytes(data[at : at + 8], "little")
        at += 8
        if wanted is None or wanted == number:
            columns = np.frombuffer(data, dtype="<u2", count=6 * count, offset=at).reshape(6, count)
            yield PageBoxes(number, width, height, _words(columns, first))
        at += 12 * count


def _words(columns: "np.ndarray[tuple[int, int], np.dtype[np.uint16]]", first: int) -> tuple[WordBox, ...]:
    starts = first + np.cumsum(columns[0].astype(np.int64))
    ends = starts + columns[1]
    edges = (columns[2:].T / _STEPS).tolist()
    return tuple(
        WordBox(start, end, *edge) for start, end, edge in zip(starts.tolist(), ends.tolist(), edges, strict=True)
    )

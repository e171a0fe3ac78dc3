"""Large blocks that go back to the system as they are freed, where C's allocator is glibc's; elsewhere nothing is done.

What was freed before goes back by `native_memory.give_back`.
"""

import contextlib
import ctypes
from collections.abc import Iterator
from functools import cache
from typing import Any

from retrieval.store import native_memory

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Names of `mallopt`, from malloc.h."""
_SMALL = 2**20
_LARGE = 32 * 2**20
"""What glibc's own sliding threshold ends at once large blocks were freed; a first call switches the sliding off."""


@contextlib.contextmanager
def mapped() -> Iterator[None]:
    """Blocks of a megabyte and more are mapped one by one and go back to the system when freed, so that large ones of
    many sizes leave no holes; each costs its page faults, so this is for a few calls with large ones only.
    """
    libc = _glibc()
    if libc is None:
        yield
        return
    native_memory.give_back()
    libc.mallopt(_MMAP_THRESHOLD, _SMALL)
    try:
        yield
    finally:
        libc.mallopt(_MMAP_THRESHOLD, _LARGE)
        libc.mallopt(_TRIM_THRESHOLD, 2 * _LARGE)


@cache
def _glibc() -> Any:
    """Null where C's library is another."""
    try:
        libc = ctypes.CDLL(None)
        libc.gnu_get_libc_version  # noqa: B018 - asks whether it is there
    except (OSError, AttributeError, TypeError):
        return None
    return libc

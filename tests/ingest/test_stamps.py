"""When size, times and inode are enough."""

import os

import pytest

from ingest.stamps import file_stamp

SECOND = 1_000_000_000


def status(*, size: int = 10, mtime: int = 0, ctime: int = 0, inode: int = 7) -> os.stat_result:
    """Times in nanoseconds."""
    seconds = (0o100644, inode, 1, 1, 0, 0, size, 0, mtime // SECOND, ctime // SECOND)
    return os.stat_result(seconds, {"st_mtime_ns": mtime, "st_ctime_ns": ctime})


@pytest.mark.parametrize(
    "other",
    [status(size=11), status(mtime=1), status(ctime=1), status(inode=8)],
    ids=["size", "modified", "changed", "inode"],
)
def test_each_of_the_four_tells_a_change(other: os.stat_result) -> None:
    assert file_stamp(other, 10 * SECOND) != file_stamp(status(), 10 * SECOND) != ""


@pytest.mark.parametrize(
    ("mtime", "ctime", "trusted"),
    [
        (8 * SECOND, 0, True),
        (8 * SECOND + 1, 0, False),
        (0, 8 * SECOND + 1, False),
        (99 * SECOND, 0, False),
    ],
)
def test_what_was_touched_within_two_seconds_is_not_trusted(mtime: int, ctime: int, *, trusted: bool) -> None:
    """The scan is at second 10; a time that lies ahead is not trusted either."""
    assert bool(file_stamp(status(mtime=mtime, ctime=ctime), 10 * SECOND)) == trusted

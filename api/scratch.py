"""Temporary files stay in the home: whoever clears it, or bounds its size, has them all."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def inside(home: Path) -> Iterator[None]:
    """For the home's one writer: what an earlier one left behind is thrown away."""
    folder = home.absolute() / "tmp"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    before = tempfile.tempdir
    tempfile.tempdir = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before
        shutil.rmtree(folder, ignore_errors=True)

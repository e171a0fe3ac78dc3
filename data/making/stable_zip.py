"""Office files are zip archives; this takes the clock and the compressor out of them.

Members are stored uncompressed under one fixed date, so that the bytes depend neither on when a file
was made nor on which zlib Python was built with.
"""

import io
import zipfile
from datetime import datetime

EPOCH = datetime(2026, 2, 1, 8, 0, 0)


def stabilised(archive: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            member = zipfile.ZipInfo(name, date_time=EPOCH.timetuple()[:6])
            member.external_attr = 0o644 << 16
            new.writestr(member, old.read(name), compress_type=zipfile.ZIP_STORED)
    return target.getvalue()

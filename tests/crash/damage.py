"""What a power cut may do to an index that has not been made durable: its newest files are shorter, or empty."""

import os
import random
from pathlib import Path

INDEXES = ("vectors", "chroma", "lexical")


def truncate_newest(home: Path, chance: random.Random) -> None:
    """One to three of the newest files of one index lose their end."""
    folder = chance.choice([home / name for name in INDEXES] + sorted(home.glob("index-*/*")))
    files = sorted((path for path in folder.rglob("*") if path.is_file()), key=lambda path: path.stat().st_mtime_ns)
    for path in files[-chance.randint(1, 3) :]:
        os.truncate(path, int(path.stat().st_size * chance.random()))

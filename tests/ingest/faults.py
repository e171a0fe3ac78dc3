"""A corpus of 200 files of which 25 are at fault, each in another way.

What a parser may do that no file can be relied on to make it do (hang, die, fill the memory) is done by the converter
that stands in front of the real one here, for the files that are named so.
"""

import os
import random
import signal
import socket
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from docx import Document as Docx
from openpyxl import Workbook
from pypdf import PdfWriter
from reportlab.pdfgen.canvas import Canvas

from ingest import convert as real
from ingest.models import ConvertSettings, Document
from tests.ingest.test_media import ole_with

GOOD = 174  # and one that is named as another is shown
CHARACTERS = 200_000  # the limit that the oversize file exceeds
MEMORY = 2**30
SECONDS = 90.0
_DEEDS: dict[str, Callable[[], object]] = {
    "hangs.md": lambda: time.sleep(10 * SECONDS),
    "dies.md": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "fills-memory.md": lambda: bytearray(2 * MEMORY),
}


def convert(path: Path, media_type: str, name: str, settings: ConvertSettings) -> Document:
    """As `ingest.convert` does, but for the files whose parser misbehaves."""
    if name in _DEEDS:
        _DEEDS[name]()
    return real.convert(path, media_type, name, settings)


def make(folder: Path) -> dict[str, tuple[str, str]]:
    """Fill the folder; the outcome and the class (an error's code or a rule) that each planted fault should end in."""
    for number in range(GOOD):
        _GOOD[number % len(_GOOD)](folder / f"part{number % 7}" / f"good-{number:03d}", _words(number))
    for plant in (_plant_pdfs, _plant_office, _plant_texts, _plant_special):
        plant(folder)
    return dict(EXPECTED)


EXPECTED = {
    "encrypted.pdf": ("failed", "encrypted"),
    "encrypted.docx": ("failed", "encrypted"),
    "encrypted-parts.xlsx": ("failed", "encrypted"),
    "truncated.pdf": ("failed", "malformed"),
    "truncated.docx": ("failed", "malformed"),
    "truncated.xlsx": ("failed", "malformed"),
    "nothing-of-one.pdf": ("failed", "malformed"),
    "bomb.docx": ("failed", "over_limit"),
    "oversize.txt": ("failed", "over_limit"),
    "hangs.md": ("failed", "over_limit"),
    "fills-memory.md": ("failed", "over_limit"),
    "dies.md": ("failed", "worker_died"),
    "empty.txt": ("skipped", "no_text"),
    "empty.pdf": ("skipped", "no_text"),
    "blank.docx": ("skipped", "no_text"),
    "blanks-only.md": ("skipped", "no_text"),
    "program.pdf": ("skipped", "unknown_format"),
    "film.mp4": ("skipped", "unknown_format"),
    "unreadable.md": ("failed", "unreadable"),
    os.fsdecode(b"caf\xe9.md"): ("failed", "unreadable"),
    "loop": ("skipped", "link"),
    "out-of-it.md": ("skipped", "link"),
    "pipe.md": ("skipped", "special"),
    "socket.md": ("skipped", "special"),
    "~$open.docx": ("skipped", "hidden"),
}


def _plant_pdfs(folder: Path) -> None:
    _pdf(folder / "whole", _words(1000))
    whole = (folder / "whole.pdf").read_bytes()
    writer = PdfWriter(folder / "whole.pdf")
    writer.encrypt("secret", algorithm="AES-256")
    writer.write(folder / "encrypted.pdf")
    (folder / "whole.pdf").unlink()
    (folder / "truncated.pdf").write_bytes(whole[: len(whole) // 3])
    (folder / "nothing-of-one.pdf").write_bytes(b"%PDF-1.7\n" + random.Random(3).randbytes(3_000))
    (folder / "empty.pdf").write_bytes(b"")
    (folder / "program.pdf").write_bytes(b"\x7fELF\x02\x01\x01" + bytes(9) + random.Random(4).randbytes(3_000))


def _plant_office(folder: Path) -> None:
    (folder / "encrypted.docx").write_bytes(ole_with("EncryptedPackage"))
    for make_one, suffix in ((_docx, ".docx"), (_xlsx, ".xlsx")):
        make_one(folder / "truncated", _words(1001))
        whole = (folder / f"truncated{suffix}").read_bytes()
        (folder / f"truncated{suffix}").write_bytes(whole[: len(whole) // 2])
    _xlsx(folder / "encrypted-parts", _words(1002))
    _say_encrypted(folder / "encrypted-parts.xlsx")
    Docx().save(str(folder / "blank.docx"))
    _docx(folder / "bomb", _words(1003))
    zeros = bytes(200_000_000)
    with zipfile.ZipFile(folder / "bomb.docx", "a", zipfile.ZIP_DEFLATED, compresslevel=1) as bomb:
        for number in range(11):  # more than two gigabytes
            bomb.writestr(f"word/media/zeros{number}.bin", zeros)


def _say_encrypted(path: Path) -> None:
    """Set the flag of an encrypted part in all entries of the archive's directory."""
    content = bytearray(path.read_bytes())
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        content[at + 8] |= 1
        at = content.find(b"PK\x01\x02", at + 4)
    path.write_bytes(content)


def _plant_texts(folder: Path) -> None:
    (folder / "oversize.txt").write_text("Far too much text. " * (CHARACTERS // 15))
    (folder / "empty.txt").write_text("")
    (folder / "blanks-only.md").write_text(" \n\n\t\n")
    (folder / "film.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + bytes(1_000))
    for name in (*_DEEDS, "unreadable.md"):
        (folder / name).write_text(f"{_words(7)}\n{name}")


def _plant_special(folder: Path) -> None:
    """The escaped name is a file's too, so that the two can't be told apart in the ledger."""
    (folder / r"caf\xe9.md").write_text("Named in letters.")
    (folder / os.fsdecode(b"caf\xe9.md")).write_text("Named in Latin 1.")
    (folder / "part0" / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "out-of-it.md").symlink_to("/etc/hostname")
    os.mkfifo(folder / "pipe.md")
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(os.path.relpath(folder / "socket.md"))
    (folder / "~$open.docx").write_text("left by an editor")


def _words(seed: int) -> str:
    drawn = random.Random(seed)
    return " ".join(drawn.choices(("harbour", "invoice", "ladder", "orchard", "pump", "signal", "valve"), k=40)) + "."


def _text(place: Path, words: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.with_suffix(".txt").write_text(f"{place.name}\n\n{words}\n")


def _markdown(place: Path, words: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.with_suffix(".md").write_text(f"# {place.name}\n\n{words}\n")


def _html(place: Path, words: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    body = f"<h1>{place.name}</h1><p>{words}</p>"
    place.with_suffix(".html").write_text(f"<!doctype html><html><body><main>{body}</main></body></html>")


def _csv(place: Path, words: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    rows = "\n".join(f"{number},{word}" for number, word in enumerate(words.split()))
    place.with_suffix(".csv").write_text(f"Number,{place.name}\n{rows}\n")


def _pdf(place: Path, words: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    canvas = Canvas(str(place.with_suffix(".pdf")))
    for line, start in enumerate(range(0, len(words), 80)):
        canvas.drawString(72, 700 - 20 * line, f"{place.name if not line else ''} {words[start : start + 80]}")
    canvas.save()


def _docx(place: Path, words: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    document = Docx()
    document.add_heading(place.name)
    document.add_paragraph(words)
    document.save(str(place.with_suffix(".docx")))


def _xlsx(place: Path, words: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    book = Workbook()
    book.active.append(["Word", place.name])
    for number, word in enumerate(words.split()):
        book.active.append([word, number])
    book.save(place.with_suffix(".xlsx"))


_GOOD = (_text, _markdown, _html, _csv, _pdf, _docx, _xlsx)

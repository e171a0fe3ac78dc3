"""What a document is called: its property if that says something, else its first heading, else its file's name."""

import re
from collections.abc import Iterable
from pathlib import PurePath

from ingest.blocks import heading_text
from ingest.models import Piece

_MOST_CHARACTERS = 200
_MEANINGLESS = re.compile(
    r"""(?ix) (?:microsoft\ (?:word|excel|powerpoint)\b.*
      | (?:document|presentation|workbook|book|sheet|slide|unbenannt|untitled|unknown|title|no\ title|new\ document
          |dokument|präsentation|mappe|folie)\s*[\d.()-]*
      | (?:power\s?point|word|excel)[\s-]*(?:presentation|document|präsentation|template)?(?:\s*\d+)?
      | .*\.(?:docx?|dotx?|xlsx?|xlsm|pptx?|potx?|odt|ods|odp|rtf|pdf|indd|tmp)
      | [\W\d_]*)""",
)


def choose_title(name: str, *, declared: str = "", pieces: Iterable[Piece] = ()) -> str:
    """The declared title unless it is a program's filler, else the first heading, else `name` made readable."""
    declared = " ".join(declared.split())
    if declared and len(declared) <= _MOST_CHARACTERS and not _MEANINGLESS.fullmatch(declared):
        return declared
    headings = (heading_text(piece.text) for piece in pieces if piece.kind == "heading")
    return next((heading[:_MOST_CHARACTERS] for heading in headings if heading), "") or readable(name)


def readable(name: str) -> str:
    """`travel_policy-2024.xlsx` as `Travel policy 2024`."""
    stem = PurePath(name).stem or name
    words = re.sub(r"[_\s]+|(?<=[^\W\d])-(?=\w)|(?<=\w)-(?=[^\W\d])", " ", stem).strip() or stem
    return words[:1].upper() + words[1:]

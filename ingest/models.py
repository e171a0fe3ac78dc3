"""What flows through ingest: a converter's pieces, the document they make, the limits it works under."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from retrieval.errors import SourceError
from retrieval.models import PageSpan

BlockKind = Literal["heading", "paragraph", "list", "table", "code", "caption"]


@dataclass(frozen=True, slots=True)
class Piece:
    """One block of Markdown as a converter reads it, before its place in the document is known.

    `level` is 1-6 for a heading and 0 otherwise; `page` is 1-based, null where the format has none. `text` has no
    blank line at either end. A `hidden` piece holds text that a reader of the source does not see. `header` is
    the header row of a table that goes on in this one, without its own.
    """

    kind: BlockKind
    text: str
    level: int = 0
    page: int | None = None
    hidden: bool = False
    header: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A piece in its place: `document.text[start:end]` is its Markdown; `section` is the path of headings above it.

    A `hidden` block is stored and never indexed, quoted or shown to a model. `header` is the header row of a table that
    goes on in this one, without its own: context of each of its rows.
    """

    kind: BlockKind
    start: int
    end: int
    section: tuple[str, ...]
    level: int
    page: int | None
    hidden: bool = False
    header: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file inside a mail, a PDF or an archive, as it lay there; `media_type` is what its holder calls it, null for
    nothing. `error` says why there are no bytes of it.
    """

    name: str
    media_type: str | None
    data: bytes
    error: SourceError | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A source as Markdown. Blocks are in order, one blank line apart, and cover the text.

    `pages` lists every page of the source in order, empty ones too (start == end), and is empty where the format has
    none. `metadata` may hold `language`, `author`, `date`, `superseded_by`. `notes` say what was left out, for the
    ledger. `boxes` says where the words stand on their pages, as `retrieval.boxes` packs it. `attachments` are files of
    their own that the source holds. `quality` counts what an admin may want to look at, by the names in
    `ingest.quality`; zeros are left out.
    """

    title: str
    text: str
    blocks: tuple[Block, ...]
    pages: tuple[PageSpan, ...]
    metadata: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    boxes: bytes = b""
    attachments: tuple[Attachment, ...] = ()
    quality: Mapping[str, int] = field(default_factory=dict)

    @property
    def hidden(self) -> tuple[tuple[int, int], ...]:
        """The spans of the text that a reader of the source does not see, in order."""
        return tuple((block.start, block.end) for block in self.blocks if block.hidden)


OcrEngine = Literal["rapidocr", "tesseract", "off"]


@dataclass(frozen=True, slots=True)
class ConvertSettings:
    """What a converter may do beyond reading what is there.

    Pages of a PDF without text are recognised by `ocr`, at most `ocr_pages` of them, and none is begun that would end
    after `ocr_seconds` of processor time, if it took as long as those before. `passwords` are tried on encrypted files.
    """

    ocr: OcrEngine = "rapidocr"
    ocr_pages: int = 30
    ocr_seconds: float = 120.0
    passwords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """What one source may cost: processor and wall seconds, bytes of address space, characters of Markdown."""

    seconds: float = 300.0
    memory_bytes: int = 2 * 2**30
    characters: int = 50_000_000


@dataclass(frozen=True, slots=True)
class CrawlLimits:
    """How many links from the first page on, and how many pages in all."""

    depth: int = 8
    pages: int = 1_000

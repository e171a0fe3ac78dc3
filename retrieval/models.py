"""What flows, one frozen type per stage: StagedVersion > Hit > Passage > Answer.

Offsets are Unicode code points in the stored text of one version, half open; line ends are `\\n`. Pages are
1-based. `groups` is sorted; empty means public.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from retrieval.trace import Trace

Mode = Literal["dense", "lexical", "hybrid"]
JOINER = "\n\n"
"""Between a chunk's context and its text in what the embedding model reads."""

Support = Literal["supported", "partly", "unsupported"]
OutcomeKind = Literal["indexed", "unchanged", "duplicate", "skipped", "failed", "removed"]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. The owner sees everything; without groups one sees public documents only."""

    groups: frozenset[str] = frozenset()
    owner: bool = False


PUBLIC = Caller()
OWNER = Caller(owner=True)


@dataclass(frozen=True, slots=True)
class Filters:
    """Which of the documents that a caller may see a search is about; what is empty narrows nothing, all given hold.

    `documents` are ids, `paths` globs as in `footnote.toml`, `media_types` whole ones or `image/*`; of each one match
    is enough. `date_from` and `date_to` are ISO days, months or years, both inclusive, against the `date` that a
    document's metadata tells; one without a date matches neither. A document has to carry all of `tags` (metadata
    `tags`, separated by commas, in any case), and be granted to one of `groups`.
    """

    documents: frozenset[str] = frozenset()
    paths: tuple[str, ...] = ()
    media_types: frozenset[str] = frozenset()
    date_from: str = ""
    date_to: str = ""
    tags: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()


NO_FILTERS = Filters()


@dataclass(frozen=True, slots=True)
class Source:
    """One source as it was read. (collection, root, path) names its document.

    `root` is the absolute `file://` URI of the folder it was found under (no trailing slash), `path` the POSIX
    path below it; `uri` is absolute. `content_hash` is the SHA-256 of the bytes in hex, `size` counts them.
    `container` is the path of the source that a part came out of, empty for a source of its own.
    """

    collection: str
    root: str
    path: str
    uri: str
    media_type: str
    size: int
    content_hash: str
    groups: tuple[str, ...]
    container: str = ""


@dataclass(frozen=True, slots=True)
class PageSpan:
    """Where a page stands in the stored text."""

    page: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class WordBox:
    """A word of the stored text, `text[start:end]`, and where it stands: fractions of its page from the top left."""

    start: int
    end: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class PageBoxes:
    """The words of one page in the order of the text; `width` and `height` in points, as the page is shown.

    A word hyphenated at a line's end has a box for each part; a cell repeated over the rows that it spans has its
    words' boxes at each place.
    """

    page: int
    width: float
    height: float
    words: tuple[WordBox, ...]


@dataclass(frozen=True, slots=True)
class ExplainedPage:
    """A page of which nothing is indexed, and why."""

    page: int
    why: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """One contiguous slice of a version's text, `text == stored[start:end]`, and what is indexed with it.

    `context` (title, section path, repeated table header) is embedded and searched with the text, shown apart and
    never quoted. `page` and `page_end` are null where the format has no pages.
    """

    section: tuple[str, ...]
    context: str
    text: str
    start: int
    end: int
    page: int | None
    page_end: int | None


@dataclass(frozen=True, slots=True)
class StagedVersion:
    """The one thing `ingest` hands over. `fingerprint` names converter, chunker and their settings.

    `hidden` are spans of the text, ascending, that a reader of the source does not see: no chunk covers them. `boxes`
    says where the words stand, as `retrieval.boxes` packs it; b"" where the format has no places.
    """

    source: Source
    fingerprint: str
    title: str
    text: str
    pages: tuple[PageSpan, ...]
    metadata: Mapping[str, str]
    chunks: tuple[Chunk, ...]
    hidden: tuple[tuple[int, int], ...] = ()
    boxes: bytes = b""
    quality: Mapping[str, int] = field(default_factory=dict)
    explained: tuple[ExplainedPage, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one source of a run ended. `reason` is for an admin's eyes, `remedy` says what to do about it.

    `pages` counts those that were seen, 0 where the format has none; each is indexed or `explained`. `rule` names what
    left the source out, `code` the class of the error that it failed with, or was skipped for; `page` is where.
    `quality` counts what may be worth a look, by the names in `ingest.quality`.
    """

    uri: str
    outcome: OutcomeKind
    reason: str = ""
    pages: int = 0
    chunks: int = 0
    document_id: str | None = None
    rule: str = ""
    code: str = ""
    page: int | None = None
    remedy: str = ""
    explained: tuple[ExplainedPage, ...] = ()
    quality: Mapping[str, int] = field(default_factory=dict)

    @property
    def pages_indexed(self) -> int:
        return self.pages - len(self.explained)


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """What the catalogue holds of a published document, as the next run's plan needs it."""

    document_id: str
    path: str
    uri: str
    version: int
    content_hash: str
    fingerprint: str
    groups: tuple[str, ...]
    pages: int
    chunks: int
    container: str = ""
    explained: tuple[ExplainedPage, ...] = ()
    quality: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DocumentSummary:
    """One published document as `documents` lists it."""

    document_id: str
    collection: str
    document: str
    uri: str
    title: str
    version: int
    media_type: str
    size: int
    pages: int
    chunks: int
    groups: tuple[str, ...]
    published_at: str


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """One kept version whole: the text in which all offsets count, its pages, and the spans that no reader sees."""

    document_id: str
    collection: str
    document: str
    uri: str
    title: str
    version: int
    media_type: str
    content_hash: str
    text: str
    pages: tuple[PageSpan, ...]
    metadata: Mapping[str, str]
    hidden: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A published chunk by its row, with all that a hit shows.

    `superseded_by` is what its document says has taken its place, in its own words (a file, a title); empty for none.
    """

    row: int
    chunk_id: str
    document_id: str
    collection: str
    version: int
    document: str
    uri: str
    title: str
    ordinal: int
    section: tuple[str, ...]
    context: str
    text: str
    start: int
    end: int
    page: int | None
    page_end: int | None
    superseded_by: str = ""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a hit came from: ranks are 1-based, null where a leg did not return the chunk.

    `dense_score` is the cosine, also where the dense leg did not rank the chunk among its candidates;
    `lexical_score` is BM25's or null. `named` is what speaks for the chunk's document, 0 where the question does not
    name it. `reranked` is the reranker's score, null where it did not read the chunk.
    """

    dense_rank: int | None
    dense_score: float | None
    lexical_rank: int | None
    lexical_score: float | None
    named: float = 0.0
    reranked: float | None = None


@dataclass(frozen=True, slots=True)
class HitSpan:
    """What is handed over of a hit that was joined with its neighbours: `text == stored[start:end]`.

    `chunks` are their ids in the document's order.
    """

    start: int
    end: int
    text: str
    page: int | None
    page_end: int | None
    chunks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """A visible chunk that says the same as a hit in a few other words, and has no place of its own in the list."""

    document_id: str
    version: int
    document: str
    chunk_id: str
    page: int | None


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk with its score (higher is better, comparable within one search only) and provenance.

    `duplicates` names the visible documents, by relative path, whose equal chunk was folded into this one, `near` what
    else was folded into it, best first. `span` is null where the hit is its chunk alone; `start`, `end`, `text`, `page`
    and `page_end` are what it hands over.
    """

    rank: int
    score: float
    chunk: StoredChunk
    provenance: Provenance
    duplicates: tuple[str, ...] = ()
    span: HitSpan | None = None
    near: tuple[NearDuplicate, ...] = ()

    @property
    def documents(self) -> tuple[str, ...]:
        """All that hold it, by relative path: its own, those with the same text, those that say much the same."""
        return (self.chunk.document, *self.duplicates, *(one.document for one in self.near))

    @property
    def start(self) -> int:
        return (self.span or self.chunk).start

    @property
    def end(self) -> int:
        return (self.span or self.chunk).end

    @property
    def text(self) -> str:
        return (self.span or self.chunk).text

    @property
    def page(self) -> int | None:
        return (self.span or self.chunk).page

    @property
    def page_end(self) -> int | None:
        return (self.span or self.chunk).page_end


@dataclass(frozen=True, slots=True)
class Passage:
    """Neighbouring hits of one version joined: `text == stored[start:end]`, at least one hit, best rank first.

    `date` is the document's own, as an ISO day or what begins one; empty where it tells none. `superseded_by` as in
    `StoredChunk`.
    """

    document_id: str
    version: int
    document: str
    uri: str
    title: str
    section: tuple[str, ...]
    context: str
    text: str
    start: int
    end: int
    pages: tuple[PageSpan, ...]
    score: float
    hits: tuple[Hit, ...]
    date: str = ""
    superseded_by: str = ""

    def page_at(self, offset: int) -> int | None:
        """The page on which the stored text's `offset` stands; null where the format has no pages."""
        return next((span.page for span in self.pages if span.start <= offset < span.end), None)


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote: `quote == stored[start:end]` of the version named. `marker` n is written `[n]`."""

    marker: int
    document_id: str
    version: int
    document: str
    page: int | None
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier message of a conversation."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer with its markers, checked against what they quote.

    `support` is null where it claims nothing from the documents (an abstention). `unproven` are its numbers that stand
    in no quote of its own.
    """

    text: str
    markers: tuple[int, ...]
    support: Support | None = None
    unproven: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """Sentences with citations, or an abstention with the nearest sources and the reason.

    `text` holds the markers. `dropped` counts the markers of a model that resolved to no quote.
    `notes` is what the reader should know (no model configured, the model failed). `trace` says how it came about.
    """

    answer_id: str
    question: str
    text: str
    abstained: bool
    mode: Literal["extractive", "llm"]
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    sources: tuple[Hit, ...]
    dropped: int = 0
    notes: tuple[str, ...] = ()
    trace: Trace | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class SourcesFound:
    """Streaming: what will be read for the answer, before its first word."""

    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Token:
    """Streaming: the next piece of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class Cited:
    """Streaming: a citation that was checked."""

    citation: Citation


@dataclass(frozen=True, slots=True)
class Done:
    """Streaming: the whole answer; always the last event. Where its text differs from the tokens, it counts."""

    answer: Answer


AnswerEvent = SourcesFound | Token | Cited | Done

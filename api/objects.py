"""The objects of the contract, the same over HTTP and under `--json`. Other programs rely on the fields' names."""

from collections.abc import Sequence
from typing import Literal, NotRequired

from typing_extensions import TypedDict

from api.page_labels import page_labels
from retrieval.models import (
    Answer,
    Caller,
    Citation,
    DocumentSummary,
    Hit,
    NearDuplicate,
    Outcome,
    PageSpan,
    Sentence,
    StoredVersion,
    Support,
)

OUTCOMES = ("indexed", "unchanged", "duplicate", "skipped", "failed", "removed")


class ExplainObject(TypedDict):
    dense_rank: int | None
    dense_score: float | None
    lexical_rank: int | None
    lexical_score: float | None
    named: float
    reranked: float | None
    chunks: list[str]
    duplicates: list[str]


class NearDuplicateObject(TypedDict):
    document_id: str
    version: int
    document: str
    chunk_id: str
    page: int | None


class HitObject(TypedDict):
    rank: int
    score: float
    chunk_id: str
    document_id: str
    version: int
    document: str
    uri: str
    title: str
    page: int | None
    page_end: int | None
    section: list[str]
    context: str
    text: str
    start: int
    end: int
    collection: str
    also_in: list[NearDuplicateObject]
    superseded_by: str
    explain: NotRequired[ExplainObject]


class HitsObject(TypedDict):
    hits: list[HitObject]


class CitationObject(TypedDict):
    marker: int
    document_id: str
    version: int
    document: str
    page: int | None
    quote: str
    start: int
    end: int


class SentenceObject(TypedDict):
    text: str
    markers: list[int]
    support: Support | None
    unproven: list[str]


class AnswerObject(TypedDict):
    answer_id: str
    question: str
    answer: str
    abstained: bool
    mode: Literal["extractive", "llm"]
    citations: list[CitationObject]
    sources: list[HitObject]
    sentences: list[SentenceObject]
    dropped: int
    notes: list[str]
    confidence: float | None
    read_as: str


class DocumentObject(TypedDict):
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
    published_at: str
    groups: NotRequired[list[str]]


class DocumentsObject(TypedDict):
    documents: list[DocumentObject]


class GroupObject(TypedDict):
    alike: float
    documents: list[DocumentObject]


class GroupsObject(TypedDict):
    groups: list[GroupObject]


class PageObject(TypedDict):
    """`label` is what the page calls itself, where that is not its number."""

    page: int
    start: int
    end: int
    label: NotRequired[str]


class VersionObject(TypedDict):
    document_id: str
    document: str
    uri: str
    title: str
    version: int
    text: str
    pages: list[PageObject]
    collection: str
    media_type: str
    metadata: dict[str, str]


class ExplainedPageObject(TypedDict):
    page: int
    why: str


class OutcomeObject(TypedDict):
    """What is not required is missing in the kept reports of earlier versions."""

    uri: str
    outcome: str
    reason: str
    rule: NotRequired[str | None]
    code: NotRequired[str | None]
    page: NotRequired[int | None]
    remedy: NotRequired[str]
    pages: int
    pages_indexed: NotRequired[int]
    pages_explained: NotRequired[list[ExplainedPageObject]]
    quality: NotRequired[dict[str, int]]
    chunks: int
    document_id: str | None


class ReportObject(TypedDict):
    run_id: int
    indexed: int
    unchanged: int
    duplicate: int
    skipped: int
    failed: int
    removed: int
    chunks: int
    embedded: int
    seconds: float
    gone: int
    refusal: str
    notes: list[str]
    outcomes: list[OutcomeObject]


MoveObject = TypedDict("MoveObject", {"from": str, "to": str})
"""`from` is the path below the root that a source had, `to` its URI."""


class LeftOutObject(TypedDict):
    uri: str
    outcome: str
    reason: str


class PreviewObject(TypedDict):
    dry_run: bool
    collection: str
    added: list[str]
    changed: list[str]
    moved: list[MoveObject]
    removed: list[str]
    gone: list[str]
    unchanged: int
    left_out: list[LeftOutObject]
    refusal: str


class RunObject(TypedDict):
    run_id: int
    collection: str
    started_at: str
    finished_at: str | None
    indexed: int
    unchanged: int
    duplicate: int
    skipped: int
    failed: int
    removed: int
    outcomes: NotRequired[list[OutcomeObject]]


class RunsObject(TypedDict):
    runs: list[RunObject]


class RemovedObject(TypedDict):
    document_id: str
    removed: bool
    run_id: int


def hit_object(hit: Hit, *, explain: bool = False) -> HitObject:
    chunk = hit.chunk
    shown: HitObject = {
        "rank": hit.rank,
        "score": hit.score,
        "chunk_id": chunk.chunk_id,
        "document_id": chunk.document_id,
        "version": chunk.version,
        "document": chunk.document,
        "uri": chunk.uri,
        "title": chunk.title,
        "page": hit.page,
        "page_end": hit.page_end,
        "section": list(chunk.section),
        "context": chunk.context,
        "text": hit.text,
        "start": hit.start,
        "end": hit.end,
        "collection": chunk.collection,
        "also_in": [_near_duplicate(one) for one in hit.near],
        "superseded_by": chunk.superseded_by,
    }
    if explain:
        shown["explain"] = _explain(hit)
    return shown


def _near_duplicate(one: NearDuplicate) -> NearDuplicateObject:
    return {
        "document_id": one.document_id,
        "version": one.version,
        "document": one.document,
        "chunk_id": one.chunk_id,
        "page": one.page,
    }


def hits_object(hits: Sequence[Hit], *, explain: bool = False) -> HitsObject:
    return {"hits": [hit_object(hit, explain=explain) for hit in hits]}


def citation_object(citation: Citation) -> CitationObject:
    return {
        "marker": citation.marker,
        "document_id": citation.document_id,
        "version": citation.version,
        "document": citation.document,
        "page": citation.page,
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
    }


def answer_object(answer: Answer) -> AnswerObject:
    return {
        "answer_id": answer.answer_id,
        "question": answer.question,
        "answer": answer.text,
        "abstained": answer.abstained,
        "mode": answer.mode,
        "citations": [citation_object(citation) for citation in answer.citations],
        "sources": [hit_object(hit) for hit in answer.sources],
        "sentences": [_sentence_object(part) for part in answer.sentences],
        "dropped": answer.dropped,
        "notes": list(answer.notes),
        "confidence": _confidence(answer),
        "read_as": answer.trace.question_read if answer.trace else answer.question,
    }


def _confidence(answer: Answer) -> float | None:
    """The chance that the documents hold the answer, by what was found; null where nothing was looked for."""
    verdict = answer.trace.verdict if answer.trace else None
    return verdict.confidence if verdict else None


def _sentence_object(sentence: Sentence) -> SentenceObject:
    return {
        "text": sentence.text,
        "markers": list(sentence.markers),
        "support": sentence.support,
        "unproven": list(sentence.unproven),
    }


def document_object(summary: DocumentSummary, caller: Caller) -> DocumentObject:
    """Who else may see a document is told to the owner alone."""
    shown: DocumentObject = {
        "document_id": summary.document_id,
        "collection": summary.collection,
        "document": summary.document,
        "uri": summary.uri,
        "title": summary.title,
        "version": summary.version,
        "media_type": summary.media_type,
        "size": summary.size,
        "pages": summary.pages,
        "chunks": summary.chunks,
        "published_at": summary.published_at,
    }
    if caller.owner:
        shown["groups"] = list(summary.groups)
    return shown


def documents_object(summaries: Sequence[DocumentSummary], caller: Caller) -> DocumentsObject:
    return {"documents": [document_object(summary, caller) for summary in summaries]}


def version_object(version: StoredVersion) -> VersionObject:
    labels = page_labels(version.metadata)
    return {
        "document_id": version.document_id,
        "document": version.document,
        "uri": version.uri,
        "title": version.title,
        "version": version.version,
        "text": version.text,
        "pages": [_page_object(span, labels.get(span.page)) for span in version.pages],
        "collection": version.collection,
        "media_type": version.media_type,
        "metadata": dict(version.metadata),
    }


def _page_object(span: PageSpan, label: str | None) -> PageObject:
    shown: PageObject = {"page": span.page, "start": span.start, "end": span.end}
    if label is not None:
        shown["label"] = label
    return shown


def outcome_object(outcome: Outcome) -> OutcomeObject:
    return {
        "uri": outcome.uri,
        "outcome": outcome.outcome,
        "reason": outcome.reason,
        "rule": outcome.rule or None,
        "code": outcome.code or None,
        "page": outcome.page,
        "remedy": outcome.remedy,
        "pages": outcome.pages,
        "pages_indexed": outcome.pages_indexed,
        "pages_explained": [{"page": one.page, "why": one.why} for one in outcome.explained],
        "quality": dict(outcome.quality),
        "chunks": outcome.chunks,
        "document_id": outcome.document_id,
    }


def _explain(hit: Hit) -> ExplainObject:
    provenance = hit.provenance
    return {
        "dense_rank": provenance.dense_rank,
        "dense_score": provenance.dense_score,
        "lexical_rank": provenance.lexical_rank,
        "lexical_score": provenance.lexical_score,
        "named": provenance.named,
        "reranked": provenance.reranked,
        "chunks": list(hit.span.chunks) if hit.span else [hit.chunk.chunk_id],
        "duplicates": list(hit.duplicates),
    }

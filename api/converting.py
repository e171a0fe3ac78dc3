"""One file to Markdown as ingest does it: in a process of its own, under the same limits. Import it when wanted."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from api.settings import Settings
from ingest.convert import marked_text
from ingest.errors import Unreadable, WorkerDied
from ingest.models import ConvertSettings, Document
from ingest.worker import Job
from ingest.workers import Workers
from retrieval.errors import SourceError, UsageError
from retrieval.store.embed import SPECIAL_TOKENS, SentenceTransformerEmbedder, resolve
from retrieval.store.limits import ChunkLimits


def convert(file: Path, settings: Settings) -> Document:
    """Raises `UsageError` where there is no such file, else the `SourceError` that says why it can't be read."""
    _check(file)
    model = SentenceTransformerEmbedder(resolve(settings.model))
    limits = ChunkLimits(model.max_tokens, SPECIAL_TOKENS, model.tokenizer, settings.engine().chunks)
    with Workers(limits, count=1, settings=_quick(settings.converting())) as workers:
        for ended in workers.convert(iter([(file, Job(file.absolute(), file.name, blocks=True))])):
            if ended is None:
                continue
            if isinstance(ended[1], SourceError):
                raise ended[1]
            found = ended[1]
            return Document(
                found.title,
                found.text,
                found.blocks,
                found.pages,
                found.metadata,
                found.notes,
                attachments=found.attachments,
                quality=found.quality,
            )
    raise WorkerDied(f"{file.name}: the converter gave no answer", remedy="report it as a bug")


def _quick(settings: ConvertSettings) -> ConvertSettings:
    """Whoever looks at one file waits for it: a few scanned pages are enough to see what comes of them."""
    return replace(settings, ocr_pages=min(settings.ocr_pages, 3), ocr_seconds=min(settings.ocr_seconds, 10.0))


def _check(file: Path) -> None:
    try:
        if not file.is_file():
            raise UsageError(f"{file}: {'not a plain file' if file.exists() else 'no such file'}", remedy="name a file")
        file.open("rb").close()
    except OSError as exc:
        raise Unreadable(f"{file}: {exc.strerror}", remedy="see that it may be read") from exc


def document_object(document: Document) -> dict[str, Any]:
    """The text, its pages and its blocks; each block's words are `text[start:end]`."""
    return {
        "title": document.title,
        "text": document.text,
        "markdown": marked_text(document),
        "pages": [{"page": span.page, "start": span.start, "end": span.end} for span in document.pages],
        "blocks": [
            {
                "kind": block.kind,
                "level": block.level,
                "page": block.page,
                "section": list(block.section),
                "start": block.start,
                "end": block.end,
                "hidden": block.hidden,
                "text": document.text[block.start : block.end],
            }
            for block in document.blocks
        ],
        "metadata": dict(document.metadata),
        "notes": list(document.notes),
        "attachments": [
            {"name": one.name, "media_type": one.media_type, "size": len(one.data)} for one in document.attachments
        ],
        "quality": dict(document.quality),
    }

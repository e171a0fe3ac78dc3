"""Small versions to publish, made by hand."""

import hashlib

from retrieval.models import Chunk, Outcome, PageSpan, Source, StagedVersion


def version(
    path: str, *paragraphs: str, groups: tuple[str, ...] = (), collection: str = "c", title: str = "Title"
) -> StagedVersion:
    """One chunk a paragraph, all on page 1."""
    text = "\n\n".join(paragraphs)
    chunks, position = [], 0
    for paragraph in paragraphs:
        start = text.index(paragraph, position)
        position = start + len(paragraph)
        chunks.append(Chunk(("Top",), f"{title} > Top", paragraph, start, position, 1, 1))
    return StagedVersion(
        source=Source(
            collection=collection,
            root="file:///docs",
            path=path,
            uri=f"file:///docs/{path}",
            media_type="text/plain",
            size=len(text),
            content_hash=hashlib.sha256(text.encode()).hexdigest(),
            groups=groups,
        ),
        fingerprint="made by hand",
        title=title,
        text=text,
        pages=(PageSpan(1, 0, len(text)),),
        metadata={},
        chunks=tuple(chunks),
    )


def indexed(one: StagedVersion) -> tuple[StagedVersion, Outcome]:
    return one, Outcome(one.source.uri, "indexed", pages=len(one.pages), chunks=len(one.chunks))

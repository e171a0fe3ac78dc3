"""Comments on a slide, of the old kind and threaded ones, each with who wrote it."""

from collections.abc import Iterator

from lxml import etree
from pptx.opc.package import Part
from pptx.slide import Slide

from ingest.formats.packages import parse_xml
from ingest.models import Piece


def slide_comments(slide: Slide, number: int) -> list[Piece]:
    """In the order of the file, answers behind what they answer."""
    parts = list(_related(slide.part, "/comments"))
    people = _people(slide) if parts else {}
    return [
        Piece("paragraph", f"Comment by {people.get(author, 'unknown')}: {text}", page=number)
        for part in parts
        for author, text in _comments(_tree(part))
    ]


def _comments(root: etree._Element) -> Iterator[tuple[str, str]]:
    """(author's id, words). A comment of the old kind has its words in `text`, a threaded one in paragraphs."""
    for comment in root.iter("{*}cm", "{*}reply"):
        body = comment.find("{*}text")
        body = body if body is not None else comment.find("{*}txBody")
        words = " ".join(" ".join(body.itertext()).split()) if body is not None else ""
        if words:
            yield comment.get("authorId", ""), words


def _people(slide: Slide) -> dict[str, str]:
    presentation = slide.part.package.presentation_part
    parts = [*_related(presentation, "/commentAuthors"), *_related(presentation, "/authors")]
    found = [author for part in parts for author in _tree(part).iter("{*}cmAuthor", "{*}author")]
    return {author.get("id", ""): author.get("name", "") for author in found}


def _related(part: Part, kind: str) -> Iterator[Part]:
    for relation in part.rels.values():
        if relation.reltype.endswith(kind) and not relation.is_external:
            yield relation.target_part


def _tree(part: Part) -> etree._Element:
    return parse_xml(part.blob, "a slide's comments")

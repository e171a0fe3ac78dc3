"""Documents to look at: a stretch of text as safe HTML, pages of a PDF as pictures with the places of their words."""

from functools import partial
from typing import Annotated, Literal

from anyio import to_thread
from fastapi import APIRouter, Query, Response
from typing_extensions import TypedDict

from api.bounds import LARGEST_NUMBER
from api.errors import InvalidRequest
from api.server.deps import Asker, Serving
from api.server.schemas import Number
from api.server.services import CatalogReads
from retrieval.errors import NotFound
from retrieval.models import Caller, PageBoxes, StoredVersion

router = APIRouter(prefix="/v1/documents", tags=["documents"])

Kind = Literal["pages", "text"]
Version = Annotated[Number | None, Query()]
Offset = Annotated[int | None, Query(ge=0, le=LARGEST_NUMBER)]
_PDF = "application/pdf"
_POLICY = "sandbox; default-src 'none'"


class ViewObject(TypedDict):
    """`html` is the text from `first` to `last`, empty for `pages`; `page` is where the quote begins."""

    document_id: str
    collection: str
    document: str
    uri: str
    title: str
    version: int
    live_version: int | None
    media_type: str
    kind: Kind
    pages: list[int]
    page: int | None
    quote: str
    html: str
    first: int
    last: int
    length: int


class WordObject(TypedDict):
    """The text's `start` to `end`, and where it stands: fractions of the page from its top left."""

    text: str
    start: int
    end: int
    left: float
    top: float
    right: float
    bottom: float


class PageObject(TypedDict):
    page: int
    width: float
    height: float
    words: list[WordObject]


@router.get("/{document_id}/view")
def view(
    document_id: str,
    serving: Serving,
    asker: Asker,
    version: Version = None,
    start: Offset = None,
    end: Offset = None,
    at: Offset = None,
    kind: Kind | None = None,
) -> ViewObject:
    """A document opened at the quote from `start` to `end`, marked, or at the offset `at`; a PDF too as `kind` text."""
    catalog = serving.engine.catalog
    found = catalog.version(document_id, asker.caller, version)
    quote = _quote(found, start, end)
    seen = _kind(found) if kind is None else kind
    if seen == "pages" and _kind(found) != "pages":
        raise InvalidRequest("kind: this document is shown as text alone", remedy="leave kind out")
    opened = quote[0] if quote else min(at or 0, len(found.text))
    html, first, last = _text(found, quote, opened) if seen == "text" else ("", 0, 0)
    return {
        "document_id": found.document_id,
        "collection": found.collection,
        "document": found.document,
        "uri": found.uri,
        "title": found.title,
        "version": found.version,
        "live_version": _live(catalog, document_id, asker.caller),
        "media_type": found.media_type,
        "kind": seen,
        "pages": [span.page for span in found.pages],
        "page": next((span.page for span in found.pages if span.start <= opened < span.end), None),
        "quote": found.text[quote[0] : quote[1]] if quote else "",
        "html": html,
        "first": first,
        "last": last,
        "length": len(found.text),
    }


@router.get("/{document_id}/pages/{page}.png", response_class=Response)
async def picture(document_id: str, page: Number, serving: Serving, asker: Asker, version: Version = None) -> Response:
    """One page of a PDF as a picture."""
    find = partial(_pdf, serving.engine.catalog, document_id, asker.caller, version)
    found = await to_thread.run_sync(find)
    original = await to_thread.run_sync(
        partial(serving.engine.catalog.original, document_id, asker.caller, found.version)
    )
    draw = partial(serving.pages.png, original.path, found.content_hash, page)
    drawn = await to_thread.run_sync(draw, limiter=serving.pages.drawing)
    return Response(drawn, media_type="image/png", headers={"Content-Security-Policy": _POLICY})


@router.get("/{document_id}/pages/{page}")
def words(document_id: str, page: Number, serving: Serving, asker: Asker, version: Version = None) -> PageObject:
    """The words of one page of a PDF and their places, in the order of the text; none for a page without."""
    catalog = serving.engine.catalog
    found = _pdf(catalog, document_id, asker.caller, version)
    if page not in {span.page for span in found.pages}:
        raise NotFound(f"there is no page {page}", remedy="the document's view lists its pages")
    boxes = catalog.boxes(document_id, asker.caller, found.version, page)
    return _page(boxes[0], found.text) if boxes else {"page": page, "width": 0, "height": 0, "words": []}


def _quote(found: StoredVersion, start: int | None, end: int | None) -> tuple[int, int] | None:
    """Raises `InvalidRequest`."""
    if start is None and end is None:
        return None
    if start is None or end is None or not start < end <= len(found.text):
        raise InvalidRequest(
            f"start, end: no stretch of this version's {len(found.text)} characters", remedy="send a citation's own"
        )
    return start, end


def _kind(found: StoredVersion) -> Kind:
    return "pages" if found.media_type == _PDF and found.pages else "text"


def _text(found: StoredVersion, quote: tuple[int, int] | None, opened: int) -> tuple[str, int, int]:
    from api.viewing import shown  # loads the renderer, which only a viewer wants

    return shown.stretch(found, quote, opened)


def _live(catalog: CatalogReads, document_id: str, caller: Caller) -> int | None:
    """Null for a document that was removed, of which the owner still sees what is kept."""
    try:
        return catalog.version(document_id, caller).version
    except NotFound:
        return None


def _pdf(catalog: CatalogReads, document_id: str, caller: Caller, version: int | None) -> StoredVersion:
    found = catalog.version(document_id, caller, version)
    if _kind(found) != "pages":
        raise NotFound(f"document {document_id} has no pages to be drawn", remedy="its view shows it as text")
    return found


def _page(boxes: PageBoxes, text: str) -> PageObject:
    return {
        "page": boxes.page,
        "width": boxes.width,
        "height": boxes.height,
        "words": [
            {
                "text": text[word.start : word.end],
                "start": word.start,
                "end": word.end,
                "left": round(word.left, 5),
                "top": round(word.top, 5),
                "right": round(word.right, 5),
                "bottom": round(word.bottom, 5),
            }
            for word in boxes.words
        ],
    }

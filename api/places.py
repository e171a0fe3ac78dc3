"""How a place in a document is written for a person: document, page, section, link."""

from rich.text import Text

from api import terminal
from api.objects import HitObject


def heading(hit: HitObject) -> Text:
    """`handbook/leave.html · page 3 · Leave › Portugal`; what has taken the document's place is told with it."""
    text = Text(terminal.name(hit["document"]), style="bold")
    for part in (page_of(hit["page"], hit["page_end"]), " › ".join(hit["section"]) or hit["title"]):
        if part:
            text.append(f" · {terminal.name(part)}", "not bold")
    if hit["superseded_by"]:
        text.append(f" · superseded by {terminal.name(hit['superseded_by'])}", "yellow")
    return text


def page_of(page: int | None, page_end: int | None = None) -> str:
    if page is None:
        return ""
    return f"page {page}" if page_end in (None, page) else f"pages {page}-{page_end}"


def link(uri: str, page: int | None) -> str:
    """Opens at the page where the viewer knows how to."""
    return uri if page is None else f"{uri}#page={page}"

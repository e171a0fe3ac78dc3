"""A version's text as HTML: the window around what is looked at, with the quote and what readers don't see marked."""

from api.viewing.marks import Stretch
from api.viewing.markup import html
from api.viewing.windows import window
from retrieval.models import StoredVersion


def stretch(found: StoredVersion, quote: tuple[int, int] | None, opened: int) -> tuple[str, int, int]:
    """The HTML, and from where to where in the stored text it goes."""
    part = window(found.text, opened)
    shift = len(part.header) - part.start
    seen = [(start, end) for start, end in found.hidden if start < part.end and end > part.start]
    stretches = [Stretch(start + shift, end + shift, "unseen") for start, end in seen]
    if quote is not None:
        stretches.append(Stretch(quote[0] + shift, quote[1] + shift, "quote"))
    return html(part.header + found.text[part.start : part.end], stretches), part.start, part.end

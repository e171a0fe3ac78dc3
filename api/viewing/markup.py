"""Stored Markdown as HTML that is safe to show: no script, no handler, no style, no picture fetched from anywhere."""

from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from api.viewing.marks import Stretch, marked, signed

_TAGS = {
    *("h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "blockquote", "pre", "code", "em", "strong", "s", "del"),
    *("ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "a", "span"),
}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto"}
_PLACEHOLDER = "picture"


def html(markdown: str, stretches: Iterable[Stretch] = ()) -> str:
    """The HTML of a stretch of stored text, its stretches marked. HTML in the text is shown as the text it is."""
    rendered = _renderer().render(signed(markdown, stretches))
    return marked(
        nh3.clean(
            rendered,
            tags=_TAGS,
            attributes=_ATTRIBUTES,
            allowed_classes={"span": {_PLACEHOLDER}},
            url_schemes=_SCHEMES,
            url_relative="deny",
            link_rel="noopener noreferrer nofollow",
            set_tag_attribute_values={"a": {"target": "_blank"}},
        )
    )


@cache
def _renderer() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.add_render_rule("image", _picture)
    return parser


def _picture(_renderer: Any, tokens: Sequence[Token], index: int, _options: Any, _environment: Any) -> str:
    """A picture is what its description says; it is not fetched."""
    said = tokens[index].content or "without a description"
    return f'<span class="{_PLACEHOLDER}">[picture: {escape(said)}]</span>'

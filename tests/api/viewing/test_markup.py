"""What a document can't do to the browser that shows it."""

import re

import pytest

from api.viewing.markup import html

HOSTILE = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "<svg/onload=alert(1)>",
    '<iframe src="https://evil.example"></iframe>',
    "<style>*{background:url(https://evil.example/x)}</style>",
    "[click](javascript:alert(1))",
    "[click](JaVaScRiPt&#58;alert(1))",
    "[click](data:text/html;base64,PHNjcmlwdD4=)",
    "[click](vbscript:x)",
    "![x](https://evil.example/pixel.png)",
    '![x" onerror="alert(1)](https://evil.example/pixel.png "t")',
    "![x][ref]\n\n[ref]: https://evil.example/pixel.png",
    '<https://evil.example/" onmouseover="alert(1)>',
    "<a href='javascript:alert(1)'>x</a>",
    "[x](/v1/documents)",
    "[x](//evil.example/a)",
    "```html\n<script>alert(1)</script>\n```",
    "| <b onclick=alert(1)>a</b> | b |\n| --- | --- |\n| <script>x</script> | c |",
]


@pytest.mark.parametrize("markdown", HOSTILE)
def test_nothing_of_a_document_runs_or_is_fetched(markdown: str) -> None:
    shown = html(markdown)

    tags = re.findall(r"<\s*/?\s*([a-zA-Z0-9]+)([^>]*)>", shown)
    assert not {name.lower() for name, _ in tags} & {"script", "img", "iframe", "svg", "style", "b", "object", "link"}
    for _, attributes in tags:
        assert not re.search(r"\bon\w+\s*=|style\s*=|src\s*=", attributes), attributes
        for address in re.findall(r'href="([^"]*)"', attributes):
            assert re.match(r"https?://|mailto:", address), address


def test_a_link_to_another_site_opens_apart_and_tells_nothing_of_us() -> None:
    assert html("[x](https://example.org/a)") == (
        '<p><a href="https://example.org/a" target="_blank" rel="noopener noreferrer nofollow">x</a></p>\n'
    )


def test_a_picture_is_shown_as_what_its_description_says() -> None:
    assert html("![A pump <b>](https://example.org/p.png)") == (
        '<p><span class="picture">[picture: A pump &lt;b&gt;]</span></p>\n'
    )


def test_tables_lists_and_code_are_kept() -> None:
    shown = html("| a | b |\n| --- | --- |\n| 1 | 2 |\n\n3. three\n4. four\n\n```\nx < y\n```")

    assert "<th>a</th>" in shown
    assert "<td>2</td>" in shown
    assert '<ol start="3">' in shown
    assert "<pre><code>x &lt; y\n</code></pre>" in shown

"""A page becomes the Markdown of what it says."""

from pathlib import Path

import pytest

from ingest.convert import marked_text
from ingest.errors import Malformed
from ingest.formats.from_html import convert
from ingest.models import Document

PROSE = "Everyone may take twenty-five days of paid leave in a year, and more after ten years of service. "


def document(folder: Path, html: str | bytes, name: str = "page.html") -> Document:
    path = folder / "copy"
    path.write_bytes(html if isinstance(html, bytes) else html.encode())
    return convert(path, name)


def text_of(folder: Path, body: str) -> str:
    return document(folder, f"<html><head><title>T</title></head><body>{body}</body></html>").text


def test_blocks_become_markdown(tmp_path: Path) -> None:
    body = """<h1>Leave</h1><p>Take <b>all</b> of it,
      <i>please</i>. See <a href="rules.html" title="x">the rules</a>.</p>
      <ul><li>one<ol start=3><li>three</li><li>four</li></ol></li><li>two</li></ul>
      <blockquote><p>Rest.</p></blockquote>
      <dl><dt>Day</dt><dd>24 hours</dd></dl>"""

    assert text_of(tmp_path, body) == (
        "# Leave\n\nTake **all** of it,\n*please*. See [the rules](rules.html).\n\n"
        "- one\n  3. three\n  4. four\n- two\n\n> Rest.\n\nDay\n:   24 hours"
    )


def test_blocks_are_cut_where_the_page_cuts_them(tmp_path: Path) -> None:
    found = document(tmp_path, "<h1>A</h1><p>p</p><h2>B</h2><table><tr><th>x<th>y<tr><td>1<td>2</table><pre>c</pre>")

    assert [(block.kind, block.section) for block in found.blocks] == [
        ("heading", ()),
        ("paragraph", ("A",)),
        ("heading", ("A",)),
        ("table", ("A", "B")),
        ("code", ("A", "B")),
    ]


@pytest.mark.parametrize(
    "html",
    [
        '<pre><code class="language-python">x = 1\n\ny = 2</code></pre>',
        '<div class="highlight-python"><pre>x = 1\n\ny = 2</pre></div>',
        '<pre class="brush: python">x = 1\n\ny = 2</pre>',
        '<pre data-lang="Python"><span>x</span> = 1\n\ny = 2</pre>',
    ],
)
def test_code_keeps_its_lines_and_its_language(tmp_path: Path, html: str) -> None:
    assert text_of(tmp_path, html) == "```python\nx = 1\n\ny = 2\n```"


def test_a_fence_is_longer_than_any_in_the_code(tmp_path: Path) -> None:
    assert text_of(tmp_path, "<pre>```\nx\n```</pre>") == "````\n```\nx\n```\n````"


def test_a_table_has_its_spans_caption_and_headers(tmp_path: Path) -> None:
    body = """<table><caption>Days of leave</caption>
      <thead><tr><th rowspan=2>Country</th><th colspan=2>Days</th></tr><tr><th>full</th><th>part</th></tr></thead>
      <tfoot><tr><td>All</td><td colspan=2>at least 10</td></tr></tfoot>
      <tbody><tr><td rowspan=2>Norway</td><td>25</td><td>13 | 14<br>by hours</td></tr>
      <tr><td>26</td><td>14</td></tr></tbody></table>"""

    found = document(tmp_path, body)

    assert found.text == (
        "*Days of leave*\n\n"
        "| Country | Days / full | Days / part |\n| --- | --- | --- |\n"
        "| Norway | 25 | 13 \\| 14 by hours |\n| Norway | 26 | 14 |\n"
        "| All | at least 10 | at least 10 |"
    )
    assert [block.kind for block in found.blocks] == ["caption", "table"]


def test_hidden_sort_keys_and_icons_are_no_part_of_a_cell(tmp_path: Path) -> None:
    body = """<table><tr><th>Name<th>Born<th>Paid</tr>
      <tr><td><span style="display: none">Berg, Ann</span><img src=no.png alt=Norway width=23> Ann Berg</td>
      <td><span class=sortkey>1980-05-02</span>2 May 1980<sup><a href="#note">a</a></sup></td>
      <td><img src=tick.png alt=yes width=16></td></tr></table>"""

    assert text_of(tmp_path, body).splitlines()[2] == "| Ann Berg | 2 May 1980[a] | yes |"


def test_lists_in_a_cell_stay_in_it(tmp_path: Path) -> None:
    body = "<table><tr><th>a<th>b<tr><td>1<td><ul><li>x<li>y</ul></table>"

    assert text_of(tmp_path, body).splitlines()[2] == "| 1 | x; y |"


def test_a_table_in_a_cell_is_written_behind(tmp_path: Path) -> None:
    body = """<table><tr><th>Country<th>Days<tr><td>Norway<td>see below
      <table><tr><th>Years<th>Days</th></tr><tr><td>10<td>30</table></table><p>End.</p>"""

    assert text_of(tmp_path, body) == (
        "| Country | Days |\n| --- | --- |\n| Norway | see below |\n\n"
        "| Years | Days |\n| --- | --- |\n| 10 | 30 |\n\nEnd."
    )


def test_figures_keep_description_and_caption(tmp_path: Path) -> None:
    body = '<figure><img src="a.png" alt="A harbour"><figcaption>Bergen at <b>night</b></figcaption></figure>'

    assert text_of(tmp_path, body) == "![A harbour]()\n\n*Bergen at night*"


def test_a_file_name_says_nothing_about_a_picture(tmp_path: Path) -> None:
    assert text_of(tmp_path, '<p>x</p><p><img src="a.png" alt="IMG 20 3.JPG"></p>') == "x"


def test_exponents_are_no_part_of_the_number_before(tmp_path: Path) -> None:
    assert text_of(tmp_path, "<p>10<sup>6</sup> on the 1<sup>st</sup>, H<sub>2</sub>O</p>") == "10^6 on the 1st, H2O"


@pytest.mark.parametrize("target", ["#part", "javascript:void(0)", "data:text/html,x", ""])
def test_a_link_that_leads_nowhere_is_its_text(tmp_path: Path, target: str) -> None:
    assert text_of(tmp_path, f'<p>See <a href="{target}">below</a>.</p>') == "See below."


def test_a_target_with_brackets_is_read_to_its_end(tmp_path: Path) -> None:
    assert (
        text_of(tmp_path, '<p>A <a href="/wiki/Duck_(bird)?a b">duck</a>.</p>')
        == "A [duck](/wiki/Duck_%28bird%29?a%20b)."
    )


def test_words_that_look_like_markdown_stay_a_paragraph(tmp_path: Path) -> None:
    found = document(tmp_path, "<p># of days</p><p>snake_case *and* 2 * 3</p>")

    assert found.text == "\\# of days\n\nsnake_case *and* 2 * 3"
    assert [block.kind for block in found.blocks] == ["paragraph", "paragraph"]


def test_a_card_that_is_a_link_keeps_its_blocks(tmp_path: Path) -> None:
    assert text_of(tmp_path, "<a href=x><h2>Bergen</h2><p>By the sea.</p></a>") == "## Bergen\n\nBy the sea."


def test_what_no_reader_sees_is_not_among_what_is_read(tmp_path: Path) -> None:
    body = """<p>Seen.</p><script>x()</script><style>p{}</style><!-- note --><p hidden>a</p>
      <p style="visibility:hidden">b</p><div aria-hidden=true>c</div><template><p>d</p></template>
      <select><option>e</select><p class="sr-only">f</p><p>Seen, too.</p>"""

    found = document(tmp_path, body)

    assert marked_text(found) == "Seen.\n\nSeen, too."
    assert found.text == "Seen.\n\nSeen, too.\n\na\nb"


def test_a_page_hidden_until_its_script_has_run_is_read(tmp_path: Path) -> None:
    assert text_of(tmp_path, f'<div style="display:none"><p>{PROSE}</p></div><p>x</p>').startswith("Everyone may")


def test_metadata_is_read_from_where_pages_put_it(tmp_path: Path) -> None:
    html = """<html lang="en-GB"><head><title>Leave – Fairway</title><meta name=author content="Ann Berg">
      <meta property="article:published_time" content="2025-03-01T08:00:00+01:00"></head><body><h1>Leave</h1><p>x</p>"""

    found = document(tmp_path, html)

    assert found.title == "Leave"
    assert found.metadata == {"language": "en-GB", "author": "Ann Berg", "date": "2025-03-01"}


def test_linked_data_is_read_and_broken_linked_data_is_not(tmp_path: Path) -> None:
    html = """<html><head><title>T</title><script type="application/ld+json">{broken</script>
      <script type="application/ld+json">{"@graph": [{"@type": "Article", "datePublished": "2024-12-24",
      "author": [{"name": "Ann"}, {"name": "Bo"}]}]}</script></head><body><p>x</p>"""

    assert document(tmp_path, html).metadata == {"author": "Ann, Bo", "date": "2024-12-24"}


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("<title>Window</title>", "<h1>One</h1><p>x</p>", "One"),
        ("<title>Leave | Fairway</title>", "<h1>Fairway</h1><h1>Leave</h1><p>x</p>", "Leave"),
        ('<title>Window</title><meta property="og:title" content="Told">', "<p>x</p>", "Told"),
        ("<title>Window</title>", "<p>x</p>", "Window"),
        ("", "<h2>Part</h2><p>x</p>", "Part"),
        ("", "<p>x</p>", "Travel policy"),
    ],
)
def test_the_title_is_the_best_that_the_page_has(tmp_path: Path, head: str, body: str, title: str) -> None:
    html = f"<html><head>{head}</head><body>{body}</body></html>"

    assert document(tmp_path, html, "travel_policy.html").title == title


def test_encodings_are_honoured(tmp_path: Path) -> None:
    html = '<html><head><meta charset="windows-1251"></head><body><p>Отпуск</p></body></html>'

    assert document(tmp_path, html.encode("cp1251")).text == "Отпуск"
    assert document(tmp_path, html.encode("utf-16")).text == "Отпуск"


def test_text_has_no_control_characters_whatever_the_entities(tmp_path: Path) -> None:
    found = text_of(tmp_path, "<p>a&#8203;b&shy;c&#xFEFF;d&nbsp;e&#13;f&#x1F;<i>g</i>&#8;<br>loose</p>&#31;end<p>h</p>")

    assert found.replace("\n", " ") == "abcd e f*g* loose  end  h"


def test_a_page_nested_deep_keeps_its_text(tmp_path: Path) -> None:
    found = text_of(tmp_path, "<div>" * 1500 + "deep <b>text</b>" + "</div>" * 1500 + "<p>after</p>")

    assert found == "deep text\n\nafter"


@pytest.mark.parametrize("tag", ["div", "b", "table><tr><td", "ul><li", "blockquote", "span"])
def test_a_depth_bomb_is_malformed_or_read_and_never_a_crash(tmp_path: Path, tag: str) -> None:
    html = "<html><body><p>start</p>" + f"<{tag}>" * 100_000 + "end"

    with pytest.raises(Malformed, match="nested thousands deep"):
        document(tmp_path, html)


def test_binary_data_is_malformed(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="binary data"):
        document(tmp_path, bytes(range(256)) * 10)


def test_a_page_depends_on_no_other(tmp_path: Path) -> None:
    """The same page gives the same Markdown before and after others that share its paragraphs."""
    page = f"<body><nav><a href=x>Home</a></nav><h1>Leave</h1>{f'<p>{PROSE}</p>' * 5}</body>"
    first = text_of(tmp_path, page)
    for _ in range(5):
        text_of(tmp_path, page.replace("Leave", "Travel"))

    assert text_of(tmp_path, page) == first


@pytest.mark.parametrize(
    "hidden",
    [
        "<p hidden>Buy now</p>",
        '<p style="display:none">Buy now</p>',
        '<p style="visibility: hidden">Buy now</p>',
        '<p style="font-size:0">Buy now</p>',
        '<p style="position:absolute; left:-9999px">Buy now</p>',
        '<p style="color:#fff">Buy now</p>',
        '<div style="background:#ffffff"><font color="white">Buy now</font></div>',
    ],
)
def test_hidden_text_is_kept_behind_the_rest_and_marked(tmp_path: Path, hidden: str) -> None:
    found = document(tmp_path, f"<h1>Leave</h1><p>{PROSE}</p>{hidden}<p>{PROSE}</p>")

    (start, end), *more = found.hidden
    assert not more
    assert found.text[start:end] == "Buy now"
    assert end == len(found.text)
    assert found.text.count("Buy now") == 1
    assert found.notes == ("hidden texts kept and not searched: 1",)


@pytest.mark.parametrize(
    "shown",
    [
        '<div style="background:#003366"><p style="color:#fff">Buy now</p></div>',
        '<table bgcolor="#000000"><tr><td><font color="#ffffff">Buy now</font></td></tr></table>',
        '<div style="font-size:0"><p style="font-size:12px">Buy now</p></div>',
        '<p style="color:#ffe">Buy now</p>',
    ],
)
def test_what_can_be_seen_is_not_hidden(tmp_path: Path, shown: str) -> None:
    found = document(tmp_path, f"<h1>Leave</h1><p>{PROSE}</p>{shown}<p>{PROSE}</p>")

    assert found.hidden == ()
    assert "Buy now" in found.text


def test_white_text_on_a_page_with_style_sheets_may_stand_on_a_dark_ground(tmp_path: Path) -> None:
    styled = '<style>.dark {background: #000}</style><div class="dark"><p style="color:#fff">Buy now</p></div>'

    assert document(tmp_path, f"<p>{PROSE}</p>{styled}<p>{PROSE}</p>").hidden == ()


def test_a_small_grid_with_a_heading_in_a_cell_stays_a_table(tmp_path: Path) -> None:
    """A page laid out in a table has long texts in its cells, or rows of different length."""
    grid = "<table><tr><td><h3>City</h3></td><td>EUR</td></tr><tr><td>Bonn</td><td>80</td></tr></table>"
    layout = f"<table><tr><td><h3>News</h3>{PROSE}</td><td>{PROSE}</td></tr><tr><td>a</td><td>b</td></tr></table>"

    assert text_of(tmp_path, f"<p>{PROSE}</p>{grid}").endswith("| City | EUR |\n| --- | --- |\n| Bonn | 80 |")
    assert "### News" in text_of(tmp_path, layout)

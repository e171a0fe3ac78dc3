"""Content stays and what stands around it goes, page by page."""

from pathlib import Path

import pytest

from ingest.formats.from_html import convert

SENTENCES = (
    "The harbour of Bergen sends its water levels every ten minutes to the office in Bremerhaven.",
    "When a sensor is silent for an hour, the engineer on call is woken and looks at the log of the station.",
    "Spare parts lie in the blue container behind the pilots' house, and the key hangs in the office.",
    "After the repair the station is watched for a day before the ticket may be closed by the engineer.",
)
ARTICLE = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
MENU = "<ul>" + "".join(f'<li><a href="/{n}">Menu entry number {n}</a></li>' for n in range(12)) + "</ul>"
PAGE = """<html><head><title>Silent stations – Fairway</title></head><body>
  <div id="cookie-banner"><p>We use cookies to remember your language and to count visits to these pages.</p></div>
  <header class="site-header"><a href="/">Fairway</a></header><nav>{menu}</nav>
  <div class="crumbs"><a href="/">Home</a> <a href="/ops">Operations</a></div>
  <div class="layout"><div class="content"><h1>Silent stations</h1>{content}</div>
  <div class="sidebar"><h3>Most read</h3>{menu}
  <p>Our newsletter brings the best stories of the week to your desk.</p></div></div>
  <footer><p>Fairway Instruments, Bergen. All rights reserved. Imprint and privacy are found in the intranet.</p>
  </footer></body></html>"""


def text_of(folder: Path, content: str, page: str = PAGE) -> str:
    path = folder / "copy"
    path.write_text(page.replace("{menu}", MENU).replace("{content}", content), encoding="utf-8")
    return convert(path, "page.html").text


def test_an_article_loses_what_stands_around_it(tmp_path: Path) -> None:
    assert text_of(tmp_path, ARTICLE) == "\n\n".join(["# Silent stations", *SENTENCES])


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("<table><tr><th>Part<th>Shelf<tr><td>Fuse<td>B2</table>", "| Fuse | B2 |"),
        ("<pre>systemctl restart gauge</pre>", "```\nsystemctl restart gauge\n```"),
        ("<dl><dt>Silent</dt><dd>nothing received for an hour, whatever the reason may be</dd></dl>", ":   nothing"),
        ("<ul><li>Look at the log of the station</li><li>Call the pilots' house in Bergen</li></ul>", "- Look at"),
        ("<h2>Spare parts</h2><p>There are always two of each of them in the container.</p>", "## Spare parts"),
    ],
)
@pytest.mark.parametrize("place", ["before", "between", "after"])
def test_tables_code_and_lists_stay_wherever_they_stand(
    tmp_path: Path, content: str, expected: str, place: str
) -> None:
    whole = {"before": content + ARTICLE, "between": ARTICLE + content + ARTICLE, "after": ARTICLE + content}

    found = text_of(tmp_path, whole[place])

    assert expected in found
    assert "Menu entry" not in found
    assert "newsletter" not in found


def test_a_page_that_is_a_table_is_kept_whole(tmp_path: Path) -> None:
    rows = "".join(f"<tr><td>Station {n}<td><a href='/{n}'>report {n}</a>" for n in range(40))

    found = text_of(tmp_path, f"<p>All stations.</p><table><tr><th>Name<th>Report{rows}</table>")

    assert found.startswith("# Silent stations\n\nAll stations.\n\n| Name | Report |")
    assert found.count("| Station") == 40
    assert "Menu entry" not in found


def test_a_short_page_is_not_judged_by_its_length(tmp_path: Path) -> None:
    assert text_of(tmp_path, "<p>Call 112.</p>") == "# Silent stations\n\nCall 112."


def test_a_bare_document_is_content_from_end_to_end(tmp_path: Path) -> None:
    found = text_of(
        tmp_path, "<h1>Notes</h1><p>Short.</p><p><a href=a>A link</a></p>" + ARTICLE, "<body>{content}</body>"
    )

    assert found.startswith("# Notes\n\nShort.\n\n[A link](a)\n\nThe harbour")


def test_a_page_of_links_alone_is_kept(tmp_path: Path) -> None:
    found = text_of(tmp_path, MENU, "<body><h1>Index</h1>{content}</body>")

    assert found.count("Menu entry") == 12


def test_loose_text_between_blocks_is_not_lost(tmp_path: Path) -> None:
    loose = f"Loose words first.<p>{SENTENCES[0]}</p>Then <b>more</b> of them, right here.<p>{SENTENCES[1]}</p>"

    found = text_of(tmp_path, loose, "<body>{content}</body>")

    assert found.split("\n\n") == [
        "Loose words first.",
        SENTENCES[0],
        "Then **more** of them, right here.",
        SENTENCES[1],
    ]


def test_a_name_that_sounds_like_noise_does_not_hide_the_content(tmp_path: Path) -> None:
    """`related` or `promo` on a wrapper of nearly everything is how a theme calls its layout."""
    page = PAGE.replace('class="content"', 'class="related promo"')

    assert SENTENCES[3] in text_of(tmp_path, ARTICLE, page)


def test_an_anchor_made_of_a_heading_is_no_name_of_noise(tmp_path: Path) -> None:
    sections = (
        f'<section id="social-security"><h2>Social security</h2><p>{SENTENCES[0]}</p></section>'
        f'<h2 id="feedback">Feedback</h2><p>{SENTENCES[1]}</p>'
    )

    found = text_of(tmp_path, ARTICLE + sections)

    assert "## Social security\n\n" + SENTENCES[0] in found
    assert "## Feedback\n\n" + SENTENCES[1] in found


def test_what_the_page_says_twice_stays_twice(tmp_path: Path) -> None:
    found = text_of(tmp_path, ARTICLE + "<h2>Again</h2>" + ARTICLE)

    assert [found.count(sentence) for sentence in SENTENCES] == [2, 2, 2, 2]

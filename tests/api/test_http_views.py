"""Documents to look at, over HTTP."""

import io
from pathlib import Path

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from retrieval.models import PageBoxes, WordBox
from tests.api.conftest import LEAVE, Server
from tests.api.fake_engine import Page


@pytest.fixture
def pdf(server: Server, tmp_path: Path) -> str:
    """The id of a document of one page that says "Life jackets"."""
    path = tmp_path / "safety.pdf"
    canvas = Canvas(str(path), pagesize=(200, 100))
    canvas.drawString(20, 50, "Life jackets")
    canvas.save()
    boxes = PageBoxes(1, 200.0, 100.0, (WordBox(0, 4, 0.1, 0.4, 0.2, 0.5), WordBox(5, 12, 0.21, 0.4, 0.4, 0.5)))
    page = Page("safety", "Life jackets", original=path, media_type="application/pdf", boxes=(boxes,))
    server.engine.catalog.pages.append(page)
    return "safety"


def test_a_document_opens_at_the_quote_with_its_words_marked(server: Server) -> None:
    view = server.client().get("/v1/documents/leave/view?version=1&start=13&end=21").json()

    assert view["html"] == ('<p>Employees in <mark class="quote">Portugal</mark> have 25 days of leave.</p>\n')
    assert (view["kind"], view["quote"], view["page"]) == ("text", "Portugal", 1)
    assert (view["version"], view["live_version"], view["length"]) == (1, 1, len(LEAVE.text))


def test_a_stretch_that_the_version_has_not_is_refused(server: Server) -> None:
    client = server.client()

    for query in ("start=5", "start=5&end=5", "start=0&end=4000", "start=-1&end=4", "end=4"):
        assert client.get(f"/v1/documents/leave/view?{query}").status_code == 422, query


def test_a_pdf_is_shown_as_pages_and_on_request_as_text(server: Server, pdf: str) -> None:
    client = server.client()

    pages = client.get(f"/v1/documents/{pdf}/view?start=5&end=12").json()
    text = client.get(f"/v1/documents/{pdf}/view?start=5&end=12&kind=text").json()

    assert (pages["kind"], pages["pages"], pages["page"], pages["html"]) == ("pages", [1], 1, "")
    assert (text["kind"], text["html"]) == ("text", '<p>Life <mark class="quote">jackets</mark></p>\n')


def test_what_has_no_pages_is_not_shown_as_such(server: Server) -> None:
    client = server.client()

    assert client.get("/v1/documents/leave/view?kind=pages").status_code == 422
    assert client.get("/v1/documents/leave/pages/1").status_code == 404
    assert client.get("/v1/documents/leave/pages/1.png").status_code == 404


def test_the_words_of_a_page_come_with_their_places(server: Server, pdf: str) -> None:
    page = server.client().get(f"/v1/documents/{pdf}/pages/1").json()

    assert (page["width"], page["height"]) == (200, 100)
    assert page["words"][1] == {
        "text": "jackets",
        "start": 5,
        "end": 12,
        "left": 0.21,
        "top": 0.4,
        "right": 0.4,
        "bottom": 0.5,
    }


def test_a_page_is_a_picture(server: Server, pdf: str) -> None:
    answer = server.client().get(f"/v1/documents/{pdf}/pages/1.png")

    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cache-control"] == "no-store"
    assert Image.open(io.BytesIO(answer.content)).size == (400, 200)


def test_a_page_that_is_not_there_is_not_found(server: Server, pdf: str) -> None:
    client = server.client()

    assert client.get(f"/v1/documents/{pdf}/pages/2").status_code == 404
    assert client.get(f"/v1/documents/{pdf}/pages/2.png").status_code == 404
    assert client.get(f"/v1/documents/{pdf}/pages/0.png").status_code == 422


def test_a_picture_that_was_drawn_for_one_is_not_shown_to_another(server: Server, pdf: str) -> None:
    """What may be seen is decided before the cache is looked into."""
    client = server.client()
    assert client.get(f"/v1/documents/{pdf}/pages/1.png").status_code == 200

    server.engine.catalog.pages = [page for page in server.engine.catalog.pages if page.document_id != pdf]

    assert client.get(f"/v1/documents/{pdf}/pages/1.png").status_code == 404


def test_collections_are_those_in_which_one_may_see_something(server: Server) -> None:
    found = server.as_key(groups=()).get("/v1/collections").json()["collections"]

    assert found == [{"name": "default", "documents": 1}, {"name": "products", "documents": 1}]

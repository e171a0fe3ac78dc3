"""Pages drawn by processes of their own."""

import io
from pathlib import Path

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from api.errors import PageNotShown
from api.viewing.page_images import PageImages
from retrieval.errors import NotFound


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    """Two pages of 200 x 100 points: a black left half, then a page of another size."""
    path = tmp_path / "two.pdf"
    canvas = Canvas(str(path), pagesize=(200, 100))
    canvas.rect(0, 0, 100, 100, stroke=0, fill=1)
    canvas.showPage()
    canvas.setPageSize((20_000, 10_000))
    canvas.showPage()
    canvas.save()
    return path


def test_a_page_is_drawn_at_two_pixels_a_point(pdf: Path) -> None:
    picture = Image.open(io.BytesIO(PageImages().png(pdf, "hash", 1)))

    assert (picture.format, picture.size) == ("PNG", (400, 200))
    assert picture.getpixel((100, 100)) == (0, 0, 0)
    assert picture.getpixel((300, 100)) == (255, 255, 255)


def test_a_page_of_any_size_has_a_bounded_picture(pdf: Path) -> None:
    picture = Image.open(io.BytesIO(PageImages().png(pdf, "hash", 2)))

    assert picture.size == (2_200, 1_100)


def test_a_page_that_is_not_there_is_not_found(pdf: Path) -> None:
    with pytest.raises(NotFound, match="there is no page 3"):
        PageImages().png(pdf, "hash", 3)


def test_a_file_that_is_no_pdf_is_an_error_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "broken.pdf"
    path.write_bytes(b"%PDF-1.7\nnothing")

    with pytest.raises(PageNotShown, match="page 1 can't be drawn: it can't be read"):
        PageImages().png(path, "hash", 1)


def test_a_drawing_that_does_not_end_is_ended(pdf: Path) -> None:
    stuck = PageImages(seconds=0.5, start="import time; time.sleep(60)")

    with pytest.raises(PageNotShown, match=r"it took more than 0\.5 s"):
        stuck.png(pdf, "hash", 1)


def test_a_drawing_that_is_killed_is_an_error_of_that_page_alone(pdf: Path) -> None:
    killed = PageImages(start="import os, signal; os.kill(os.getpid(), signal.SIGKILL)")

    with pytest.raises(PageNotShown):
        killed.png(pdf, "hash", 1)


def test_a_page_that_was_drawn_is_kept_as_long_as_there_is_room(pdf: Path) -> None:
    images = PageImages(kept_bytes=10_000_000)
    first = images.png(pdf, "hash", 1)
    pdf.unlink()

    assert images.png(pdf, "hash", 1) == first
    with pytest.raises(PageNotShown):
        images.png(pdf, "other", 1)


def test_what_is_cleared_is_drawn_again(pdf: Path) -> None:
    images = PageImages()
    images.png(pdf, "hash", 1)
    pdf.unlink()

    images.clear()

    with pytest.raises(PageNotShown):
        images.png(pdf, "hash", 1)


def test_without_room_nothing_is_kept(pdf: Path) -> None:
    images = PageImages(kept_bytes=1)
    images.png(pdf, "hash", 1)
    pdf.unlink()

    with pytest.raises(PageNotShown):
        images.png(pdf, "hash", 1)

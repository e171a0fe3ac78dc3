"""Pictures as sources: read by OCR, each picture of a TIFF a page, with the outcomes of scanned PDFs."""

from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from ingest.convert import convert
from ingest.errors import Malformed, NoText, OverLimit
from ingest.formats import from_image
from ingest.media import media_type
from ingest.models import ConvertSettings, Document
from retrieval.boxes import unpacked


def drawn(*lines: str, mode: str = "RGB") -> Image.Image:
    image = Image.new("L", (900, 500), 255)
    for number, line in enumerate(lines):
        ImageDraw.Draw(image).text((60, 60 + 80 * number), line, fill=0, font=ImageFont.load_default(30))
    return image.convert(mode)


def read(path: Path, **settings: object) -> Document:
    return convert(path, media_type(path, path.name), path.name, ConvertSettings(**settings))  # type: ignore[arg-type]


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "tif"])
def test_a_picture_of_text_is_a_document_of_one_page(tmp_path: Path, suffix: str) -> None:
    drawn("The float was exchanged on the quay.").save(tmp_path / f"quay.{suffix}")

    document = read(tmp_path / f"quay.{suffix}")

    assert "The float was exchanged on the quay." in document.text
    assert [(span.page, span.start, span.end) for span in document.pages] == [(1, 0, len(document.text))]
    assert document.notes[0].startswith("recognised by OCR, ")
    assert document.quality["ocr_pages"] == 1
    (page,) = unpacked(document.boxes)
    assert page.words[0].left == pytest.approx(60 / 900, abs=0.02)


def test_each_picture_of_a_tiff_is_a_page_within_the_limits(tmp_path: Path) -> None:
    pages = [drawn("Pump seven"), drawn("Valve nine"), drawn("Hose ten")]
    pages[0].save(tmp_path / "fax.tiff", save_all=True, append_images=pages[1:], dpi=(150, 150))

    document = read(tmp_path / "fax.tiff", ocr_pages=2)

    assert [document.text[span.start : span.end] for span in document.pages] == ["Pump seven", "Valve nine", ""]
    assert "without a text layer, and beyond the limits of OCR: page 3" in document.notes


def test_letters_on_a_transparent_ground_are_read(tmp_path: Path) -> None:
    picture = Image.new("RGBA", (900, 200), (0, 0, 0, 0))
    ImageDraw.Draw(picture).text((60, 60), "Delivery note", fill="black", font=ImageFont.load_default(40))
    picture.save(tmp_path / "note.png")

    assert read(tmp_path / "note.png").text == "Delivery note"


def test_a_photo_that_lies_on_its_side_is_turned(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # shown turned by 90 degrees
    drawn("The float was exchanged.").rotate(90, expand=True).save(tmp_path / "photo.jpg", exif=exif)

    assert read(tmp_path / "photo.jpg").text == "The float was exchanged."


def test_a_deep_grey_picture_is_read(tmp_path: Path) -> None:
    drawn("Delivery note", mode="L").convert("I").point(lambda value: value * 257).convert("I;16").save(
        tmp_path / "deep.png"
    )

    assert read(tmp_path / "deep.png").text == "Delivery note"


def test_a_picture_without_text_and_an_icon_say_so(tmp_path: Path) -> None:
    Image.new("RGB", (400, 300), "white").save(tmp_path / "blank.png")
    Image.new("RGB", (16, 16)).save(tmp_path / "icon.png")

    with pytest.raises(NoText, match=r"blank\.png .*OCR found no text"):
        read(tmp_path / "blank.png")
    with pytest.raises(NoText, match=r"icon\.png: a picture too small"):
        read(tmp_path / "icon.png")


def test_a_damaged_picture_and_one_too_large_cost_themselves_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn("Delivery note").save(tmp_path / "cut.png")
    whole = (tmp_path / "cut.png").read_bytes()
    (tmp_path / "cut.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "head.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    drawn("Delivery note").save(tmp_path / "large.png")
    monkeypatch.setattr(from_image, "_MOST_PIXELS", 1_000)

    with pytest.raises(Malformed, match=r"head\.png is no picture"):
        read(tmp_path / "head.png")
    with pytest.raises(OverLimit, match=r"large\.png: a picture of more than"):
        read(tmp_path / "large.png")
    monkeypatch.undo()
    with pytest.raises(Malformed, match=r"cut\.png is no picture"):
        read(tmp_path / "cut.png")


def test_ocr_that_is_off_is_named(tmp_path: Path) -> None:
    drawn("Delivery note").save(tmp_path / "note.png")

    with pytest.raises(NoText, match="OCR is off"):
        read(tmp_path / "note.png", ocr="off")

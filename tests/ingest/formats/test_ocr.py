"""Pages that are pictures of text: recognised as far as the limits go, and what was left out is named."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader

from ingest import heap
from ingest.convert import convert
from ingest.errors import NoText
from ingest.formats.ocr import Line, OcrFailed, words
from ingest.formats.pdf_geometry import Box
from ingest.models import ConvertSettings, Document
from retrieval.boxes import unpacked
from retrieval.store import native_memory
from tests.ingest.formats.made_pdf import Paper

TABLE = """level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext
4\t1\t1\t1\t1\t0\t100\t200\t300\t25\t-1\t
5\t1\t1\t1\t1\t1\t100\t200\t100\t25\t96\tDelivery
5\t1\t1\t1\t1\t2\t220\t200\t80\t25\t90\tnote
"""


def picture(*lines: str) -> ImageReader:
    """An A4 page at 100 dots, black letters 14 points high on white."""
    image = Image.new("L", (827, 1169), 255)
    drawing = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        drawing.text((100, 100 + 60 * number), line, fill=0, font=ImageFont.load_default(28))
    return ImageReader(image)


def scan(folder: Path, *pages: tuple[str, ...]) -> Path:
    paper = Paper(folder / "scan.pdf")
    for lines in pages:
        paper.canvas.drawImage(picture(*lines), 0, 0, paper.width, paper.height)
        paper.next_page()
    return paper.done()


def read(file: Path, **settings: object) -> Document:
    return convert(file, "application/pdf", "scan.pdf", ConvertSettings(**settings))  # type: ignore[arg-type]


@pytest.fixture
def tesseract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program of that name that takes an image and answers with a table of two words."""
    from ingest.formats import ocr_tesseract

    ocr_tesseract.found.cache_clear()
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "table.tsv").write_text(TABLE)
    program = folder / "tesseract"
    program.write_text(f"#!/bin/sh\nhead -c 2 > {folder}/magic; cat > /dev/null; cat {folder}/table.tsv\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    yield folder
    ocr_tesseract.found.cache_clear()


def test_a_scanned_page_is_read_with_boxes_and_how_sure_it_is(tmp_path: Path) -> None:
    """The models themselves are at work here: two printed lines come out word for word."""
    document = read(scan(tmp_path, ("Delivery note 88 of June", "The float was exchanged on the quay.")))

    assert " ".join(document.text.split()) == "Delivery note 88 of June The float was exchanged on the quay."
    assert document.notes[0].startswith("recognised by OCR, ")
    assert document.notes[0].endswith("% sure: page 1")
    (page,) = unpacked(document.boxes)
    first = page.words[0]
    assert document.text[first.start : first.end] == "Delivery"
    assert first.left == pytest.approx(100 / 827, abs=0.01)


def test_onnxruntime_tells_nobody_what_it_does() -> None:
    from ingest.formats import ocr_rapid

    assert ocr_rapid.RapidOCR
    assert os.environ["ORT_DISABLE_TELEMETRY"] == "1"


def test_pages_beyond_the_limit_are_named(tmp_path: Path, tesseract: Path) -> None:
    file = scan(tmp_path, ("one",), ("two",), ("three",))

    document = read(file, ocr="tesseract", ocr_pages=1)

    assert document.text == "Delivery note"
    assert document.notes == (
        "without a text layer, and beyond the limits of OCR: pages 2, 3",
        "recognised by OCR, 94% sure: page 1",  # (96 * 8 + 90 * 4) / 12
    )
    assert (tesseract / "magic").read_text() == "P6"


def test_no_page_is_begun_when_the_time_is_spent(tmp_path: Path, tesseract: Path) -> None:
    with pytest.raises(NoText, match="the limits of OCR were reached"):
        read(scan(tmp_path, ("one",)), ocr="tesseract", ocr_seconds=0)


def test_a_missing_program_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tesseract: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(NoText, match="tesseract is not installed"):
        read(scan(tmp_path, ("one",)), ocr="tesseract")


def test_a_program_that_fails_says_why(tmp_path: Path, tesseract: Path) -> None:
    (tesseract / "tesseract").write_text("#!/bin/sh\ncat > /dev/null; echo no language data >&2; exit 1\n")

    with pytest.raises(NoText, match="no language data"):
        read(scan(tmp_path, ("one",)), ocr="tesseract")


def test_a_text_layer_without_sense_is_read_off_the_page(tmp_path: Path, tesseract: Path) -> None:
    """A page with letters from the private area, as a font without names gives them, is drawn and recognised."""
    from ingest.formats.pdf_geometry import Style, Word
    from ingest.formats.pdf_scans import is_garbled

    style = Style(10, bold=False, italic=False, mono=False)

    assert is_garbled([Word("\ue012\ue034\ue056\ue078" * 5, 0, 10, 10, style)])
    assert not is_garbled([Word("Plain words with one \ue012 bullet", 0, 10, 10, style)])
    assert not is_garbled([])


def test_a_line_is_parted_into_words_by_its_characters() -> None:
    """Ten characters over 100 pixels at two a point: five points each; a box of 25 pixels is 10 points of type."""
    line = Line("to the end", Box(100, 200, 200, 225), 0.9)

    placed = words([line], 2.0)

    assert [(word.text, word.x0, word.x1) for word in placed] == [("to", 50, 60), ("the", 65, 80), ("end", 85, 100)]
    assert placed[0].style.size == 10
    assert placed[0].base == pytest.approx(106.25 + 2.8)


def test_lines_of_about_the_same_height_are_of_one_size() -> None:
    heights = [24, 25, 26, 50]
    lines = [Line("word", Box(0, 100 * n, 100, 100 * n + high), 1.0) for n, high in enumerate(heights)]

    assert [word.style.size for word in words(lines, 2.0)] == [10.2, 10.2, 10.2, 20.0]


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process is read from /proc")
def test_reading_a_full_page_takes_a_process_less_than_400_mb(tmp_path: Path) -> None:
    """Full lines of many widths: what was held for each width, and holes between large blocks, took more than 500."""
    words = "Invoices are paid within thirty days of receipt unless the contract says otherwise in writing. "
    lines = [(words * 3)[n % 7 : n % 7 + 85 + n] for n in range(12)]
    picture = Image.new("L", (2480, 3508), 255)
    for number, line in enumerate(lines):
        ImageDraw.Draw(picture).text((150, 200 + 80 * number), line, fill=0, font=ImageFont.load_default(46))
    picture.save(tmp_path / "scan.pdf", resolution=300.0)
    asked = (
        "from tests.ingest.formats.test_ocr import Path, read; import sys; text = read(Path(sys.argv[1])).text;"
        "peak = next(line for line in open('/proc/self/status') if line.startswith('VmHWM'));"
        "print(text.count('thirty'), peak.split()[1])"
    )

    command = [sys.executable, "-c", asked, str(tmp_path / "scan.pdf")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    found, kibibytes = map(int, done.stdout.split())
    assert found >= len(lines)
    assert kibibytes * 1024 < 400e6


def test_what_is_freed_goes_back_without_glibc_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heap, "_glibc", lambda: None)
    monkeypatch.setattr(native_memory, "_trim", lambda: None)

    with heap.mapped():
        native_memory.give_back()


def test_a_release_that_holds_other_models_is_told_with_the_one_that_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ingest.formats import ocr_rapid

    monkeypatch.setattr(ocr_rapid, "_MODELS", tmp_path)

    with pytest.raises(OcrFailed, match=r"does not hold .*det.* and .*rec.*: install .*rapidocr>=3"):
        ocr_rapid.RapidRecogniser()

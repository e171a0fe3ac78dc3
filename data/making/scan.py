"""A typed page as a scanner would see it: a slightly tilted, speckled grey picture without a text layer."""

import io
import random
from pathlib import Path

import reportlab
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from data.making.pdf_dates import dated

PAPER = (1240, 1754)
"""Pixels of A4 at 150 dots per inch."""
FONTS = Path(reportlab.__file__).parent / "fonts"


def scanned_pdf(text: str, *, title: str, date: str, seed: int = 1911) -> bytes:
    """A line of `text` that begins with `# ` is set in larger, bold type. `date`: the day of scanning, ISO."""
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=1, pageCompression=0)
    canvas.setTitle(title)
    canvas.setAuthor("Lodvik Instruments AS")
    canvas.drawImage(ImageReader(_photographed(_typed(text), random.Random(seed))), 0, 0, *A4)
    canvas.save()
    return dated(target.getvalue(), date)


def _typed(text: str) -> Image.Image:
    page = Image.new("L", PAPER, 243)
    draw = ImageDraw.Draw(page)
    y = 130
    for line in text.splitlines():
        heading = line.startswith("# ")
        font = ImageFont.truetype(FONTS / ("VeraBd.ttf" if heading else "Vera.ttf"), 34 if heading else 23)
        draw.text((130, y), line.removeprefix("# "), font=font, fill=38)
        y += 62 if heading else 37
    draw.ellipse((860, 1440, 1080, 1660), outline=120, width=5)
    draw.text((900, 1530), "RECEIVED", font=ImageFont.truetype(FONTS / "VeraBd.ttf", 27), fill=120)
    return page


def _photographed(page: Image.Image, chance: random.Random) -> io.BytesIO:
    tilted = page.rotate(0.7, resample=Image.Resampling.BICUBIC, fillcolor=225)
    grain = Image.frombytes("L", PAPER, chance.randbytes(PAPER[0] * PAPER[1])).point([v // 10 for v in range(256)])
    speckled = ImageChops.subtract(tilted.filter(ImageFilter.GaussianBlur(0.6)), grain)
    for _ in range(220):
        x, y = chance.randrange(PAPER[0] - 3), chance.randrange(PAPER[1] - 3)
        speckled.paste(chance.randrange(60, 160), (x, y, x + 2, y + chance.randrange(1, 3)))
    picture = io.BytesIO()
    speckled.save(picture, format="JPEG", quality=45)
    picture.seek(0)
    return picture

"""Small PDFs drawn for one test each. Places are points from the page's top left corner, as the converter has them."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

LOREM = (
    "The quick brown fox jumps over the lazy dog and runs away through the open field. Nobody saw where it went, "
    "since all were asleep, and the dog did not care to follow it any further than the old stone wall. "
)


class Paper:
    """A canvas whose y grows downwards. `done` writes the file."""

    def __init__(self, path: Path, *, size: tuple[float, float] = A4, **canvas: object) -> None:
        self.path = path
        self.width, self.height = size
        self.canvas = Canvas(str(path), pagesize=size, invariant=True, **canvas)

    def text(self, x: float, y: float, text: str, *, size: float = 10, font: str = "Helvetica") -> "Paper":
        self.canvas.setFont(font, size)
        self.canvas.drawString(x, self.height - y, text)
        return self

    def lines(self, x: float, y: float, texts: Iterable[str], *, step: float = 12, size: float = 10) -> float:
        """Lines under each other; the y of the one that would follow."""
        for text in texts:
            self.text(x, y, text, size=size)
            y += step
        return y

    def paragraph(self, x: float, y: float, words: str, *, wide: int = 95, size: float = 10) -> float:
        """Words broken into lines of `wide` characters; the y of the line that would follow."""
        return self.lines(x, y, broken(words, wide), size=size)

    def rule(self, x0: float, y0: float, x1: float, y1: float) -> "Paper":
        self.canvas.line(x0, self.height - y0, x1, self.height - y1)
        return self

    def grid(self, xs: Sequence[float], ys: Sequence[float]) -> "Paper":
        for x in xs:
            self.rule(x, ys[0], x, ys[-1])
        for y in ys:
            self.rule(xs[0], y, xs[-1], y)
        return self

    def next_page(self) -> "Paper":
        self.canvas.showPage()
        return self

    def done(self) -> Path:
        self.canvas.save()
        return self.path


def broken(words: str, wide: int) -> list[str]:
    lines = [""]
    for word in words.split():
        if len(lines[-1]) + len(word) + 1 > wide:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines

"""Draws one page of a PDF as PNG on stdout, in a process of its own under limits; started by `page_images`."""

import io
import resource
import sys

import pypdfium2 as pdfium

from api.viewing.limits import LONGEST, MEMORY, NO_SUCH_PAGE, NOT_READ, SCALE, SECONDS


def main() -> None:
    """Arguments: the file, the page from 1."""
    path, page = sys.argv[1], int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    try:
        sys.stdout.buffer.write(_drawn(path, page))
    except IndexError:
        sys.exit(NO_SUCH_PAGE)
    except (pdfium.PdfiumError, MemoryError, ValueError, OSError):
        sys.exit(NOT_READ)


def _drawn(path: str, number: int) -> bytes:
    document = pdfium.PdfDocument(path)
    if number > len(document):
        raise IndexError(number)
    page = document[number - 1]
    scale = min(SCALE, LONGEST / max(1.0, *page.get_size()))
    picture = page.render(scale=scale, rev_byteorder=True, may_draw_forms=False).to_pil()
    out = io.BytesIO()
    picture.convert("RGB").save(out, "PNG", compress_level=4)
    return out.getvalue()

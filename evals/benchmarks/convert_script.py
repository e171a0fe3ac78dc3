"""Our converters as the measuring script calls them: `convert(path) -> str`, as `footnote convert` prints it."""

from pathlib import Path

from ingest import convert as converting
from ingest.media import media_type
from ingest.models import ConvertSettings

_QUICK = ConvertSettings(ocr_pages=3, ocr_seconds=10.0)


def convert(path: str) -> str:
    """Raises `SourceError`, as the command tells it."""
    file = Path(path)
    document = converting.convert(file, media_type(file, file.name), file.name, _QUICK)
    return converting.marked_text(document)

"""HTML: the page's content as Markdown, tables as full grids.

Read > drop what no reader sees > tell tables from layout > keep the main part > Markdown > blocks. Each step is a
module beside this one and works within the page alone.
"""

from pathlib import Path

from ingest.blocks import assemble
from ingest.formats.html_main import keep_main
from ingest.formats.html_markdown import markdown
from ingest.formats.html_metadata import metadata_of, title_of
from ingest.formats.html_tables import unwrap_layout
from ingest.formats.html_tree import drop_icons, drop_unseen, read_page
from ingest.formats.titles import choose_title
from ingest.markdown import pieces
from ingest.models import Document


def convert(path: Path, name: str) -> Document:
    """The page in `path`; no pages. Raises `Unreadable`, `Malformed` (binary data, nested thousands deep)."""
    root = read_page(path, name)
    title, metadata = title_of(root), metadata_of(root)
    drop_unseen(root)
    drop_icons(root)
    unwrap_layout(root)
    keep_main(root)
    found = list(pieces(markdown(root)))
    return assemble(found, title=choose_title(name, declared=title, pieces=found), metadata=metadata)

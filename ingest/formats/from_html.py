"""HTML: the page's content as Markdown, tables as full grids.

Read > drop what no reader sees > tell tables from layout > keep the main part > Markdown > blocks. Each step is a
module beside this one and works within the page alone.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from ingest.blocks import assemble
from ingest.formats.html_main import keep_main
from ingest.formats.html_markdown import markdown
from ingest.formats.html_metadata import metadata_of, title_of
from ingest.formats.html_tables import unwrap_layout
from ingest.formats.html_tree import drop_icons, drop_unseen, read_page
from ingest.formats.titles import choose_title
from ingest.markdown import pieces
from ingest.models import Document, Piece


def convert(path: Path, name: str) -> Document:
    """The page in `path`; no pages. Raises `Unreadable`, `Malformed` (binary data, nested thousands deep)."""
    root = read_page(path, name)
    title, metadata = title_of(root), metadata_of(root)
    unseen = drop_unseen(root)
    drop_icons(root)
    unwrap_layout(root)
    keep_main(root)
    hidden = [text for around, text in unseen if around is root or root in around.iterancestors()]
    found = list(pieces(markdown(root)))
    title = choose_title(name, declared=title, pieces=found)
    return assemble([*found, *_hidden(hidden)], title=title, metadata=metadata, notes=_notes(hidden))


def _hidden(texts: Sequence[str]) -> Iterator[Piece]:
    """What stands hidden in the page's main part, in one piece behind all else."""
    if texts:
        yield Piece("paragraph", "\n".join(dict.fromkeys(texts)), hidden=True)


def _notes(hidden: Sequence[str]) -> Sequence[str]:
    return [f"hidden texts kept and not searched: {len(hidden)}"] if hidden else []

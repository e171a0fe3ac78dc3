"""What a run would do, told without doing it."""

from pathlib import Path

import pytest

from ingest.options import IngestOptions
from ingest.preview import Preview, preview
from retrieval.engine import Engine
from tests.ingest.runs import documents, run, write


def previewed(engine: Engine, *targets: Path, **options: object) -> Preview:
    return preview(
        engine.known,
        [str(target) for target in targets],
        IngestOptions(**options),  # type: ignore[arg-type]
        engine.settings.chunks,
    )


def everything(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes, but for the memory that SQLite's readers share."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.endswith("-shm"))
    return {str(path): path.read_bytes() for path in files}


def test_a_preview_names_what_a_run_would_do(engine: Engine, corpus: Path) -> None:
    write(corpus, same="Same.", old="Moved text.", edited="Before.", gone="Gone.", empty="", a="A.", b="B.", c="C.")
    run(engine, corpus)
    (corpus / "old.md").rename(corpus / "new.md")
    (corpus / "gone.md").unlink()
    write(corpus, edited="After.", more="More.")

    found = previewed(engine, corpus, prune=True)

    assert found.added == (f"{corpus.as_uri()}/empty.md", f"{corpus.as_uri()}/more.md")
    assert found.changed == (f"{corpus.as_uri()}/edited.md",)
    assert found.moved == (("old.md", f"{corpus.as_uri()}/new.md"),)
    assert (found.removed, found.gone) == ((f"{corpus.as_uri()}/gone.md",), ())
    assert (found.unchanged, found.refused) == (4, "")


def test_a_preview_changes_nothing(engine: Engine, corpus: Path, tmp_path: Path) -> None:
    write(corpus, a="One.", b="Two.")
    run(engine, corpus, allow=("hr",))
    before, shown = everything(tmp_path / "home"), documents(engine)
    write(corpus, a="One and a half.", c="Three.")

    previewed(engine, corpus, prune=True, allow=("legal",))

    assert everything(tmp_path / "home") == before
    assert documents(engine) == shown
    assert len(engine.catalog.runs()) == 1


def test_without_pruning_what_is_gone_would_stay(engine: Engine, corpus: Path) -> None:
    write(corpus, a="One.", b="Two.")
    run(engine, corpus)
    (corpus / "a.md").unlink()

    kept, refused = previewed(engine, corpus), previewed(engine, corpus, prune=True)

    assert (kept.gone, kept.removed) == ((f"{corpus.as_uri()}/a.md",), ())
    assert (refused.removed, refused.refused[:19]) == ((), "nothing was removed")


@pytest.mark.parametrize("prune", [True, False])
def test_a_preview_and_the_run_agree(engine: Engine, corpus: Path, prune: bool) -> None:
    write(corpus, **{f"f{number}": f"Text {number}." for number in range(8)})
    run(engine, corpus)
    (corpus / "f3.md").unlink()
    (corpus / "f4.md").rename(corpus / "g4.md")
    write(corpus, f5="Another.", f9="New.")

    found = previewed(engine, corpus, prune=prune)
    counts = run(engine, corpus, prune=prune).counts()

    assert counts["indexed"] == len(found.added) + len(found.changed)
    assert counts["unchanged"] == found.unchanged + len(found.moved)
    assert counts["removed"] == len(found.removed)

"""What becomes of documents whose file is gone, excluded or below a root that vanished."""

import shutil
from pathlib import Path

from retrieval.engine import Engine
from tests.ingest.runs import documents, found, run, told, write


def test_what_is_gone_stays_until_it_is_pruned(engine: Engine, corpus: Path) -> None:
    animals = ("otter", "heron", "badger", "walrus", "lynx", "marten")
    write(corpus, **{f"f{number}": f"About the {animal}." for number, animal in enumerate(animals)})
    run(engine, corpus)
    (corpus / "f3.md").unlink()

    kept = run(engine, corpus)
    assert (kept.gone, kept.counts()["removed"], found(engine, "walrus")) == (1, 0, ["f3.md"])

    pruned = run(engine, corpus, prune=True)
    assert told(pruned)["f3.md"] == "removed: its file is gone"
    assert (pruned.gone, pruned.refusal, found(engine, "walrus")) == (0, "", [])
    assert "f3.md" not in documents(engine)


def test_pruning_that_looks_like_an_accident_is_refused_and_can_be_forced(engine: Engine, corpus: Path) -> None:
    write(corpus, a="One.", b="Two.", c="Three.")
    run(engine, corpus)
    (corpus / "a.md").unlink()
    (corpus / "b.md").write_text("Two and a half.")

    refused = run(engine, corpus, prune=True)
    assert refused.refusal.startswith("nothing was removed: 1 of 3 documents")
    assert told(refused) == {"b.md": "indexed", "c.md": "unchanged"}
    assert (refused.gone, refused.complete, set(documents(engine))) == (1, False, {"a.md", "b.md", "c.md"})

    forced = run(engine, corpus, prune=True, force=True)
    assert told(forced)["a.md"] == "removed: its file is gone"
    assert set(documents(engine)) == {"b.md", "c.md"}


def test_pruning_covers_the_targets_only(engine: Engine, corpus: Path) -> None:
    write(corpus, one__a="One.", two__b="Two.")
    run(engine, corpus)
    shutil.rmtree(corpus / "two")
    write(corpus, one__c="Three.")

    report = run(engine, corpus / "one", prune=True, force=True)

    assert told(report) == {"a.md": "unchanged", "c.md": "indexed"}
    assert set(documents(engine)) == {"one/a.md", "one/c.md", "two/b.md"}


def test_a_file_that_is_excluded_now_has_one_outcome(engine: Engine, corpus: Path) -> None:
    write(corpus, a="One.", b="Two.")
    run(engine, corpus)
    (corpus / "footnote.toml").write_text('exclude = ["a.md"]')

    told_only = told(run(engine, corpus))
    pruned = told(run(engine, corpus, prune=True, force=True))

    assert told_only["a.md"].startswith(
        "skipped: excluded by footnote.toml (exclude 'a.md'); what was read of it before"
    )
    assert pruned == {"a.md": "removed: excluded by footnote.toml (exclude 'a.md')", "b.md": "unchanged"}


def test_a_file_that_is_excluded_and_renamed_is_told_of_as_it_is(engine: Engine, corpus: Path) -> None:
    """The document goes with its new name; nothing answers under the old one."""
    write(corpus, a="One.")
    run(engine, corpus)
    (corpus / "footnote.toml").write_text('exclude = ["a.md"]')
    write(corpus, b="One.")

    report = run(engine, corpus)

    assert told(report) == {
        "a.md": "skipped: excluded by footnote.toml (exclude 'a.md')",
        "b.md": "unchanged: renamed from a.md",
    }
    assert [one.document_id is None for one in report.outcomes] == [True, False]


def test_a_nested_root_that_vanished_is_told_of_and_pruned_by_the_same_rules(engine: Engine, corpus: Path) -> None:
    write(corpus, a="One.", hr__pay="Salaries.")
    run(engine, corpus / "hr")
    run(engine, corpus)
    shutil.rmtree(corpus / "hr")

    kept = run(engine, corpus)
    refused = run(engine, corpus, prune=True)
    forced = run(engine, corpus, prune=True, force=True)

    assert (kept.gone, refused.gone) == (1, 1)
    assert refused.refusal.startswith("nothing was removed: 1 of 1 documents")
    assert told(forced) == {"a.md": "unchanged", "pay.md": "removed: its file is gone"}
    assert set(documents(engine)) == {"a.md"}

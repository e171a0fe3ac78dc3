"""What was forgotten on purpose stays out of later runs."""

from pathlib import Path

from ingest.options import IngestOptions
from ingest.pipeline import ingest
from retrieval.engine import Engine
from retrieval.models import OWNER, Outcome
from tests.ingest.runs import Watcher, documents, run, told, write


def forget(engine: Engine, name: str) -> None:
    document = documents(engine)[name]
    run_id = engine.index.begin_run("c", {})
    engine.index.forget(run_id, document.document_id, Outcome(document.uri, "removed"))


def test_a_forgotten_file_is_passed_over_under_every_name(engine: Engine, corpus: Path) -> None:
    """In its place though its text changed, and its bytes in another place; other files come in."""
    write(corpus, secret="# Secret\n\nThe password.", other="# Other\n\nText.")
    run(engine, corpus)
    forget(engine, "secret.md")
    write(corpus, copy="# Secret\n\nThe password.", secret="# Secret\n\nThe new password.", more="# More\n\nText.")

    report = run(engine, corpus)

    outcomes = told(report)
    assert {name: outcomes[name].split(":")[0] for name in outcomes} == {
        "copy.md": "skipped",
        "secret.md": "skipped",
        "other.md": "unchanged",
        "more.md": "indexed",
    }
    assert "--again takes it in" in outcomes["secret.md"]
    assert set(documents(engine)) == {"other.md", "more.md"}


def test_again_takes_it_in_for_good(engine: Engine, corpus: Path) -> None:
    """The run after that needs no flag."""
    write(corpus, secret="# Secret\n\nThe password.")
    run(engine, corpus)
    forget(engine, "secret.md")

    assert told(run(engine, corpus, again=True)) == {"secret.md": "indexed"}
    assert told(run(engine, corpus)) == {"secret.md": "unchanged"}


def test_a_copy_that_is_a_document_of_its_own_stays(engine: Engine, corpus: Path) -> None:
    """Only the one named is forgotten."""
    write(corpus, secret="# Secret\n\nThe password.", copy="# Secret\n\nThe password.")
    run(engine, corpus)
    forget(engine, "secret.md")

    assert told(run(engine, corpus))["copy.md"] == "unchanged"
    assert [one.document for one in engine.catalog.documents(OWNER)] == ["copy.md"]


def test_what_is_forgotten_while_a_run_reads_it_stays_forgotten(engine: Engine, corpus: Path) -> None:
    """By its place, and by its bytes in a new place."""
    write(corpus, secret="# Secret\n\nThe password.", other="# Other\n\nText.")
    run(engine, corpus)
    write(corpus, secret="# Secret\n\nThe new password.", copy="# Secret\n\nThe password.", more="# More\n\nText.")

    class Forgetting(Watcher):
        def planned(self, files: int) -> None:
            forget(engine, "secret.md")

    report = ingest(engine.index, [str(corpus)], IngestOptions(workers=1), Forgetting())

    assert {one.uri.rsplit("/", 1)[-1]: (one.outcome, one.rule) for one in report.outcomes} == {
        "secret.md": ("skipped", "forgotten"),
        "copy.md": ("skipped", "forgotten"),
        "other.md": ("unchanged", ""),
        "more.md": ("indexed", ""),
    }
    assert set(documents(engine)) == {"other.md", "more.md"}
    assert told(run(engine, corpus))["secret.md"].startswith("skipped")


def test_a_document_that_comes_to_have_the_forgotten_bytes_lifts_nothing(engine: Engine, corpus: Path) -> None:
    write(corpus, secret="# Secret\n\nThe password.", other="# Other\n\nText.")
    run(engine, corpus)
    forget(engine, "secret.md")
    write(corpus, other="# Secret\n\nThe password.")
    run(engine, corpus)

    assert told(run(engine, corpus))["secret.md"].startswith("skipped")


def test_keep_is_remembered(engine: Engine, corpus: Path) -> None:
    """Two versions from the run that says so on."""
    for number, options in enumerate(({}, {}, {"keep": 2}, {})):
        write(corpus, a=f"# A\n\nText {number}.")
        run(engine, corpus, **options)

    kept = engine.history.versions(documents(engine)["a.md"].document_id, OWNER)
    assert [one.version for one in kept] == [4, 3]

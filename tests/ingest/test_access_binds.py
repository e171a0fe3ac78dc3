"""Who may see what, run after run: a rule closes at once, opens with what it speaks of, and is never lost on the way.

Real files, a real home; only the embedding model is a fake.
"""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from ingest import stamps
from ingest.access import NOBODY, granted, narrowed
from ingest.errors import Unreadable
from ingest.ledger import IngestReport
from ingest.options import IngestOptions
from ingest.pipeline import ingest
from retrieval.engine import Engine
from retrieval.errors import EmbeddingFailed
from retrieval.models import OWNER, PUBLIC, Caller
from retrieval.ports import Vectors
from retrieval.settings import EngineSettings
from tests.fakes import FakeEmbedder

HR, LEGAL = Caller(frozenset({"hr"})), Caller(frozenset({"legal"}))
BROKEN = b"%PDF-1.7 nothing of one"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    return folder


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with Engine(EngineSettings(tmp_path / "home"), write=True, embedder=FakeEmbedder()) as opened:
        yield opened


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)


def rules(folder: Path, **groups: Sequence[str]) -> None:
    """A `footnote.toml` with one rule for each folder named; `everything` is all."""
    said = ""
    for name, allowed in groups.items():
        path = "**" if name == "everything" else f"{name}/**"
        said += f'[[access]]\npath = "{path}"\ngroups = {list(allowed)}\n'
    write(folder, "footnote.toml", said)


def run(engine: Engine, *targets: Path, **options: object) -> IngestReport:
    return ingest(engine.index, [str(target) for target in targets], IngestOptions(workers=1, **options))  # type: ignore[arg-type]


def access(engine: Engine) -> dict[str, tuple[str, ...]]:
    return {one.document: one.groups for one in engine.catalog.documents(OWNER)}


def found(engine: Engine, question: str, caller: Caller) -> list[str]:
    return [hit.chunk.text for hit in engine.search(question, caller=caller, mode="lexical")]


@pytest.mark.parametrize(
    ("before", "now", "both"),
    [
        ((), (), ()),
        ((), ("hr",), ("hr",)),
        (("hr",), (), ("hr",)),
        (("hr", "it"), ("hr", "legal"), ("hr",)),
        (("hr",), ("legal",), NOBODY),
        (NOBODY, ("hr",), NOBODY),
    ],
)
def test_what_two_rules_allow_together(before: Sequence[str], now: Sequence[str], both: Sequence[str]) -> None:
    assert narrowed(tuple(before), tuple(now)) == both


def test_the_longest_remembered_prefix_grants() -> None:
    grants = {"": ("all",), "hr": ("hr",), "hr/jobs": ()}

    assert granted(grants, "x.md") == ("all",)
    assert granted(grants, "hr/x.md") == ("hr",)
    assert granted(grants, "hr/jobs/x.md") == ()
    assert granted(grants, "hrx.md") == ("all",)
    assert granted({"hr": ("hr",)}, "x.md") is None
    assert granted({"https://a.example/hr": ("hr",)}, "https://a.example/hr/x?y=1") == ("hr",)
    assert granted({"https://a.example/hr": ("hr",)}, "https://a.example/hrx") is None


@pytest.mark.parametrize("content", [b"", BROKEN])
def test_old_text_is_not_opened_by_a_rule_that_speaks_of_the_new(engine: Engine, corpus: Path, content: bytes) -> None:
    """It was cut short to be published: what was secret in it stays so, also where the new file can't be read."""
    write(corpus, "report/r.md", "Secret salaries.")
    rules(corpus, report=["hr"])
    run(engine, corpus)
    rules(corpus, report=[])
    (corpus / "report" / "r.md").write_bytes(content)

    run(engine, corpus)
    assert found(engine, "salaries", PUBLIC) == []
    assert found(engine, "salaries", HR) == ["Secret salaries."]

    write(corpus, "report/r.md", "No more secrets.")
    run(engine, corpus)
    assert found(engine, "secrets", PUBLIC) == ["No more secrets."]


def test_a_changed_file_is_not_opened_before_its_new_text_is_published(
    engine: Engine, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(corpus, "report/r.md", "Secret salaries.")
    rules(corpus, report=["hr"])
    run(engine, corpus)
    rules(corpus, report=[])
    write(corpus, "report/r.md", "No more secrets.")
    seen: list[list[str]] = []
    keep = engine.index.keep_original

    def looked_at(path: Path) -> tuple[str, int]:
        seen.append(found(engine, "salaries secrets", PUBLIC))
        return keep(path)

    monkeypatch.setattr(engine.index, "keep_original", looked_at)

    run(engine, corpus)

    assert seen == [[]]
    assert found(engine, "secrets salaries", PUBLIC) == ["No more secrets."]


def test_old_text_of_a_broken_file_is_for_nobody_where_the_rule_names_others(engine: Engine, corpus: Path) -> None:
    """`hr` was shut out, and what `legal` was let in to is not this text."""
    write(corpus, "report/r.md", "Secret salaries.")
    rules(corpus, report=["hr"])
    run(engine, corpus)
    rules(corpus, report=["legal"])
    (corpus / "report" / "r.md").write_bytes(BROKEN)

    run(engine, corpus)

    assert [found(engine, "salaries", caller) for caller in (PUBLIC, HR, LEGAL)] == [[], [], []]
    assert found(engine, "salaries", OWNER) == ["Secret salaries."]
    write(corpus, "report/r.md", "Secret salaries.")
    run(engine, corpus)
    assert access(engine) == {"report/r.md": ("legal",)}


def test_a_file_that_may_not_be_read_is_closed_and_not_opened(
    engine: Engine, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(corpus, "a/x.md", "Public words.")
    write(corpus, "b/y.md", "Secret words.")
    rules(corpus, b=["hr"])
    run(engine, corpus)
    rules(corpus, a=["hr"], b=[])

    def denied(path: Path) -> Iterator[bytes]:
        raise Unreadable("Permission denied")

    monkeypatch.setattr(stamps, "_blocks", denied)

    run(engine, corpus)

    assert access(engine) == {"a/x.md": ("hr",), "b/y.md": ("hr",)}


def test_a_rule_further_out_does_not_open_what_is_gone_with_its_own(engine: Engine, corpus: Path) -> None:
    write(corpus, "hr/pay.md", "Salaries.")
    write(corpus, "board/plan.md", "Plans.")
    rules(corpus / "hr", everything=["hr"])
    rules(corpus / "board", everything=["board", "staff"])
    rules(corpus, everything=["staff"])
    run(engine, corpus)
    shutil.rmtree(corpus / "hr")
    shutil.rmtree(corpus / "board")

    run(engine, corpus)

    assert access(engine) == {"hr/pay.md": ("hr",), "board/plan.md": ("staff",)}


def test_allow_closes_what_is_gone_too(engine: Engine, corpus: Path) -> None:
    write(corpus, "a.md", "One.")
    write(corpus, "b.md", "Two.")
    run(engine, corpus)
    (corpus / "a.md").unlink()

    run(engine, corpus, allow=("hr",))
    assert access(engine) == {"a.md": ("hr",), "b.md": ("hr",)}

    run(engine, corpus, allow=())
    assert access(engine) == {"a.md": ("hr",), "b.md": ()}


def test_a_rule_closes_what_lies_in_a_folder_that_cant_be_listed(
    engine: Engine, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(corpus, "hr/pay.md", "Salaries.")
    run(engine, corpus)
    rules(corpus, hr=["hr"])
    listed = os.scandir

    def unlistable(path: Path) -> object:
        if path == corpus / "hr":
            raise PermissionError(13, "Permission denied")
        return listed(path)

    with monkeypatch.context() as closed:
        closed.setattr(os, "scandir", unlistable)
        run(engine, corpus)

    assert access(engine) == {"hr/pay.md": ("hr",)}


def test_all_changes_of_access_are_one_change(engine: Engine, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        write(corpus, f"{number}.md", f"Text {number}.")
    run(engine, corpus)
    changes: list[int] = []
    regrant = engine.index.regrant

    def counted(changed: Mapping[str, Sequence[str]]) -> None:
        changes.append(len(changed))
        regrant(changed)

    monkeypatch.setattr(engine.index, "regrant", counted)

    run(engine, corpus, allow=("hr",))
    run(engine, corpus)

    assert changes == [4]


def test_allow_is_remembered_where_nothing_could_be_read_yet(engine: Engine, corpus: Path) -> None:
    write(corpus, "hr/pay.md", "")
    run(engine, corpus / "hr", allow=("hr",))
    write(corpus, "hr/pay.md", "Salaries.")

    run(engine, corpus)

    assert access(engine) == {"pay.md": ("hr",)}


class Wordless(FakeEmbedder):
    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        raise EmbeddingFailed("no model", remedy="none")


def test_allow_is_remembered_where_the_run_broke_off(tmp_path: Path, corpus: Path) -> None:
    write(corpus, "hr/pay.md", "Salaries.")
    wordless = Engine(EngineSettings(tmp_path / "home"), write=True, embedder=Wordless())
    with wordless as engine, pytest.raises(EmbeddingFailed):
        run(engine, corpus / "hr", allow=("hr",))

    with Engine(EngineSettings(tmp_path / "home"), write=True, embedder=FakeEmbedder()) as engine:
        run(engine, corpus)
        assert access(engine) == {"pay.md": ("hr",)}


def test_a_granted_folder_that_is_renamed_stays_closed(engine: Engine, corpus: Path) -> None:
    write(corpus, "hr/pay.md", "Salaries.")
    write(corpus, "a.md", "Open.")
    run(engine, corpus)
    run(engine, corpus / "hr", allow=("hr",))
    (corpus / "hr").rename(corpus / "people")

    run(engine, corpus)
    assert access(engine) == {"people/pay.md": ("hr",), "a.md": ()}

    write(corpus, "people/pay.md", "New salaries.")
    run(engine, corpus)
    assert access(engine) == {"people/pay.md": ("hr",), "a.md": ()}


def test_a_granted_file_that_is_renamed_and_read_again_stays_closed(engine: Engine, corpus: Path) -> None:
    write(corpus, "pay.md", "Salaries.")
    run(engine, corpus / "pay.md", allow=("hr",))
    (corpus / "pay.md").rename(corpus / "pay.txt")

    run(engine, corpus)

    assert access(engine) == {"pay.txt": ("hr",)}


def test_a_granted_root_that_is_renamed_stays_closed(engine: Engine, corpus: Path) -> None:
    """It is another root's document now, with another id; the old one is gone."""
    write(corpus, "hr/pay.md", "Salaries.")
    run(engine, corpus / "hr", allow=("hr",))
    run(engine, corpus)
    (corpus / "hr").rename(corpus / "people")

    report = run(engine, corpus, prune=True, force=True)

    assert [one.outcome for one in report.outcomes] == ["removed", "duplicate"]
    assert access(engine) == {"people/pay.md": ("hr",)}


def test_a_renamed_file_follows_what_is_said_of_its_new_path(engine: Engine, corpus: Path) -> None:
    write(corpus, "pay.md", "Salaries.")
    rules(corpus, hr=["hr"])
    run(engine, corpus)
    (corpus / "hr").mkdir()
    (corpus / "pay.md").rename(corpus / "hr" / "pay.md")

    run(engine, corpus)

    assert access(engine) == {"hr/pay.md": ("hr",)}


def test_a_renaming_does_not_open_older_versions(engine: Engine, corpus: Path) -> None:
    """The form was filled in once; the empty one is for everyone, under an id of its own."""
    write(corpus, "hr/form.md", "Anna earns 90,000.")
    rules(corpus, hr=["hr"], pub=[])
    run(engine, corpus)
    write(corpus, "hr/form.md", "Name, salary.")
    run(engine, corpus)
    before = {one.document_id for one in engine.catalog.documents(OWNER)}
    (corpus / "hr" / "form.md").unlink()
    write(corpus, "pub/form.md", "Name, salary.")

    run(engine, corpus)

    (seen,) = engine.catalog.documents(PUBLIC)
    assert (seen.document, seen.version) == ("pub/form.md", 1)
    assert seen.document_id not in before
    assert access(engine) == {"hr/form.md": ("hr",), "pub/form.md": ()}


@pytest.mark.parametrize("narrow_first", [True, False])
def test_a_wider_allow_replaces_narrower_ones_whichever_came_first(
    engine: Engine, corpus: Path, narrow_first: bool
) -> None:
    write(corpus, "a.md", "Open.")
    write(corpus, "hr/pay.md", "Salaries.")
    if narrow_first:
        run(engine, corpus / "hr", allow=("hr",))
    else:
        run(engine, corpus, allow=("all",))
        run(engine, corpus / "hr", allow=("hr",))
        assert access(engine) == {"a.md": ("all",), "hr/pay.md": ("hr",)}

    run(engine, corpus, allow=("staff",))

    assert set(access(engine).values()) == {("staff",)}


def uploaded(engine: Engine, name: str, groups: tuple[str, ...]) -> IngestReport:
    """As `POST /v1/documents` keeps and ingests it."""
    folder = engine.home.path / "uploads" / "default" / ("+".join(["only", *groups]) if groups else "public")
    write(folder, name, f"Minutes of {name}.")
    return run(engine, folder / name, allow=groups)


@pytest.mark.parametrize("home", [".footnote", "state"])
def test_uploads_follow_no_corpus_that_the_home_lies_in(corpus: Path, home: str) -> None:
    for number in range(9):
        write(corpus, f"{number}.md", f"Text {number}.")
    write(corpus, "footnote.toml", 'collection = "c"\ninclude = ["?.md"]\n[[access]]\npath = "**"\ngroups = []')
    with Engine(EngineSettings(corpus / home), write=True, embedder=FakeEmbedder()) as engine:
        run(engine, corpus)
        reports = [uploaded(engine, "board.md", ("board",)), uploaded(engine, "all.md", ())]

        pruned = run(engine, corpus, prune=True)

        assert [report.collection for report in reports] == ["default", "default"]
        assert (pruned.refusal, pruned.counts()["removed"]) == ("", 0)
        assert [(one.uri, one.reason) for one in pruned.outcomes if one.outcome == "skipped"] == [
            ((corpus / home).as_uri(), "the home of Footnote")
        ]
        uploads = {one.document: one.groups for one in engine.catalog.documents(OWNER, "default")}
        assert uploads == {"board.md": ("board",), "all.md": ()}


def test_an_upload_keeps_its_root_where_the_corpus_around_the_home_is_known(corpus: Path) -> None:
    write(corpus, "a.md", "Text.")
    with Engine(EngineSettings(corpus / "state"), write=True, embedder=FakeEmbedder()) as engine:
        run(engine, corpus, allow=("staff",))
        uploaded(engine, "board.md", ("board",))
        run(engine, corpus, allow=("all",))

        assert access(engine) == {"a.md": ("all",), "board.md": ("board",)}

"""What a walk sees: every file once, in order, under the right root and access, and what is left out and why."""

import os
import socket
from collections.abc import Sequence
from pathlib import Path

import pytest

from ingest.sources import Survey, Territory, survey
from retrieval.errors import UsageError

HOME = Path("/nowhere/home")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    return folder


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)


def seen(*targets: Path, collection: str | None = None, roots: Sequence[Path] = ()) -> Survey:
    return surveyed([str(target) for target in targets], collection, roots=roots)


def surveyed(
    targets: Sequence[str], collection: str | None = None, *, roots: Sequence[Path] = (), home: Path = HOME
) -> Survey:
    return survey(targets, collection, known_roots=lambda name: [root.as_uri() for root in roots], home=home)


def paths(surveyed: Survey) -> list[str]:
    return [found.path for found in surveyed.files]


def left_out(surveyed: Survey) -> dict[str, str]:
    return {one.path: f"{one.outcome}: {one.reason}" for one in surveyed.left_out}


def test_a_folder_is_walked_in_the_order_of_names(corpus: Path) -> None:
    write(corpus, "b.md", "a/z.md", "a/b/c.md", "c.md")

    surveyed = seen(corpus)

    assert paths(surveyed) == ["a/b/c.md", "a/z.md", "b.md", "c.md"]
    assert {found.root for found in surveyed.files} == {corpus.as_uri()}
    assert surveyed.files[0].uri == f"{corpus.as_uri()}/a/b/c.md"
    assert surveyed.territories == (Territory(corpus.as_uri(), ""),)
    assert surveyed.collection == "default"


def test_a_single_file_has_its_folder_as_root(corpus: Path) -> None:
    write(corpus, "a.md", "b.md")

    surveyed = seen(corpus / "b.md")

    assert paths(surveyed) == ["b.md"]
    assert surveyed.territories == (Territory(corpus.as_uri(), "b.md"),)


def test_targets_that_overlap_give_each_file_once(corpus: Path) -> None:
    write(corpus, "a/x.md", "b.md")

    surveyed = seen(corpus, corpus / "a", corpus / "b.md", corpus)

    assert sorted(found.uri for found in surveyed.files) == [f"{corpus.as_uri()}/{name}" for name in ("a/x.md", "b.md")]


def test_a_target_may_be_a_file_address_or_a_link(corpus: Path, tmp_path: Path) -> None:
    write(corpus, "a b.md")
    (tmp_path / "link").symlink_to(corpus)

    assert seen(tmp_path / "link").files == seen(corpus).files
    assert surveyed([corpus.as_uri()]).files == seen(corpus).files


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("missing", "No such file"),
        ("https://example.com/a", "where only files can be"),
        ("s3://bucket/a", "not a place"),
        ("nul\0", "not a path"),
        ("/dev/null", "neither a file nor a folder"),
        ("x://[y", "not an address"),
    ],
)
def test_a_target_that_is_no_source_is_told_before_anything(corpus: Path, target: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        surveyed([str(corpus), target])


def test_no_target_is_told() -> None:
    with pytest.raises(UsageError):
        surveyed([])


def test_a_target_in_a_known_root_keeps_that_root(corpus: Path) -> None:
    write(corpus, "a/x.md", "a/y.md")

    assert paths(seen(corpus / "a", roots=[corpus])) == ["a/x.md", "a/y.md"]
    assert seen(corpus / "a", roots=[corpus]).territories == (Territory(corpus.as_uri(), "a"),)
    assert paths(seen(corpus / "a" / "y.md", roots=[corpus])) == ["a/y.md"]


def test_a_known_root_inside_the_target_keeps_its_documents(corpus: Path) -> None:
    write(corpus, "a/x.md", "b.md")

    surveyed = seen(corpus, roots=[corpus / "a"])

    assert [(found.root, found.path) for found in surveyed.files] == [
        (corpus.as_uri(), "b.md"),
        ((corpus / "a").as_uri(), "x.md"),
    ]
    assert surveyed.territories == (Territory(corpus.as_uri(), ""), Territory((corpus / "a").as_uri(), ""))


def test_a_known_root_that_vanished_from_a_walked_folder_is_covered(corpus: Path) -> None:
    """One that is hidden, and one elsewhere, are not."""
    write(corpus, "b.md", ".hidden/x.md")
    roots = [corpus / "a", corpus / ".hidden", corpus.parent / "elsewhere"]

    assert seen(corpus, roots=roots).territories == (
        Territory(corpus.as_uri(), ""),
        Territory((corpus / "a").as_uri(), ""),
    )
    assert len(seen(corpus / "b.md", roots=roots).territories) == 1


def test_the_nearest_footnote_toml_above_makes_the_root_and_the_access(corpus: Path) -> None:
    write(corpus, "hr/pay/x.md", "hr/y.md", "z.md")
    (corpus / "footnote.toml").write_text('collection = "c"\n[[access]]\npath = "hr/**"\ngroups = ["hr"]')

    below = seen(corpus / "hr" / "pay")

    assert [(found.path, found.ruled) for found in below.files] == [("hr/pay/x.md", ("hr",))]
    assert below.territories == (Territory(corpus.as_uri(), "hr/pay"),)
    assert below.collection == "c"
    assert [found.ruled for found in seen(corpus / "hr" / "y.md").files] == [("hr",)]
    assert {found.path: found.ruled for found in seen(corpus).files}["z.md"] is None


def test_the_rules_file_is_no_document(corpus: Path) -> None:
    write(corpus, "a.md", "sub/b.md")
    (corpus / "footnote.toml").write_text("")
    (corpus / "sub" / "footnote.toml").write_text("")

    surveyed = seen(corpus)

    assert paths(surveyed) == ["a.md", "sub/b.md"]
    assert left_out(surveyed) == {}


def test_rules_further_above_still_restrict(corpus: Path) -> None:
    """A nested rules file does not open what one above it closes, not even where the nested folder is the target."""
    write(corpus, "hr/x.md", "hr/notes/y.md")
    (corpus / "footnote.toml").write_text('[[access]]\npath = "hr/**"\ngroups = ["hr"]')
    (corpus / "hr" / "footnote.toml").write_text('exclude = ["notes"]')

    for surveyed in (seen(corpus), seen(corpus / "hr"), seen(corpus / "hr" / "x.md")):
        assert [found.ruled for found in surveyed.files] == [("hr",)]


def test_broken_rules_anywhere_stop_everything(corpus: Path) -> None:
    write(corpus, "a.md", "sub/b.md")
    (corpus / "sub" / "footnote.toml").write_text("access = 1")

    with pytest.raises(UsageError, match=r"sub/footnote\.toml"):
        seen(corpus)


def test_rules_under_an_almost_right_name_stop_everything(corpus: Path) -> None:
    (corpus / "Footnote.toml").write_text("")

    with pytest.raises(UsageError, match=r"Footnote\.toml"):
        seen(corpus)


def test_rules_under_an_almost_right_name_above_a_target_stop_everything(corpus: Path) -> None:
    write(corpus, "hr/x.md")
    (corpus / "Footnote.toml").write_text("")

    for target in (corpus / "hr", corpus / "hr" / "x.md"):
        with pytest.raises(UsageError, match=r"corpus/Footnote\.toml"):
            seen(target)


def test_a_folder_above_that_may_not_be_listed_is_passed_through(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(corpus, "x.md")

    def denied(folder: Path) -> list[str]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "listdir", denied)

    assert paths(seen(corpus)) == ["x.md"]


def test_the_rules_file_is_no_target(corpus: Path) -> None:
    write(corpus, "x.md")
    (corpus / "footnote.toml").write_text("")

    with pytest.raises(UsageError, match="rules, not a document"):
        seen(corpus / "footnote.toml")


@pytest.mark.parametrize("name", [".footnote", "state"])
def test_a_home_in_the_corpus_is_left_out_whole(corpus: Path, name: str) -> None:
    """The index's own by its place, others by what lies in them; known roots in one are not looked for."""
    write(corpus, "a.md", f"{name}/blobs/x.md", "other/catalogue.db", "other/lock", "other/x.md", "third/lock")
    home = corpus / name

    surveyed_ = surveyed([str(corpus)], home=home, roots=[home / "uploads" / "default" / "public"])

    assert paths(surveyed_) == ["a.md", "third/lock"]
    assert left_out(surveyed_) == {
        name: "skipped: the home of Footnote",
        "other": "skipped: the home of Footnote",
    }
    assert surveyed_.territories == (Territory(corpus.as_uri(), ""),)


@pytest.mark.parametrize("target", ["", "blobs", "blobs/x.md", "uploads", "uploads/default", "uploads/default/y.md"])
def test_nothing_in_a_home_is_a_target(tmp_path: Path, target: str) -> None:
    home = tmp_path / "home"
    write(home, "blobs/x.md", "uploads/default/y.md")

    with pytest.raises(UsageError, match="in the home of Footnote"):
        surveyed([str(home / target)], home=home)


def test_another_home_is_no_target_either(tmp_path: Path) -> None:
    write(tmp_path / "other", "catalogue.db", "lock", "uploads/default/public/x.md")

    with pytest.raises(UsageError, match="in the home of Footnote"):
        seen(tmp_path / "other" / "uploads" / "default" / "public")


def test_uploads_are_a_root_of_their_own_without_rules(corpus: Path) -> None:
    home = corpus / "state"
    write(home, "uploads/default/public/x.md", "uploads/default/public/footnote.toml")
    (corpus / "footnote.toml").write_text('collection = "c"\nexclude = ["**"]\n[[access]]\npath = "**"\ngroups = []')
    folder = home / "uploads" / "default" / "public"

    for target in (folder, folder / "x.md"):
        uploads = surveyed([str(target)], home=home, roots=[corpus])
        assert [(found.root, found.path, found.ruled) for found in uploads.files] == [(folder.as_uri(), "x.md", None)]
        assert uploads.collection == "default"


def test_an_access_rule_that_names_nothing_is_noted(corpus: Path) -> None:
    write(corpus, "hr/x.md")
    (corpus / "footnote.toml").write_text(
        '[[access]]\npath = "HR/**"\ngroups = ["hr"]\n[[access]]\npath = "hr/**"\ngroups = ["hr"]'
    )

    assert seen(corpus).notes == (f"{corpus}/footnote.toml: access[1].path matches no file",)
    assert seen(corpus / "hr").notes == ()


def test_the_collection_is_the_one_given_or_the_one_named(corpus: Path) -> None:
    write(corpus, "a/x.md", "b/y.md", "c/z.md")
    (corpus / "a" / "footnote.toml").write_text('collection = "a"')
    (corpus / "b" / "footnote.toml").write_text('collection = "b"')

    assert seen(corpus / "a").collection == "a"
    assert seen(corpus / "a", corpus / "b", collection="mine").collection == "mine"
    with pytest.raises(UsageError, match="different collections: a, b"):
        seen(corpus / "a", corpus / "b")
    with pytest.raises(UsageError, match="different collections: a, default"):
        seen(corpus / "a", corpus / "c")
    with pytest.raises(UsageError, match="is for the collection 'a'"):
        seen(corpus)


def test_what_is_excluded_is_told(corpus: Path) -> None:
    write(corpus, "drafts/a.md", "b.md")
    (corpus / "footnote.toml").write_text('exclude = ["drafts/**"]')

    surveyed = seen(corpus)

    assert paths(surveyed) == ["b.md"]
    assert left_out(surveyed) == {"drafts/a.md": "skipped: excluded by footnote.toml (exclude 'drafts/**')"}


def test_hidden_things_are_told_once_each(corpus: Path) -> None:
    write(corpus, ".git/config", ".git/objects/a", ".DS_Store", "__MACOSX/a", "~$a.docx", "Thumbs.db", "a.docx")

    surveyed = seen(corpus)

    assert paths(surveyed) == ["a.docx"]
    assert sorted(left_out(surveyed)) == [".DS_Store", ".git", "Thumbs.db", "__MACOSX", "~$a.docx"]
    assert left_out(surveyed)[".git"] == "skipped: hidden: its name begins with a dot"


def test_links_are_never_followed(corpus: Path, tmp_path: Path) -> None:
    """Neither out of the corpus nor in a circle, nor to what is restricted under its own name."""
    write(corpus, "hr/pay.md", "a.md")
    write(tmp_path, "outside.md")
    (corpus / "out").symlink_to(tmp_path / "outside.md")
    (corpus / "loop").symlink_to(corpus)
    (corpus / "pay.md").symlink_to("hr/pay.md")
    (corpus / "nowhere").symlink_to("nothing")

    surveyed = seen(corpus)

    assert paths(surveyed) == ["a.md", "hr/pay.md"]
    assert left_out(surveyed) == {
        "out": "skipped: link: it leads out of the corpus",
        "loop": "skipped: link: to ., which is read under its own name",
        "pay.md": "skipped: link: to hr/pay.md, which is read under its own name",
        "nowhere": "skipped: link: it leads nowhere",
    }


def test_what_is_no_file_is_told(corpus: Path) -> None:
    os.mkfifo(corpus / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(corpus / "socket"))

    assert left_out(seen(corpus)) == {
        "pipe": "skipped: special: a named pipe, not a file",
        "socket": "skipped: special: a socket, not a file",
    }


def test_names_may_hold_anything(corpus: Path) -> None:
    """New lines, percent signs, quotes, and bytes that are no UTF-8."""
    odd = [b"new\nline.md", b"100%25.md", b"caf\xe9.md", b'say "hi".md', "日本.md".encode()]
    for name in odd:
        (corpus / os.fsdecode(name)).write_text("x")

    surveyed = seen(corpus)

    assert set(paths(surveyed)) == {"new\nline.md", "100%25.md", r"caf\xe9.md", 'say "hi".md', "日本.md"}
    assert all(found.uri.isascii() and found.path.encode() for found in surveyed.files)
    assert len({found.uri for found in surveyed.files}) == 5
    assert all(found.file.read_text() == "x" for found in surveyed.files)


def test_two_names_that_read_the_same_are_told_apart_or_told(corpus: Path) -> None:
    (corpus / os.fsdecode(b"caf\xe9.md")).write_text("one")
    (corpus / r"caf\xe9.md").write_text("other")

    surveyed = seen(corpus)

    assert len(surveyed.files) == 1
    assert [one.outcome for one in surveyed.left_out] == ["failed"]


class Unlistable:
    """`os.scandir`, but for one folder that may not be listed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._scandir = os.scandir

    def __call__(self, path: Path) -> object:
        if path == self._folder:
            raise PermissionError(13, "Permission denied")
        return self._scandir(path)


def test_a_folder_that_cant_be_listed_is_told(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(corpus, "a/x.md", "b.md")
    monkeypatch.setattr(os, "scandir", Unlistable(corpus / "a"))

    surveyed = seen(corpus)

    assert paths(surveyed) == ["b.md"]
    assert left_out(surveyed) == {"a": "failed: unreadable: the folder can't be listed: Permission denied"}
    assert surveyed.unseen == (Territory(corpus.as_uri(), "a"),)


def test_a_territory_covers_whole_names_only() -> None:
    place = Territory("file:///c", "a/b")

    assert place.covers("file:///c", "a/b")
    assert place.covers("file:///c", "a/b/x.md")
    assert not place.covers("file:///c", "a/bc")
    assert not place.covers("file:///d", "a/b")
    assert Territory("file:///c", "").covers("file:///c", "anything")

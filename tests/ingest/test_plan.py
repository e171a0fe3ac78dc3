"""What changed between what is known and what is there."""

from collections.abc import Sequence
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from ingest.plan import Gone, Plan, Seen, plan, refusal
from ingest.sources import FoundFile, LeftOut, Territory
from retrieval.models import KnownDocument

ROOT = "file:///c"


def seen(path: str, content: str, root: str = ROOT) -> Seen:
    return Seen(FoundFile(Path("/c") / path, root, path, f"{root}/{path}", None), content)


def known(path: str, content: str, fingerprint: str = "f") -> KnownDocument:
    return KnownDocument(f"id-{path}", path, f"{ROOT}/{path}", 1, content, fingerprint, (), 0, 1)


def compared(
    files: Sequence[Seen],
    documents: Sequence[KnownDocument] = (),
    left_out: Sequence[LeftOut] = (),
    unseen: Sequence[Territory] = (),
) -> Plan:
    return plan(files, {ROOT: documents}, fingerprint="f", left_out=left_out, unseen=unseen)


def kept(planned: Plan) -> list[tuple[str, str, str]]:
    return [(one.seen.found.path, one.known.document_id, one.moved_from) for one in planned.kept]


def to_convert(planned: Plan) -> list[tuple[str, str | None, str]]:
    return [
        (one.seen.found.path, one.known.document_id if one.known else None, one.same_as) for one in planned.to_convert
    ]


def gone(planned: Plan) -> list[str]:
    return [one.known.path for one in planned.gone]


def test_new_changed_unchanged_and_gone() -> None:
    planned = compared(
        [seen("a", "1"), seen("b", "2"), seen("c", "3")], [known("b", "old"), known("c", "3"), known("d", "4")]
    )

    assert to_convert(planned) == [("a", None, ""), ("b", "id-b", "")]
    assert kept(planned) == [("c", "id-c", "")]
    assert gone(planned) == ["d"]


def test_a_renaming_that_is_forbidden_is_a_new_file_and_one_that_is_gone() -> None:
    """The next likest path is taken instead."""
    files, documents = [seen("x/a", "1"), seen("y/b", "1")], [known("a", "1")]

    def may_move(left: Gone, found: FoundFile) -> bool:
        return not found.path.startswith("x/")

    planned = plan(files, {ROOT: documents}, fingerprint="f", may_move=may_move)
    assert (kept(planned), to_convert(planned), gone(planned)) == (
        [("y/b", "id-a", "a")],
        [("x/a", None, "y/b")],
        [],
    )

    planned = plan(files[:1], {ROOT: documents}, fingerprint="f", may_move=may_move)
    assert (to_convert(planned), gone(planned)) == ([("x/a", None, "")], ["a"])


def test_the_same_bytes_read_by_an_older_converter_are_read_again() -> None:
    assert to_convert(compared([seen("a", "1")], [known("a", "1", "older")])) == [("a", "id-a", "")]


def test_a_renamed_file_keeps_its_document() -> None:
    planned = compared([seen("new/a", "1")], [known("a", "1")])

    assert kept(planned) == [("new/a", "id-a", "a")]
    assert gone(planned) == []


def test_a_renamed_file_whose_ending_changed_is_read_again_and_keeps_its_document() -> None:
    """The ending decides whether text is read as Markdown."""
    planned = compared([seen("a.md", "1")], [known("a.txt", "1")])

    assert [(one.known and one.known.document_id, one.moved_from) for one in planned.to_convert] == [
        ("id-a.txt", "a.txt")
    ]


def test_a_copy_is_no_rename() -> None:
    planned = compared([seen("a", "1"), seen("b", "1")], [known("a", "1")])

    assert kept(planned) == [("a", "id-a", "")]
    assert to_convert(planned) == [("b", None, "a")]


def test_renames_pair_the_likest_paths_and_use_each_once() -> None:
    """Three index files with the same bytes, two of them moved with their folder."""
    planned = compared(
        [seen("new/x/index.md", "1"), seen("new/y/index.md", "1"), seen("zz.md", "1")],
        [known("old/x/index.md", "1"), known("old/y/index.md", "1")],
    )

    assert kept(planned) == [
        ("new/x/index.md", "id-old/x/index.md", "old/x/index.md"),
        ("new/y/index.md", "id-old/y/index.md", "old/y/index.md"),
    ]
    assert to_convert(planned) == [("zz.md", None, "new/x/index.md")]


def test_many_equal_files_are_paired_in_their_order() -> None:
    """200 x 200 pairs are too many to compare."""
    planned = compared(
        [seen(f"new/{number:03}", "1") for number in range(200)], [known(f"{number:03}", "1") for number in range(200)]
    )

    assert kept(planned)[7] == ("new/007", "id-007", "007")
    assert gone(planned) == []


def test_a_rename_stays_below_its_root() -> None:
    planned = compared([seen("b", "1", root="file:///d")], [known("a", "1")])

    assert gone(planned) == ["a"]
    assert to_convert(planned) == [("b", None, "")]


def test_a_document_whose_file_failed_is_not_gone() -> None:
    failed = LeftOut(ROOT, "a", f"{ROOT}/a", "failed", "unreadable: Permission denied")
    planned = compared([seen("b", "1")], [known("a", "1")], left_out=[failed])

    assert gone(planned) == []
    assert to_convert(planned) == [("b", None, "")]


def test_a_document_in_a_folder_that_could_not_be_listed_is_not_gone() -> None:
    planned = compared([seen("b", "1")], [known("x/a", "1"), known("c", "2")], unseen=[Territory(ROOT, "x")])

    assert gone(planned) == ["c"]
    assert kept(planned) == []


def test_a_document_whose_file_is_left_out_now_is_gone_for_that_reason() -> None:
    skipped = LeftOut(ROOT, "a", f"{ROOT}/a", "skipped", "excluded")

    assert [(one.known.path, one.reason) for one in compared([], [known("a", "1")], [skipped]).gone] == [
        ("a", "excluded")
    ]


def test_equal_files_name_the_first() -> None:
    planned = compared([seen("a", "1"), seen("b", "1"), seen("c", "2"), seen("d", "1")])

    assert to_convert(planned) == [("a", None, ""), ("b", None, "a"), ("c", None, ""), ("d", None, "a")]


def test_an_equal_file_that_is_published_comes_first() -> None:
    planned = compared([seen("a", "1"), seen("z", "1")], [known("z", "1")])

    assert to_convert(planned) == [("a", None, "z")]


def test_up_to_a_fifth_may_go() -> None:
    """1 of 5 is a fifth, 2 of 9 are more."""
    five = [known(str(number), str(number)) for number in range(5)]
    nine = [known(str(number), str(number)) for number in range(9)]
    one_gone = compared([seen(str(number), str(number)) for number in range(1, 5)], five).gone
    two_gone = compared([seen(str(number), str(number)) for number in range(2, 9)], nine).gone

    assert refusal(one_gone, {ROOT: five}, ()) == ""
    assert refusal(two_gone, {ROOT: nine}, ()).startswith(
        "nothing was removed: 2 of 9 documents below file:///c would go"
    )


def test_each_root_is_counted_by_itself() -> None:
    """An empty second root, perhaps a disk that is not mounted, is not made good by a large first one."""
    first, second = [known(str(number), str(number)) for number in range(100)], [known("x", "x")]
    planned = plan(
        [seen(str(number), str(number)) for number in range(100)],
        {ROOT: first, "file:///d": second},
        fingerprint="f",
    )

    assert "1 of 1 documents below file:///d" in refusal(planned.gone, {ROOT: first, "file:///d": second}, ())


def test_nothing_may_go_where_not_all_was_seen() -> None:
    five = [known(str(number), str(number)) for number in range(5)]

    told = refusal(compared([seen("1", "1")], five).gone[:1], {ROOT: five}, [Territory(ROOT, "x")])

    assert told == "nothing was removed: not everything could be listed (file:///c/x)"


@given(
    st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("123")),
    st.dictionaries(st.sampled_from("abcdefgh"), st.tuples(st.sampled_from("123"), st.sampled_from("fg"))),
)
def test_every_file_and_every_document_has_one_place(
    files: dict[str, str], documents: dict[str, tuple[str, str]]
) -> None:
    """Each file is kept or converted, each document kept, converted or gone, whatever was renamed, copied or lost."""
    planned = compared(
        [seen(path, content) for path, content in files.items()],
        [known(path, content, made_by) for path, (content, made_by) in sorted(documents.items())],
    )

    places = [one.seen.found.path for one in (*planned.kept, *planned.to_convert)]
    identities = [
        *(one.known.document_id for one in (*planned.kept, *planned.to_convert) if one.known),
        *(one.known.document_id for one in planned.gone),
    ]
    assert sorted(places) == sorted(files)
    assert sorted(identities) == sorted(f"id-{path}" for path in documents)

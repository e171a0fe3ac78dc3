"""Archives: what is handed on of them, under which name, and what is refused."""

import io
import zipfile
from pathlib import Path

import pytest

from ingest.errors import Malformed, NoText, OverLimit
from ingest.formats import from_zip
from ingest.formats.from_zip import convert


def packed(path: Path, members: list[tuple[str, bytes]]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def names(path: Path) -> list[str]:
    return [one.name for one in convert(path, path.name).attachments]


def test_its_text_is_the_list_of_its_members_and_they_are_handed_on(tmp_path: Path) -> None:
    document = convert(packed(tmp_path / "a.zip", [("b/one.txt", b"One."), ("two.md", b"Two.")]), "a.zip")

    assert document.text == "# a.zip\n\n- b/one.txt\n- two.md"
    assert [(one.name, one.data, one.error) for one in document.attachments] == [
        ("b/one.txt", b"One.", None),
        ("two.md", b"Two.", None),
    ]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("../../etc/passwd", "etc/passwd"),
        ("/root/x.txt", "root/x.txt"),
        ("..\\up\\x.txt", "up/x.txt"),
        ("a/./b//c.txt", "a/b/c.txt"),
        ("a!/b.txt", "a/b.txt"),
        ("line\nbreak\x1b[31m.txt", "line break [31m.txt"),
        (".hidden", "hidden"),
        ("..", "member"),
    ],
)
def test_no_name_leads_out_of_the_archive(tmp_path: Path, written: str, read: str) -> None:
    assert names(packed(tmp_path / "a.zip", [(written, b"x")])) == [read]


def test_equal_names_are_told_apart(tmp_path: Path) -> None:
    """`a/x.txt`, then what becomes the same when it is led back into the archive."""
    path = packed(tmp_path / "a.zip", [("a/x.txt", b"1"), ("../a/x.txt", b"2"), ("/a/x.txt", b"3")])

    assert names(path) == ["a/x.txt", "a/x (2).txt", "a/x (3).txt"]


def test_an_archive_without_files_has_no_text(tmp_path: Path) -> None:
    """A folder is no file."""
    for members in ([], [("folder/", b"")]):
        with pytest.raises(NoText, match="no file in the archive"):
            convert(packed(tmp_path / "a.zip", members), "a.zip")


def test_a_torn_archive_is_malformed(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", [("a.txt", b"text" * 1_000)])
    path.write_bytes(path.read_bytes()[:-30])

    with pytest.raises(Malformed, match="not a whole zip archive"):
        convert(path, "a.zip")


def test_a_bomb_is_not_opened(tmp_path: Path) -> None:
    """101 MB of zeros take about 100 kB."""
    path = packed(tmp_path / "a.zip", [(f"{number}.txt", bytes(20_200_000)) for number in range(5)])

    with pytest.raises(OverLimit, match="would unpack"):
        convert(path, "a.zip")


def test_a_member_that_unpacks_to_a_thousand_times_its_size_costs_itself_alone(tmp_path: Path) -> None:
    document = convert(packed(tmp_path / "a.zip", [("zeros.bin", bytes(20_000_000)), ("b.txt", b"Text.")]), "a.zip")

    zeros, text = document.attachments
    assert isinstance(zeros.error, OverLimit)
    assert (zeros.data, text.data) == (b"", b"Text.")


def test_a_member_that_lies_about_its_size_costs_itself_alone(tmp_path: Path) -> None:
    """Its directory says 5 bytes where 4,000 come out."""
    path = packed(tmp_path / "a.zip", [("liar.txt", b"true" * 1_000), ("b.txt", b"Text.")])
    data = path.read_bytes().replace((4_000).to_bytes(4, "little"), (5).to_bytes(4, "little"))
    path.write_bytes(data)

    liar, text = convert(path, "a.zip").attachments
    assert isinstance(liar.error, Malformed)
    assert text.data == b"Text."


def test_an_encrypted_member_costs_itself_alone(tmp_path: Path) -> None:
    """The flag in both headers says so."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("secret.txt", b"x")
        archive.writestr("b.txt", b"Text.")
    raw = bytearray(data.getvalue())
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "a.zip").write_bytes(raw)

    secret, text = convert(tmp_path / "a.zip", "a.zip").attachments
    assert (secret.error.code if secret.error else "", text.data) == ("encrypted", b"Text.")


def test_too_many_members_or_bytes_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = packed(tmp_path / "a.zip", [("a.txt", b"12345"), ("b.txt", b"1234"), ("c.txt", b"123")])
    monkeypatch.setattr(from_zip, "MOST_TOGETHER", 8)

    assert [one.error is None for one in convert(path, "a.zip").attachments] == [True, False, True]

    monkeypatch.setattr(from_zip, "MOST", 2)
    with pytest.raises(OverLimit, match="3 files in it, more than 2"):
        convert(path, "a.zip")

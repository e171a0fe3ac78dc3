"""Bytes become the text that their author wrote."""

import pytest

from ingest.errors import Malformed
from ingest.formats.decoding import decode

GERMAN = "Die Prüfung der Größe kostet 5 € – für Käufer."
RUSSIAN = "Сотрудники получают двадцать пять дней отпуска в год. " * 5


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_with_or_without_a_mark_is_seen(encoding: str) -> None:
    assert decode(GERMAN.encode(encoding), "a.txt") == GERMAN


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_seen_by_its_zero_bytes(encoding: str) -> None:
    assert decode(GERMAN.encode(encoding), "a.txt") == GERMAN


def test_a_declaration_is_believed_as_browsers_read_it() -> None:
    """A page that says iso-8859-1 means Windows' superset: only that has the euro sign."""
    assert decode(GERMAN.encode("cp1252"), "a.html", declared="ISO-8859-1") == GERMAN


def test_valid_utf_8_wins_over_a_wrong_declaration() -> None:
    assert decode(GERMAN.encode(), "a.html", declared="iso-8859-1") == GERMAN


def test_an_unknown_declaration_is_no_error() -> None:
    assert decode(GERMAN.encode(), "a.html", declared="x-klingon") == GERMAN


def test_escaped_encodings_need_their_declaration() -> None:
    text = "有給休暇は二十五日"

    assert decode(text.encode("iso2022_jp"), "a.html", declared="ISO-2022-JP") == text


def test_what_nothing_declares_is_detected() -> None:
    assert decode(RUSSIAN.encode("cp1251"), "a.txt") == RUSSIAN


def test_a_few_broken_bytes_do_not_turn_utf_8_into_something_else() -> None:
    data = (GERMAN * 50).encode() + b"\xff end"

    assert decode(data, "a.txt") == GERMAN * 50 + "\ufffd end"


def test_a_stray_zero_byte_does_not_make_a_text_binary() -> None:
    data = GERMAN.encode() * 50 + b"\x00"

    assert decode(data, "a.txt") == GERMAN * 50 + "\x00"


def test_binary_data_is_no_text() -> None:
    with pytest.raises(Malformed, match=r"a\.txt: binary data"):
        decode(bytes(range(256)) * 10, "a.txt")

"""RTF through unstructured, offline, with the small language pipeline of our own."""

import socket
from pathlib import Path

import pytest
import spacy.util

from ingest.errors import UnknownFormat
from ingest.formats import from_unstructured
from ingest.formats.spacy_pipeline import load_pipeline


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any look-up or connection fails the test."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was touched")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


def test_an_rtf_is_read(tmp_path: Path) -> None:
    path = tmp_path / "copy"
    path.write_bytes(
        rb"{\rtf1\ansi Everybody gets 25 days of annual leave.\par Carry-over is allowed until March.\par}"
    )
    document = from_unstructured.convert(path, "leave_rules.rtf")

    assert document.text == "Everybody gets 25 days of annual leave.\n\nCarry-over is allowed until March."
    assert document.title == "Leave rules"


def test_a_text_of_unknown_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "copy"
    path.write_text("hello")

    with pytest.raises(UnknownFormat):
        from_unstructured.convert(path, "hello.xyz")


@pytest.mark.skipif(spacy.util.is_package("en_core_web_sm"), reason="a real model is installed and used instead")
def test_the_small_pipeline_ends_sentences_and_sees_verbs() -> None:
    document = load_pipeline()("Everybody gets 25 days. It was changed.")

    assert [sentence.text for sentence in document.sents] == ["Everybody gets 25 days.", "It was changed."]
    assert [token.text for token in document if token.tag_.startswith("VB")] == ["gets", "was", "changed"]

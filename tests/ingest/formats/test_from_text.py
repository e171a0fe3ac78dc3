"""Markdown and plain text keep the words as they were typed."""

from pathlib import Path

import pytest

from ingest.errors import Malformed
from ingest.formats.from_text import convert
from ingest.formats.front_matter import split_front_matter
from ingest.models import Document

HANDBOOK = """---
title: "Annual leave"
author: [Ann Berg, Bo Dahl]
date: 2025-03-01T10:00:00Z  # approved
lang: en-GB
tags:
  - leave
---
# Leave

Use `<b>` *freely*, <b>also</b> here.

```sql
SELECT 1  -- kept
```
"""


def document(folder: Path, data: bytes, name: str) -> Document:
    path = folder / "copy"
    path.write_bytes(data)
    return convert(path, name)


def test_front_matter_is_metadata_and_no_text(tmp_path: Path) -> None:
    found = document(tmp_path, HANDBOOK.encode(), "leave.md")

    assert found.title == "Annual leave"
    assert found.metadata == {"author": "Ann Berg, Bo Dahl", "date": "2025-03-01", "language": "en-GB"}
    assert found.text == "# Leave\n\nUse `<b>` *freely*, <b>also</b> here.\n\n```sql\nSELECT 1  -- kept\n```"
    assert [(block.kind, block.section) for block in found.blocks] == [
        ("heading", ()),
        ("paragraph", ("Leave",)),
        ("code", ("Leave",)),
    ]


def test_a_list_below_its_key_is_read_too() -> None:
    found, rest = split_front_matter("---\nauthors:\n  - Ann\n  - Bo\n---\ntext")

    assert (dict(found), rest) == ({"author": "Ann, Bo"}, "text")


def test_toml_front_matter_is_read() -> None:
    found, rest = split_front_matter('+++\ntitle = "Leave"\n+++\ntext')

    assert (dict(found), rest) == ({"title": "Leave"}, "text")


@pytest.mark.parametrize(
    "text", ["---\nA rule, then prose. It has no keys!\n---\nmore", "---\ntitle: open", "# A\n---\n"]
)
def test_a_rule_at_the_top_is_no_front_matter(text: str) -> None:
    assert split_front_matter(text) == ({}, text)


@pytest.mark.parametrize(
    ("text", "name", "title"),
    [
        ("intro\n\n## Two\n\n# One", "a.md", "One"),
        ("intro\n\n## Two", "a.md", "Two"),
        ("only text", "travel_policy-2024.md", "Travel policy 2024"),
        ("Travel policy\n\nWe travel by train.", "a.txt", "Travel policy"),
        ("We travel by train.\n\nAlways.", "travel.txt", "Travel"),
        ("One line\nright above another", "notes.txt", "Notes"),
    ],
)
def test_a_title_is_the_best_that_there_is(tmp_path: Path, text: str, name: str, title: str) -> None:
    assert document(tmp_path, text.encode(), name).title == title


def test_plain_text_is_paragraphs_and_nothing_in_it_is_markup(tmp_path: Path) -> None:
    found = document(tmp_path, b"\xef\xbb\xbf# not a heading\r\n- not a list\r\n\r\n\x0cNext page\r\n", "a.txt")

    assert found.text == "# not a heading\n- not a list\n\nNext page"
    assert [block.kind for block in found.blocks] == ["paragraph", "paragraph"]


def test_markdown_in_another_encoding_is_read(tmp_path: Path) -> None:
    assert document(tmp_path, "# Größe".encode("utf-16"), "a.md").text == "# Größe"


def test_xml_is_read_as_it_declares(tmp_path: Path) -> None:
    data = '<?xml version="1.0" encoding="windows-1251"?><a>Отпуск</a>'.encode("cp1251")

    assert "Отпуск" in document(tmp_path, data, "a.xml").text


def test_binary_data_named_text_is_malformed(tmp_path: Path) -> None:
    with pytest.raises(Malformed):
        document(tmp_path, bytes(range(256)) * 10, "a.txt")

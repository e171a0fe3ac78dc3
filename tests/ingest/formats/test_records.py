"""JSON, JSON Lines and XML: records become a table or sections, and what holds none stays as it stands."""

import json
from pathlib import Path

import pytest

from ingest.errors import OverLimit
from ingest.formats import from_json, from_xml, records
from ingest.models import Document

PEOPLE = '[{"name": "Ann", "days": 30.50, "active": true}, {"name": "Bo", "days": 28, "boss": {"name": "Ann"}}]'
PEOPLE_TABLE = """| name | days | active | boss / name |
| --- | --- | --- | --- |
| Ann | 30.50 | true |  |
| Bo | 28 |  | Ann |"""
LONG = "A sentence of fifty characters, counted by a hand. " * 8


def read_json(folder: Path, text: str, name: str = "people.json") -> Document:
    path = folder / "copy"
    path.write_text(text)
    return from_json.convert(path, name)


def read_xml(folder: Path, data: str | bytes, name: str = "people.xml") -> Document:
    path = folder / "copy"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return from_xml.convert(path, name)


def test_flat_objects_are_a_table_with_their_values_as_written(tmp_path: Path) -> None:
    found = read_json(tmp_path, PEOPLE)

    assert found.text == PEOPLE_TABLE
    assert [block.kind for block in found.blocks] == ["table"]
    assert (found.title, found.notes) == ("People", ())


def test_lines_of_objects_are_the_same_table(tmp_path: Path) -> None:
    lines = "\n".join(json.dumps(one) for one in json.loads(PEOPLE.replace("30.50", '"30.50"')))

    assert read_json(tmp_path, lines, "people.jsonl").text == PEOPLE_TABLE


def test_a_bad_line_costs_itself_alone_and_is_named(tmp_path: Path) -> None:
    found = read_json(tmp_path, '{"a": "1"}\n{"a": \n\n{"a": "2"}\n[3]\n{"a": "4"}\n', "a.jsonl")

    assert found.text == "| a |\n| --- |\n| 1 |\n| 2 |\n| 4 |"
    assert found.notes == ("lines 2, 5 are no JSON objects and left out",)


def test_long_values_make_a_section_of_each_record(tmp_path: Path) -> None:
    text = json.dumps([{"title": "Leave", "tags": ["hr", "time"], "body": f"{LONG}\n\nMore."}, {"id": 7, "body": "x"}])
    found = read_json(tmp_path, text)

    assert [(block.kind, block.section) for block in found.blocks] == [
        ("heading", ()),
        ("list", ("Leave",)),
        ("paragraph", ("Leave",)),
        ("paragraph", ("Leave",)),
        ("heading", ()),
        ("list", ("id 7",)),
    ]
    assert found.text.startswith(f"## Leave\n\n- title: Leave\n- tags: hr, time\n\nbody: {LONG.rstrip()}")
    assert found.text.endswith("\n\nMore.\n\n## id 7\n\n- id: 7\n- body: x")


def test_nested_lists_keep_their_place_in_the_key(tmp_path: Path) -> None:
    text = json.dumps([{"name": "A", "lines": [{"sum": 1, "of": "x"}, {"sum": 2}], "grid": [[1, 2], [3]], "t": LONG}])

    assert "- lines 1 / sum: 1\n- lines 1 / of: x\n- lines 2 / sum: 2\n- grid 1: 1, 2\n- grid 2: 3" in (
        read_json(tmp_path, text).text
    )


def test_lists_inside_an_object_stand_under_their_keys(tmp_path: Path) -> None:
    text = '{"title": "Staff", "year": 2025, "data": {"people": [{"n": "Ann"}], "rooms": [{"no": 1}, {"no": 2}]}}'
    found = read_json(tmp_path, text, "export.json")

    assert found.title == "Staff"
    assert found.text == (
        "- title: Staff\n- year: 2025\n\n## data / people\n\n| n |\n| --- |\n| Ann |\n\n"
        "## data / rooms\n\n| no |\n| --- |\n| 1 |\n| 2 |"
    )


@pytest.mark.parametrize("text", ['{"name": "app", "scripts": {"build": "make"}}', "[1, 2]", '"only words"', "[]"])
def test_json_without_records_stays_as_it_stands(tmp_path: Path, text: str) -> None:
    found = read_json(tmp_path, text)

    assert (found.text, found.notes) == (text, ())


def test_broken_json_stays_as_it_stands_and_is_named(tmp_path: Path) -> None:
    text = '[\n{"a": 1},\n{"a": 2'
    found = read_json(tmp_path, text)

    assert found.text == text
    assert found.notes[0].startswith("no whole JSON (")


def test_json_nested_without_end_stays_as_it_stands(tmp_path: Path) -> None:
    text = "[" * 100_000
    found = read_json(tmp_path, text)

    assert found.text == text
    assert found.notes[0].startswith("nested too deep")


def test_more_characters_than_a_document_may_have_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "MOST_CHARACTERS", 20)

    with pytest.raises(OverLimit, match=r"people\.json: more than 20 characters"):
        read_json(tmp_path, PEOPLE)


def test_repeated_elements_are_records_with_their_attributes(tmp_path: Path) -> None:
    found = read_xml(
        tmp_path,
        '<staff xmlns="urn:x"><person id="1"><name>Ann</name><tag>a</tag><tag>b</tag></person><!-- x -->'
        '<person id="2"><name>Bo &amp; Co</name></person></staff>',
    )

    assert found.text == "| id | name | tag |\n| --- | --- | --- |\n| 1 | Ann | a, b |\n| 2 | Bo & Co |  |"


def test_a_feed_has_its_own_words_before_its_items(tmp_path: Path) -> None:
    item = f"<item><title>{{}}</title><description><![CDATA[{LONG}]]></description></item>"
    feed = f"<channel><title>News</title>{item.format('One')}{item.format('Two')}</channel>"
    found = read_xml(tmp_path, f'<?xml version="1.0"?><rss version="2.0">{feed}</rss>', "feed.xml")

    assert found.title == "News"
    assert [block.section for block in found.blocks] == [
        (),
        (),
        ("channel / item",),
        ("channel / item", "One"),
        ("channel / item", "One"),
        ("channel / item",),
        ("channel / item", "Two"),
        ("channel / item", "Two"),
    ]
    assert found.text.startswith("- version: 2.0\n- channel / title: News\n\n## channel / item\n\n### One")


def test_marks_in_prose_lose_nothing_but_themselves(tmp_path: Path) -> None:
    found = read_xml(tmp_path, "<a><p><t>We <b>never</b> fly.</t></p><p><t>Trains.</t></p></a>")

    assert found.text == "| t |\n| --- |\n| We never fly. |\n| Trains. |"


@pytest.mark.parametrize(
    "text",
    [
        "<a><b>one</b><c>two</c></a>",
        '<a><p><t>See <l href="x">this</l>.</t></p><p><t>y</t></p></a>',
        '<!DOCTYPE a [<!ENTITY e SYSTEM "/etc/hostname">]><a><p><t>&e;</t></p><p><t>y</t></p></a>',
        '<!DOCTYPE a [<!ENTITY e "words">]><a><p><t>x &e; y</t></p><p><t>y</t></p></a>',
    ],
)
def test_xml_that_records_would_lose_stays_as_it_stands(tmp_path: Path, text: str) -> None:
    found = read_xml(tmp_path, text)

    assert (found.text, found.notes) == (text, ())


def test_entities_that_multiply_are_never_spelt_out(tmp_path: Path) -> None:
    entities = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(12))
    text = f'<!DOCTYPE a [<!ENTITY e0 "ha">{entities}]><a><p><t>&e12;</t></p><p><t>y</t></p></a>'

    assert read_xml(tmp_path, text).text == text


def test_broken_xml_stays_as_it_stands_and_is_named(tmp_path: Path) -> None:
    found = read_xml(tmp_path, "<a><b>one</b>")

    assert found.text == "<a><b>one</b>"
    assert found.notes[0].startswith("no whole XML (")


def test_xml_is_read_as_it_declares(tmp_path: Path) -> None:
    text = '<?xml version="1.0" encoding="windows-1251"?><a><b><c>Отпуск</c></b><b><c>Срок</c></b></a>'

    assert read_xml(tmp_path, text.encode("cp1251")).text == "| c |\n| --- |\n| Отпуск |\n| Срок |"

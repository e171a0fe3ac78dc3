"""Sections as passages: where they start and end, whose headings they bear, and in which order they come."""

from dataclasses import replace

from evals.making.passages import LONGEST, of_version, passages
from retrieval.models import OWNER
from tests.evals.fake_home import FakeHome

LEAVE = "Everybody has 30 days of leave a year, and asks for them in Tidebook at least two weeks before the first one."
RULES = "Days that are left over go into the next year until the end of March, five of them at most, and then lapse."
TEXT = f"# Leave\n\n{LEAVE}\n\n## Left over\n\n{RULES}\n\n```\n# no heading\n```\n\n## Short\n\nSee above."


def test_a_passage_is_a_section_under_its_headings() -> None:
    """What stands in a fence is no heading, what is too short is no passage."""
    home = FakeHome({"leave.md": TEXT})

    first, second = of_version(home.version("id:leave.md", OWNER), frozenset({"hr"}))

    assert (first.headings, first.text) == (("Leave",), LEAVE)
    assert second.headings == ("Leave", "Left over")
    assert second.text == f"{RULES}\n\n```\n# no heading\n```"
    assert second.version.text[second.start : second.end] == second.text
    assert second.groups == {"hr"}


def test_a_deeper_heading_ends_with_the_next_one_of_its_level() -> None:
    """`## B` does not stand under `### A.1`."""
    home = FakeHome({"a.md": f"# Top\n\n## A\n\n### A.1\n\n{RULES * 2}\n\n## B\n\n{LEAVE * 2}"})

    found = of_version(home.version("id:a.md", OWNER), frozenset())

    assert [one.headings for one in found] == [("Top", "A", "A.1"), ("Top", "B")]


def test_a_long_section_is_cut_between_blocks() -> None:
    """No part is longer than the limit, and all of it is in one of them."""
    blocks = [f"{number}. {LEAVE}" for number in range(60)]
    home = FakeHome({"a.md": "\n\n".join(blocks)})

    found = of_version(home.version("id:a.md", OWNER), frozenset())

    assert all(one.end - one.start <= LONGEST for one in found)
    assert "\n\n".join(one.text for one in found).split("\n\n") == blocks


def test_what_no_reader_sees_is_not_asked_about() -> None:
    """A passage with hidden words in it is left out."""
    version = FakeHome({"a.md": LEAVE * 2}).version("id:a.md", OWNER)

    assert len(of_version(version, frozenset())) == 1
    assert of_version(replace(version, hidden=((10, 20),)), frozenset()) == []


def test_documents_take_turns() -> None:
    """The first two passages are of two documents, though one holds most; the seed alone decides the order."""
    home = FakeHome({"big.md": "".join(f"# {n}\n\n{LEAVE * 2}\n\n" for n in range(9)), "small.md": RULES * 2})

    found = [one.version.document for one in passages(home, seed=3)]

    assert set(found[:2]) == {"big.md", "small.md"}
    assert found == [one.version.document for one in passages(home, seed=3)]
    assert len(found) == 10

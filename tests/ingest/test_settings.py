"""`footnote.toml`: what it says, and that nothing in it is ever misunderstood in silence."""

from pathlib import Path

import pytest

from ingest.settings import CorpusRules, RuleBook, corpus_rules
from retrieval.errors import UsageError


def rules(folder: Path, text: str) -> CorpusRules:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "footnote.toml").write_text(text)
    return corpus_rules(folder / "footnote.toml")


def test_it_says_what_belongs_to_the_corpus(tmp_path: Path) -> None:
    said = rules(tmp_path, 'collection = "handbook"\ninclude = ["**/*.md"]\nexclude = ["drafts/**", "~$*"]')

    assert said.collection == "handbook"
    assert said.exclusion("a/b.md") == ""
    assert said.exclusion("drafts/b.md") == "excluded by footnote.toml (exclude 'drafts/**')"
    assert said.exclusion("a/~$b.md") == "excluded by footnote.toml (exclude '~$*')"
    assert said.exclusion("a/b.pdf") == "excluded by footnote.toml (not in include)"


def test_an_empty_file_restricts_nothing(tmp_path: Path) -> None:
    said = rules(tmp_path, "")

    assert said.exclusion("a") == ""
    assert said.groups("a") is None


def test_an_empty_include_leaves_all_out(tmp_path: Path) -> None:
    assert rules(tmp_path, "include = []").exclusion("a") != ""


ACCESS = """
[[access]]
path = "**/*.html"
groups = ["staff"]
[[access]]
path = "hr/**"
groups = ["hr", "board", "hr"]
[[access]]
path = "hr/jobs/**"
groups = []
"""


@pytest.mark.parametrize(
    ("path", "groups"),
    [
        ("a.html", ("staff",)),
        ("a.pdf", None),
        ("hr/a.pdf", ("board", "hr")),
        ("hr/a.html", ("board", "hr")),
        ("hr/jobs/a.html", ()),
    ],
)
def test_the_most_specific_access_rule_holds(tmp_path: Path, path: str, groups: tuple[str, ...] | None) -> None:
    """A rule for a folder is not undone by one for an ending, wherever either stands in the file."""
    assert rules(tmp_path, ACCESS).groups(path) == groups


def test_of_equal_rules_the_one_that_restricts_holds(tmp_path: Path) -> None:
    restricting, opening = '[[access]]\npath="a/*"\ngroups=["hr"]\n', '[[access]]\npath="a/**"\ngroups=[]\n'

    assert rules(tmp_path, restricting + opening).groups("a/x") == ("hr",)
    assert rules(tmp_path, opening + restricting).groups("a/x") == ("hr",)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("\ncollection = \n", "line 2"),
        ("colection = 'x'", "colection: Extra inputs"),
        ("exclude = 'drafts'", "exclude: Input should be a valid list"),
        ("[[acess]]\npath = 'hr'\ngroups = ['hr']", "acess: Extra inputs"),
        ("[[access]]\npath = 'hr'", "access[1].groups: Field required"),
        ("[[access]]\npath = 'hr'\ngroups = 'hr'", "access[1].groups: Input should be a valid list"),
        ("[[access]]\npath = 'hr'\ngroup = ['hr']", "access[1].group: Extra inputs"),
        ("[[access]]\npath = 'hr'\ngroups = ['']", "access[1].groups[1]"),
        ("[[access]]\npath = 'hr'\ngroups = ['*']", "access[1].groups[1]"),
        ("[[access]]\npath = ''\ngroups = ['hr']", "access[1].path"),
        ("[[access]]\npath = '../hr'\ngroups = ['hr']", "access[1].path"),
        ("[[access]]\npath = 'hr\\pay'\ngroups = ['hr']", "access[1].path"),
        ("[[access]]\npath = '[z-a]'\ngroups = ['hr']", "access[1].path"),
        ("collection = ''", "collection"),
        ("\n[synonyms]\npto = 'leave'", "synonyms.pto: Input should be a valid list (line 3)"),
        ("\n[synonyms]\npto = []", "synonyms.pto: List should have at least 1 item"),
        (
            "\n[synonyms]\nx = ['y']\npto = ['leave', '--']",
            "synonyms.pto[2]: Value error, a synonym is one to 6 words (line 4)",
        ),
        ("\n[synonyms]\n'a b c d e f g' = ['leave']", "a synonym is one to 6 words (line 3)"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(UsageError) as raised:
        rules(tmp_path, text)

    assert str(tmp_path / "footnote.toml") in raised.value.message
    assert told in raised.value.message


def test_it_says_which_words_mean_the_same(tmp_path: Path) -> None:
    said = rules(tmp_path, '[synonyms]\npto = ["paid time off", "annual leave"]\n"DL-9" = ["the small drone"]')

    assert said.synonyms == (("pto", "paid time off", "annual leave"), ("DL-9", "the small drone"))


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "footnote.toml").write_bytes(b"\xff\xfe")

    with pytest.raises(UsageError, match="not UTF-8"):
        corpus_rules(tmp_path / "footnote.toml")


def test_a_file_that_cant_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "footnote.toml").mkdir()

    with pytest.raises(UsageError, match="can't be read"):
        corpus_rules(tmp_path / "footnote.toml")


def test_rules_of_nested_folders_all_hold_and_the_nearest_grants(tmp_path: Path) -> None:
    outer = rules(tmp_path, 'exclude = ["*.tmp"]\n[[access]]\npath = "a/**"\ngroups = ["a"]')
    inner = rules(tmp_path / "a" / "b", 'exclude = ["*.bak"]\n[[access]]\npath = "c/**"\ngroups = ["c"]')
    book = RuleBook({tmp_path: outer, tmp_path / "a" / "b": inner})

    assert book.groups(tmp_path / "a/b/c/x.md") == ("c",)
    assert book.groups(tmp_path / "a/b/x.md") == ("a",)
    assert book.groups(tmp_path / "x.md") is None
    assert book.exclusion(tmp_path / "a/b/x.tmp") != ""
    assert book.exclusion(tmp_path / "a/b/x.bak") != ""
    assert book.exclusion(tmp_path / "x.bak") == ""

"""Path patterns: what they name, and which of two is more specific."""

import unicodedata

import pytest

from retrieval.globs import Glob


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("hr/**", "hr/a.pdf", True),
        ("hr/**", "hr/deep/a.pdf", True),
        ("hr/**", "hr.pdf", False),
        ("hr/**", "de/hr/a.pdf", False),
        ("hr", "hr/deep/a.pdf", True),
        ("hr/", "hr/a.pdf", True),
        ("/hr", "hr/a.pdf", True),
        ("hr", "hrx/a.pdf", False),
        ("**/*", "a.pdf", True),
        ("**/*.md", "a/b/c.md", True),
        ("**/*.md", "c.md", True),
        ("**/hr/**", "hr/a", True),
        ("**/hr/**", "de/hr/a", True),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b", True),
        ("*.md", "a/c.md", False),
        ("a*", "ab/c", True),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("[ab].md", "b.md", True),
        ("[!ab].md", "b.md", False),
        ("[!a]b", "/b", False),
        ("a[1].md", "a1.md", True),
        ("a[.md", "a[.md", True),
        ("a.md", "aXmd", False),
        ("new\nline", "new\nline", True),
        ("*.md", "new\nline.md", True),
        ("HR/**", "hr/a", False),
    ],
)
def test_a_pattern_names_a_path_or_a_folder_above_it(pattern: str, path: str, matches: bool) -> None:
    assert Glob(pattern).matches(path) is matches


@pytest.mark.parametrize("written", ["NFC", "NFD"])
@pytest.mark.parametrize("stored", ["NFC", "NFD"])
def test_an_accent_may_be_written_either_way(written: str, stored: str) -> None:
    glob = Glob(unicodedata.normalize(written, "Gehälter/**"))

    assert glob.matches(unicodedata.normalize(stored, "Gehälter/März.md"))
    assert glob.specificity == Glob("Gehalter/**").specificity


def test_a_name_without_a_slash_matches_anywhere_where_that_is_asked_for() -> None:
    assert Glob("*.tmp", anywhere=True).matches("a/b/c.tmp")
    assert Glob("drafts", anywhere=True).matches("a/drafts/c.md")
    assert not Glob("/drafts", anywhere=True).matches("a/drafts/c.md")
    assert not Glob("a/*.tmp", anywhere=True).matches("b/a/c.tmp")


def test_folders_named_outright_are_more_specific_than_any_wildcard() -> None:
    shuffled = ["hr/*.html", "**/*.html", "hr/pay/**", "**/*", "**/hr/**"]

    ordered = sorted(shuffled, key=lambda pattern: Glob(pattern).specificity)

    assert ordered == ["**/*", "**/*.html", "**/hr/**", "hr/*.html", "hr/pay/**"]

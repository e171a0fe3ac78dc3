"""A report as HTML and as Markdown: whole, alone in its file, and deaf to what the documents say."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from evals import kept
from evals.experiments.result import CellResult
from evals.experiments.shelf import Shelf, settle
from evals.report import make, plots
from evals.report.from_results import report
from evals.report.markdown import markdown
from evals.report.page import html
from evals.report.svg import Scale
from retrieval.errors import UsageError
from tests.evals.report.results import answered, searched

EVIL = "<script>alert(1)</script> | [x](http://evil.example) ![i](http://evil.example/i.png) `a`"
VOID = {"meta", "br", "line", "circle", "rect", "polyline"}


class Read(HTMLParser):
    """Tags as they open and close, attributes that could fetch something, and the words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []
        self.tags: set[str] = set()
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.fetched += [f"{name}={value}" for name, value in attrs if name in {"src", "href", "data", "action"}]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def two() -> str:
    return html(report({"dense": searched([0, 1, 1, 0]), "hybrid": searched([1, 1, 1, 0], seconds=0.3)}, main="hit@1"))


def test_the_page_fetches_nothing_and_runs_nothing() -> None:
    """No script, no address in an attribute or in the style; every tag is closed."""
    page = two()
    read = Read(page)

    assert read.open == []
    assert read.fetched == []
    assert not read.tags & {"script", "link", "iframe", "img", "object", "embed", "base", "form"}
    assert "url(" not in page
    assert "@import" not in page
    assert "default-src 'none'" in page


def test_the_page_says_it_all() -> None:
    """Figures with bounds, each drawing, the comparison, the worst query with both sides, versions."""
    words = Read(two()).words

    for said in (
        "0.750",
        "Means and their intervals",
        "Against dense, query by query",
        "Quality against latency",
        "The worst queries of hybrid",
        "question q3?",
        "the words",
        "words that came",
        "right page",
        "1 question has no evidence",
        "3.11",
    ):
        assert said in words, said


def test_of_many_comparisons_the_best_is_told_whole_and_the_others_in_a_line() -> None:
    """Six against the first: six lines of the main metric, one heading of its own."""
    many = {f"k{number}": searched([1] * number + [0] * (6 - number)) for number in range(7)}
    found = report(many, main="hit@1")

    page, text = html(found), markdown(found)

    assert re.findall(r"<h3>(.*?)</h3>", page) == ["k6"]
    assert [line.split(" |")[0] for line in text.splitlines() if re.match(r"\| k[1-6] \| \+", line)] == [
        f"| k{number}" for number in range(1, 7)
    ]
    assert "## k6 against k0" in text


def test_answers_bring_a_curve_and_both_answers() -> None:
    """Risk and coverage; expected and given words."""
    read = Read(html(report({"extractive": answered([1.0, 0.0])})))

    assert "Risk and coverage" in read.words
    assert "refused: 30 days [1]" in read.words


def test_what_documents_say_stays_text() -> None:
    """In HTML no tag comes of it, in Markdown no cell, link, picture or code."""
    found = report({"<b>": searched([0, 1], questions=[EVIL, EVIL])}, main="hit@1")

    read, text = Read(html(found)), markdown(found)

    assert "script" not in read.tags
    assert "<script>alert(1)</script>" in read.words
    assert "<script>" not in text
    row = next(line for line in text.splitlines() if "**q0**" in line)
    assert len(re.findall(r"(?<!\\)\|", row)) == 5
    assert not re.search(r"(?<!\\)\]\(", row)
    assert not re.search(r"(?<!\\)`", row)


def test_markdown_holds_the_same_figures() -> None:
    """One row a configuration, mean and bounds."""
    found = report({"dense": searched([0, 1, 1, 0])}, main="hit@1")

    low, high = found.best.metrics["hit@1"].low, found.best.metrics["hit@1"].high
    assert f"| dense | 0.500 [{low:.3f}, {high:.3f}] | 1.000" in markdown(found)


def test_a_bar_is_as_long_as_its_mean() -> None:
    """240 pixels are 1: half of that for 2 of 4."""
    drawn = plots.bars(report({"dense": searched([0, 1, 1, 0])}, main="hit@1"), "hit@1")

    assert 'width="120.0"' in drawn


def test_gains_stand_above_the_line_and_losses_below() -> None:
    """The line is at 102 of a drawing in which +1 is at 14 and -1 at 190."""
    drawn = plots.differences({"a": 1.0, "b": -1.0, "c": 0.0}, "f1")

    assert re.search(r'class="gain" x="60.0" y="14.0" width="[\d.]+" height="88.0"', drawn)
    assert re.search(r'class="loss" x="[\d.]+" y="102.0" width="[\d.]+" height="88.0"', drawn)


def test_of_many_points_those_are_named_that_nothing_beats() -> None:
    """k9 is best, k0 fastest; each between is slower than k0 and no better."""
    many = {f"k{number}": searched([0, 0], seconds=0.1 + number) for number in range(9)}
    many["k9"] = searched([1, 1], seconds=9.1)

    drawn = plots.latency(report(many, main="hit@1"))

    assert re.findall(r'<text class="" [^>]*>(k\d)</text>', drawn) == [f"k{number}" for number in (0, 9)]


def test_scales_have_round_marks() -> None:
    """Linear by steps of 1, 2 or 5; by logarithms at 1, 2 and 5 of each power."""
    assert Scale(0, 1, 0, 100).ticks() == [0, 0.2, 0.4, 0.6, 0.8, 1.0]
    assert Scale(0, 0.1, 0, 100).ticks() == [0, 0.02, 0.04, 0.06, 0.08, 0.1]
    assert Scale(0.03, 0.6, 0, 100, log=True).ticks() == pytest.approx([0.05, 0.1, 0.2, 0.5])
    assert Scale(0.01, 1.0, 0, 100, log=True)(0.1) == pytest.approx(50)


def test_no_time_and_no_answers_draw_nothing() -> None:
    """Sections without figures are left out."""
    found = report({"dense": searched([0, 1])}, main="hit@1")

    assert plots.risk(found) == ""
    assert "Risk and coverage" not in html(found)


def test_kept_files_become_configurations_named_by_them(tmp_path: Path) -> None:
    """Of two files with one name the whole paths are the names."""
    (tmp_path / "b").mkdir()
    for path, scores in ((tmp_path / "old.json", [0, 1]), (tmp_path / "b" / "old.json", [1, 1])):
        kept.write(path, searched(scores))

    alone = make.of_files([tmp_path / "old.json"], main="hit@1")
    both = make.of_files([tmp_path / "old.json", tmp_path / "b" / "old.json"], main="hit@1")

    assert alone.best.name == "old"
    assert [one.name for one in both.configurations] == [
        str(tmp_path / "old.json"),
        str(tmp_path / "b" / "old.json"),
    ]


def test_an_experiment_is_a_configuration_each_cell(tmp_path: Path) -> None:
    """Named by what was varied, judged by the first figure that it compares, the first cell being the baseline."""
    shelf = Shelf(tmp_path)
    cells = []
    for k, scores in ((1, [0] * 20), (2, [1] * 20)):
        shelf.put(f"cell{k}", searched(scores))
        cells.append(CellResult({"k": k}, searched(scores), (), f"cell{k}"))
    settle(shelf, cells, name="depth", set_name="few questions", measure="retrieval", metrics=["hit@1"])

    found = make.of_experiment(tmp_path)

    assert make.is_experiment(tmp_path)
    assert (found.title, found.main) == ("depth: few questions", "hit@1")
    assert [one.name for one in found.configurations] == ["1", "2"]
    assert found.notes[0] == "configurations are told by k"
    assert found.best.name == "2"


def test_a_report_goes_to_html_or_markdown_by_its_name(tmp_path: Path) -> None:
    """Anything else is refused before anything is measured."""
    found = report({"dense": searched([0, 1])}, main="hit@1")

    make.write(found, tmp_path / "r.html")
    make.write(found, tmp_path / "r.md")

    assert (tmp_path / "r.html").read_text().startswith("<!doctype html>")
    assert (tmp_path / "r.md").read_text().startswith("# few questions")
    with pytest.raises(UsageError, match="says no format"):
        make.check(tmp_path / "r.pdf")
    with pytest.raises(UsageError, match="no file can be written"):
        make.check(tmp_path / "gone" / "r.html")

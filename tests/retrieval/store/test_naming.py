"""What speaks for whole documents: every number is redone by hand."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from retrieval.ports import Rows
from retrieval.store.naming import Names
from retrieval.store.terms import named

ROWS = np.arange(8, dtype=np.int64)
OWNERS = np.array([0, 0, 1, 1, 2, 2, 3, 3], dtype=np.int32)  # two chunks a document
ONE_OF_FOUR = math.log(1 + 3.5 / 1.5)
TWO_OF_FOUR = math.log(1 + 2.5 / 2.5)


def names() -> Names:
    made = Names()
    for number, path in enumerate(["ACME_2021_report.pdf", "ACME_2022_report.pdf", "Borg_2022_report.pdf", "menu.txt"]):
        made.put(number, path=path, title="Annual report" if number < 3 else "Menu")
    made.place(ROWS, OWNERS)
    return made


def asked(held: dict[str, list[int]]) -> Callable[[str], Rows]:
    def found(term: str) -> Rows:
        return np.array(held.get(term, []), dtype=np.int64)

    return found


def test_a_company_and_a_year_name_one_report() -> None:
    """ACME stands in its own reports only: 1 cubed. 2022 tells them apart: 0.69 + 0.69 against 0.69."""
    held = {"acme": [0, 1, 2, 3], "2022": [0, 2, 4, 6]}

    evidence = names().evidence("How much did ACME earn in 2022?", asked(held))

    assert evidence[1] == pytest.approx(2 * TWO_OF_FOUR)
    assert evidence[0] == pytest.approx(TWO_OF_FOUR)
    assert evidence[2] == pytest.approx(TWO_OF_FOUR * 0.5**3)
    assert 3 not in evidence


def test_a_name_that_stands_everywhere_says_little() -> None:
    """A quarter of what mentions Borg stands in the document that is named so: a quarter cubed."""
    held = {"borg": [0, 2, 4, 6]}

    evidence = names().evidence("What is Borg?", asked(held))

    assert evidence == {2: pytest.approx(ONE_OF_FOUR * 0.25**3)}


def test_a_question_without_a_name_speaks_for_nothing() -> None:
    assert names().evidence("What does the report say?", asked({})) == {}


def test_one_document_alone_is_never_named() -> None:
    alone = Names()
    alone.put(0, path="ACME.pdf", title="ACME")
    alone.place(ROWS, np.zeros(8, np.int32))

    assert alone.evidence("ACME?", asked({"acme": [0]})) == {}


def test_a_renamed_and_a_dropped_document_lose_their_names() -> None:
    made = names()
    made.put(2, path="Cyan_2022_report.pdf", title="Annual report")
    made.drop(1)
    made.place(ROWS, OWNERS)

    assert made.evidence("Borg", asked({})) == {}
    assert set(made.evidence("Cyan", asked({}))) == {2}
    assert set(made.evidence("ACME", asked({}))) == {0}


def test_a_name_in_two_words_meets_the_one_of_a_file() -> None:
    made = names()
    made.put(3, path="BESTBUY_2023.pdf", title="")

    assert 3 in made.evidence("What did Best Buy sell?", asked({}))


def test_words_written_like_a_name_are_names() -> None:
    """The first of a sentence is told from other words before a name alone; digits and capitals inside a word tell."""
    assert set(named.in_question("Does Amazon pay FY2017 dividends? Has AWS?")) == {
        "amazon", "fy2017", "fy", "2017", "aws",
    }  # fmt: skip
    assert named.in_question("Measuring outcomes is of use") == {}
    assert set(named.in_question("Amazon revenue")) == {"amazon"}
    assert set(named.in_question("Best Buy capital expenditure 2021")) == {"best", "buy", "bestbuy", "2021"}
    assert set(named.in_question("what does amazon pay")) >= {"amazon", "pay"}

"""Which numbers a text tells, and which of them say the same."""

import pytest

from evals.answers.numbers import all_told, numbers


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("NOK 1,080.", [1080.0]),
        ("from 12 to 15 %", [12.0, 15.0]),
        ("12-15 days", [12.0, 15.0]),
        ("$1.2bn, up 0,35 points", [1.2, 0.35]),
        ("on the 21st of June 2026", [21.0, 2026.0]),
        ("Eight, or twenty.", [8.0, 20.0]),
        ("5km in 30min, 1.5 GB or 20GB, at 3x", [5.0, 30.0, 1.5, 20.0, 3.0]),
        ("part 12a of A5km", []),
        ("VPN error BW-311 on LV-2190-12, E31, v7.2", []),
        ("the one that none has", []),
        ("", []),
    ],
)
def test_numbers_stand_in_figures_and_words_but_not_in_codes(text: str, values: list[float]) -> None:
    assert [number.value for number in numbers(text)] == values


@pytest.mark.parametrize(
    ("expected", "given", "told"),
    [
        ("Eight.", "It holds 8 masks.", True),
        ("1.2 billion", "USD 1,200 million", True),
        ("$1,577.00", "the purchases were $1,577 (in millions)", True),
        ("35 %", "a share of 0.35", True),
        ("8.7 %", "8.68 percent", True),
        ("5 million", "5 %", False),
        ("5 million", "5 billion", False),
        ("$5 million", "5, in millions", True),
        ("8.68 %", "8.7 percent", False),
        ("8.7 %", "8.6 percent", False),
        ("30 days and 5 more", "30 days", False),
        ("30 days", "", False),
        ("By train.", "30 days", None),
    ],
)
def test_a_number_is_told_if_it_rounds_to_the_expected_one(expected: str, given: str, told: bool | None) -> None:
    """8.68 is 8.7 as far as 8.7 tells; 8.7 is not 8.68. 1,200 million are 1.2 billion."""
    assert all_told(expected, given) is told

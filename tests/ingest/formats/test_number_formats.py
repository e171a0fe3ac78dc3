"""Numbers as a spreadsheet shows them; the expected texts are what Excel displays in an English locale."""

import pytest

from ingest.formats.number_formats import BUILTIN, is_date, shown


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (1234.5, "General", "1234.5"),
        (0.1 + 0.2, "General", "0.3"),
        (1e20, "General", "1E+20"),
        (12345678901234, "General", "12345678901234"),
        (1234.5, "#,##0.00", "1,234.50"),
        (0.256, "0%", "26%"),
        (0.2564, "0.0%", "25.6%"),
        (-1234.5, "#,##0.00;(#,##0.00)", "(1,234.50)"),
        (-5, '0 "kg"', "-5 kg"),
        (-0.001, "0.0", "0.0"),
        (1234.5, "[$€-407] #,##0.00", "€ 1,234.50"),
        (1234.5, '#,##0.00 "€"', "1,234.50 €"),
        (0, '_-* #,##0.00_-;-* #,##0.00_-;_-* "-"??_-;_-@_-', "-"),
        (12345678.9, '0.0,,"M"', "12.3M"),
        (5.25, "# ?/?", "5 1/4"),
        (12345, "0.00E+00", "1.23E+04"),
        (123456789, "000-00-0000", "123-45-6789"),
        (7, "00000", "00007"),
        (1.5, "0.##", "1.5"),
        (2.5, "0", "3"),
        (1.005, "0.00", "1.01"),
        (0.5, "[>=1]0;0.0%", "50.0%"),
        (3, "[Red]General", "3"),
    ],
)
def test_a_number_is_shown_by_its_code(value: float, code: str, text: str) -> None:
    assert shown(value, code) == text


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (45306, "dd.mm.yyyy", "15.01.2024"),
        (45306, "[$-409]mmmm d, yyyy;@", "January 15, 2024"),
        (45306, "mmm-yy", "Jan-24"),
        (45306.75, "yyyy-mm-dd hh:mm", "2024-01-15 18:00"),
        (45306.75, "m/d/yy h:mm AM/PM", "1/15/24 6:00 PM"),
        (1.5, "[h]:mm", "36:00"),
        (0.5, "mm:ss", "00:00"),
        (59, "yyyy-mm-dd", "1900-02-28"),
        (61, "yyyy-mm-dd", "1900-03-01"),
    ],
)
def test_a_date_is_counted_from_1900_with_its_missing_leap_day(value: float, code: str, text: str) -> None:
    """45306 days after 1899-12-30 is 2024-01-15: 124 years of 365 days, 30 leap days, 2 + 14 days."""
    assert shown(value, code) == text


def test_the_date_system_of_1904_begins_four_years_and_a_day_later() -> None:
    assert shown(45306 - 1462, "yyyy-mm-dd", since_1904=True) == "2024-01-15"


def test_a_date_out_of_range_is_shown_as_its_number() -> None:
    assert shown(-3, "yyyy-mm-dd") == "-3"
    assert shown(3_000_000, "yyyy-mm-dd") == "3000000"


def test_dates_whose_order_depends_on_the_reader_are_written_in_iso_form() -> None:
    assert shown(45306, BUILTIN[14]) == "2024-01-15"


def test_month_and_minute_are_told_apart() -> None:
    """1/6 of a day is four o'clock; `mm` beside an hour is the minute, alone the month."""
    assert shown(45306 + 1 / 6, "h:mm") == "4:00"
    assert shown(45306 + 1 / 6, "mm/yyyy") == "01/2024"


def test_only_codes_with_date_letters_are_dates() -> None:
    assert is_date("d-mmm")
    assert not is_date('0 "days"')

"""A spreadsheet's number with its format code, as the sheet shows it (ECMA-376 part 1, 18.8.30 and 18.8.31).

Decimal point and thousands comma are those of the code, as in a file of the English locale. Dates whose order depends
on the reader's country (codes 14 and 22) are written in ISO form.
"""

import calendar
import datetime
import math
import re
from dataclasses import dataclass
from functools import cache

BUILTIN = {
    0: "General",
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    5: '"$"#,##0_);("$"#,##0)',
    6: '"$"#,##0_);("$"#,##0)',
    7: '"$"#,##0.00_);("$"#,##0.00)',
    8: '"$"#,##0.00_);("$"#,##0.00)',
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "yyyy-mm-dd",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "yyyy-mm-dd h:mm",
    37: "#,##0_);(#,##0)",
    38: "#,##0_);(#,##0)",
    39: "#,##0.00_);(#,##0.00)",
    40: "#,##0.00_);(#,##0.00)",
    41: "#,##0_);(#,##0)",
    42: '"$"#,##0_);("$"#,##0)',
    43: "#,##0.00_);(#,##0.00)",
    44: '"$"#,##0.00_);("$"#,##0.00)',
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    48: "##0.0E+0",
    49: "@",
}
"""Format codes that a file names by number only."""

_TOKEN = re.compile(
    r"""(?ix) "(?P<quoted>[^"]*)"? | \\(?P<escaped>.) | _(?P<pad>.) | \*(?P<fill>.)
      | \[(?P<elapsed>h+|m+|s+)\] | \[\$(?P<currency>[^\]-]*)(?:-[^\]]*)?\]
      | \[(?P<condition>(?:<=|>=|<>|<|>|=)[-+.\d e]+)\] | \[[^\]]*\]
      | (?P<half>AM/PM|A/P) | (?P<general>General) | (?P<date>y+|m+|d+|h+|s+(?:\.0+)?)
      | (?P<exponent>E[+-]) | (?P<digits>[0\#?.,]+) | (?P<percent>%) | (?P<fraction>/) | (?P<text>@) | (?P<other>.)""",
    re.DOTALL,
)
_FRACTION = re.compile(r"(?P<whole>[0#?]*\s*)(?P<top>[0#?]+)/(?P<bottom>[0#?]+|\d+)")
_MONTHS = calendar.month_name[1:]
_DAYS = tuple(calendar.day_name)
_LAST_DAY = 2_958_465
_SECONDS_A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class _Section:
    tokens: tuple[_Token, ...]
    condition: str

    def has(self, *kinds: str) -> bool:
        return any(token.kind in kinds for token in self.tokens)


def shown(value: float, code: str, *, since_1904: bool = False) -> str:
    """`value` as a cell with the format `code` shows it; `since_1904` is the workbook's date system.

    A date out of range, which a sheet shows as ####, is shown as the number it is.
    """
    section, negative = _section_for(value, _sections(code))
    if section.has("date", "elapsed"):
        return _date(value, section, since_1904=since_1904)
    return " ".join(_number(value, section, negative=negative).split())


def is_date(code: str) -> bool:
    """Whether numbers with this format are dates or times."""
    return _sections(code)[0].has("date", "elapsed")


def plain_number(value: float) -> str:
    """What `General` shows: up to 11 significant digits, whole numbers in full, no trailing zeros."""
    if math.isfinite(value) and value == int(value) and abs(value) < 1e15:
        return str(int(value))
    text = f"{value:.11G}"
    return f"{value:.15G}" if "E" in text and 1e-4 <= abs(value) < 1e15 else text


@cache
def _sections(code: str) -> tuple[_Section, ...]:
    sections: list[_Section] = []
    tokens: list[_Token] = []
    condition = ""
    for match in _TOKEN.finditer(code):
        kind, text = match.lastgroup or "", match.group(match.lastgroup) if match.lastgroup else ""
        if kind == "other" and text == ";":
            sections.append(_Section(_minutes(tokens), condition))
            tokens, condition = [], ""
        elif kind == "condition":
            condition = text
        elif kind in ("quoted", "escaped", "currency", "other"):
            tokens.append(_Token("literal", text))
        elif kind == "pad":
            tokens.append(_Token("literal", " "))
        elif kind and kind != "fill":
            tokens.append(_Token(kind, text))
    sections.append(_Section(_minutes(tokens), condition))
    return tuple(sections)


def _minutes(tokens: list[_Token]) -> tuple[_Token, ...]:
    """`m` means minutes after an hour or before a second, else the month."""
    timed = [i for i, token in enumerate(tokens) if token.kind in ("date", "elapsed")]
    for place, index in enumerate(timed):
        token = tokens[index]
        if token.kind != "date" or token.text[0] not in "mM" or len(token.text) > 2:
            continue
        before = tokens[timed[place - 1]].text[0] if place else ""
        after = tokens[timed[place + 1]].text[0] if place + 1 < len(timed) else ""
        if before in ("h", "H") or after in ("s", "S"):
            tokens[index] = _Token("date", "n" * len(token.text))
    return tuple(tokens)


def _section_for(value: float, sections: tuple[_Section, ...]) -> tuple[_Section, bool]:
    """The section that holds for `value`, and whether a minus sign has to be written."""
    for section in sections[:2]:
        if section.condition and _meets(value, section.condition):
            return section, value < 0
    if any(section.condition for section in sections[:2]):
        rest = [section for section in sections if not section.condition]
        return (rest[0] if rest else sections[-1]), value < 0
    if value < 0 and len(sections) > 1:
        return sections[1], False
    if value == 0 and len(sections) > 2:
        return sections[2], False
    return sections[0], value < 0


def _meets(value: float, condition: str) -> bool:
    sign = condition.rstrip("0123456789.+-eE ")
    limit = float(condition[len(sign) :])
    return {
        "<": value < limit,
        ">": value > limit,
        "=": value == limit,
        "<=": value <= limit,
        ">=": value >= limit,
        "<>": value != limit,
    }[sign]


def _number(value: float, section: _Section, *, negative: bool) -> str:
    sign = "-" if negative else ""
    if section.has("general", "text") or not section.tokens:
        around = ["" if t.kind in ("general", "text") else t.text for t in section.tokens]
        place = next((i for i, t in enumerate(section.tokens) if t.kind in ("general", "text")), 0)
        return sign + "".join(around[:place]) + plain_number(abs(value)) + "".join(around[place:])
    if not section.has("digits"):
        return sign + "".join(token.text for token in section.tokens)
    if section.has("fraction") and (fraction := _fraction(abs(value), section)):
        return sign + fraction
    pattern = "".join(token.text for token in section.tokens if token.kind == "digits")
    value = abs(value) * 100 ** sum(token.kind == "percent" for token in section.tokens)
    if section.has("exponent"):
        return sign + _scientific(value, section)
    scale = len(pattern.rstrip("?")) - len(pattern.rstrip("?").rstrip(","))
    digits = _digits(value / 1000**scale, pattern)
    if not re.search(r"[1-9]", digits):
        sign = ""
    return sign + _spread(digits, section)


def _digits(value: float, pattern: str) -> str:
    """The absolute `value` in a pattern such as `#,##0.00#`."""
    whole, _, decimals = pattern.partition(".")
    decimals = re.sub(r"[^0#?]", "", decimals)
    text = f"{_half_up(value, len(decimals)):.{len(decimals)}f}"
    integer, _, rest = text.partition(".")
    places = re.sub(r"[^0#?]", "", whole)
    least = places.count("0")
    integer = integer.lstrip("0").rjust(least, "0")
    if "," in whole.rstrip(","):
        integer = f"{int(integer):,}".rjust(least, "0") if integer else ""
    while rest and decimals[len(rest) - 1] in "#?" and rest.endswith("0"):
        rest = rest[:-1]
    return integer + ("." + rest if "." in pattern and (rest or decimals == "") else "")


def _half_up(value: float, places: int) -> float:
    """Sheets round the number that they show with 15 digits, halves away from zero."""
    if places > 15 or value >= 1e15:
        return value
    scaled = float(f"{value * 10**places:.15g}")
    return math.floor(scaled + 0.5) / float(10**places)


def _spread(digits: str, section: _Section) -> str:
    """The digits in place of the first run of placeholders, literals where they stand; later runs share the digits."""
    runs = [i for i, token in enumerate(section.tokens) if token.kind == "digits"]
    if len(runs) > 1 and "." not in digits:
        return _masked(digits, section, runs)
    parts = [token.text if token.kind in ("literal", "percent") else "" for token in section.tokens]
    parts[runs[0]] = digits
    return "".join(parts)


def _masked(digits: str, section: _Section, runs: list[int]) -> str:
    """A mask such as `000-00-0000`: filled from the right."""
    parts = [token.text if token.kind in ("literal", "percent") else "" for token in section.tokens]
    for index in reversed(runs[1:]):
        length = len(section.tokens[index].text)
        parts[index], digits = digits[-length:], digits[:-length]
    parts[runs[0]] = digits
    return "".join(parts)


def _scientific(value: float, section: _Section) -> str:
    runs = [token.text for token in section.tokens if token.kind == "digits"]
    mantissa, power = (runs[0], runs[1]) if len(runs) > 1 else (runs[0], "00")
    decimals = len(re.sub(r"[^0#?]", "", mantissa.partition(".")[2]))
    base, _, exponent = f"{value:.{decimals}E}".partition("E")
    show_plus = any(token.kind == "exponent" and token.text.endswith("+") for token in section.tokens)
    sign = "-" if exponent.startswith("-") else "+" if show_plus else ""
    return f"{base}E{sign}{exponent.lstrip('+-').lstrip('0').rjust(power.count('0'), '0')}"


def _fraction(value: float, section: _Section) -> str | None:
    pattern = "".join(token.text for token in section.tokens if token.kind in ("digits", "fraction", "literal"))
    match = _FRACTION.search(pattern)
    if match is None:
        return None
    whole, rest = (int(value), value - int(value)) if match["whole"].strip() else (0, value)
    if match["bottom"].isdigit() and int(match["bottom"]):
        bottom = int(match["bottom"])
        top = round(rest * bottom)
    else:
        top, bottom = _nearest(rest, 10 ** len(match["bottom"]) - 1)
    if top == bottom:
        whole, top = whole + 1, 0
    if not top:
        return str(whole)
    return f"{whole or ''} {top}/{bottom}".strip()


def _nearest(value: float, most: int) -> tuple[int, int]:
    """The fraction nearest to `value` with a denominator of at most `most`."""
    from_float = value.as_integer_ratio()
    best = min(range(1, min(most, 999) + 1), key=lambda bottom: (abs(round(value * bottom) / bottom - value), bottom))
    return (round(value * best), best) if from_float[1] != 1 else (int(value), 1)


def _date(value: float, section: _Section, *, since_1904: bool) -> str:
    elapsed = section.has("elapsed")
    if not math.isfinite(value) or abs(value) > _LAST_DAY or (value < 0 and not elapsed):
        return plain_number(value)
    places = max((len(t.text.partition(".")[2]) for t in section.tokens if t.kind == "date"), default=0)
    seconds = round(abs(value) * _SECONDS_A_DAY, places)
    moment = _moment(seconds, since_1904=since_1904)
    half = section.has("half")
    parts = []
    for token in section.tokens:
        if token.kind == "date":
            parts.append(_date_part(token.text.lower(), moment, seconds, half_day=half))
        elif token.kind == "elapsed":
            parts.append(_elapsed_part(token.text.lower(), seconds))
        elif token.kind == "half":
            parts.append(token.text.split("/")[moment.hour >= 12])
        else:
            parts.append(token.text)
    sign = "-" if value < 0 else ""
    return " ".join((sign + "".join(parts)).split())


def _moment(seconds: float, *, since_1904: bool) -> datetime.datetime:
    """Day 60 of the 1900 system, 29 February 1900, never was: days before it count from one day later."""
    if since_1904:
        origin = datetime.datetime(1904, 1, 1)
    elif seconds < 60 * _SECONDS_A_DAY:
        origin = datetime.datetime(1899, 12, 31)
    else:
        origin = datetime.datetime(1899, 12, 30)
    return origin + datetime.timedelta(seconds=seconds)


def _date_part(token: str, moment: datetime.datetime, seconds: float, *, half_day: bool) -> str:
    kind, length = token[0], len(token)
    if kind == "y":
        return f"{moment.year:04}" if length > 2 else f"{moment.year % 100:02}"
    if kind == "m":
        name = _MONTHS[moment.month - 1]
        return {1: str(moment.month), 2: f"{moment.month:02}", 3: name[:3], 5: name[0]}.get(length, name)
    if kind == "d":
        name = _DAYS[moment.weekday()]
        return {1: str(moment.day), 2: f"{moment.day:02}", 3: name[:3]}.get(length, name)
    if kind == "h":
        hour = (moment.hour % 12 or 12) if half_day else moment.hour
        return f"{hour:0{min(length, 2)}}"
    if kind == "n":
        return f"{moment.minute:0{length}}"
    whole, _, decimals = token.partition(".")
    second = f"{moment.second:0{min(len(whole), 2)}}"
    return second + (f"{seconds % 1:.{len(decimals)}f}"[1:] if decimals else "")


def _elapsed_part(token: str, seconds: float) -> str:
    unit = {"h": 3600, "m": 60, "s": 1}[token[0]]
    return f"{int(seconds // unit):0{len(token)}}"

"""Numbers in a text, and whether two texts tell the same ones.

`1,080.50`, `12 %`, `$1.2 billion`, `21st`, `5km` and `eight` are numbers; digits inside codes (`BW-311`, `E31`) are
not, and neither is the word `one`, which mostly counts nothing.
"""

import re
from dataclasses import dataclass

_NUMBER = re.compile(
    r"(?<![\w.,])(?P<digits>\d{1,3}(?:[,\u00a0\u202f']\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?)(?:st|nd|rd|th)?(?![\w])"
    r"\s?(?P<scale>%|percent\b|per cent\b|thousand\b|k\b|million\b|mn\b|m\b|billion\b|bn\b|b\b|trillion\b)?",
    re.IGNORECASE,
)
_GLUED = re.compile(
    r"(?<![\w.,])(?P<digits>\d{1,3}(?:[,\u00a0\u202f']\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?)"
    r"(?P<scale>k|mn|m|bn|b)(?![\w])",
    re.IGNORECASE,
)
_UNITS = "km|cm|mm|kg|mg|g|ml|l|hrs?|h|min|ms|s|kwh|kw|tb|gb|mb|kb|mph|px|pt|x"
_MEASURED = re.compile(rf"(?<![\w.,])(?P<digits>\d+(?:[.,]\d+)?)(?P<scale>)(?:{_UNITS})(?![\w])", re.IGNORECASE)
_CODE_BEFORE = re.compile(r"[^\W\d_][\w/.-]*[-/.]$")
_SCALES = {"thousand": 1e3, "k": 1e3, "million": 1e6, "mn": 1e6, "m": 1e6, "billion": 1e9, "bn": 1e9, "b": 1e9}
_SCALES |= {"trillion": 1e12, "%": 0.01, "percent": 0.01, "per cent": 0.01}
_TEENS = "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
_WORDS = {word: float(value) for value, word in enumerate([*_TEENS.split(), "eighteen", "nineteen"], start=2)}
_WORDS |= {word: 10.0 * value for value, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty"], start=2)}
_WORDS |= {"seventy": 70.0, "eighty": 80.0, "ninety": 90.0, "half": 0.5}
_WORD = re.compile(rf"(?<![\w-])({'|'.join(_WORDS)})(?![\w-])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Number:
    """`value` as it is written, `step` half the worth of its last digit; a word behind it multiplies by `scale`."""

    value: float
    step: float
    scale: float = 1.0


def numbers(text: str) -> tuple[Number, ...]:
    """All of a text, in order of their kind; signs are left to the words around them."""
    found = {match.start(): match for match in _NUMBER.finditer(text)}
    found |= {match.start(): match for form in (_GLUED, _MEASURED) for match in form.finditer(text)}
    digits = [_number(match) for at, match in sorted(found.items()) if not _CODE_BEFORE.search(text[:at])]
    return (*digits, *(Number(_WORDS[word.lower()], 0.0) for word in _WORD.findall(text)))


def same(expected: Number, given: Number) -> bool:
    """Whether `given`, rounded as `expected` is, says the same; a scale that one of them says may be understood by the
    other, two that are said both count.
    """
    if expected.scale != 1.0 and given.scale != 1.0:
        return _meet(expected, given, unit=expected.scale, by=given.scale)
    return any(_meet(expected, given, unit=unit, by=by) for unit in {1.0, expected.scale} for by in {1.0, given.scale})


def _meet(expected: Number, given: Number, *, unit: float, by: float) -> bool:
    return abs(given.value * by - expected.value * unit) <= expected.step * unit * (1 + 1e-9) + 1e-12


def all_told(expected: str, given: str) -> bool | None:
    """Whether every number of `expected` is among those of `given`; null where it has none."""
    wanted, there = numbers(expected), numbers(given)
    return all(any(same(one, other) for other in there) for one in wanted) if wanted else None


def _number(match: re.Match[str]) -> Number:
    digits = match["digits"]
    grouped = re.fullmatch(r"\d{1,3}(?:[,\u00a0\u202f']\d{3})+(?:\.\d+)?", digits)
    plain = re.sub(r"[,\u00a0\u202f']", "", digits) if grouped else digits.replace(",", ".")
    decimals = len(plain.partition(".")[2])
    scale = _SCALES.get((match["scale"] or "").lower(), 1.0)
    return Number(float(plain), 0.5 * 10.0**-decimals, scale)

"""What has to be found as it is written: part numbers, addresses, dates, versions, amounts, and names in one or more
words. Each has one form here, however it was written, so that both sides meet.

`DL-9`, `DL 9` and `dl9` are `dl9`; `v2.3.1` is `2.3.1`; `1,250.00` is `1250`; `18 November 2025` is `2025-11-18`;
`BESTBUY`, `BestBuy` and `Best Buy` are `bestbuy`.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from retrieval.store.terms.languages import folded

_COMPOUND = re.compile(r"(?<![^\W_])[^\W_]++(?:[-‐‑–._/@:+#&'’,][^\W_]+)+")
_WORD = re.compile(r"[^\W_]+")
_AMOUNT = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+")
_VERSION = re.compile(r"v?(\d+(?:[.\-/:]\d+)+)", re.IGNORECASE)
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[.,:/\-‐‑–](?=\d)")
_JOINTS = re.compile(r"[-‐‑–._/@:+#&'’,]")
_CASES = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])")
_BORDERS = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january januar janvier enero jan", "february februar février febrero feb",
            "march märz mars marzo mar", "april avril abril apr", "may mai mayo", "june juni juin junio jun",
            "july juli juillet julio jul", "august août agosto aug", "september septembre septiembre sep sept",
            "october oktober octobre octubre oct okt", "november novembre noviembre nov",
            "december dezember décembre diciembre dec dez",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_YEAR = re.compile(r"\d{4}")
_DAY_FIRST = re.compile(
    rf"\b(\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:of\s+|de\s+)?({_MONTH})\b\.?,?\s+(?:de\s+)?(\d{{4}})\b", re.I
)
_MONTH_FIRST = re.compile(rf"\b({_MONTH})\b\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})\b", re.I)
_DOTTED = re.compile(r"\b(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})\b")
_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_FEWEST_LETTERS = 5
_LONGEST = 80
_JOINED_WORDS = (2, 3)
_ABBREVIATED = range(2, 7)


def forms(text: str) -> list[str]:
    """The forms under which a text is found beside its words; in no order, some more than once."""
    return [*dates(text), *_identifiers(text), *_names(text)]


def asked(text: str) -> list[str]:
    """The forms that a question may mean: those of a text, and single words, which may be written as two there."""
    words = (folded(match.group().lower()) for match in _WORD.finditer(text))
    return [*dates(text), *_identifiers(text), *joined(text), *(word for word in words if _tells(word))]


def joined(text: str) -> list[str]:
    """Any two or three neighbouring words of a question as one, which they may be in a text."""
    words = [folded(match.group().lower()) for match in _WORD.finditer(text)]
    runs = ("".join(words[at : at + n]) for n in _JOINED_WORDS for at in range(len(words) - n + 1))
    return [run for run in runs if _tells(run)]


def run(text: str) -> str:
    """All words of a text as one."""
    return folded("".join(match.group() for match in _WORD.finditer(text)).lower())


def runs(words: Sequence[str]) -> list[str]:
    """Any two to six neighbouring words as one: what an abbreviation may stand for."""
    return [run(" ".join(words[at : at + n])) for n in _ABBREVIATED for at in range(len(words) - n + 1)]


def dates(text: str) -> Iterator[str]:
    """Days written in whatever way, as ISO days."""
    if not _YEAR.search(text):
        return
    for day, month, year in _DAY_FIRST.findall(text):
        yield from _iso(year, _MONTHS[month.lower()], day)
    for month, day, year in _MONTH_FIRST.findall(text):
        yield from _iso(year, _MONTHS[month.lower()], day)
    for day, month, year in _DOTTED.findall(text):
        yield from _iso(year, int(month), day)
    for year, month, day in _ISO.findall(text):
        yield from _iso(year, int(month), day)


def split(word: str) -> list[str]:
    """The parts of a word in lower case, apart where case changes or digits begin and end: fy, 2018 of `FY2018`."""
    return [part.lower() for cased in _CASES.split(word) for part in _BORDERS.split(cased)]


def _iso(year: str, month: int, day: str) -> Iterator[str]:
    if 1 <= month <= 12 and 1 <= int(day) <= 31:
        yield f"{year}-{month:02}-{int(day):02}"


def _identifiers(text: str) -> Iterator[str]:
    for match in _COMPOUND.finditer(text):
        compound = match.group()
        if len(compound) > _LONGEST:
            continue
        if _AMOUNT.fullmatch(compound):
            whole, _, part = compound.replace(",", "").partition(".")
            yield f"{whole}.{part.rstrip('0')}".rstrip(".")
        elif version := _VERSION.fullmatch(compound):
            yield version.group(1)
        else:
            kept = _BETWEEN_DIGITS.sub(lambda joint: "\0" + joint.group(), compound)
            yield folded(re.sub(r"(?<!\0)" + _JOINTS.pattern, "", kept).replace("\0", "").lower())


def _names(text: str) -> Iterator[str]:
    """Neighbouring words as one that begin with capitals or digits, one space between: `Best Buy`, `Model 9`."""
    words = list(_WORD.finditer(text))
    begins = [match.group()[0] for match in words]
    starts = [first.isupper() or first.isdigit() for first in begins]
    goes_on = [
        starts[at + 1] and text[left.end() : right.start()] == " " for at, (left, right) in enumerate(pairwise(words))
    ]
    for n in _JOINED_WORDS:
        for at in range(len(words) - n + 1):
            if starts[at] and all(goes_on[at : at + n - 1]):
                yield folded("".join(match.group() for match in words[at : at + n]).lower())


def _tells(word: str) -> bool:
    """Whether a form says enough alone: some letters, or letters with digits."""
    return _FEWEST_LETTERS <= len(word) <= _LONGEST or (1 < len(word) <= _LONGEST and bool(_BORDERS.search(word)))

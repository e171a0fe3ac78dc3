"""What a text says, so that two that say it alike are one: a paragraph twice, set or written out a little otherwise.

Words that differ are taken to tell facts apart, whatever they are: "thirty" and "sixty", "supplier" and "customer",
"director" and "directors" can't be told from harmless changes by a list. What may differ is listed instead, see
DECISIONS.md: blanks, punctuation and Markdown marks that are no sign, capitals, hyphens for blanks; in English also
articles, a few adverbs that only join, contractions and British for American spelling.
"""

import re
from collections.abc import Iterator, Sequence

from retrieval.store.terms.languages import ENGLISH, detected

FEWEST_WORDS = 20  # of fewer, what stands above them tells what they mean
_RUN = 3
_ALWAYS_SAID = "0123456789dgjkmqvx"  # in no joining word, no long form of a short one, no ending that is spelt two ways
_SHORT = 4  # letters of a word that may be another in capitals: US, WHO, MW
_WORD = re.compile(r"[^\W_]+(?:[.,:/'_-][^\W_]+)*")
_HYPHEN = re.compile(r"(?<=[^\W_])-(?=[^\W\d_])")
_TOKEN = re.compile(
    r"""
    [^\W_]+(?:[.,:/'_-][^\W_]+)*          # a word or a number
    | [-–—−+(.*\#](?=[-–—−+(.*\#€$£¥,\s]*\d)  # before a number: a sign, a loss in brackets, a decimal point
    | (?<![^\s(\[])[-–—](?=[^\W_])         # before a word, and of it: -EUR 5
    | [^\w\s.,;:()\[\]{}"'`“”„‟«»‹›‘‚*\#•·…–—-]  # any other sign: percent, currency, a cell's border, a box, a question
    """,
    re.VERBOSE,
)
_TELLS_ENGLISH = frozenset(("of", "and", "is", "are", "be", "with", "that", "for", "by", "have", "has"))
_JOINS_SMALL = ("a", "an", "the", "also", "please", "hereby", "thus", "therefore")
_JOINING = frozenset((*_JOINS_SMALL, *map(str.title, _JOINS_SMALL[1:])))  # "A" may be a name: category A
_FEW = (
    "few little bit lot while and or half quarter second third fourth fifth sixth eighth tenth hundred thousand "
    "million billion dozen number majority minority more most less least only other same one"
)
_WITH_ARTICLE = frozenset(_FEW.split())  # a few are more than few, a third is not the third, nor a number the number
_NOT = re.compile(r"(?<=[a-z])n't\b", re.IGNORECASE)
_SHORTENED = {"can't": "can not", "won't": "will not", "shan't": "shall not", "cannot": "can not"}
_SHORT_FORM = re.compile(r"\b(?:can't|won't|shan't|cannot)\b", re.IGNORECASE)
_BRITISH = (
    re.compile(r"(?<=[a-z]{3})our(?=s?$|ed$|ing$|able$)"),
    re.compile(r"(?<=[a-z]{3}[^aeiou])is(?=(?:e[sd]?|ing|ations?)$)"),
)


def same(one: str, other: str) -> bool:
    """Whether showing both would show one paragraph twice."""
    said = what_is_said(one)
    return said is not None and said == what_is_said(other)


def what_is_said(text: str) -> tuple[str, ...] | None:
    """Equal for texts that are one paragraph; none where there are too few words to tell."""
    plain = _HYPHEN.sub(" ", text.replace("’", "'"))
    tokens = _TOKEN.findall(plain)
    if len(_WORD.findall(plain)) < FEWEST_WORDS:
        return None
    if not _is_english(plain, tokens):
        return tuple(_in_one_case(tokens))
    tokens = _TOKEN.findall(_NOT.sub(" not", _SHORT_FORM.sub(_long_form, plain)))
    return tuple(map(_american, _in_one_case(_without_joining(tokens))))


def outline(text: str) -> tuple[int, ...]:
    """Equal for texts of which the same is said; cheap to make, and seldom equal for others.

    How often each of the digits and of the letters occurs that nothing which may differ has.
    """
    plain = text.casefold()
    return tuple(map(plain.count, _ALWAYS_SAID))


def runs(text: str) -> frozenset[tuple[str, ...]]:
    """The runs of three words of a text."""
    lower = [word.casefold() for word in _WORD.findall(text.replace("’", "'"))]
    return frozenset(zip(*(lower[start:] for start in range(_RUN)), strict=False))


def _is_english(text: str, tokens: Sequence[str]) -> bool:
    """A text that nothing tells the language of is not: `a` is "and" in Czech."""
    words = {token.casefold() for token in tokens}
    return "the" in words and len(words & _TELLS_ENGLISH) >= 2 and detected(text) == ENGLISH


def _in_one_case(tokens: Sequence[str]) -> Iterator[str]:
    """A unit behind a number and an abbreviation keep their capitals: 5 mW, 5 MW; us, US."""
    before = ""
    for token in tokens:
        telling = len(token) <= _SHORT and (before[-1:].isdigit() or (token.isupper() and len(token) > 1))
        yield token.strip() if telling else token.strip().casefold()
        before = token


def _without_joining(tokens: Sequence[str]) -> list[str]:
    around = zip(["", *tokens], tokens, [*tokens[1:], ""], strict=False)
    return [token for before, token, after in around if not _joins(before, token, after)]


def _joins(before: str, token: str, after: str) -> bool:
    """Not the letter of "section 3 a", nor what belongs to "a few"."""
    return token in _JOINING and not before[-1:].isdigit() and after.casefold() not in _WITH_ARTICLE


def _long_form(match: re.Match[str]) -> str:
    return _SHORTENED[match.group().casefold()]


def _american(word: str) -> str:
    for british, american in zip(_BRITISH, ("or", "iz"), strict=True):
        word = british.sub(american, word)
    return word

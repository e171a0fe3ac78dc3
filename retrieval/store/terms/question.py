"""A question as weighted terms for each field, the phrases in quotation marks, and what may be an abbreviation."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from retrieval.store.terms import exact
from retrieval.store.terms.languages import ENGLISH, detected, is_stop_word, stem
from retrieval.store.terms.text import words

_QUOTED = re.compile(r"[\"“”„«»]([^\"“”„«»]{2,200})[\"“”„«»]")
_LONGEST = 64  # words of a question
_PART = 0.5  # the weight of a part of a mixed word: "2018" of "FY2018"
_DAY = 6.0  # a day stands against its own number, month and year, which many texts hold
_SHORT = re.compile(r"[^\W_]{2,10}")


@dataclass(frozen=True, slots=True)
class Question:
    """`terms` are stems, and `exact` forms, with their weights; `phrases` are stems in order.

    `short` are words that may be abbreviations, `runs` neighbouring words as one that may be what is abbreviated.
    `languages` are those of the texts that are searched.
    """

    terms: Mapping[str, float]
    exact: Mapping[str, float]
    phrases: tuple[tuple[str, ...], ...]
    short: tuple[str, ...]
    runs: tuple[str, ...]
    languages: tuple[str, ...]


def read(question: str, languages: Collection[str] = (ENGLISH,)) -> Question:
    """A word is sought under its stem in each of the languages.

    Stop words of the question's own language are left out, unless nothing else is asked.
    """
    language = detected(question, among=languages) if len(languages) > 1 else next(iter(languages), ENGLISH)
    found = list(dict.fromkeys(words(question)))[:_LONGEST]
    telling = _telling(found, language)
    return Question(
        terms=dict.fromkeys(exact.joined(" ".join(telling)), 1.0) | _terms(telling, languages),
        exact=dict.fromkeys(exact.asked(question)[: 4 * _LONGEST], 1.0) | dict.fromkeys(exact.dates(question), _DAY),
        phrases=tuple(dict.fromkeys(_phrases(question, languages))),
        short=tuple(word.lower() for word in telling if _SHORT.fullmatch(word)),
        runs=tuple(exact.runs(telling)),
        languages=tuple(languages),
    )


def widened(question: Question, meant: Sequence[str], *, weight: float) -> Question:
    """The question with other words for what it asks: all words of one count `weight` together, its stop words nothing.

    A long form that is found whole must not outrank the word that was asked for.
    """
    others: dict[str, float] = {}
    for said in meant:
        telling = _telling(list(words(said)), question.languages[0])
        for term, share in _terms(telling, question.languages).items():
            others[term] = max(others.get(term, 0.0), weight * share / len(telling))
    return replace(question, terms={**others, **question.terms}) if others else question


def _telling(found: list[str], language: str) -> list[str]:
    return [word for word in found if not _is_empty(word, language)] or found


def _terms(telling: Sequence[str], languages: Collection[str]) -> dict[str, float]:
    terms: dict[str, float] = {}
    for word in telling:
        parts = exact.split(word)
        for part in [word, *(parts if len(parts) > 1 else ())]:
            for code in languages:
                terms.setdefault(stem(part.lower(), code), 1.0 if part == word else _PART)
    return terms


def _phrases(question: str, languages: Collection[str]) -> list[tuple[str, ...]]:
    return [
        phrase
        for quoted in _QUOTED.findall(question)
        for code in languages
        if (phrase := tuple(stem(word.lower(), code) for word in words(quoted)))
    ]


def _is_empty(word: str, language: str) -> bool:
    """A stop word, unless it is written like a name: IT, WHO, US."""
    return not (word.isupper() and len(word) > 1) and is_stop_word(word.lower(), language)

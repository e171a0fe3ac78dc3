"""Stems and stop words by language, and which language a text is in.

Languages are named by their ISO 639-1 code. The stemmers are Snowball's, the stop words tantivy's, with the words
that English questions are asked with.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection
from functools import lru_cache
from typing import Any

import tantivy

ENGLISH = "en"
_NAMES = {
    "da": "danish", "de": "german", "en": "english", "es": "spanish", "fi": "finnish", "fr": "french",
    "hu": "hungarian", "it": "italian", "nl": "dutch", "no": "norwegian", "pt": "portuguese", "ru": "russian",
    "sv": "swedish",
}  # fmt: skip
_ALIASES = {"nb": "no", "nn": "no"}
_ASKED = (
    "about all am any been can could did do does doing from had has have he her his how i its just may me might my our "
    "out please she should so some tell than them those too us very we were what when where which while who whom whose "
    "why would you your"
)
_ASKED_WITH = frozenset(_ASKED.split())
_WORD = re.compile(r"[^\W\d_]+")
_READ = 4_000  # characters of a text that tell its language
_FEWEST_STOP_WORDS = 3
_LONGEST_LISTED = 20  # letters of a stop word
_KEPT = 500_000  # words


def language_of(code: str, text: str) -> str:
    """What metadata says (`de`, `de-DE`, `German`), else the language most of whose stop words stand in the text."""
    said = code.strip().casefold()
    short = _ALIASES.get(said.split("-")[0].split("_")[0], said.split("-")[0].split("_")[0])
    if short in _NAMES:
        return short
    named = [short for short, name in _NAMES.items() if name == said]
    return named[0] if named else detected(text)


def detected(text: str, among: Collection[str] = tuple(_NAMES)) -> str:
    """English where nothing speaks for another of these languages; one must have twice as many stop words."""
    words = Counter(word.lower() for word in _WORD.findall(text[:_READ]))
    found = dict.fromkeys(among, 0)
    for word, n in words.items():
        for code in _listed_in(word):
            if code in found:
                found[code] += n
    best = max(found, key=lambda code: (found[code], code == ENGLISH), default=ENGLISH)
    return best if found.get(best, 0) >= max(_FEWEST_STOP_WORDS, 1.3 * found.get(ENGLISH, 0)) else ENGLISH


def is_stop_word(word: str, language: str) -> bool:
    """`word` in lower case."""
    return language in _listed_in(word) or (language == ENGLISH and word in _ASKED_WITH)


@lru_cache(_KEPT)
def stem(word: str, language: str) -> str:
    """`word` in lower case; its stem without accents, which people leave out."""
    stems = _stemmer(language).analyze(word)
    return folded(stems[0] if stems else word)


def folded(word: str) -> str:
    if word.isascii():
        return word
    parts = unicodedata.normalize("NFKD", word)
    return "".join(part for part in parts if not unicodedata.combining(part)).replace("ß", "ss")


@lru_cache(_KEPT)
def _listed_in(word: str) -> tuple[str, ...]:
    """The languages of which it is a stop word."""
    return tuple(code for code in _NAMES if not _stop_words(code).analyze(word)) if len(word) <= _LONGEST_LISTED else ()


@lru_cache(len(_NAMES))
def _stemmer(language: str) -> Any:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw())
    return builder.filter(tantivy.Filter.stemmer(_NAMES[language])).build()


@lru_cache(len(_NAMES))
def _stop_words(language: str) -> Any:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw())
    return builder.filter(tantivy.Filter.stopword(_NAMES[language])).build()

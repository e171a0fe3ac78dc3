"""Content words of questions and sentences: lower case, no stop words, common endings taken off."""

import math
import re
from collections.abc import Collection, Iterable, Mapping

_WORD = re.compile(r"\w+(?:[.,:/'’-]\w+)*")
_PART = re.compile(r"[.,:/'’-]")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_ENDINGS = (
    "ization isation ations ation ments ment ings ing ies ied ers ed es er ly en s e y".split()  # noqa: SIM905  a table
)
_SHORTEST_STEM = 3
# English, German, French, Spanish; without words of one that carry meaning in another ("die", "war", "son").
_STOP_WORD_LIST = """
a about above after again all am an and any are as at be because been before being below between both but by can
could d did do does doing don down during each few for from further get give given had has have having he her here
hers him his how i if in into is it its itself just know let ll many may me might more most much must my need
no nor not now of off on once one only or other our out over own please re s same shall she should so some such t
tell than that the their them then there these they this those through to too under until up us use ve very want
was we were what when where which while who whom whose why will with would you your
aber als am an auch auf aus bei bin bis das dass dem den der des dies diese dieser doch du durch ein eine einem
einen einer eines er es euch für habe haben hier ich ihr im in ist ja kann können mein mit muss nach nicht
noch nur oder sein sich sie sind so über um und uns unter vom von vor was wann warum wer werden welche welcher
welches wenn wie wieviel viel viele wir wird wo zu zum zur
au aux avec ce ces cette combien comment dans de des du elle en est et eux il ils je la le les leur lui ma mais mes
moi mon ne nos notre nous on ou où pas pourquoi qu quand que quel quelle quelles quels qui sa se ses
sont sur ta te tes toi ton tu un une vos votre vous
como cómo con cual cuál cuándo cuanto cuánto cuántos del dónde el ella ellos en es esta este esto hay la lo
más mi muy no nos o para pero por porque qué quién se si sobre su sus también un una y ya yo
"""
_STOP_WORDS = frozenset(_STOP_WORD_LIST.split())


def content_terms(text: str) -> tuple[str, ...]:
    """The distinct content terms in order of first appearance; numbers stay whole ("2.5", "1,000" as "1000")."""
    return tuple(dict.fromkeys(_terms(text)))


def telling_words(text: str) -> tuple[str, ...]:
    """The words as written that have a content term, in order."""
    return tuple(word for word in _WORD.findall(text) if content_terms(word))


def numbers(text: str) -> frozenset[str]:
    """The numbers in a text, without thousands separators and leading zeros."""
    return frozenset(_plain_number(match) for match in _NUMBER.findall(text))


def names(question: str) -> frozenset[str]:
    """The terms of words that name something: capitalised after the first word, or with a digit in them."""
    named = [
        word
        for place, word in enumerate(_WORD.findall(question))
        if (place > 0 and word[0].isupper()) or any(character.isdigit() for character in word)
    ]
    return frozenset(content_terms(" ".join(named)))


def weights(terms: Iterable[str], documents: Collection[Collection[str]]) -> Mapping[str, float]:
    """How telling each term is among `documents` (each a set of terms): `ln(1 + (N - n + 0.5) / (n + 0.5))`, BM25's."""
    total = len(documents)
    found = {term: sum(term in document for document in documents) for term in terms}
    return {term: math.log(1 + (total - n + 0.5) / (n + 0.5)) for term, n in found.items()}


def _terms(text: str) -> Iterable[str]:
    for word in _WORD.findall(text.lower()):
        if _NUMBER.fullmatch(word):
            yield _plain_number(word)
            continue
        for part in _PART.split(word):
            if part.isdecimal():
                yield _plain_number(part)
            elif part and part not in _STOP_WORDS:
                yield _stem(part)


def _plain_number(number: str) -> str:
    joined = re.sub(r"[.,](?=\d{3}(?:\D|$))", "", number)
    return joined.lstrip("0") or "0"


def _stem(word: str) -> str:
    """The word without a common ending. Crude: it only has to treat a question's words and a sentence's alike."""
    if any(character.isdigit() for character in word):
        return word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            stem = word.removesuffix(ending)
            return stem[:-1] if len(stem) > _SHORTEST_STEM and stem[-1] == stem[-2] else stem
    return word

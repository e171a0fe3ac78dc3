"""What kind of thing a question asks for (who, when, how much, why), and whether a text holds one."""

import re

from retrieval.answer.words.sentences import Unit

_AMOUNT = re.compile(
    r"\bhow (?:many|much|long|often|far|old|high|large|big)\b|\b(?:number|amount|price|cost|fee|limit|rate|percentage"
    r"|percent|maximum|minimum|budget|total|salary|revenue|wie ?viele?|combien|cuánt[oa]s?)\b",
    re.IGNORECASE,
)
_MOMENT = re.compile(
    r"\b(?:when|what (?:date|day|year|month|time)|which (?:date|day|year|month)|since|until|deadline|wann|quand"
    r"|cuándo)\b",
    re.IGNORECASE,
)
_PERSON = re.compile(r"\b(?:who|whom|whose|wer|wen|wem|qui|quién)\b|\b(?:e-?mail|phone|contact)\b", re.IGNORECASE)
_REASON = re.compile(r"^\W*why\b|\b(?:reason|warum|pourquoi|por qué)\b", re.IGNORECASE)
_DATE = re.compile(
    r"\b(?:1[5-9]|20)\d\d\b|\b\d{1,2}[:./]\d{1,2}\b|\b(?:January|February|March|April|May|June|July|August|September"
    r"|October|November|December|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|daily|weekly|monthly"
    r"|quarterly|annually|days?|weeks?|months?|years?|hours?|minutes?)\b"
)
_NAME = re.compile(r"\S@\S|\b[A-ZÄÖÜ][\w'’-]+\s+(?:[A-Z]\.\s+)?[A-ZÄÖÜ][\w'’-]+|\+?\d[\d\s()/-]{6,}\d")
_SENDING = re.compile(r"\b(?:sen[dt]|wr[io]te|written|author)\b", re.IGNORECASE)
_SENDER = re.compile(r"(?:from|von|de)\b", re.IGNORECASE)
_BECAUSE = re.compile(
    r"\b(?:because|since|due to|so that|in order to|therefore|as a result|weil|denn)\b", re.IGNORECASE
)


def asks_for_one_thing(question: str) -> bool:
    return any(kind.search(question) for kind in (_PERSON, _MOMENT, _AMOUNT))


def fits(question: str, text: str) -> bool:
    """Whether the text holds the kind of thing that the question asks for; false where it asks for no kind."""
    if _PERSON.search(question):
        return bool(_NAME.search(text))
    if _MOMENT.search(question):
        return bool(_DATE.search(text))
    if _AMOUNT.search(question):
        return any(character.isdigit() for character in text)
    return bool(_REASON.search(question) and _BECAUSE.search(text))


def names_sender(question: str, unit: Unit) -> bool:
    """Whether the question asks who sent or wrote something, and the unit is that line of a mail's head."""
    asks = bool(_PERSON.search(question) and _SENDING.search(question))
    return asks and unit.kind == "field" and bool(_SENDER.match(unit.text))

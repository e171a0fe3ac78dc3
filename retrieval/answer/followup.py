"""Follow-ups without a language model: terms that a question leaves out are carried over from the turn before.

A name whose place another one has taken since is left behind. A question that can stand alone is returned unchanged,
also in the middle of a conversation.
"""

import re
from collections.abc import Sequence

from retrieval.answer.words.named import PREPOSITIONS, WITHIN_A_NAME, replaced
from retrieval.answer.words.terms import content_terms
from retrieval.models import Turn

MOST_CARRIED = 12
_TURNS_BACK = 3
_FEW_TERMS = 1
_MOST_NAMED = 3  # words
_POINTING_BACK = re.compile(
    r"\b(?:it|its|they|them|their|theirs|he|him|his|she|her|hers|this|that|these|those|there|same|former|latter|one|ones"
    r"|else|instead|others?|such)\b",
    re.IGNORECASE,
)
_GOING_ON = re.compile(
    r"^\W*(?:and|or|but|so|then|also|what about|how about|what if|why not|und|oder|aber|et|y|was ist mit)\b",
    re.IGNORECASE,
)
_NOT_POINTING = re.compile(
    r"\b(?:is|was|are|were) (?:it|there) (?:true|possible|allowed|ok|okay|any|an?|some)\b|\bthat (?:is|are|was|were|can"
    r"|has|have|must|will|do|does)\b|\b(?:this|these) (?:year|month|week|days)\b|\bis there\b|\bare there\b|\bone of\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+(?:[.'’/-]\w+)*")


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question with the words it leaves out, taken from the user's turns before it; unchanged if it needs none."""
    asked = [turn.content for turn in history if turn.role == "user"]
    if not asked or not depends(question):
        return question
    known = set(content_terms(question))
    later = [question]
    carried: list[str] = []
    for earlier in reversed(asked[-_TURNS_BACK:]):
        gone = frozenset[str]().union(*(replaced(earlier, one) for one in later))
        words = [word for word in _telling_words(earlier, known) if word not in gone]
        carried = words + carried
        later.append(earlier)
        if words and not depends(earlier):
            break
    return f"{question} {' '.join(carried[-MOST_CARRIED:])}" if carried else question


def changes_topic(question: str, history: Sequence[Turn]) -> bool:
    """Whether a question that stands alone shares no term with what was said before."""
    known = set(content_terms(" ".join(turn.content for turn in history)))
    asked = set(content_terms(question))
    return bool(known and asked) and not known & asked and not depends(question)


def depends(question: str) -> bool:
    """Whether a question points back: a pronoun without its noun, a beginning that goes on, or hardly any term."""
    if _GOING_ON.match(question) or len(content_terms(question)) <= _FEW_TERMS:
        return True
    return bool(_POINTING_BACK.search(_NOT_POINTING.sub(" ", question)))


def asked_instead(question: str) -> frozenset[str]:
    """The terms of a follow-up that does nothing but name another thing, "And the flights?"; else empty."""
    words = _WORD.findall(question[begun.end() :]) if (begun := _GOING_ON.match(question)) else []
    naming = [word for word in words if word.lower() not in PREPOSITIONS | WITHIN_A_NAME]
    names_alone = len(naming) <= _MOST_NAMED and all(content_terms(word) for word in naming)
    return frozenset(content_terms(" ".join(naming))) if names_alone else frozenset()


def _telling_words(text: str, known: set[str]) -> list[str]:
    """The words of `text` whose term is not yet `known`, as written; `known` grows by them."""
    words: list[str] = []
    for word in _WORD.findall(text):
        terms = set(content_terms(word))
        if terms and not terms <= known:
            words.append(word)
            known |= terms
    return words

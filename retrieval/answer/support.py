"""Whether a sentence of an answer says what its quotes say: numbers, names, negation and words, one by one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from retrieval.answer.words.sentences import Unit
from retrieval.answer.words.terms import content_terms, names, numbers
from retrieval.models import Sentence, Support

MOST_WORDS = 0.6
SOME_WORDS = 0.3
_NOT = re.compile(
    r"\b(?:not|no|never|none|neither|nor|without|cannot|\w+n['’]t|nicht|kein\w*|nie|niemals|ohne|pas|jamais|aucune?|sans"
    r"|nunca|sin|ningun[oa]?)\b",
    re.IGNORECASE,
)


def evidence(unit: Unit) -> str:
    """What a claim may rest on: the quote, and the heading, lead and column headers that it stands under."""
    return "\n".join(part for part in (unit.heading, unit.lead, *unit.header, unit.text) if part)


def checked(sentence: Sentence, proof: Mapping[int, str]) -> Sentence:
    """The sentence with its verdict; `proof` holds for each marker the text that it stands for."""
    held = "\n".join(proof[marker] for marker in sentence.markers if marker in proof)
    unproven = _unproven(sentence.text, held)
    return replace(sentence, support=support(sentence.text, held), unproven=unproven)


def support(claim: str, held: str) -> Support:
    """`supported`: all its numbers and names, its negation and most of its words stand in `held`. `partly`: some of
    that does not, but some of its words do. `unsupported`: hardly a word does, or it has numbers and none stands there.
    """
    asked = content_terms(claim)
    known = frozenset(content_terms(held))
    said = sum(term in known for term in asked) / len(asked) if asked else 0.0
    counted, unproven = numbers(claim), _unproven(claim, held)
    if said < SOME_WORDS or (counted and len(unproven) == len(counted)):
        return "unsupported"
    same_names = names(claim) <= known
    same_sense = bool(_NOT.search(claim)) == bool(_NOT.search(held))
    return "supported" if said >= MOST_WORDS and not unproven and same_names and same_sense else "partly"


def all_checked(sentences: Sequence[Sentence], proof: Mapping[int, str]) -> tuple[Sentence, ...]:
    return tuple(checked(sentence, proof) for sentence in sentences)


def _unproven(claim: str, held: str) -> tuple[str, ...]:
    """The claim's numbers that `held` lacks, in order of their size in writing."""
    return tuple(sorted(numbers(claim) - numbers(held), key=lambda number: (len(number), number)))

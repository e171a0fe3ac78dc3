"""How much of an answer's text stands in the quotes that it gives for it.

Each sentence is laid beside the quotes of its own markers; a word is covered where it stands in one of them in the same
order (the matching blocks of `difflib.SequenceMatcher`, case and punctuation aside). Groundedness is the share of the
answer's words that are covered; a sentence without a marker covers none. What an answer adds to make a row of a table
readable, its column names, is text without a quote and counts as such.
"""

import difflib
from collections.abc import Mapping

from evals.quotes import words
from retrieval.answer.model.cite import without_markers
from retrieval.models import Answer, Sentence


def groundedness(answer: Answer) -> float:
    """0-1; 0 for an answer without words."""
    quotes = {citation.marker: _words(citation.quote) for citation in answer.citations}
    total = sum(len(_words(without_markers(sentence.text))) for sentence in answer.sentences)
    return sum(_covered(sentence, quotes) for sentence in answer.sentences) / total if total else 0.0


def _covered(sentence: Sentence, quotes: Mapping[int, list[str]]) -> int:
    said = _words(without_markers(sentence.text))
    covered: set[int] = set()
    for marker in sentence.markers:
        matcher = difflib.SequenceMatcher(None, said, quotes.get(marker, []), autojunk=False)
        for block in matcher.get_matching_blocks():
            covered.update(range(block.a, block.a + block.size))
    return len(covered)


def _words(text: str) -> list[str]:
    return [word for word, _, _ in words(text)]

"""Questions without a language model: from definitions, and from headings with what stands under them.

They use the documents' own words, so a lexical search finds them more easily than real ones: good for seeing that
nothing broke, too kind for saying how good search is.
"""

import re
from collections.abc import Iterator

from evals.making.drafts import Draft, draft
from evals.making.passages import Passage
from retrieval.answer.words.sentences import Unit, units
from retrieval.answer.words.wording import plain

_LONGEST_TERM = 6  # words
_FEWEST_WORDS = 6  # of a sentence that answers anything
_TERM = r"(?P<term>(?:[A-ZÄÖÜ][\w&/+-]*)(?: [\w&/+-]+){0,5}?)"
_DEFINES = re.compile(
    rf"^(?:(?:The|A|An) )?{_TERM}(?: \((?P<short>[A-Z][\w-]{{1,9}})\))? (?:is|are|means|stands for|refers to) "
    r"(?P<what>(?:an?|the|any|all|one|our|someone|something|how|what|when|where) .*)$"
)
_LISTED = re.compile(r"^\*{1,2}(?P<term>[^*:?]{2,60}?):?\*{1,2}\s?(?::|–|—|-)?\s(?P<what>.+)$")
_NUMBER = re.compile(r"^(?:\d+[.)]?)+\s+|^[A-Z][.)]\s+|^§+\s*\d+\s+")
_POINTING = re.compile(
    r"^(?:it|this|that|these|those|there|here|he|she|they|we|you|i|one|each|every|some|such|how|what|who|when|where|why)\b",
    re.IGNORECASE,
)
_PLURAL = re.compile(r"\b(?:are)\b")
_DULL = re.compile(
    r"(?:introduction|overview|(?:table of )?contents|summary|notes?|general|other|more|home|index|appendix|references"
    r"|see also)",
    re.IGNORECASE,
)


def drafts(passage: Passage) -> Iterator[Draft]:
    """Definitions first, then the heading: at most one question a sentence, as far as the passage lends itself."""
    found = [
        unit for unit in units(passage.version.text, passage.start, passage.end) if unit.kind in ("sentence", "item")
    ]
    for unit in found:
        if (asked := _definition(unit)) is not None:
            question, answer = asked
            yield draft(passage.version, unit.start, unit.end, question=question, answer=answer, groups=passage.groups)
    if (asked_of := _of_heading(passage)) and (first := _first_sentence(found)):
        yield draft(
            passage.version, first.start, first.end, question=asked_of, answer=plain(first.text), groups=passage.groups
        )


def _definition(unit: Unit) -> tuple[str, str] | None:
    """The question and its answer, of a sentence or list item that says what something is."""
    text = plain(unit.text)
    if (found := _DEFINES.match(text)) and _is_term(found["term"]):
        verb = "are" if _PLURAL.search(text[: found.start("what")]) else "is"
        return f"What {verb} {_article(text, found)}{found['term']}?", text
    listed = _LISTED.match(unit.text) if unit.kind == "item" else None
    if listed and _is_term(term := plain(listed["term"])):
        said = plain(listed["what"])
        return (f"What is {term}?", said) if len(said.split()) >= _FEWEST_WORDS else None
    return None


def _article(text: str, found: re.Match[str]) -> str:
    before = text[: found.start("term")].strip().lower()
    return f"{before} " if before else ""


def _is_term(term: str) -> bool:
    return bool(term) and not _POINTING.match(term) and len(term.split()) <= _LONGEST_TERM


def _of_heading(passage: Passage) -> str | None:
    """A heading that asks is the question; others are asked for by name, within their document."""
    if not passage.headings:
        return None
    heading = _NUMBER.sub("", plain(passage.headings[-1])).strip(" .:")
    if heading.endswith("?"):
        return heading
    if _DULL.fullmatch(heading) or len(heading) < 4 or not re.search(r"[^\W\d_]{3}", heading):
        return None
    title = plain(passage.version.title) or passage.version.document
    if heading.casefold() == title.casefold():
        return None
    return f"What does “{title}” say about “{heading}”?"


def _first_sentence(found: list[Unit]) -> Unit | None:
    """The first that says something by itself."""
    return next((unit for unit in found if _says_something(plain(unit.text))), None)


def _says_something(text: str) -> bool:
    return len(text.split()) >= _FEWEST_WORDS and not text.endswith("?") and not _POINTING.match(text)

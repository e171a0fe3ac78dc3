"""A language model's markers, resolved while it writes: each to a verbatim quote of the source it names, or dropped."""

import re
from collections.abc import Iterator, Mapping, Sequence

from retrieval.answer.support import evidence
from retrieval.answer.words.quotable import Quotable, quotable
from retrieval.answer.words.sentences import Unit, UnitKind, sentence_spans
from retrieval.answer.words.terms import content_terms, numbers, weights
from retrieval.models import AnswerEvent, Citation, Cited, Passage, Sentence, Token

LEAST_SUPPORT = 0.4
_CONTEXT_SHARE = 0.5
_CLAUSE = re.compile(r"[,;:]\s+|\s+(?:and|but|while|und|aber|et|mais|y|pero)\s+")
_ENOUGH_TERMS = 3
_QUOTABLE: frozenset[UnitKind] = frozenset({"sentence", "item", "row", "code", "field", "lead"})
_MARKER = re.compile(
    r"\s{0,8}\[\^?(?:(?:doc(?:ument)?|source)s?\s{0,2})?(\d{1,4}(?:\s{0,2}[,;]\s{0,2}\^?\d{1,4}){0,9})\]", re.IGNORECASE
)
_MAY_BEGIN = re.compile(r"\s{0,8}(?:\[[^\[\]\n]{0,40})?\Z")
_BROKEN_OFF = re.compile(r"\s{0,8}\[\^?\d[\d,;\s^]*\Z")
_ITEM = re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)])\s+")
_SHOWN_MARKER = re.compile(r"\s*\[(\d+)\]")


def cite(passage: Passage, unit: Unit, *, marker: int) -> Citation:
    """The unit as a citation; its page is the one on which the quote begins. Offsets count in the stored text."""
    return Citation(
        marker=marker,
        document_id=passage.document_id,
        version=passage.version,
        document=passage.document,
        page=_page(passage, unit.start),
        quote=unit.text,
        start=unit.start,
        end=unit.end,
    )


def _page(passage: Passage, offset: int) -> int | None:
    """The page at `offset`; where it stands between two pages, the one before."""
    if (page := passage.page_at(offset)) is not None:
        return page
    return max((span.page for span in passage.pages if span.start <= offset), default=None)


def without_markers(text: str) -> str:
    return _SHOWN_MARKER.sub("", text)


def sentences_of(text: str) -> tuple[Sentence, ...]:
    """The sentences of a text with `[n]` markers: those inside a sentence or right after it are its own."""
    found: list[Sentence] = []
    for line in text.split("\n"):
        for start, end in sentence_spans(line):
            body = line[start:end]
            behind = re.match(r"(?:\s*\[\d+\])+", body)
            if behind and found:
                found[-1] = Sentence(found[-1].text, _distinct((*found[-1].markers, *_markers(behind.group()))))
                body = body[behind.end() :].strip()
            if without_markers(body).strip():
                found.append(Sentence(without_markers(body).strip(), _distinct(_markers(body))))
    return tuple(found)


def _markers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in _SHOWN_MARKER.findall(text))


def _distinct(markers: Sequence[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(markers))


class CitingWriter:
    """Passes a model's text on as it arrives and holds back only what may be a marker.

    A marker is judged by the claim before it: the words of its sentence since the marker before. It becomes the number
    of its quote, one number for each distinct quote in order of appearance, or vanishes and is counted in `dropped`.
    `evidence` holds for each number what a claim may rest on: the quote and what stands over it.
    """

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._sources = [_Source(passage) for passage in passages]
        self._held = ""
        self._sentence = ""
        self._since = ""
        self._proved = ""
        self._numbers: dict[tuple[str, int, int, int], Citation] = {}
        self._just_written: set[int] = set()
        self.evidence: dict[int, str] = {}
        self.text = ""
        self.dropped = 0

    @property
    def citations(self) -> tuple[Citation, ...]:
        return tuple(self._numbers.values())

    def write(self, piece: str) -> Iterator[AnswerEvent]:
        """What may be passed on now that `piece` has come."""
        self._held += piece
        while match := _MARKER.search(self._held):
            before, self._held = self._held[: match.start()], self._held[match.end() :]
            yield from self._plain(before)
            yield from self._marked(match)
        match = _MAY_BEGIN.search(self._held)
        begins = match.start() if match else len(self._held)
        before, self._held = self._held[:begins], self._held[begins:]
        yield from self._plain(before)

    def finish(self) -> Iterator[AnswerEvent]:
        """The rest, when the model has ended; half a marker is dropped."""
        rest, self._held = self._held.rstrip(), ""
        if _BROKEN_OFF.match(rest):
            self.dropped += 1
        else:
            yield from self._plain(rest)

    def _plain(self, text: str) -> Iterator[AnswerEvent]:
        if not text:
            return
        self._since += text
        self._sentence = _last_sentence(self._sentence + text)
        if text.strip():
            self._just_written.clear()
        yield self._token(text)

    def _token(self, text: str) -> Token:
        self.text += text
        return Token(text)

    def _marked(self, match: re.Match[str]) -> Iterator[AnswerEvent]:
        claim = self._claim()
        space = match.group()[: len(match.group()) - len(match.group().lstrip())]
        for number in re.findall(r"\d+", match.group(1)):
            resolved = self._resolved(int(number), claim)
            if resolved is None:
                self.dropped += 1
                continue
            citation, unit = resolved
            key = (citation.document_id, citation.version, citation.start, citation.end)
            new = key not in self._numbers
            citation = self._numbers.setdefault(key, citation)
            self.evidence.setdefault(citation.marker, evidence(unit))
            if citation.marker not in self._just_written:
                self._just_written.add(citation.marker)
                yield self._token(f"{space}[{citation.marker}]")
                space = ""
            if new:
                yield Cited(citation)

    def _claim(self) -> str:
        """What a marker here stands behind; right after another marker, the same as that one."""
        recent = _last_sentence(self._since)
        claim = recent if len(content_terms(recent)) >= _ENOUGH_TERMS else self._sentence
        if content_terms(recent):
            self._proved = claim
        self._since = ""
        return self._proved

    def _resolved(self, number: int, claim: str) -> tuple[Citation, Unit] | None:
        if not 1 <= number <= len(self._sources):
            return None
        source = self._sources[number - 1]
        unit = source.support(claim)
        return None if unit is None else (cite(source.passage, unit, marker=len(self._numbers) + 1), unit)


def _last_sentence(text: str) -> str:
    """The last sentence with words in it, the beginning of a list item left out; one white space after it is kept."""
    lines = [line for line in text.split("\n") if content_terms(line)]
    if not lines:
        return text
    line = _ITEM.sub("", lines[-1])
    return [line[start : end + 1] for start, end in sentence_spans(line) if content_terms(line[start:end])][-1]


class _Source:
    """A passage, read when a marker first names it."""

    def __init__(self, passage: Passage) -> None:
        self.passage = passage
        self._read: tuple[Quotable, ...] | None = None

    def support(self, claim: str) -> Unit | None:
        """The unit that says most of what `claim` says, or else most of one of its clauses; null if none does."""
        if self._read is None:
            self._read = quotable(self.passage, _QUOTABLE)
        clauses = [part for part in _CLAUSE.split(claim) if len(content_terms(part)) >= _ENOUGH_TERMS]
        found = (_supporting(part, self._read) for part in (claim, *clauses))
        return next((unit for unit in found if unit is not None), None)


def _supporting(claim: str, read: Sequence[Quotable]) -> Unit | None:
    """The best unit for a claim, the earlier of equals; null below `LEAST_SUPPORT` of the claim's weight.

    Numbers count double, and where the claim has any the unit must hold one of them.
    """
    counted = numbers(claim)
    weight = _weights(claim, read)
    best, most = None, 0.0
    for candidate in read:
        if counted and not counted & numbers(candidate.unit.text):
            continue
        said = _said(weight, candidate)
        if said > most:
            best, most = candidate.unit, said
    return best if most >= LEAST_SUPPORT * sum(weight.values()) else None


def _weights(claim: str, read: Sequence[Quotable]) -> Mapping[str, float]:
    """How telling each term of the claim is; one that stands nowhere weighs as much as one that stands in one place."""
    asked = content_terms(claim)
    counted = numbers(claim)
    telling = weights(asked, [frozenset(asked), *(candidate.terms | candidate.context for candidate in read)])
    return {term: telling[term] * (2.0 if term in counted else 1.0) for term in asked}


def _said(weight: Mapping[str, float], candidate: Quotable) -> float:
    """The weight of the claim's terms in the unit, plus half of those only in its context; 0 if none is its own."""
    own = sum(value for term, value in weight.items() if term in candidate.terms)
    around = sum(value for term, value in weight.items() if term in candidate.context - candidate.terms)
    return own + _CONTEXT_SHARE * around if own else 0.0

"""Is every quote verbatim, from a source that was given, and on its page?

`python -m evals.benchmarks.answering.citations --shared FOLDER`. All questions of all sets are asked. Each quote is
compared with the stored text of the version it names; the words of a quote from a PDF are looked for on the cited page
as pypdf reads it, which the converter does not use for text.
"""

import argparse
import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pypdf import PdfReader
from rich.console import Console
from rich.table import Table

from evals.benchmarks.answering import sets
from evals.benchmarks.answering.gullible import GullibleModel
from evals.benchmarks.answering.sets import AnswerSet, Asked
from evals.benchmarks.question_sets import financebench
from evals.progress import track
from retrieval.answer.answerer import Answerer
from retrieval.engine import Engine
from retrieval.models import OWNER, Answer, Citation
from retrieval.search.passages import PassageReader

_HYPHENATED = re.compile(r"-\s*\n\s*")


@dataclass(slots=True)
class Tally:
    """What was found wrong over the answers of one set; `faults` says where, for whoever mends it."""

    answers: int = 0
    abstained: int = 0
    quotes: int = 0
    verbatim: int = 0
    given: int = 0
    pdf_words: int = 0
    pdf_found: int = 0
    scanned_words: int = 0
    pages_asked: int = 0
    pages_right: int = 0
    faults: list[str] = field(default_factory=list)

    def add(self, answer: Answer, engine: Engine, pages: "Pages") -> None:
        self.answers += 1
        self.abstained += answer.abstained
        for citation in answer.citations:
            self.quotes += 1
            self._verbatim(citation, engine)
            self._given(citation, answer)
            if citation.document.lower().endswith(".pdf"):
                self._on_page(citation, engine, pages)

    def _verbatim(self, citation: Citation, engine: Engine) -> None:
        stored = engine.catalog.version(citation.document_id, OWNER, citation.version)
        same = stored.document == citation.document and stored.text[citation.start : citation.end] == citation.quote
        self.verbatim += same
        if not same:
            self.faults.append(f"not verbatim: {citation}")

    def _given(self, citation: Citation, answer: Answer) -> None:
        assert answer.trace is not None
        inside = any(
            (one.document_id, one.version) == (citation.document_id, citation.version)
            and one.start <= citation.start
            and citation.end <= one.end
            for one in answer.trace.passages
        )
        self.given += inside
        if not inside:
            self.faults.append(f"from no source that was given: {citation}")

    def _on_page(self, citation: Citation, engine: Engine, pages: "Pages") -> None:
        wanted = words(citation.quote)
        held = pages.words(citation, engine)
        if not held:  # a scanned page: what OCR read has no text layer to be compared with
            self.scanned_words += len(wanted)
            return
        found = sum(word in held for word in wanted)
        self.pdf_words += len(wanted)
        self.pdf_found += found
        if found < 0.8 * len(wanted):
            self.faults.append(f"{found} of {len(wanted)} words on page {citation.page}: {citation}")


class Pages:
    """The words of pages of originals, as pypdf reads them."""

    def words(self, citation: Citation, engine: Engine) -> frozenset[str]:
        """Of the cited page, and of the next where the quote goes on there."""
        stored = engine.catalog.version(citation.document_id, OWNER, citation.version)
        last = max((one.page for one in stored.pages if one.start < citation.end), default=citation.page or 1)
        original = engine.catalog.original(citation.document_id, OWNER, citation.version).path
        held = [_page_words(original, page) for page in range(citation.page or 1, last + 1)]
        return frozenset[str]().union(*held)


@functools.lru_cache(maxsize=512)
def _page_words(path: Path, page: int) -> frozenset[str]:
    text = _reader(path).pages[page - 1].extract_text()
    return frozenset(words(text)) | frozenset(words(_HYPHENATED.sub("", text)))


@functools.lru_cache(maxsize=8)
def _reader(path: Path) -> PdfReader:
    return PdfReader(path)


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def answers(engine: Engine, asked: Sequence[Asked], *, scripted: bool, name: str) -> Iterator[tuple[Asked, Answer]]:
    """Without a model, or written by the scripted one, half of whose markers name another document than it used."""
    chat = GullibleModel({}, reading="word", stray=True) if scripted else None
    answerer = Answerer(engine.searcher, PassageReader(engine.catalog), embedder=engine.embedder, chat=chat)
    for one in track(list(asked), f"{name}, {'scripted model' if scripted else 'no model'}"):
        yield one, answerer.answer(one.question, caller=one.caller, history=one.history)


def finance(shared: Path) -> tuple[AnswerSet, dict[str, tuple[str, int]]]:
    """FinanceBench, with the page on which each question's evidence stands."""
    folder = shared / "financebench"
    judged = financebench(folder)
    asked = tuple(Asked(one.id, one.question, reference=one.answer or "") for one in judged.questions)
    pages = {one.id: (one.evidence[0].document, one.evidence[0].page or 0) for one in judged.questions}
    return AnswerSet("financebench", asked, corpus=folder / "pdfs"), pages


def table(tallies: dict[str, Tally]) -> Table:
    drawn = Table(
        "",
        "answers",
        "abstained",
        "quotes",
        "verbatim",
        "given",
        "words of PDF quotes on the page",
        "words on scans",
        "right page",
    )
    for name, one in tallies.items():
        on_page = f"{one.pdf_found} of {one.pdf_words} ({one.pdf_found / one.pdf_words:.3f})" if one.pdf_words else "-"
        right = f"{one.pages_right} of {one.pages_asked}" if one.pages_asked else "-"
        counts = (one.answers, one.abstained, one.quotes, one.verbatim, one.given)
        drawn.add_row(name, *(str(count) for count in counts), on_page, str(one.scanned_words), right)
    return drawn


def main() -> None:
    arguments = _arguments()
    tallies: dict[str, Tally] = {}
    for name in arguments.sets:
        gold: dict[str, tuple[str, int]] = {}
        if name == "financebench":
            chosen, gold = finance(arguments.shared)
        else:
            chosen = sets.read(name, arguments.shared)
        with sets.opened(chosen, cache=arguments.cache) as engine:
            for scripted in (False, True):
                tally = tallies.setdefault(f"{name}, {'scripted model' if scripted else 'no model'}", Tally())
                for asked, answer in answers(engine, chosen.questions, scripted=scripted, name=name):
                    tally.add(answer, engine, Pages())
                    _judge_page(tally, answer, gold.get(asked.id))
    console = Console(width=150)
    console.print(table(tallies))
    for name, tally in tallies.items():
        for fault in tally.faults[: arguments.faults]:
            console.print(f"{name}: {fault}", highlight=False, markup=False)


def _judge_page(tally: Tally, answer: Answer, gold: tuple[str, int] | None) -> None:
    """Of answered questions whose page was retrieved: does a citation stand on it?"""
    if gold is None or answer.abstained:
        return
    document, page = gold
    hit = any(
        one.chunk.document == document and (one.chunk.page or 0) <= page <= (one.chunk.page_end or one.chunk.page or 0)
        for one in answer.sources
    )
    if hit:
        tally.pages_asked += 1
        tally.pages_right += any((one.document, one.page) == gold for one in answer.citations)


def _arguments() -> argparse.Namespace:
    names = [*sets.SETS, "financebench"]
    parser = argparse.ArgumentParser(prog="python -m evals.benchmarks.answering.citations", description=__doc__)
    parser.add_argument("--shared", type=Path, required=True, help="the folder that holds the sets")
    parser.add_argument("--sets", nargs="+", choices=names, default=names, help="which sets (all)")
    parser.add_argument("--cache", type=Path, default=Path(".bench"), help="where the homes are kept (.bench)")
    parser.add_argument("--faults", type=int, default=5, help="how many faults of each set are told (5)")
    return parser.parse_args()


if __name__ == "__main__":
    main()

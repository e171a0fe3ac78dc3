"""The sample corpus end to end: ingested by the real pipeline and model, asked every question of its set."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from ingest.pipeline import IngestOptions, IngestReport, ingest
from retrieval.engine import Engine
from retrieval.models import OWNER, PUBLIC, Answer, Caller, Turn
from retrieval.ports import Vectors
from retrieval.settings import EngineSettings
from retrieval.store.backup.importing import restore
from retrieval.store.embed import SentenceTransformerEmbedder, resolve
from retrieval.store.home import Home

CORPUS = Path(__file__).parents[2] / "data" / "corpus"
QUESTIONS = [json.loads(line) for line in (CORPUS.parent / "questions.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def report(home: Path) -> IngestReport:
    with Engine.open(EngineSettings(home), write=True) as engine:
        return ingest(engine.index, [str(CORPUS)], IngestOptions())


@pytest.fixture(scope="module")
def engine(home: Path, report: IngestReport) -> Iterator[Engine]:
    with Engine.open(EngineSettings(home)) as opened:
        yield opened


@pytest.fixture(scope="module")
def answers(engine: Engine) -> list[tuple[dict[str, Any], Answer]]:
    return [(question, _ask(engine, question, OWNER)) for question in QUESTIONS]


def _ask(engine: Engine, question: dict[str, Any], caller: Caller) -> Answer:
    history = [Turn(turn["role"], turn["content"]) for turn in question.get("history", ())]
    return engine.ask(question["question"], caller=caller, history=history)


def test_every_file_ends_in_one_outcome(report: IngestReport) -> None:
    """65 files, one a scan, read by OCR, and one a copy, and two attachments; the draft is excluded by name."""
    by_kind: dict[str, list[str]] = {}
    for outcome in report.outcomes:
        by_kind.setdefault(outcome.outcome, []).append(outcome.uri.rsplit("/", 1)[1])

    assert by_kind.pop("duplicate") == ["clean-desk.txt"]
    assert sorted(by_kind.pop("skipped")) == ["four-day-week.md"]
    assert len(by_kind.pop("indexed")) == 66
    assert by_kind == {}
    assert len({outcome.uri for outcome in report.outcomes}) == len(report.outcomes) == 68


def test_a_second_run_embeds_nothing(home: Path, report: IngestReport) -> None:
    """Unchanged by bytes and fingerprint."""
    with Engine.open(EngineSettings(home), write=True) as engine:
        again = ingest(engine.index, [str(CORPUS)], IngestOptions())

    assert again.embedded == 0
    assert {outcome.outcome for outcome in again.outcomes} == {"unchanged", "skipped"}


def test_every_quote_is_the_stored_text_at_its_offsets(
    engine: Engine, answers: list[tuple[dict[str, Any], Answer]]
) -> None:
    """For every citation of every answer, in the version it names."""
    shown = [citation for _, answer in answers for citation in answer.citations]

    assert len(shown) > 80
    for citation in shown:
        stored = engine.catalog.version(citation.document_id, OWNER, citation.version)
        assert stored.text[citation.start : citation.end] == citation.quote
        assert stored.document == citation.document


def test_every_marker_has_its_citation(answers: list[tuple[dict[str, Any], Answer]]) -> None:
    """Each sentence of an answer carries a footnote; an abstention carries none."""
    for _, answer in answers:
        markers = {citation.marker for citation in answer.citations}
        assert {int(marker) for marker in re.findall(r"\[(\d+)\]", answer.text)} == markers
        assert answer.abstained == (not answer.citations)
        assert all(sentence.markers for sentence in answer.sentences if not answer.abstained)


def test_pdf_quotes_stand_on_their_pages(answers: list[tuple[dict[str, Any], Answer]]) -> None:
    """At least 95 % of the words of PDF quotes are on the cited page as another library reads it; a scan it can't."""
    found = total = 0
    for _, answer in answers:
        for citation in answer.citations:
            if citation.document.endswith(".pdf") and not citation.document.startswith("archive/scan"):
                page = _page_words(CORPUS / citation.document, citation.page)
                words = _words(citation.quote)
                found += sum(word in page for word in words)
                total += len(words)

    assert total > 200
    assert found / total >= 0.95


def _page_words(path: Path, page: int | None) -> set[str]:
    assert page is not None, f"a quote of {path.name} has no page"
    text = PdfReader(path).pages[page - 1].extract_text()
    return {*_words(text), *_words(re.sub(r"-\n\s*", "", text))}


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def test_who_may_not_see_a_folder_gets_nothing_of_it(engine: Engine) -> None:
    """No hit, no citation, no nearest source, for any question of the set."""
    for question in QUESTIONS:
        answer = _ask(engine, question, PUBLIC)
        touched = [hit.chunk.document for hit in answer.sources] + [one.document for one in answer.citations]
        assert not [document for document in touched if document.startswith("hr-confidential/")]


def test_the_group_sees_its_folder(engine: Engine) -> None:
    """The same questions as a member of hr find it."""
    restricted = [question for question in QUESTIONS if question.get("group")]
    answers = [_ask(engine, question, Caller(frozenset({"hr"}))) for question in restricted]

    seen = [any(hit.chunk.document.startswith("hr-confidential/") for hit in one.sources) for one in answers]
    assert len(restricted) >= 5
    assert all(seen)


class CountingEmbedder:
    """The real model, which counts the texts of documents that it is given."""

    def __init__(self, home: Path) -> None:
        self._model = SentenceTransformerEmbedder(resolve("default"), graphs=home / "models")
        self.fingerprint = self._model.fingerprint
        self.dimension = self._model.dimension
        self.max_tokens = self._model.max_tokens
        self.documents = 0

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        self.documents += len(texts)
        return self._model.embed_documents(texts)

    def embed_query(self, text: str) -> Vectors:
        return self._model.embed_query(text)


def test_a_restored_home_ranks_every_question_as_before_and_embeds_nothing(
    engine: Engine, home: Path, tmp_path: Path
) -> None:
    """An archive, written and imported; the exact top 10 of all questions are the same chunks with the same scores."""
    with Engine.open(EngineSettings(home), write=True) as writer:
        writer.index.upkeep.export(tmp_path / "home.zip")
    restore(tmp_path / "home.zip", Home(tmp_path / "restored"))
    embedder = CountingEmbedder(home)

    with Engine(EngineSettings(tmp_path / "restored"), write=True, embedder=embedder) as restored:
        for question in QUESTIONS:
            before, after = _ranked(engine, embedder, question), _ranked(restored, embedder, question)
            assert len(before[0]) == 10
            assert before == after
    assert embedder.documents == 0


def _ranked(
    engine: Engine, embedder: CountingEmbedder, question: dict[str, Any]
) -> tuple[list[tuple[int, float]], list[tuple[str, float]]]:
    """The exact ten nearest rows with their cosines, and the hits that are made of the best."""
    visible = engine.visibility.view(OWNER).rows
    nearest = engine._vectors.search(embedder.embed_query(question["question"]), 10, visible)
    hits = engine.search(question["question"], k=10, caller=OWNER, mode="dense")
    rows = list(zip(nearest.rows.tolist(), nearest.scores.tolist(), strict=True))
    return rows, [(hit.chunk.chunk_id, hit.score) for hit in hits]


@pytest.mark.parametrize(
    ("asked", "follow_up", "row", "before"),
    [
        ("How many days of annual leave does an employee in Portugal have?", "And in Norway?", "27", "Portugal"),
        ("What may a hotel night in Germany cost?", "And in Portugal?", "Portugal", "Germany"),
    ],
)
def test_a_follow_up_with_another_name_is_answered_for_that_name(
    engine: Engine, asked: str, follow_up: str, row: str, before: str
) -> None:
    answer = engine.ask(follow_up, caller=PUBLIC, history=[Turn("user", asked), Turn("assistant", "As it says.")])

    assert row in answer.text
    assert before not in answer.text

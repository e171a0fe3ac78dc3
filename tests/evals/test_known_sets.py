"""Readers of known sets, on the sets themselves where they lie beside the project."""

from pathlib import Path

import pytest

from evals import beir
from evals.benchmarks import piece_sets, question_sets
from evals.evidence import Evidence
from evals.models import BeirSet

SHARED = Path(__file__).parents[3] / "shared" / "benchmarks"
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared sets do not lie beside the project")


def test_excerpts_become_quotes_of_their_corpus() -> None:
    """220 questions over two files, 344 excerpts, each verbatim in its file."""
    judged = question_sets.chunking_evaluation(SHARED / "chroma-chunking-eval")
    texts = {path.name: path.read_text() for path in (SHARED / "chroma-chunking-eval" / "corpora").iterdir()}
    evidence = [item for question in judged.questions for item in question.evidence]

    assert (len(judged.questions), len(evidence)) == (220, 344)
    assert all(item.quote is not None and item.quote in texts[item.document] for item in evidence)


def test_the_questions_on_one_file_are_a_part_of_all() -> None:
    folder = SHARED / "chroma-chunking-eval"
    parts = [question_sets.chunking_evaluation(folder, only=only) for only in ("state_of_the_union", "wikitexts")]

    assert [len(part.questions) for part in parts] == [76, 144]


def test_evidence_pages_count_from_one() -> None:
    """The first question's evidence stands on the published pages 68 and 69, which count from 0."""
    judged = question_sets.financebench(SHARED / "financebench")
    files = {path.name for path in (SHARED / "financebench" / "pdfs").iterdir()}

    assert len(judged.questions) == 42
    assert judged.questions[0].evidence == (
        Evidence("ACTIVISIONBLIZZARD_2019_10K.pdf", 69),
        Evidence("ACTIVISIONBLIZZARD_2019_10K.pdf", 70),
    )
    assert {item.document for question in judged.questions for item in question.evidence} <= files


def consistent(judged: BeirSet) -> bool:
    """Every judged document is a record, every judged query has words, no record comes twice."""
    records = {record.id for record in judged.records}
    named = {document for scores in judged.qrels.values() for document in scores}
    return len(records) == len(judged.records) and named <= records and judged.qrels.keys() == judged.queries.keys()


def test_pieces_become_records() -> None:
    """232 pieces and 43 questions of the documentation, 737 and 248 of the source files."""
    docs = piece_sets.cookbook_docs(SHARED / "anthropic-cookbook-rag" / "docs")
    code = piece_sets.cookbook_codebase(SHARED / "anthropic-cookbook-rag" / "codebase")

    assert (len(docs.records), len(docs.queries)) == (232, 43)
    assert (len(code.records), len(code.queries)) == (737, 248)
    assert consistent(docs)
    assert consistent(code)


@pytest.mark.parametrize(("name", "records", "queries"), [("scifact-beir", 5_183, 809), ("mtrag/mini-beir", 1_488, 95)])
def test_beir_folders_are_read(name: str, records: int, queries: int) -> None:
    """With as many records and judged queries as their makers say."""
    judged = beir.read(SHARED / name)

    assert (len(judged.records), len(judged.queries)) == (records, queries)
    assert consistent(judged)

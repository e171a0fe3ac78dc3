"""An experiment from its file to its result, with the real engine: what is shared, kept and found again."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from evals import homes
from evals.experiments import run
from evals.experiments.run import experiment
from evals.experiments.shelf import load
from evals.results import RetrievalReport
from evals.vectors import CachedEmbedder
from ingest.options import IngestOptions
from ingest.pipeline import ingest
from retrieval.answer.abstain import WEIGHTS_NAME
from retrieval.engine import Engine
from retrieval.errors import UsageError
from retrieval.ports import Vectors
from retrieval.settings import EngineSettings, LanguageModelSettings
from retrieval.store.thresholds import Threshold
from tests.fakes import FakeEmbedder

FACTS = {
    "tea": "Green tea is steeped for two minutes at eighty degrees. Black tea takes four minutes in boiling water.",
    "tax": "Income tax is due in April. Late payment costs interest of two percent for each month that has begun.",
    "sea": "The tide rises twice a day because of the moon. Spring tides come with the new moon and the full moon.",
    "fox": "The quick red fox jumps over the lazy dog. In winter its coat is thicker and of a paler red than before.",
}
QUOTES = {"tea": "steeped for two minutes", "tax": "due in April", "sea": "rises twice a day", "fox": "thicker"}
GRID = """\
set = "questions.jsonl"
corpus = "corpus"
metrics = ["ndcg@10", "quote_recall@1"]
[grid]
chunk_tokens = [0, 16]
mode = ["dense", "lexical", "hybrid"]
"""


class Counting(FakeEmbedder):
    def __init__(self) -> None:
        super().__init__()
        self.questions: list[str] = []

    def embed_query(self, text: str) -> Vectors:
        self.questions.append(text)
        return super().embed_query(text)


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Counting:
    """One model for all, so that what it is asked can be counted."""
    counting = Counting()

    def cached(settings: EngineSettings, cache: Path, *, queries: bool = True) -> CachedEmbedder:
        return CachedEmbedder(counting, cache / "vectors.sqlite", queries=queries)

    monkeypatch.setattr(run, "cached_embedder", cached)
    monkeypatch.setattr(homes, "cached_embedder", cached)
    return counting


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "corpus").mkdir()
    lines = []
    for name, text in FACTS.items():
        (tmp_path / "corpus" / f"{name}.md").write_text(text)
        evidence = [{"document": f"{name}.md", "quote": QUOTES[name]}]
        lines.append(json.dumps({"id": name, "question": " ".join(text.split()[:4]), "evidence": evidence}))
    (tmp_path / "questions.jsonl").write_text("\n".join(lines))
    (tmp_path / "grid.toml").write_text(GRID)
    return tmp_path / "grid.toml"


def test_cells_share_indexes_texts_and_questions(file: Path, tmp_path: Path, model: Counting) -> None:
    """Six cells, two indexes: each of the 4 questions is embedded once, each text once, though each cell asks."""
    result = experiment(file, engine_settings=EngineSettings(tmp_path / "home"))

    assert len(result.cells) == 6
    assert sorted(model.questions) == sorted({*model.questions})
    assert len(model.questions) == 4
    assert len(model.embedded) == len({*model.embedded})
    assert len(list((tmp_path / "home" / "evals").glob("corpus-*"))) == 2
    best = result.cells[0].report
    assert isinstance(best, RetrievalReport)
    assert best.metrics["ndcg@10"].mean == 1.0
    assert best.circumstances.configuration["chunk_tokens"] == 0
    assert "cache" in best.notes[-1]


def test_a_cell_that_was_measured_is_not_measured_again(
    file: Path, tmp_path: Path, model: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = EngineSettings(tmp_path / "home")
    first = experiment(file, engine_settings=settings)

    again = experiment(file, engine_settings=settings)
    file.write_text(GRID.replace("[0, 16]", "[0, 24]"))
    other = experiment(file, engine_settings=settings)
    monkeypatch.setattr(run, "code_digest", lambda: "other code")
    anew = experiment(file, engine_settings=settings)

    assert [cell.reused for cell in first.cells] == [False] * 6
    assert [cell.reused for cell in again.cells] == [True] * 6
    assert [cell.reused for cell in other.cells] == [True] * 3 + [False] * 3
    assert [cell.reused for cell in anew.cells] == [False] * 6
    assert [cell.comparisons for cell in again.cells] == [cell.comparisons for cell in first.cells]
    assert [cell.report.metrics for cell in again.cells] == [cell.report.metrics for cell in first.cells]


def test_a_changed_corpus_is_measured_anew(file: Path, tmp_path: Path, model: Counting) -> None:
    settings = EngineSettings(tmp_path / "home")
    experiment(file, engine_settings=settings)
    (tmp_path / "corpus" / "more.md").write_text("Tides are measured in metres.")

    again = experiment(file, engine_settings=settings)

    assert not any(cell.reused for cell in again.cells)


def test_answers_under_another_bound_or_another_model_s_options_are_measured_anew(
    file: Path, tmp_path: Path, model: Counting
) -> None:
    """Refusals depend on the one, words on the other; a new key to the same model changes nothing."""
    file.write_text('set = "questions.jsonl"\ncorpus = "corpus"\nmeasure = "answers"\n')
    shipped = EngineSettings(tmp_path / "home")
    stricter = replace(shipped, abstain_below=1.0)

    refused = [
        experiment(file, engine_settings=settings).cells[0].report.metrics["refused_answerable"].mean
        for settings in (replace(shipped, abstain_below=0.0), stricter)
    ]

    assert refused == [0.0, 1.0]
    assert experiment(file, engine_settings=stricter).cells[0].reused
    cool, warm, other_key = (
        run._written_by(LanguageModelSettings("openai:small", {"temperature": heat, "api_key": key}))
        for heat, key in ((0.0, "a"), (1.0, "a"), (0.0, "b"))
    )
    assert cool != warm
    assert cool == other_key


def test_a_collection_calibrated_or_closed_since_is_measured_anew(file: Path, tmp_path: Path, model: Counting) -> None:
    file.write_text('set = "questions.jsonl"\ncollection = "facts"\nmeasure = "answers"\n')
    settings = EngineSettings(tmp_path / "home")
    embedder = CachedEmbedder(model, tmp_path / "home" / "evals" / "vectors.sqlite")
    with Engine(settings, write=True, embedder=embedder) as engine:
        ingest(engine.index, [str(tmp_path / "corpus")], IngestOptions(collection="facts"))
    reused = [experiment(file, engine_settings=settings).cells[0].reused for _ in range(2)]

    with Engine(settings, write=True, embedder=embedder) as engine:
        engine.thresholds.keep(Threshold("facts", 1.0, WEIGHTS_NAME, 0.1, "questions", 20, 0.1))
    calibrated = experiment(file, engine_settings=settings).cells[0]
    with Engine(settings, write=True, embedder=embedder) as engine:
        ingest(engine.index, [str(tmp_path / "corpus")], IngestOptions(collection="facts", allow=("hr",)))
    closed = experiment(file, engine_settings=settings).cells[0]

    assert reused == [False, True]
    assert not calibrated.reused
    assert calibrated.report.metrics["refused_answerable"].mean == 1.0
    assert not closed.reused


def test_a_kept_experiment_is_loaded_as_it_was(file: Path, tmp_path: Path, model: Counting) -> None:
    made = experiment(file, engine_settings=EngineSettings(tmp_path / "home"), out=tmp_path / "out")

    found = load(tmp_path / "out")

    assert found.metrics == made.metrics == ("ndcg@10", "quote_recall@1")
    assert [cell.comparisons for cell in found.cells] == [cell.comparisons for cell in made.cells]
    assert [cell.name for cell in found.cells][:2] == ["chunk_tokens 0, mode dense", "chunk_tokens 0, mode lexical"]
    assert made.as_json()["cells"][0].keys() >= {"varied", "metrics", "seconds"}  # type: ignore[index]


def test_a_cell_s_own_cut_off_makes_its_metrics_comparable(file: Path, tmp_path: Path, model: Counting) -> None:
    """Recall of the first hit alone is never above that of the first three."""
    file.write_text('set = "questions.jsonl"\ncorpus = "corpus"\n[grid]\nmode = "dense"\nk = [1, 3]\n')

    result = experiment(file, engine_settings=EngineSettings(tmp_path / "home"))

    one, three = (cell.report.metrics["token_recall@k"].mean for cell in result.cells)
    assert one <= three
    assert "token_iou@k" in result.metrics


def test_a_metric_that_was_not_measured_is_refused_and_what_was_measured_is_kept(
    file: Path, tmp_path: Path, model: Counting
) -> None:
    settings = EngineSettings(tmp_path / "home")
    file.write_text('set = "questions.jsonl"\ncorpus = "corpus"\nmetrics = ["ndcg@7"]\n')

    with pytest.raises(UsageError, match="ndcg@7 was not measured"):
        experiment(file, engine_settings=settings)
    file.write_text('set = "questions.jsonl"\ncorpus = "corpus"\nname = "grid"\n')

    assert [cell.reused for cell in experiment(file, engine_settings=settings).cells] == [True]


def test_answers_are_measured_under_a_grid_as_well(file: Path, tmp_path: Path, model: Counting) -> None:
    file.write_text('set = "questions.jsonl"\ncorpus = "corpus"\nmeasure = "answers"\n[grid]\nk = [1, 5]\n')

    result = experiment(file, engine_settings=EngineSettings(tmp_path / "home"))

    assert [cell.report.queries for cell in result.cells] == [4, 4]
    assert "quote_citation_recall" in result.metrics


def test_a_corpus_beside_a_beir_folder_is_refused(file: Path, tmp_path: Path, model: Counting) -> None:
    beir = tmp_path / "beir"
    (beir / "qrels").mkdir(parents=True)
    (beir / "corpus.jsonl").write_text('{"_id": "a", "text": "tea"}\n')
    (beir / "queries.jsonl").write_text('{"_id": "q", "text": "tea"}\n')
    (beir / "qrels" / "test.tsv").write_text("q\ta\t1\n")
    file.write_text('set = "beir"\ncorpus = "corpus"\n')

    with pytest.raises(UsageError, match="brings its own corpus"):
        experiment(file, engine_settings=EngineSettings(tmp_path / "home"))

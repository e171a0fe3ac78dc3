"""The file of an experiment: what it means, and what is refused with line and field."""

from pathlib import Path

import pytest

from evals.errors import BadSet
from evals.experiments.cells import KEYS, cell
from evals.experiments.plan import read
from retrieval.errors import UsageError
from retrieval.settings import EngineSettings, LanguageModelSettings

GOOD = """\
name = "chunk size"
set = "questions.jsonl"
corpus = "corpus"
metrics = ["token_recall@5"]

[grid]
chunk_tokens = [200, 100]
mode = ["dense", "hybrid"]
dense_weight = 0.5
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "questions.jsonl").write_text("")
    return tmp_path


def write(folder: Path, text: str) -> Path:
    (folder / "x.toml").write_text(text)
    return folder / "x.toml"


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(BadSet) as refused:
        read(write(folder, text))
    return [str(problem).removeprefix(f"{folder / 'x.toml'}") for problem in refused.value.problems]


def test_every_combination_is_a_cell_the_last_key_varying_fastest(folder: Path) -> None:
    plan = read(write(folder, GOOD))

    assert [(one["chunk_tokens"], one["mode"]) for one in plan.cells] == [
        (200, "dense"),
        (200, "hybrid"),
        (100, "dense"),
        (100, "hybrid"),
    ]
    assert {one["dense_weight"] for one in plan.cells} == {0.5}
    assert (plan.name, plan.set_path, plan.measure) == ("chunk size", folder / "questions.jsonl", "retrieval")


def test_without_a_grid_there_is_one_cell(folder: Path) -> None:
    plan = read(write(folder, 'set = "questions.jsonl"'))

    assert plan.cells == ({},)
    assert plan.name == "x"


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("corpus =", "corpora =", ":3: corpora: is not known here"),
        ("[grid]", "k = 5\n[grid]", ":6: k: is not known here; it belongs below [grid]"),
        ("dense_weight", "dense_wait", ":9: grid.dense_wait: is no setting that can be varied; choose from model, "),
        ("[200, 100]", "[200, 1.5]", ":7: grid.chunk_tokens: 1.5 is no int"),
        ("[200, 100]", "[]", ":7: grid.chunk_tokens: holds no value"),
        ('"hybrid"]', '"both"]', ":8: grid.mode: 'both' is none of dense, lexical, hybrid"),
        ("dense_weight = 0.5", 'spans = "wide"', ":9: grid.spans: 'wide' is none of long, short"),
        ("0.5", "-1", ":9: grid.dense_weight: -1 is below 0"),
        ("0.5", "true", ":9: grid.dense_weight: True is no int or float"),
        ('"corpus"', '"nowhere"', ":3: corpus: there is no "),
        ('"corpus"', "3", ":3: corpus: has to be a text in quotes"),
        ('set = "questions.jsonl"', "", ": set: is missing"),
        ('["token_recall@5"]', "[5]", ":4: metrics: has to be a list of words"),
        ("[grid]", 'measure = "speed"\n[grid]', ':6: measure: is "retrieval" or "answers"'),
        ("dense_weight", 'answer_mode = "llm"\ndense_weight', ":9: grid.answer_mode: varies answers, not retrieval"),
        ("[grid]", "[grid", ":6: not TOML"),
        ("[200, 100]", str(list(range(101))), "grid: makes 202 cells, more than 200"),
    ],
)
def test_what_is_wrong_is_told_with_line_and_field(folder: Path, before: str, after: str, told: str) -> None:
    assert GOOD.count(before) == 1

    assert any(told in said for said in problems(folder, GOOD.replace(before, after)))


def test_an_indexed_collection_has_the_chunks_that_it_has(folder: Path) -> None:
    said = problems(folder, GOOD.replace('corpus = "corpus"', 'collection = "handbook"'))

    assert said == [":7: grid.chunk_tokens: can't be varied on a collection, which is indexed already; give a corpus"]


def test_a_prompt_is_a_file_whose_text_counts(folder: Path) -> None:
    (folder / "brief.txt").write_text("Answer in one sentence.")
    text = 'set = "questions.jsonl"\nmeasure = "answers"\n[grid]\nprompt = ["", "brief.txt"]\n'

    plan = read(write(folder, text))

    assert [one["prompt"] for one in plan.cells] == ["", "Answer in one sentence."]
    assert problems(folder, text.replace("brief", "gone")) == [
        ":4: grid.prompt: gone.txt can't be read as text (FileNotFoundError)"
    ]


def test_each_key_sets_its_setting(tmp_path: Path) -> None:
    base = EngineSettings(tmp_path, language_model=LanguageModelSettings("openai:m"))
    values = {"model": "m", "chunk_tokens": 90, "dense_weight": 0.25, "k": 7, "prompt": "Briefly.", "mode": "dense"}

    made = cell(values, base, measured="retrieval")

    assert (made.settings.model, made.settings.chunks.max_tokens, made.settings.search.dense_weight) == ("m", 90, 0.25)
    assert (made.settings.answers.hits, made.settings.answers.guidance, made.mode) == (7, "Briefly.", "dense")
    assert cell({"answer_mode": "extractive"}, base, measured="answers").settings.language_model is None
    assert set(values) <= set(KEYS)


def test_a_language_model_that_is_not_configured_can_not_answer(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no language model is configured"):
        cell({"answer_mode": "llm"}, EngineSettings(tmp_path), measured="answers")

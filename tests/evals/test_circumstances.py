"""Under which circumstances a result came about."""

from dataclasses import replace
from pathlib import Path

import pytest

from evals import circumstances as module
from evals.circumstances import changed, circumstances, code_digest, configuration, query_digests
from evals.experiments.cells import KEYS
from evals.models import BeirSet, Evidence, Question, QuestionSet
from retrieval.models import Turn
from retrieval.settings import ChunkSettings, EngineSettings, LanguageModelSettings

BEIR = BeirSet("s", "here", (), {"q": "why?", "p": "when?"}, {"q": {"a": 1, "b": 0}, "p": {"a": 1}})
ASKED = Question("q", "why?", "so", True, (Evidence("a.md", 1, "words"),), (), frozenset(), 1)


def test_a_query_is_another_one_with_its_words_or_its_judgements() -> None:
    other_words = replace(BEIR, queries={**BEIR.queries, "q": "why not?"})
    other_judgement = replace(BEIR, qrels={**BEIR.qrels, "q": {"a": 1, "b": 1}})
    other_order = replace(BEIR, qrels={**BEIR.qrels, "q": {"b": 0, "a": 1}})

    found = query_digests(BEIR)

    assert changed(found, query_digests(other_words)) == "1 changed (q)"
    assert changed(found, query_digests(other_judgement)) == "1 changed (q)"
    assert changed(found, query_digests(other_order)) == ""


@pytest.mark.parametrize(
    "other",
    [
        replace(ASKED, question="how?"),
        replace(ASKED, answer=None),
        replace(ASKED, evidence=(Evidence("a.md", 2, "words"),)),
        replace(ASKED, history=(Turn("user", "Hm?"),)),
        replace(ASKED, groups=frozenset({"hr"})),
    ],
)
def test_a_question_is_another_one_with_anything_that_it_is_judged_by(other: Question) -> None:
    one, two = (query_digests(QuestionSet("s", "s", (question,))) for question in (ASKED, other))

    assert changed(one, two) == "1 changed (q)"


def test_where_it_stands_in_its_file_does_not_matter() -> None:
    one, two = (query_digests(QuestionSet("s", "s", (question,))) for question in (ASKED, replace(ASKED, line=9)))

    assert one == two


def test_what_is_new_and_what_is_gone_is_counted_and_named() -> None:
    before = {f"q{number}": "x" for number in range(7)}

    assert changed(before, {"q0": "x", "new": "y"}) == "1 new (new); 6 gone (q1, q2, q3, q4, q5, ...)"


def test_the_configuration_has_the_names_of_the_grid(tmp_path: Path) -> None:
    settings = EngineSettings(
        tmp_path, chunks=ChunkSettings(max_tokens=90), language_model=LanguageModelSettings("openai:m")
    )

    found = configuration(settings)

    assert (found["model"], found["chunk_tokens"], found["language_model"]) == ("default", 90, "openai:m")
    assert set(found) - {"language_model"} <= set(KEYS)


def test_versions_machine_commit_and_what_was_varied_are_told(tmp_path: Path) -> None:
    found = circumstances(BEIR, EngineSettings(tmp_path), mode="dense")

    assert found.configuration["mode"] == "dense"
    assert found.made_with["numpy"][0].isdigit()
    assert "cores" in found.made_with["machine"]
    assert found.made_with["time"].endswith("+00:00")


def test_the_code_s_digest_changes_with_any_source_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for floor in ("retrieval", "ingest", "evals"):
        (tmp_path / floor).mkdir()
        (tmp_path / floor / "x.py").write_text("a = 1\n")
    monkeypatch.setattr(module, "_SOURCES", tmp_path)

    before = code_digest.__wrapped__()
    (tmp_path / "ingest" / "x.py").write_text("a = 2\n")

    assert code_digest.__wrapped__() != before

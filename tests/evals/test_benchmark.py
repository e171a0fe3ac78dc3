"""A set measured in one call: with a fake home by hand, and with the real engine, model and stores."""

import json
import shutil
from pathlib import Path

import pytest

from evals import homes, trec
from evals.benchmark import Prepared, measure, retrieval, written
from evals.errors import BadSet
from evals.evidence import Located, locate
from evals.models import BeirSet, Evidence, Question, QuestionSet, Record
from retrieval.engine import Engine
from retrieval.errors import HomeError, IndexCorrupt, UsageError
from retrieval.models import OWNER
from retrieval.settings import EngineSettings
from tests.evals.fake_home import FakeHome
from tests.fakes import FakeEmbedder

TEXTS = {
    "fox.txt": "The quick red fox jumps over the lazy dog.",
    "tax.txt": "Income tax is due in April; late payment costs interest.",
    "tea.txt": "Green tea is steeped for two minutes at eighty degrees.",
    "sea.txt": "The tide rises twice a day because of the moon.",
}


def beir_set() -> BeirSet:
    records = tuple(Record(path, "", text) for path, text in TEXTS.items())
    queries = {"q1": "red fox", "q2": "tide moon", "q3": "zebra"}
    return BeirSet(
        "animals", "here", records, queries, {"q1": {"fox.txt": 1}, "q2": {"tax.txt": 1}, "q3": {"tea.txt": 1}}
    )


def question(name: str, text: str, *evidence: Evidence, groups: frozenset[str] = frozenset()) -> Question:
    return Question(name, text, None, bool(evidence), evidence, (), groups, 1)


def test_a_beir_set_scores_by_document_and_counts_what_was_not_found() -> None:
    """q1 is found at 1, q2 only as a stranger, q3 brings nothing: 1 of 3."""
    report = measure(Prepared(beir_set(), FakeHome(TEXTS), None, Located((), ())), mode="dense", ks=[1, 3])

    told = report.as_json()
    assert told["queries"] == 3
    assert told["mode"] == "dense"
    assert report.metrics["hit@1"].mean == pytest.approx(1 / 3)
    assert report.metrics["hit@1"].low < 1 / 3 < report.metrics["hit@1"].high
    assert report.run["q3"] == {}
    assert set(told["metrics"]["ndcg@3"]) == {"mean", "low", "high"}  # type: ignore[index]
    json.dumps(told)


def test_questions_score_on_every_level_and_say_which_are_not_judged() -> None:
    """One question with page and quote, one with a document only, one that has no answer."""
    home = FakeHome(
        {"leave.pdf": "Staff in Spain get 23 days.\fStaff in Germany get 30 days.", "tea.txt": TEXTS["tea.txt"]}
    )
    judged = QuestionSet(
        "staff",
        "staff.jsonl",
        (
            question("a", "Germany days", Evidence("leave.pdf", 2, "Germany get 30 days")),
            question("b", "steeped tea", Evidence("tea.txt")),
            question("c", "who is king?"),
        ),
    )

    report = measure(Prepared(judged, home, None, locate(judged, home)), mode="lexical", ks=[1])

    assert report.queries == 2
    assert report.as_json()["levels"] == {"document": 2, "page": 1, "quote": 1, "token": 1}
    assert [report.metrics[name].mean for name in ("hit@1", "page_hit@1", "quote_recall@1")] == [1.0, 1.0, 1.0]
    assert report.metrics["token_precision@1"].mean == pytest.approx(19 / 29)
    assert report.notes == ("1 of 3 questions have no evidence and are not judged",)


def test_a_shorter_run_has_the_same_scores() -> None:
    """Each question finds its own document in the first six hits, another one only deeper."""
    home = FakeHome({name: "\n\n".join([text] * 20) for name, text in TEXTS.items()})
    judged = QuestionSet(
        "s",
        "s.jsonl",
        (question("a", "the quick red fox", Evidence("fox.txt")), question("b", "green tea", Evidence("tea.txt"))),
    )
    ready = Prepared(judged, home, None, locate(judged, home))

    whole, shorter = (measure(ready, mode="dense", ks=[1, 3], whole_run=whole) for whole in (True, False))

    assert shorter.metrics == whole.metrics
    assert len(shorter.run["a"]) < len(whole.run["a"])


def test_a_question_is_asked_with_its_groups() -> None:
    """What a restricted document answers is found by those who may see it."""
    home = FakeHome({"pay.txt": "salary bands", "tea.txt": "tea"}, groups={"pay.txt": ("hr",)})
    judged = QuestionSet(
        "pay",
        "pay.jsonl",
        (
            question("member", "salary bands", Evidence("pay.txt"), groups=frozenset({"hr"})),
            question("public", "salary bands", Evidence("pay.txt")),
        ),
    )

    report = measure(Prepared(judged, home, None, locate(judged, home)), mode="dense", ks=[1])

    assert report.scores["document"].values["hit@1"].tolist() == [1.0, 0.0]


@pytest.mark.parametrize("ks", [[0], [5, 1001], [-1]])
def test_cut_offs_that_no_search_can_fill_are_refused(ks: list[int]) -> None:
    """1 to 1,000."""
    with pytest.raises(UsageError, match="no cut-offs"):
        measure(Prepared(beir_set(), FakeHome(TEXTS), None, Located((), ())), mode="dense", ks=ks)


def test_paths_with_blanks_go_to_a_run_as_in_a_uri(tmp_path: Path) -> None:
    """TREC files separate by blanks; ids of records stay as they are."""
    run = {"q": {"Travel policy.docx": 1.0}}

    trec.write_run(tmp_path / "run", written(run, QuestionSet("s", "s", ())), tag="t")

    assert trec.read_run(tmp_path / "run") == {"q": {"Travel%20policy.docx": 1.0}}
    assert written({"q": {"50%": 1.0}}, beir_set()) == {"q": {"50%": 1.0}}


def beir_folder(path: Path) -> Path:
    (path / "qrels").mkdir(parents=True)
    judged = beir_set()
    (path / "corpus.jsonl").write_text(
        "".join(json.dumps({"_id": one.id, "title": "", "text": one.text}) + "\n" for one in judged.records)
    )
    (path / "queries.jsonl").write_text(
        "".join(json.dumps({"_id": query, "text": text}) + "\n" for query, text in judged.queries.items())
    )
    (path / "qrels" / "test.tsv").write_text("q1\tfox.txt\t1\nq2\tsea.txt\t1\n")
    return path


def test_a_beir_folder_is_measured_by_the_real_engine(tmp_path: Path) -> None:
    """Both queries find their record first in every mode; the run holds it, and nothing is embedded twice."""
    folder, settings = beir_folder(tmp_path / "animals"), EngineSettings(home=tmp_path / "home")

    first = retrieval(folder, engine_settings=settings, mode="dense", run_path=tmp_path / "run")
    (home,) = (tmp_path / "home" / "evals").glob("animals-*")
    again = retrieval(folder, engine_settings=settings, mode="dense")
    hybrid = retrieval(folder, engine_settings=settings, mode="hybrid")

    assert (first.queries, first.metrics["ndcg@10"].mean, hybrid.metrics["ndcg@10"].mean) == (2, 1.0, 1.0)
    assert trec.read_run(tmp_path / "run") == first.run == again.run
    assert next(iter(first.run["q1"])) == "fox.txt"
    with Engine.open(EngineSettings(home=home)) as engine:
        assert len(engine.catalog.runs()) == 1


def test_a_folder_is_ingested_for_its_questions(tmp_path: Path) -> None:
    """By the product's own pipeline, in a home of its own; a changed file is seen at the next call."""
    corpus, settings = tmp_path / "corpus", EngineSettings(home=tmp_path / "home")
    corpus.mkdir()
    for path, text in TEXTS.items():
        (corpus / path).write_text(text)
    line = {"id": "q1", "question": "How long is green tea steeped?", "evidence": [{"document": "tea.txt"}]}
    line["evidence"][0]["quote"] = "two minutes"  # type: ignore[index]
    questions = tmp_path / "questions.jsonl"
    questions.write_text(json.dumps(line))

    report = retrieval(questions, engine_settings=settings, corpus=corpus)
    (corpus / "tea.txt").write_text("Tea is steeped for three minutes.")

    assert report.metrics["quote_recall@1"].mean == 1.0
    with pytest.raises(BadSet, match=r"'two minutes' is not in 'tea\.txt'; nearest is 'three minutes'"):
        retrieval(questions, engine_settings=settings, corpus=corpus)


def test_arguments_that_do_not_go_together_are_refused(tmp_path: Path) -> None:
    """A BEIR folder brings its corpus; a collection lies in the home, a corpus outside it."""
    folder, settings = beir_folder(tmp_path / "animals"), EngineSettings(home=tmp_path / "home")
    questions = tmp_path / "questions.jsonl"
    questions.write_text('{"id": "q", "question": "why?", "evidence": [{"document": "a"}]}')

    with pytest.raises(UsageError, match="brings its own corpus"):
        retrieval(folder, engine_settings=settings, collection="c")
    with pytest.raises(UsageError, match="a collection and a corpus"):
        retrieval(questions, engine_settings=settings, collection="c", corpus=tmp_path)
    with pytest.raises(HomeError, match="no Footnote home"):
        retrieval(questions, engine_settings=settings, collection="c")
    with pytest.raises(UsageError, match="no file can be written"):
        retrieval(folder, engine_settings=settings, run_path=tmp_path / "gone" / "run")


def test_a_cached_home_of_another_model_is_made_anew(tmp_path: Path) -> None:
    """The model's folder may be replaced under the same name; what was cached for the old one is of no use."""
    settings = EngineSettings(home=tmp_path / "home")
    own = homes.for_records(beir_set(), settings=settings, cache=tmp_path)
    marker = (own.home / "filled.json").read_text()
    shutil.rmtree(own.home)
    Engine(own, write=True, embedder=FakeEmbedder()).close()
    (own.home / "filled.json").write_text(marker)

    assert homes.for_records(beir_set(), settings=settings, cache=tmp_path) == own

    with Engine.open(own) as engine:
        assert len(engine.catalog.documents(OWNER)) == len(TEXTS)


def test_a_cached_home_of_an_older_version_is_brought_up_to_date(tmp_path: Path) -> None:
    """Readers refuse an index of another format; what is only a cache must not stop the measuring."""
    settings = EngineSettings(home=tmp_path / "home")
    own = homes.for_records(beir_set(), settings=settings, cache=tmp_path)
    state = own.home / "lexical" / "footnote.json"
    state.write_text(json.dumps({**json.loads(state.read_text()), "format": 1}))
    with pytest.raises(IndexCorrupt):
        Engine.open(own)

    assert homes.for_records(beir_set(), settings=settings, cache=tmp_path) == own

    with Engine.open(own) as engine:
        assert len(engine.catalog.documents(OWNER)) == len(TEXTS)

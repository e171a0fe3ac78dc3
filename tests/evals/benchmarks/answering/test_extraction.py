"""How extractive answers are scored."""

from evals.benchmarks.answering.extraction import Case, scored, sentence_recall
from evals.benchmarks.answering.sets import Asked
from retrieval.answer.extract import Extractor
from tests.fakes import FakeEmbedder
from tests.retrieval.answer.model.test_cite import passage

TEXT = "Leave is thirty days in Germany. Bees like honey and tea. Trains are late."


def test_a_sentence_is_held_from_four_fifths_of_its_words_on() -> None:
    """Of five words four suffice, three do not; of ten, "a" twice is wanted twice."""
    assert sentence_recall(["one two three four five"], "five four three two") == 1.0
    assert sentence_recall(["one two three four five"], "three two one") == 0.0
    assert sentence_recall(["a a"], "a") == 0.0
    assert sentence_recall(["one two", "six"], "one two") == 0.5


def test_the_answer_stands_beside_the_passage_whole_and_cut_and_the_nearest_sentence() -> None:
    asked = Asked(
        "q", "How long is leave in Germany?", gold=("Leave is thirty days in Germany.",), reference="thirty days"
    )
    page = passage(TEXT, "leave.md")
    statements = Extractor(FakeEmbedder(512)).statements(asked.question, [page])

    row = scored(Case(asked, asked.question, (page,), statements, nearest="Bees like honey and tea."))

    assert row["f1 answer"] > row["f1 first"] > row["f1 nearest"] == 0.0
    assert (row["recall answer"], row["recall first"], row["recall nearest"]) == (1.0, 1.0, 0.0)
    assert row["recall cut"] == 1.0

"""The decision to abstain: where each signal comes from, and that the threshold is what decides."""

import math
from dataclasses import replace

import pytest

from retrieval.answer.abstain import Signals, signals
from retrieval.answer.extract import Extractor, Features, Statement
from retrieval.models import OWNER
from retrieval.search.passages import PassageReader
from tests.fakes import FakeEmbedder
from tests.retrieval.library import Shelf, answerer, searcher


def seen(question: str, shelf: Shelf) -> Signals:
    model = FakeEmbedder(dimension=512)
    hits = searcher(shelf, model).search(question, caller=OWNER)
    passages = PassageReader(shelf).passages(hits, caller=OWNER)
    return signals(question, passages=passages, statements=Extractor(model).statements(question, passages))


def searched(question: str, shelf: Shelf) -> tuple[Statement, ...]:
    model = FakeEmbedder(dimension=512)
    hits = searcher(shelf, model).search(question, caller=OWNER)
    return Extractor(model).statements(question, PassageReader(shelf).passages(hits, caller=OWNER))


def shelf() -> Shelf:
    made = Shelf()
    made.put("leave.md", "Annual leave is thirty days in Germany.")
    made.put("travel.md", "Hotels cost at most 150 euros a night in Berlin.")
    return made


def test_confidence_is_the_logistic_of_the_weighted_signals() -> None:
    """All signals 0 leave the bias; all 1 leave bias and weights: by the numbers in the module."""
    from retrieval.answer import abstain

    nothing = Signals(0.0, 0.0, 0.0, 0.0, 0.0).confidence
    everything = Signals(1.0, 1.0, 1.0, 1.0, 1.0).confidence

    assert nothing == pytest.approx(1 / (1 + math.exp(-abstain._BIAS)))
    assert everything == pytest.approx(1 / (1 + math.exp(-abstain._BIAS - sum(abstain._WEIGHTS.values()))))
    assert nothing < 0.1
    assert everything > 0.95


@pytest.mark.parametrize("name", ["sentences", "lead", "coverage", "named", "heard"])
def test_each_signal_raises_the_confidence(name: str) -> None:
    low = {"sentences": 0.4, "lead": 0.4, "coverage": 0.4, "named": 0.4, "heard": 0.4}

    assert Signals(**{**low, name: 0.8}).confidence > Signals(**low).confidence


def test_a_question_whose_words_are_all_there_is_covered_and_another_is_not() -> None:
    assert seen("annual leave in Germany", shelf()).coverage == pytest.approx(1.0)
    assert seen("price of submarines", shelf()).coverage == 0.0


def test_sentences_are_the_three_most_promising_and_their_lead_is_over_the_five_behind_the_best() -> None:
    """Only the cosine differs, 4 a unit from -6.5: of 2, 1.5 and 1 and four of 0 the promises are .8176, .3775, .0759
    and .0015; the three best have a mean of .4237, and the best leads the five behind it by .8176 - .0916.
    """
    found = searched("annual leave in Germany", shelf())[0]
    plain = Features(0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0)
    scored = [replace(found, features=replace(plain, cosine=cosine)) for cosine in (0.0, 2.0, 1.5, 1.0, 0.0, 0.0, 0.0)]

    measured = signals("annual leave in Germany", passages=[found.passage], statements=scored)

    assert measured.sentences == pytest.approx(0.4237, abs=1e-3)
    assert measured.lead == pytest.approx(0.7260, abs=1e-3)


def test_names_that_the_best_passage_lacks_count_against_it() -> None:
    assert seen("How long is annual leave in Germany?", shelf()).named == 1.0
    assert seen("How long is annual leave in Japan?", shelf()).named == 0.0


def test_a_name_that_no_passage_holds_is_unheard_of_and_a_number_is_not() -> None:
    assert seen("How long is annual leave in Berlin?", shelf()).heard == 1.0
    assert seen("How long is annual leave in Japan?", shelf()).heard == 0.0
    assert seen("What does E66 mean for annual leave?", shelf()).heard == 0.0
    assert seen("How long was annual leave in 1993?", shelf()).heard == 1.0
    assert seen("How long was annual leave in FY2018, or in Q4?", shelf()).heard == 1.0
    assert seen("How long is annual leave in Germany or Japan?", shelf()).heard == 1.0


def test_names_that_were_carried_over_may_be_unheard_of() -> None:
    found = searched("annual leave in Germany", shelf())
    passages = [found[0].passage]

    full = "And how long is it? annual leave Japan"

    assert signals(full, passages=passages, statements=found).heard == 0.0
    assert signals(full, passages=passages, statements=found, put="And how long is it?").heard == 1.0


def test_coverage_is_one_passage_s_and_weighs_rare_words_more() -> None:
    """The leave page holds two of three terms; "submarine", which stands nowhere, weighs most."""
    assert 0.0 < seen("annual leave submarine", shelf()).coverage < 2 / 3


def test_nothing_found_gives_no_signal() -> None:
    assert signals("anything", passages=(), statements=()) == Signals(0.0, 0.0, 0.0, 0.0, 0.0)


def test_the_threshold_decides() -> None:
    """Below 0 nothing abstains, at 1 everything does."""
    question = "How much annual leave is there in Germany?"

    assert not answerer(shelf(), abstain_below=0.0).answer(question).abstained
    assert answerer(shelf(), abstain_below=1.0).answer(question).abstained


def test_the_default_answers_what_is_there_and_abstains_from_what_is_not() -> None:
    assert not answerer(shelf()).answer("How many days of annual leave is it in Germany?").abstained
    assert answerer(shelf()).answer("What is the price of a submarine?").abstained

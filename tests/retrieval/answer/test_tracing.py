"""The trace of an answer: what was found, read, sent, decided, and how long each stage took."""

from retrieval.answer.stages import Stages
from retrieval.models import Answer, Turn
from retrieval.trace import Trace
from tests.fakes import ScriptedChatModel
from tests.retrieval.answer.test_answerer import QUESTION, shelf
from tests.retrieval.library import answerer


def traced(answer: Answer) -> Trace:
    assert answer.trace is not None
    return answer.trace


def test_candidates_keep_their_standing_after_each_stage_and_the_passage_they_were_read_in() -> None:
    answer = answerer(shelf()).answer(QUESTION)
    trace = traced(answer)

    first = trace.candidates[0]
    assert [one.stage for one in first.standings] == ["dense", "lexical", "fused"]
    assert (first.standings[-1].rank, first.standings[-1].score) == (1, answer.sources[0].score)
    assert (first.document, first.passage) == ("leave.md", 1)
    [given] = [one for one in trace.passages if one.number == first.passage]
    assert given.document_id == first.document_id
    assert given.start <= answer.citations[0].start < answer.citations[0].end <= given.end


def test_without_a_model_the_stages_and_the_decision_are_told() -> None:
    trace = traced(answerer(shelf(), abstain_below=0.25).answer(QUESTION))

    assert list(trace.seconds) == ["search", "read", "extract"]
    assert (trace.model, trace.prompt, trace.usage) == ("", (), None)
    assert trace.verdict is not None
    assert (trace.verdict.by, trace.verdict.answered, trace.verdict.threshold) == ("threshold", True, 0.25)
    assert trace.verdict.confidence >= 0.25
    assert trace.verdict.signals["coverage"] > 0


def test_with_a_model_the_prompt_and_its_size_are_told() -> None:
    model = ScriptedChatModel("In Germany there are 30 days of leave [1].")
    trace = traced(answerer(shelf(), chat=model).answer(QUESTION))

    assert trace.prompt == tuple(model.asked[0])
    assert trace.model == "scripted"
    assert trace.usage is not None
    assert (trace.usage.answer_tokens, trace.usage.counted) == (11, False)  # 42 bytes, four a token
    assert list(trace.seconds) == ["search", "read", "write", "extract", "check"]


def test_a_model_s_refusal_is_its_own_verdict() -> None:
    trace = traced(answerer(shelf(), chat=ScriptedChatModel("The documents do not hold the answer.")).answer(QUESTION))

    assert trace.verdict is not None
    assert (trace.verdict.by, trace.verdict.answered) == ("model", False)


def test_an_abstention_names_what_no_source_speaks_of() -> None:
    answer = answerer(shelf()).answer("What is the price of a submarine?")

    assert traced(answer).verdict.missing == ("price", "submarine")  # type: ignore[union-attr]
    assert "None of the nearest sources speaks of “price”, “submarine”." in answer.text


def test_a_follow_up_s_trace_holds_the_question_as_it_was_read() -> None:
    history = (Turn("user", QUESTION), Turn("assistant", "30."))

    trace = traced(answerer(shelf()).answer("And in France?", history=history))

    assert trace.question_read == "And in France? days annual leave"
    assert trace.rewriter == "terms"


def test_a_stage_that_is_entered_twice_adds_up() -> None:
    clock = iter([1.0, 1.5, 10.0, 12.0])
    stages = Stages(lambda: next(clock))

    for _ in range(2):
        with stages.timed("write"):
            pass

    assert stages.seconds == {"write": 2.5}

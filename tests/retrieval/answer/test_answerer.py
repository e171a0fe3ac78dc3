"""The whole answer, in memory: with and without a model, abstaining, following up, falling back."""

import dataclasses
import re
from collections.abc import Sequence

import pytest

from retrieval.answer.answerer import NO_MODEL
from retrieval.answer.model.prompt import NOT_IN_DOCUMENTS, tokens
from retrieval.errors import UsageError
from retrieval.models import Answer, AnswerEvent, Caller, Cited, Done, PageSpan, SourcesFound, Token, Turn
from retrieval.ports import TokenCount
from retrieval.settings import AnswerSettings, Price
from retrieval.trace import Usage
from tests.fakes import ScriptedChatModel
from tests.retrieval.library import Shelf, answerer

LEAVE = """# Annual leave

Everyone who works full time gets annual leave. It is asked for two weeks ahead.

| Country | Days of leave |
| --- | --- |
| Germany | 30 |
| France | 27 |

# Sick leave

A doctor's note is needed from the third day on."""
QUESTION = "How many days of annual leave are there in Germany?"


def shelf() -> Shelf:
    made = Shelf()
    middle = LEAVE.index("# Sick")
    made.put("leave.md", LEAVE, pages=(PageSpan(1, 0, middle - 2), PageSpan(2, middle, len(LEAVE))))
    made.put("travel.md", "# Travel\n\nHotels cost at most 150 euros a night.")
    made.put("bands.md", "# Salary bands\n\nThe salary band of level four is 66,000 euros.", groups=["hr"])
    return made


def checked(answer: Answer, library: Shelf) -> Answer:
    """Every quote verbatim in the version named, every marker in the text a citation's and the other way round."""
    for citation in answer.citations:
        assert citation.quote == library.versions[citation.document_id].text[citation.start : citation.end]
    markers = {citation.marker for citation in answer.citations}
    assert {int(number) for number in re.findall(r"\[(\d+)\]", answer.text)} == markers
    assert {marker for sentence in answer.sentences for marker in sentence.markers} == markers
    return answer


def events_of(events: Sequence[AnswerEvent], kind: type) -> list[AnswerEvent]:
    return [event for event in events if isinstance(event, kind)]


def test_without_a_model_the_answer_is_the_documents_own_words_with_their_page() -> None:
    answer = checked(answerer(shelf()).answer(QUESTION), shelf())

    assert answer.text == "Country: Germany; Days of leave: 30 [1]"
    [citation] = answer.citations
    assert (citation.quote, citation.page, citation.version) == ("| Germany | 30 |", 1, 1)
    assert (answer.mode, answer.abstained, answer.dropped) == ("extractive", False, 0)
    assert answer.notes == (NO_MODEL,)
    assert answer.sources[0].chunk.document == "leave.md"


def test_the_page_of_a_citation_is_that_of_its_quote() -> None:
    answer = checked(answerer(shelf()).answer("When is a doctor's note needed?"), shelf())

    assert answer.citations[0].page == 2


def test_a_stream_names_its_sources_first_and_ends_with_the_whole_answer() -> None:
    events = list(answerer(shelf()).stream(QUESTION))

    assert isinstance(events[0], SourcesFound)
    assert isinstance(events[-1], Done)
    assert "".join(event.text for event in events if isinstance(event, Token)) == events[-1].answer.text
    assert tuple(event.citation for event in events if isinstance(event, Cited)) == events[-1].answer.citations
    assert events[0].hits == events[-1].answer.sources


def test_an_abstention_says_so_and_names_the_nearest_sources_without_citing() -> None:
    answer = checked(answerer(shelf()).answer("What is the price of a submarine?"), shelf())

    assert answer.abstained
    assert answer.text.startswith(NOT_IN_DOCUMENTS)
    assert "leave.md (page 2); travel.md" in answer.text
    assert answer.citations == ()
    assert answer.sources
    assert answer.notes == ("No language model is configured.",)


def test_as_many_hits_are_read_as_the_settings_say_and_the_model_is_told_more() -> None:
    model = ScriptedChatModel("Thirty days [1].")

    one = answerer(shelf(), chat=model, settings=AnswerSettings(hits=1, guidance="Be brief.")).answer(QUESTION)

    assert len(one.sources) == 1
    assert len(answerer(shelf()).answer(QUESTION).sources) > 1
    assert model.asked[0][0].content.endswith("Be brief.")


def test_with_no_documents_there_is_nothing_to_name() -> None:
    answer = answerer(Shelf()).answer("Anything?")

    assert (answer.text, answer.abstained, answer.sources) == (NOT_IN_DOCUMENTS, True, ())


def test_what_a_caller_may_not_see_does_not_reach_the_answer_nor_the_model() -> None:
    question = "What is the salary band of level four?"
    model = ScriptedChatModel("The band is 66,000 euros [1].")

    for answer in (answerer(shelf()).answer(question), answerer(shelf(), chat=model).answer(question)):
        assert "66,000" not in "".join(citation.quote for citation in answer.citations)
        assert all(hit.chunk.document != "bands.md" for hit in answer.sources)
    assert "66,000" not in str(model.asked)
    assert "66,000" in answerer(shelf()).answer(question, caller=Caller(frozenset({"hr"}))).text


def test_a_model_s_answer_keeps_the_markers_that_resolve() -> None:
    model = ScriptedChatModel(
        "In Germany there are 30 ", "days of leave [", "1]", ". Bees like tea [1]. Nobody knows [9]."
    )

    answer = checked(answerer(shelf(), chat=model).answer(QUESTION), shelf())

    assert answer.text == "In Germany there are 30 days of leave [1]. Bees like tea. Nobody knows."
    assert [sentence.markers for sentence in answer.sentences] == [(1,), (), ()]
    assert answer.citations[0].quote == "| Germany | 30 |"
    assert (answer.mode, answer.dropped, answer.notes) == ("llm", 2, ())


def test_a_model_s_text_is_streamed_as_it_comes() -> None:
    model = ScriptedChatModel("In Germany ", "there are 30 days", " of leave [1].")

    tokens = [event.text for event in answerer(shelf(), chat=model).stream(QUESTION) if isinstance(event, Token)]

    assert tokens == ["In Germany", " there are 30 days", " of leave", " [1]", "."]


def test_a_model_that_finds_no_answer_abstains() -> None:
    model = ScriptedChatModel("The documents do not ", "hold the answer.")

    answer = checked(answerer(shelf(), chat=model).answer(QUESTION), shelf())

    assert (answer.abstained, answer.mode, answer.citations) == (True, "llm", ())
    assert answer.text.startswith(NOT_IN_DOCUMENTS)


def test_an_answer_without_any_proof_says_so() -> None:
    answer = answerer(shelf(), chat=ScriptedChatModel("Bees like tea [1].")).answer(QUESTION)

    assert not answer.abstained
    assert (answer.text, answer.dropped) == ("Bees like tea.", 1)
    assert "matched" in answer.notes[0]


@pytest.mark.parametrize("fail_after", [0, 1])
def test_a_model_that_breaks_off_leaves_the_extractive_answer_with_a_note(fail_after: int) -> None:
    model = ScriptedChatModel("In Germany there ", "are", fail_after=fail_after)

    events = list(answerer(shelf(), chat=model).stream(QUESTION))

    done = events[-1]
    assert isinstance(done, Done)
    answer = checked(done.answer, shelf())
    assert (answer.mode, answer.text) == ("extractive", "Country: Germany; Days of leave: 30 [1]")
    assert "the scripted model broke off" in answer.notes[0]
    assert NO_MODEL not in answer.notes


@pytest.mark.parametrize("pieces", [(), ("",), (" ", "\n")])
def test_a_model_that_says_nothing_leaves_the_extractive_answer(pieces: tuple[str, ...]) -> None:
    answer = answerer(shelf(), chat=ScriptedChatModel(*pieces)).answer(QUESTION)

    assert answer.mode == "extractive"
    assert "sent nothing" in answer.notes[0]


def test_the_model_is_not_asked_when_there_is_nothing_to_read() -> None:
    model = ScriptedChatModel("I know everything.")

    answer = answerer(Shelf(), chat=model).answer("Anything?")

    assert answer.abstained
    assert model.asked == []


def test_a_follow_up_is_read_with_the_turn_before_it() -> None:
    history = (Turn("user", "How many days of annual leave are there in Germany?"), Turn("assistant", "30."))

    answer = answerer(shelf()).answer("And in France?", history=history)

    assert "Country: France; Days of leave: 27" in answer.text
    assert answer.question == "And in France?"
    assert "Germany" not in answer.text
    assert answer.notes[0] == "The question was read as: And in France? days annual leave"


def test_a_follow_up_s_own_words_weigh_more_than_those_carried_over() -> None:
    history = (Turn("user", QUESTION), Turn("assistant", "30."))

    answer = answerer(shelf()).answer("Does that apply to France, too?", history=history)

    assert answer.notes[0].endswith("days annual leave Germany")
    assert answer.text.startswith("Country: France; Days of leave: 27")


def test_the_model_makes_a_follow_up_stand_alone_and_then_gets_it_as_it_was_put() -> None:
    model = ScriptedChatModel("How many days of annual leave are there in France?")
    history = (Turn("user", QUESTION), Turn("assistant", "30."))

    answer = answerer(shelf(), chat=model).answer("And in France?", history=history)

    rewriting, messages = model.asked
    assert rewriting[-1].content.endswith("Question: And in France?")
    assert "30 |" not in rewriting[-1].content
    assert answer.notes[0] == "The question was read as: How many days of annual leave are there in France?"
    assert answer.trace is not None
    assert (answer.trace.rewriter, answer.trace.question_read) == ("model", model.pieces[0])
    assert next(iter(answer.trace.seconds)) == "rewrite"
    assert answer.trace.usage is not None
    assert answer.trace.usage.prompt_tokens == sum(tokens(one.content) for one in (*rewriting, *messages))
    assert [message.role for message in messages] == ["system", "user", "assistant", "user"]
    assert messages[-1].content.endswith("Question: And in France?")


@pytest.mark.parametrize("written", ["", "Bees like tea and honey.", "France " * 100])
def test_what_a_model_writes_instead_of_a_question_is_not_searched_for(written: str) -> None:
    history = (Turn("user", QUESTION), Turn("assistant", "30."))

    answer = answerer(shelf(), chat=ScriptedChatModel(written)).answer("And in France?", history=history)

    assert answer.trace is not None
    assert answer.trace.rewriter == "terms"


@pytest.mark.parametrize(
    ("question", "changed"),
    [("What may a hotel cost?", True), ("How many days of sick leave are there?", False), ("And in France?", False)],
)
def test_a_change_of_topic_is_noticed(question: str, changed: bool) -> None:
    answer = answerer(shelf()).answer(question, history=(Turn("user", QUESTION), Turn("assistant", "30.")))

    assert answer.trace is not None
    assert answer.trace.topic_changed == changed


def test_a_long_conversation_does_not_make_the_question_too_long() -> None:
    history = (Turn("user", "word" * 400 + " " + "leave " * 100),)

    assert answerer(shelf()).answer("And " + "x" * 1990, history=history).abstained


@pytest.mark.parametrize("question", ["", "  ", "x" * 2001])
def test_a_wrong_question_is_refused_before_the_first_event(question: str) -> None:
    with pytest.raises(UsageError):
        next(iter(answerer(shelf()).stream(question)))


def test_a_broken_history_is_refused() -> None:
    with pytest.raises(UsageError):
        answerer(shelf()).answer("And then?", history=(Turn("user", "\udfff"),))


def test_what_was_left_out_for_lack_of_room_is_said() -> None:
    library = Shelf()
    for number in range(8):
        library.put(f"{number}.md", " ".join(f"Leave rule {number} of point {point} says so." for point in range(60)))
    model = ScriptedChatModel("Leave rule 1 of point 3 says so [1].")

    answer = answerer(library, chat=model, context_tokens=2000).answer("Leave rule?")

    assert re.search(r"\d more passages were found", answer.notes[0])


def test_each_answer_has_an_id_of_its_own() -> None:
    first, second = (answerer(shelf()).answer(QUESTION) for _ in range(2))

    assert re.fullmatch(r"[0-9a-f]{32}", first.answer_id)
    assert first.answer_id != second.answer_id
    assert dataclasses.replace(first, answer_id="") == dataclasses.replace(second, answer_id="")


def test_a_reader_that_goes_away_stops_the_model() -> None:
    """The model's generator is closed where it stands."""
    closed = []

    class Endless:
        name = "endless"

        def stream(self, messages):  # type: ignore[no-untyped-def]
            try:
                while True:
                    yield "more "
            finally:
                closed.append(True)

    events = answerer(shelf(), chat=Endless()).stream(QUESTION)
    while not isinstance(next(events), Token):
        pass
    events.close()  # type: ignore[attr-defined]

    assert closed == [True]


class Purse:
    """A budget in memory."""

    def __init__(self, *, spent: bool = False) -> None:
        self.spent = spent
        self.booked: list[Usage] = []

    def is_spent(self) -> bool:
        return self.spent

    def book(self, usage: Usage) -> None:
        self.booked.append(usage)


def test_a_model_s_tokens_and_their_cost_are_told_and_booked() -> None:
    """12 tokens read at 10 a million and 5 written at 20: 0.00012 + 0.0001."""
    model = ScriptedChatModel("30 days of leave [1].", counted=TokenCount(12, 5))
    purse = Purse()

    answer = answerer(shelf(), chat=model, price=Price(10.0, 20.0, "EUR")).answer(QUESTION, budget=purse)

    assert answer.trace is not None
    assert answer.trace.usage == Usage(12, 5, counted=True, cost=pytest.approx(0.00022), currency="EUR")
    assert purse.booked == [answer.trace.usage]


def test_a_spent_budget_gives_the_documents_own_words() -> None:
    model = ScriptedChatModel("30 days of leave [1].")

    answer = answerer(shelf(), chat=model).answer(QUESTION, budget=Purse(spent=True))

    assert (answer.mode, model.asked) == ("extractive", [])
    assert answer.notes == ("The language model's budget for today is spent: these are the documents' own words.",)


def test_a_model_that_breaks_off_is_booked_too() -> None:
    purse = Purse()

    answerer(shelf(), chat=ScriptedChatModel("In Germany ", "x", fail_after=1)).answer(QUESTION, budget=purse)

    assert [usage.answer_tokens for usage in purse.booked] == [3]  # 11 bytes

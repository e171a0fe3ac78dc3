"""The extractive answer: which sentences and rows, in which order, and that each is a slice."""

import pytest

from retrieval.answer.extract import Extractor, Statement, chosen
from retrieval.models import OWNER
from retrieval.search.passages import PassageReader
from tests.fakes import FakeEmbedder
from tests.retrieval.library import Shelf, searcher

LEAVE = """# Annual leave

Everyone who works full time gets annual leave. The days depend on the country of employment.

| Country | Annual leave | Carry-over |
| --- | --- | --- |
| Germany | 30 days | 5 days until 31 March |
| France | 27 days | none |
| Spain | 25 days | 3 days |

# Sick leave

Tell your manager before 9:30. A doctor's note is needed from the **third** day on."""

ON_CALL = """# On-call

The on-call engineer must answer a page within 15 minutes. Ask Dana Whitfield if you need to swap a shift.

The following must be at hand:

- a laptop
- a phone with two SIM cards
- the [runbook](https://example.com/runbook)"""


def shelf() -> Shelf:
    made = Shelf()
    made.put("leave.md", LEAVE)
    made.put("on-call.md", ON_CALL)
    return made


def statements(question: str, library: Shelf, *, embedder: FakeEmbedder | None = None) -> tuple[Statement, ...]:
    model = embedder or FakeEmbedder(dimension=512)
    hits = searcher(library, model).search(question, caller=OWNER)
    found = PassageReader(library).passages(hits, caller=OWNER)
    scored = Extractor(model).statements(question, found)
    for statement in scored:
        text = library.versions[statement.passage.document_id].text
        assert text[statement.unit.start : statement.unit.end] == statement.unit.text
    return scored


def told(question: str, library: Shelf) -> list[str]:
    return [statement.text for statement in chosen(question, statements(question, library))]


def test_a_question_on_a_table_cell_gets_its_row_with_the_headers_and_no_other_row() -> None:
    assert told("How many days of annual leave do employees in Germany get?", shelf()) == [
        "Country: Germany; Annual leave: 30 days; Carry-over: 5 days until 31 March"
    ]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Who do I ask to swap a shift?", "Ask Dana Whitfield if you need to swap a shift."),
        ("When is a doctor's note needed?", "A doctor's note is needed from the third day on."),
        ("How many minutes to answer a page on-call?", "The on-call engineer must answer a page within 15 minutes."),
    ],
)
def test_the_sentence_that_answers_comes_first(question: str, answer: str) -> None:
    assert statements(question, shelf())[0].text == answer


def test_a_list_that_is_asked_for_comes_whole_and_in_order() -> None:
    question = "What must be at hand on-call?"
    listed = [statement.unit.text for statement in chosen(question, statements(question, shelf()))]

    assert listed == ["a laptop", "a phone with two SIM cards", "the [runbook](https://example.com/runbook)"]


def test_a_heading_alone_is_no_answer() -> None:
    library = Shelf()
    library.put("empty.md", "# Annual leave in Germany")

    assert statements("annual leave in Germany", library) == ()


def test_a_question_in_a_document_is_no_answer_but_leads_to_it() -> None:
    library = Shelf()
    library.put("faq.md", "What happens to my data?\n\nThey go to the archive. Who reads it?\n\nMay I fish?\n\nYes.")

    assert told("What happens to my data?", library)[0] == "They go to the archive."
    assert "Who reads it?" not in {statement.text for statement in statements("Who reads it?", library)}


def test_what_two_documents_say_alike_is_said_once() -> None:
    library = Shelf()
    library.put("old.md", "# Rules\n\nHotels may cost at most 150 euros a night in Berlin.")
    library.put("new.md", "# Limits\n\nHotels may cost at most 150 euros a night in Berlin!")

    assert told("What may hotels cost in Berlin?", library) == ["Hotels may cost at most 150 euros a night in Berlin."]


def test_two_documents_that_differ_in_a_number_are_both_shown() -> None:
    library = Shelf()
    library.put("old.md", "# Rules\n\nHotels may cost at most 150 euros a night in Berlin.")
    library.put("new.md", "# Limits\n\nHotels may cost at most 180 euros a night in Berlin.")

    assert len(told("What may hotels cost in Berlin?", library)) == 2


def test_only_the_nearest_sentences_are_embedded() -> None:
    """A thousand sentences cost as many embeddings as the limit, and the answer is still among them."""
    library = Shelf()
    filler = " ".join(f"Sentence number {number} is about something else." for number in range(1000))
    library.put("long.md", f"{filler} The wifi password is kept by Dana Whitfield.")
    model = FakeEmbedder(dimension=512)
    searched = searcher(library, model)
    found = PassageReader(library).passages(searched.search("wifi password", caller=OWNER), caller=OWNER)
    model.embedded.clear()

    best = Extractor(model, embed_at_most=10).statements("Who keeps the wifi password?", found)[0]

    assert len(model.embedded) == 10
    assert best.text == "The wifi password is kept by Dana Whitfield."


def test_no_passages_give_no_statements() -> None:
    assert Extractor(FakeEmbedder()).statements("anything", ()) == ()
    assert chosen("anything", ()) == ()


def test_the_same_question_gives_the_same_statements() -> None:
    first = statements("annual leave", shelf())

    assert statements("annual leave", shelf()) == first


MAIL = """# Power cut of 6 October

From: Rui Tavares <rui@lodvik.example>
To: all-porto@lodvik.example
Date: Tue, 07 Oct 2025 12:31

At 14:22 a digger cut the main cable. The street was without power until 17:05."""


def test_a_mail_s_head_answers_who_sent_it_and_no_other_question() -> None:
    library = Shelf()
    library.put("power-cut.eml", MAIL)

    assert "Date:" not in " ".join(told("When was the power cut?", library))
    assert "From: Rui Tavares <rui@lodvik.example>" in told("Who sent the mail about the power cut?", library)
    assert not any(":" in one[:5] for one in told("Who was without power?", library))


def test_the_next_sentence_comes_along_where_it_speaks_of_the_same() -> None:
    library = Shelf()
    library.put(
        "news.md", "Bjarne Holmefjord, head of production, retires in August. His successor is Marit Hjellestad."
    )

    assert told("Who is the successor of Bjarne Holmefjord?", library)[-1] == "His successor is Marit Hjellestad."


def test_a_follow_up_that_names_another_thing_is_answered_with_that() -> None:
    library = Shelf()
    library.put("travel.md", "A hotel may cost EUR 140 per night.\n\nFlights are booked in economy class.")
    model = FakeEmbedder(dimension=512)
    full = "And the flights? hotel cost per night"
    passages = PassageReader(library).passages(searcher(library, model).search(full, caller=OWNER), caller=OWNER)

    found = chosen(full, Extractor(model).statements(full, passages, put="And the flights?"))

    assert [one.text for one in found] == ["Flights are booked in economy class."]

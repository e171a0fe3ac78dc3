"""One paragraph, one hit: what is folded, what never is, and for whom."""

import pytest

from retrieval.models import OWNER, PUBLIC
from retrieval.search import likeness
from retrieval.settings import SearchSettings
from tests.retrieval.library import Shelf, searcher

LEAVE = (
    "Employees of the Berlin office who work full time have 30 days of annual leave. Leave must be asked for in the "
    "portal two weeks ahead, and the manager answers within five days; what is not taken by the end of March is lost "
    "without a replacement."
)
REWRITTEN = LEAVE.replace("the manager", "a manager").replace("; what", ". What").replace("two weeks", "**two weeks**")
FRENCH = (
    "Les employés du bureau de Lyon ont vingt jours de congé par an. La demande est faite dans le portail deux "
    "semaines avant, et le fournisseur est payé par la banque avec une remise de 5 pour cent."
)
OTHERS = {
    "it": "I dipendenti di Milano hanno diritto a venti giorni di ferie e il lavoro da casa per la sera del venerdì "
    "è ammesso con il consenso scritto del capo.",
    "nl": "De medewerkers van het kantoor in Utrecht hebben twintig dagen vrij en het werken van huis op vrijdag is "
    "toegestaan met de toestemming van de leiding.",
    "pt": "Os funcionários do escritório de Lisboa têm vinte dias de férias e o trabalho em casa na tarde de sexta é "
    "permitido com o acordo do chefe.",
    "pl": "Pracownicy biura w Krakowie mają dwadzieścia dni urlopu w roku a praca z domu w piątek po południu jest "
    "dozwolona za pisemną zgodą przełożonego oraz działu kadr.",
}

CHANGED = {
    "a number": ("30 days", "28 days"),
    "a number in words": ("five days", "ten days"),
    "a name": ("Berlin", "Hamburg"),
    "a month": ("March", "April"),
    "a negation": ("is lost", "is not lost"),
    "a negation less": ("is not taken", "is taken"),
    "a modal verb": ("must be", "may be"),
    "an order": ("ahead", "after"),
    "a bound": ("within five", "at least five"),
    "the opposite": ("work full time", "do not work full time"),
    "a negating prefix": ("asked for", "unasked for"),
    "a larger number in words": ("five days", "fifty days"),
    "a role": ("the manager answers", "the customer answers"),
    "an antonym": ("lost", "kept"),
    "a synonym": ("replacement", "substitute"),
    "how many": ("the manager answers", "the managers answers"),
    "a part of a number": ("30 days", "30.5 days"),
    "a few": ("five days", "a five days, few"),
    "an abbreviation": ("what is not", "WHAT is not"),
    "a further sentence": ("replacement.", "replacement. Managers are told."),
}

ELSEWHERE = {
    "supplier and customer": ("The {} pays the fee of the contract.", "supplier", "customer"),
    "increase and decrease": ("The fee of the contract is to {} with the year.", "increase", "decrease"),
    "allowed and forbidden": ("Smoking is {} in the yard of the house.", "allowed", "forbidden"),
    "thirty and sixty": ("It is paid within {} days.", "thirty", "sixty"),
    "a minus": ("The change is {} percent.", "5", "-5"),
    "a minus of print": ("The change is {} percent.", "5", "−5"),
    "a minus behind a bullet": ("It has changed:\n\n- {} percent.", "5", "-5"),
    "a minus before a currency": ("The change is {}EUR 5.", "", "-"),
    "a loss in brackets": ("The change is {} euros.", "5", "(5)"),
    "a decimal point": ("The change is {} euros.", "5", ".5"),
    "few and a few": ("It is so with {} of them.", "few", "a few"),
    "a third and the third": ("It is so with {} of the contracts.", "a third", "the third"),
    "a unit": ("The lamp needs 5 {} of power.", "mW", "MW"),
    "who we are": ("The rule is for {} and them.", "US", "us"),
    "a question": ("The rule is for all{}", ".", "?"),
    "a box": ("{} the rule is for all.", "☐", "☑"),
    "a table's cell": ("| Leave | {} |", "yes | ", " | yes"),
}


def test_a_paragraph_set_and_written_out_otherwise_is_one_hit_that_tells_of_the_other() -> None:
    shelf = Shelf()
    shelf.put("handbook.md", LEAVE)
    shelf.put("intranet.md", REWRITTEN)
    shelf.put("copy.md", REWRITTEN)
    shelf.put("travel.md", "Hotels cost at most 150 euros a night.")

    first, second = searcher(shelf).search("annual leave in the Berlin office")

    assert sorted(first.documents) == ["copy.md", "handbook.md", "intranet.md"]
    assert len(first.near) in (1, 2)
    assert second.chunk.document == "travel.md"


@pytest.mark.parametrize("what", CHANGED)
def test_what_differs_in_a_fact_is_shown_beside_the_other(what: str) -> None:
    """Two current documents that disagree are both shown."""
    changed = LEAVE.replace(*CHANGED[what])
    assert changed != LEAVE
    shelf = Shelf()
    shelf.put("one.md", LEAVE)
    shelf.put("two.md", changed)

    hits = searcher(shelf).search("annual leave")

    assert {hit.chunk.document for hit in hits} == {"one.md", "two.md"}
    assert all(hit.near == () for hit in hits)


@pytest.mark.parametrize("what", ELSEWHERE)
def test_a_sentence_that_says_otherwise_keeps_its_paragraph_apart(what: str) -> None:
    sentence, one, other = ELSEWHERE[what]

    assert not likeness.same(f"{LEAVE} {sentence.format(one)}", f"{LEAVE} {sentence.format(other)}")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("The manager does not answer.", "The manager doesn’t answer."),
        ("Leave cannot be sold.", "Leave can't be sold."),
        ("The colour is organised by neighbours.", "The color is organized by neighbors."),
        ("A follow-up is held.", "A follow up is held."),
        ("# Leave\n\n- The year ends.", "LEAVE\n\n* the year ends"),
        (
            "It won't and shan't, thus a boss can’t.",
            "Therefore it will not and shall not; hereby the boss also cannot.",
        ),
        ("Leave is therefore paid.", "The leave is also paid."),
    ],
)
def test_spelling_marks_and_joining_words_tell_nothing(before: str, after: str) -> None:
    one, other = f"{before}\n\n{LEAVE}", f"{after}\n\n{LEAVE}"
    assert likeness.same(one, other)
    assert likeness.outline(one) == likeness.outline(other)


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        (FRENCH, "vingt", "trente"),
        (FRENCH, "est payé", "non est payé"),
        (FRENCH, "fournisseur", "client"),
        (FRENCH, "La demande", "Une demande"),
        (FRENCH, "est payé", "est paye"),
        (OTHERS["it"], "è ammesso", "non è ammesso"),
        (OTHERS["nl"], "is toegestaan", "is niet toegestaan"),
        (OTHERS["pt"], "é permitido", "não é permitido"),
        (OTHERS["pl"], "jest", "nie jest"),
        (OTHERS["pl"], " a praca", " praca"),
    ],
)
def test_in_other_languages_no_word_may_differ(text: str, old: str, new: str) -> None:
    assert old in text
    assert not likeness.same(text, text.replace(old, new))
    assert likeness.same(text, text.replace(". ", "; ").replace(" ", "  ").replace(old, old.title()))


def test_the_near_duplicate_that_the_caller_may_not_see_hides_and_tells_nothing() -> None:
    shelf = Shelf()
    shelf.put("a-secret.md", LEAVE, groups=["hr"])
    shelf.put("b-public.md", REWRITTEN)

    [hit] = searcher(shelf).search("annual leave", caller=PUBLIC)
    [owners] = searcher(shelf).search("annual leave", caller=OWNER)

    assert (hit.chunk.document, hit.near) == ("b-public.md", ())
    assert len(owners.near) == 1


def test_short_texts_and_other_texts_stay_apart() -> None:
    shelf = Shelf()
    shelf.put("one.md", "Leave is asked for in the portal.")
    shelf.put("two.md", "Leave is requested in the portal.")
    shelf.put("three.md", LEAVE)

    assert len(searcher(shelf).search("leave portal")) == 3


def test_the_settings_can_show_each_of_them() -> None:
    shelf = Shelf()
    shelf.put("one.md", LEAVE)
    shelf.put("two.md", REWRITTEN)

    hits = searcher(shelf, settings=SearchSettings(near_duplicates="shown")).search("annual leave")

    assert [hit.near for hit in hits] == [(), ()]


def test_folding_near_duplicates_leaves_k_hits_while_there_are_k() -> None:
    shelf = Shelf()
    for number in range(60):
        shelf.put(f"copy{number}.md", LEAVE.replace("the portal", f"the {'**' * number}portal"))
    for number in range(10):
        shelf.put(f"other{number}.md", f"Rule number {number} says something about leave of kind {number}.")

    hits = searcher(shelf).search("annual leave days Berlin office full time", k=8)

    assert len(hits) == 8
    assert len(hits[0].near) == 59

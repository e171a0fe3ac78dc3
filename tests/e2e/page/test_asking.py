"""Asking on the page: streamed, with footnotes that open the source at the marked words."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Serving
from tests.e2e.page.conftest import Open

pytestmark = pytest.mark.slow

ALARM = "How many blasts is the general alarm?"


def ask(page: Page, question: str) -> Locator:
    """The turn, once its answer is whole."""
    number = page.locator(".turn").count()
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")
    turn = page.locator(".turn").nth(number)
    expect(turn).to_have_attribute("aria-busy", "false", timeout=30_000)
    return turn


def marked(page: Page) -> str:
    """The words that are marked in the source, in their order."""
    page.locator("#viewer mark.quote").first.wait_for(state="attached")
    words = page.locator("#viewer mark.quote").all_text_contents()
    return " ".join(" ".join(words).split())


def test_an_answer_is_streamed_with_its_footnotes(open_page: Open) -> None:
    page = open_page()
    with page.expect_response("**/v1/ask") as response:
        turn = ask(page, ALARM)

    assert response.value.headers["content-type"].startswith("text/event-stream")
    expect(turn.locator(".asked")).to_have_text(ALARM)
    expect(turn.locator(".answer")).to_contain_text("seven short blasts")
    expect(turn.locator(".answer .ref").first).to_have_text("1")
    expect(turn.locator(".note").first).to_contain_text("safety.pdf · page 2")
    expect(page.get_by_role("status").first).to_contain_text("footnote")


@pytest.mark.parametrize(
    ("question", "document", "words"),
    [
        ("How many days of annual leave are there in Portugal?", "leave.html", "Portugal 25"),
        ("When does the cafeteria open?", "cafeteria.html", "The cafeteria opens at seven in the morning"),
        ("Is the car park behind the mill free for guests?", "parking.md", "free for guests on Fridays"),
        ("How wide are the posters that the plotter prints?", "printing.txt", "up to one metre wide"),
        ("What is the price of the pump P-25?", "pumps.csv", "P-25 25 980"),
        (ALARM, "safety.pdf", "seven short blasts followed by one long blast"),
        ("When is a lost visitor badge reported?", "badges.docx", "within one hour"),
        ("What does the demo kit of the echo sounder weigh?", "training.pptx", "four kilograms"),
        ("How many seats has the meeting room Lighthouse?", "rooms.xlsx", "Lighthouse 14"),
        ("When does the power cut in hall two begin?", "outage.eml", "six in the evening"),
    ],
)
def test_a_footnote_opens_each_kind_of_source_at_the_marked_words(
    open_page: Open, question: str, document: str, words: str
) -> None:
    page = open_page()
    turn = ask(page, question)
    note = turn.locator(".note", has_text=document).first

    note.click()

    assert words in marked(page)
    expect(page.locator("#viewer .where")).to_contain_text(document)
    expect(note).to_have_attribute("aria-expanded", "true")
    mark = page.locator("#viewer mark.quote, #viewer .light").first
    assert page.locator("#viewer .body").bounding_box() is not None
    expect(mark).to_be_in_viewport()
    assert page.evaluate("window.harmed") is None


def test_a_pdf_opens_at_the_page_with_a_light_over_the_words(open_page: Open) -> None:
    page = open_page()
    ask(page, ALARM).locator(".ref").first.click()

    sheet = page.get_by_role("region", name="Page 2")
    image = sheet.locator("img")
    image.wait_for(state="attached")
    expect(sheet).to_be_in_viewport()
    page.wait_for_function("document.querySelector('[data-page=\"2\"] img').naturalWidth > 1000")
    light, word = (
        sheet.locator(".light").first.bounding_box(),
        sheet.get_by_text("blasts", exact=True).first.bounding_box(),
    )
    assert light is not None
    assert word is not None
    assert light["x"] <= word["x"]
    assert light["y"] <= word["y"] + word["height"] / 2 <= light["y"] + light["height"]
    # The text is drawn at 720 of 842 points from below: its light stands where the picture has it.
    box = sheet.bounding_box()
    assert box is not None
    assert abs((light["y"] + light["height"] / 2 - box["y"]) / box["height"] - (842 - 724) / 842) < 0.01


def test_the_words_of_a_pdf_can_be_selected(open_page: Open) -> None:
    page = open_page()
    ask(page, ALARM).locator(".ref").first.click()
    marked(page)

    chosen = page.evaluate(
        "() => { getSelection().selectAllChildren(document.querySelector('[data-page=\"2\"] .words'));"
        " return getSelection().toString(); }"
    )

    assert "The general alarm is seven short blasts" in " ".join(chosen.split())


def test_a_pdf_can_be_read_as_text_and_as_pages_again(open_page: Open) -> None:
    page = open_page()
    ask(page, ALARM).locator(".ref").first.click()

    page.get_by_role("button", name="As text").click()
    expect(page.locator(".sheet mark.quote").first).to_be_in_viewport()
    page.get_by_role("button", name="As pages").click()

    expect(page.get_by_role("region", name="Page 2")).to_be_in_viewport()


def test_a_follow_up_goes_along_with_what_was_asked_and_answered(open_page: Open) -> None:
    page = open_page()
    first = "How many days of annual leave are there in Portugal?"
    ask(page, first)

    with page.expect_request("**/v1/ask") as request:
        turn = ask(page, "And until when may they be carried over?")

    history = request.value.post_data_json["history"]
    assert [one["role"] for one in history] == ["user", "assistant"]
    assert history[0]["content"] == first
    assert "25" in history[1]["content"]
    expect(turn.locator(".read-as")).to_contain_text("leave")


def test_a_new_conversation_forgets_the_old_one(open_page: Open) -> None:
    page = open_page()
    ask(page, ALARM)
    page.get_by_role("button", name="New conversation").click()
    expect(page.get_by_role("heading", name="What would you like to know?")).to_be_visible()

    with page.expect_request("**/v1/ask") as request:
        ask(page, "When does the cafeteria open?")

    assert request.value.post_data_json["history"] == []


def test_an_abstention_shows_the_nearest_sources(open_page: Open) -> None:
    page = open_page()

    turn = ask(page, "Who won the football championship in Brazil?")

    expect(turn).to_have_class(re.compile("abstained"))
    turn.get_by_role("button", name=re.compile("Nearest sources")).click()
    expect(turn.locator(".source").first).to_be_visible()
    turn.locator(".source").first.click()
    expect(page.locator("#viewer h2")).to_be_visible()


def test_the_sources_looked_at_open_where_they_were_found(open_page: Open) -> None:
    page = open_page()
    turn = ask(page, ALARM)
    turn.get_by_role("button", name=re.compile("Sources looked at")).click()

    turn.locator(".source", has_text="Safety").or_(turn.locator(".source", has_text="safety.pdf")).first.click()

    assert marked(page)


def test_how_an_answer_was_found_is_shown_on_demand(open_page: Open) -> None:
    """Stage times, the decision, and the candidates with their places before and after they were put together."""
    page = open_page()
    turn = ask(page, ALARM)
    with page.expect_response("**/v1/answers/*"):
        turn.get_by_role("button", name="How this was found").click()

    how = turn.locator(".how")
    expect(how).to_contain_text("searching")
    expect(how).to_contain_text("% that the documents hold the answer")
    expect(how.get_by_role("row").nth(1)).to_contain_text("safety.pdf · page")
    expect(how.get_by_role("row").nth(1)).to_contain_text("passage 1")
    turn.get_by_role("button", name="How this was found").click()
    expect(how).to_be_hidden()


def test_how_an_answer_was_found_is_fetched_again_after_a_failure(open_page: Open) -> None:
    """At the next opening, and once it was fetched not again."""
    page = open_page()
    turn = ask(page, ALARM)
    toggle, how = turn.get_by_role("button", name="How this was found"), turn.locator(".how")
    page.route("**/v1/answers/*", lambda route: route.fulfill(status=429))
    toggle.click()
    expect(how.get_by_role("alert")).to_contain_text("could not be opened")
    page.unroute("**/v1/answers/*")
    toggle.click()

    with page.expect_response("**/v1/answers/*"):
        toggle.click()

    expect(how).to_contain_text("searching")
    page.route("**/v1/answers/*", lambda route: route.fulfill(status=429))
    toggle.click()
    toggle.click()
    expect(how).to_contain_text("searching")


def test_a_collection_can_be_chosen(open_page: Open, serving: Serving) -> None:
    page = open_page()
    page.get_by_label("Search in").select_option("company")

    with page.expect_request("**/v1/ask") as request:
        ask(page, ALARM)

    assert request.value.post_data_json["collection"] == "company"


def test_thumbs_with_a_comment_on_one_sentence_are_kept(open_page: Open, serving: Serving) -> None:
    page = open_page()
    turn = ask(page, ALARM)
    with page.expect_response("**/v1/feedback") as first:
        turn.get_by_role("button", name="Bad answer").click()

    turn.get_by_label("About").select_option("0")
    turn.get_by_label("Comment").fill("It is eight blasts.")
    with page.expect_response("**/v1/feedback"):
        turn.get_by_role("button", name="Send").click()

    expect(turn.get_by_text("kept with the answer")).to_be_visible()
    answer_id = first.value.json()["answer_id"]
    kept = serving.client().get(f"/v1/answers/{answer_id}").json()["feedback"]
    assert [(one["verdict"], one["sentence"], one["comment"]) for one in kept] == [
        ("down", None, ""),
        ("down", 0, "It is eight blasts."),
    ]


def test_nothing_of_a_hostile_document_runs_in_the_page(open_page: Open) -> None:
    """Script, event handlers, links and pictures of its own; as a source and as words of the answer."""
    page = open_page()
    for question, document in (
        ("When does the cafeteria open?", "cafeteria.html"),
        ("Is the car park free?", "parking.md"),
    ):
        turn = ask(page, question)
        turn.locator(".note", has_text=document).first.click()
        marked(page)
        sheet = page.locator("#viewer .sheet")
        for link in sheet.locator("a").all():
            link.click(no_wait_after=True, force=True)
        assert sheet.locator("script, img, iframe, svg, style, [onerror], [onload], [onclick]").count() == 0
        assert sheet.locator("a[href^='javascript' i]").count() == 0
        page.wait_for_timeout(200)
        assert page.evaluate("window.harmed") is None

"""The page by keyboard alone, at a phone's width, in the dark, on paper, with a key, and by a link."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Footnote, Serving, serve
from tests.e2e.page import company
from tests.e2e.page.conftest import Open
from tests.e2e.page.test_asking import ALARM, ask, marked

pytestmark = pytest.mark.slow

_CONTRAST = Path(__file__).with_name("contrast.js").read_text()


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.className || document.activeElement.localName"))


def tab_to(page: Page, wanted: str, key: str = "Tab") -> None:
    for _ in range(60):
        page.keyboard.press(key)
        if re.search(wanted, focused(page)):
            return
    raise AssertionError(f"{wanted} can't be reached by {key}")


def test_everything_is_done_by_keyboard(open_page: Open) -> None:
    page = open_page()
    expect(page.get_by_label("Your question")).to_be_focused()
    page.keyboard.type(ALARM)
    page.keyboard.press("Enter")
    expect(page.locator(".turn")).to_have_attribute("aria-busy", "false", timeout=30_000)

    tab_to(page, r"^ref$", "Shift+Tab")
    page.keyboard.press("Enter")
    assert "seven short blasts" in marked(page)
    expect(page.locator("#viewer h2")).to_be_focused()

    page.keyboard.press("Escape")
    expect(page.locator("#viewer")).to_be_hidden()
    assert focused(page) == "ref"

    tab_to(page, r"^note$")
    page.keyboard.press("Space")
    assert "seven short blasts" in marked(page)
    page.keyboard.press("Escape")
    tab_to(page, r"^icon$")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Comment")).to_be_visible()
    page.locator("body").press("/")
    expect(page.get_by_label("Your question")).to_be_focused()


def test_a_line_can_be_broken_and_a_blank_question_is_not_asked(open_page: Open) -> None:
    page = open_page()
    page.keyboard.press("Enter")
    page.keyboard.type("one")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("two")

    assert page.get_by_label("Your question").input_value() == "one\ntwo"
    assert page.locator(".turn").count() == 0


def test_a_screen_reader_finds_names_and_regions(open_page: Open) -> None:
    page = open_page()
    turn = ask(page, ALARM)
    turn.locator(".ref").first.click()
    marked(page)

    expect(page.get_by_role("main")).to_be_visible()
    expect(page.get_by_role("log", name="Conversation")).to_be_visible()
    expect(page.get_by_role("article", name=ALARM)).to_be_visible()
    expect(page.get_by_role("list", name="Footnotes")).to_be_visible()
    expect(page.get_by_role("complementary", name="Source")).to_be_visible()
    expect(turn.get_by_role("button", name="Footnote 1: safety.pdf · page 2", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Close the source")).to_be_visible()
    unnamed = page.evaluate(
        "() => [...document.querySelectorAll('button, select, textarea, input, a[href]')]"
        ".filter((node) => node.checkVisibility() && !node.getAttribute('aria-label'))"
        ".filter((node) => !node.textContent.trim() && !node.labels?.length).map((node) => node.outerHTML)"
    )
    assert unnamed == []


def test_on_a_phone_nothing_runs_over_and_the_source_takes_the_whole_page(open_page: Open) -> None:
    phone = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}
    page = open_page(reduced_motion="reduce", **phone)
    turn = ask(page, "What is the price of the pump P-25?")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360

    turn.locator(".ref").first.tap()
    marked(page)

    dialog = page.get_by_role("dialog", name="Source")
    assert dialog.bounding_box() == {"x": 0, "y": 0, "width": 360, "height": 740}
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate("document.getElementById('viewer').contains(document.activeElement)")
    dialog.get_by_role("button", name="Close the source").tap()
    expect(turn).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_stands_out_from_its_ground(open_page: Open, scheme: str) -> None:
    """WCAG AA: 4.5 to 1."""
    page = open_page(color_scheme=scheme, reduced_motion="reduce")
    assert page.evaluate(_CONTRAST) == []
    turn = ask(page, "How many days of annual leave are there in Portugal?")
    turn.get_by_role("button", name=re.compile("Sources")).click()
    turn.get_by_role("button", name="Good answer").click()
    turn.locator(".ref").first.click()
    marked(page)
    page.mouse.move(0, 0)

    assert page.evaluate(_CONTRAST) == []
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (int(re.findall(r"\d+", paper)[0]) < 60) == (scheme == "dark")


def test_on_paper_the_answers_stand_with_their_footnotes_alone(open_page: Open) -> None:
    page = open_page()
    turn = ask(page, ALARM)

    page.emulate_media(media="print")

    expect(turn.locator(".answer")).to_be_visible()
    expect(turn.locator(".note q").first).to_be_visible()
    for gone in ("#composer", ".after", ".tools"):
        expect(page.locator(gone).first).to_be_hidden()


def test_a_link_opens_its_source_at_the_words(open_page: Open, serving: Serving) -> None:
    """As the annotations of the OpenAI-compatible route give it."""
    answer = serving.client().post("/v1/ask", json={"question": ALARM}).json()
    cited = answer["citations"][0]
    place = f"version={cited['version']}&start={cited['start']}&end={cited['end']}"

    page = open_page(path=f"/#/documents/{cited['document_id']}?{place}")

    assert "seven short blasts" in marked(page)


def test_a_source_that_is_not_there_is_said_to_be_gone(open_page: Open) -> None:
    page = open_page(path="/#/documents/nothing?version=1&start=0&end=5")

    expect(page.get_by_text("This source is not there any more, or not for you.")).to_be_visible()


def test_an_old_footnote_opens_the_version_that_it_was_taken_from(open_page: Open, tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "leave.html").write_text(company.LEAVE.format(norway=27))
    footnote = Footnote(tmp_path / "state", folder)
    footnote.json("ingest", str(folder))
    running = serve(footnote)
    try:
        page = open_page(running.address)
        turn = ask(page, "How many days of annual leave are there in Norway?")
        (folder / "leave.html").write_text(company.LEAVE.format(norway=30))
        assert footnote.json("ingest", str(folder))["indexed"] == 1

        turn.locator(".ref").first.click()

        assert "Norway 27" in marked(page)
        expect(page.locator(".old")).to_contain_text("version 1")
        page.get_by_role("button", name="Open the current one").click()
        expect(page.locator(".sheet")).to_contain_text("30")
    finally:
        assert running.stop() == 0


def test_a_server_that_wants_a_key_is_given_one(open_page: Open, tmp_path: Path) -> None:
    """Another home, with a key made: the dialog opens by itself and comes back for a wrong key."""
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "leave.html").write_text(company.LEAVE.format(norway=27))
    footnote = Footnote(tmp_path / "state", folder)
    footnote.json("ingest", str(folder))
    secret = footnote.json("key", "add", "reader", "--role", "ask")["key"]
    running = serve(footnote)
    try:
        page = open_page(running.address)
        dialog = page.get_by_role("dialog", name="Your key")
        expect(dialog).to_be_visible()
        page.keyboard.type("fn_wrong")
        page.keyboard.press("Enter")
        expect(dialog).to_contain_text("does not take this key")
        page.get_by_label("Key", exact=True).fill(secret)
        page.keyboard.press("Enter")
        expect(dialog).to_be_hidden()

        turn = ask(page, "How many days of annual leave are there in Norway?")
        turn.locator(".ref").first.click()
        assert "Norway 27" in marked(page)
        assert secret not in page.content()
        assert page.evaluate("localStorage.length") == 0
    finally:
        assert running.stop() == 0

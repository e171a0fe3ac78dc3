"""A real browser before the running server. Without one the tests are skipped."""

import contextlib
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

from tests.e2e.conftest import Footnote, Serving, serve
from tests.e2e.page import company

_CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Of the module, not the session: while it runs no other event loop can."""
    if _CHROMIUM is None:
        pytest.skip("no chromium is installed (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=_CHROMIUM, args=list(_FLAGS))
        yield running
        running.close()


@pytest.fixture(scope="package")
def home(tmp_path_factory: pytest.TempPathFactory) -> Footnote:
    corpus = tmp_path_factory.mktemp("company") / "documents"
    company.write(corpus)
    quiet = {"FOOTNOTE_LOG_LEVEL": "error"}  # a line for each request would fill the pipe that nobody reads
    footnote = Footnote(tmp_path_factory.mktemp("page-home") / "state", corpus, quiet)
    report = footnote.json("ingest", str(corpus), "--collection", "company")
    assert (report["indexed"], report["failed"]) == (10, 0), report["outcomes"]
    return footnote


@pytest.fixture(scope="package")
def serving(home: Footnote) -> Iterator[Serving]:
    running = serve(home)
    yield running
    assert running.stop() == 0


@pytest.fixture
def open_page(browser: Browser, serving: Serving) -> Iterator[Open]:
    """Opens the page; at the end nothing was asked of another origin, and no script of ours had failed."""
    requests: list[Request] = []
    faults: list[str] = []
    with contextlib.ExitStack() as stack:

        def opened(address: str = serving.address, path: str = "/", **options: object) -> Page:
            context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
            stack.callback(context.close)
            context.on("request", lambda request: requests.append(request))
            page = context.new_page()
            page.set_default_timeout(30_000)
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on("console", lambda said: faults.append(said.text) if _a_fault(said.type, said.text) else None)
            page.on("dialog", lambda dialog: faults.append(f"dialog: {dialog.message}"))
            page.goto(address + path)
            return page

        yield opened
    assert requests
    origins = {"/".join(request.url.split("/")[:3]) for request in requests if not request.url.startswith("blob:")}
    assert all(origin.startswith("http://127.0.0.1:") for origin in origins), origins
    assert len(origins) == 1
    assert faults == []


def _a_fault(kind: str, text: str) -> bool:
    """A refusal (401, 404) is told on the console too; that is no fault of the page."""
    return kind == "error" and "the server responded with a status of 4" not in text

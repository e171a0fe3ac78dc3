"""A web site as a corpus: what is asked for, what is left alone, and what a second run costs."""

from collections.abc import Iterator

import pytest

from ingest.ledger import IngestReport
from ingest.models import CrawlLimits
from ingest.options import IngestOptions
from ingest.pipeline import ingest
from retrieval.engine import Engine
from retrieval.errors import AddressRefused, UsageError
from retrieval.fetch import Fetcher, FetchLimits
from tests.ingest.runs import documents, found
from tests.site import Canary, Names, Page, Site, Wired

HOME = "http://site.example/"


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as served:
        yield served


def page(*links: str, text: str = "Text.") -> Page:
    anchors = "".join(f'<a href="{link}">there</a> ' for link in links)
    body = f"<!doctype html><html><body><main><h1>Title</h1><p>{text}</p><p>{anchors}</p></main></body></html>"
    return Page(body, etag=f'"{abs(hash(body))}"')


def crawl(engine: Engine, site: Site, *targets: str, names: Names | None = None, **options: object) -> IngestReport:
    def fetching() -> Fetcher:
        return Fetcher(limits=FetchLimits(wait_seconds=2), resolve=names or Names(), network=Wired(site))

    asked = IngestOptions(workers=1, **options)  # type: ignore[arg-type]
    return ingest(engine.index, targets or [HOME], asked, fetching=fetching)


def told(report: IngestReport) -> dict[str, str]:
    return {one.uri.removeprefix("http://site.example"): one.outcome for one in report.outcomes}


def test_the_pages_that_a_page_leads_to_are_documents_by_their_address(engine: Engine, site: Site) -> None:
    site.pages = {
        "/": page("/a", "b?x=1#part", "//other.example/far", "mailto:me@site.example", text="Harbour."),
        "/a": page("/", text="Ladder."),
        "/b?x=1": page(text="Orchard."),
    }

    report = crawl(engine, site)

    assert told(report) == {"/": "indexed", "/a": "indexed", "/b?x=1": "indexed"}
    assert set(documents(engine)) == {HOME, f"{HOME}a", f"{HOME}b?x=1"}
    assert found(engine, "orchard") == [f"{HOME}b?x=1"]
    assert site.paths == ["/robots.txt", "/", "/a", "/b?x=1"]


def test_an_unchanged_page_costs_one_request_and_is_not_sent_again(engine: Engine, site: Site) -> None:
    site.pages = {"/": page("/a", text="Harbour."), "/a": page("/b", text="Ladder."), "/b": page(text="Valve.")}
    crawl(engine, site)
    site.asked.clear()
    site.pages["/b"] = page(text="Pump.")

    report = crawl(engine, site)

    assert told(report) == {"/": "unchanged", "/a": "unchanged", "/b": "indexed"}
    assert site.paths == ["/robots.txt", "/", "/a", "/b"]
    assert all("If-None-Match" in headers for path, headers in site.asked if path != "/robots.txt")
    assert (found(engine, "pump"), found(engine, "valve")) == ([f"{HOME}b"], [])


def test_only_what_lies_below_the_folder_that_was_named_is_read(engine: Engine, site: Site) -> None:
    site.pages = {"/docs/": page("/docs/a", "/blog/b"), "/docs/a": page(text="A."), "/blog/b": page(text="B.")}

    assert told(crawl(engine, site, f"{HOME}docs/")) == {"/docs/": "indexed", "/docs/a": "indexed"}


def test_what_robots_txt_forbids_is_skipped_by_that_rule(engine: Engine, site: Site) -> None:
    site.pages = {
        "/robots.txt": Page("User-agent: *\nDisallow: /private/", media_type="text/plain"),
        "/": page("/private/a", "/b"),
        "/private/a": page(text="Secret."),
        "/b": page(text="B."),
    }

    report = crawl(engine, site)

    assert told(report) == {"/": "indexed", "/b": "indexed", "/private/a": "skipped"}
    assert [one.rule for one in report.outcomes if one.outcome == "skipped"] == ["robots"]
    assert "/private/a" not in site.paths


def test_depth_and_number_are_limited_and_then_nothing_is_pruned(engine: Engine, site: Site) -> None:
    site.pages = {"/": page("/1"), "/1": page("/2", text="1."), "/2": page("/3", text="2."), "/3": page(text="3.")}
    crawl(engine, site)

    shallow = crawl(engine, site, crawl=CrawlLimits(depth=1), prune=True)
    few = crawl(engine, site, crawl=CrawlLimits(pages=3), prune=True)

    assert (sorted(told(shallow)), sorted(told(few))) == (["/", "/1"], ["/", "/1", "/2"])
    assert (shallow.refusal, few.refusal) == ("", "")
    assert len(documents(engine)) == 4
    assert "not all of the site was read" in shallow.notes[0]


def test_a_page_that_is_gone_is_pruned_and_one_that_fails_is_not(engine: Engine, site: Site) -> None:
    site.pages = {"/": page("/a", "/b", *[f"/{n}" for n in range(8)]), "/a": page(text="A."), "/b": page(text="B.")}
    site.pages |= {f"/{number}": page(text=f"Number {number}.") for number in range(8)}
    crawl(engine, site)
    del site.pages["/a"]
    site.pages["/b"] = Page(status=500)

    report = crawl(engine, site, prune=True)

    assert (told(report)["/a"], told(report)["/b"]) == ("removed", "failed")
    assert f"{HOME}b" in documents(engine)


def test_a_site_that_can_not_be_read_at_all_removes_nothing(engine: Engine, site: Site) -> None:
    site.pages = {"/": page("/a"), "/a": page(text="A.")}
    crawl(engine, site)
    site.pages["/"] = Page(status=503)

    report = crawl(engine, site, prune=True, force=True)

    assert told(report) == {"/": "failed"}
    assert len(documents(engine)) == 2


def test_a_sitemap_names_the_pages(engine: Engine, site: Site) -> None:
    index = f"<sitemapindex><sitemap><loc>{HOME}part.xml</loc></sitemap></sitemapindex>"
    part = f"<urlset><url><loc>{HOME}a</loc></url><url><loc> http://other.example/b </loc></url></urlset>"
    site.pages = {
        "/sitemap.xml": Page(index, media_type="text/xml"),
        "/part.xml": Page(part, media_type="text/xml"),
        "/a": page("/not-listed", text="A."),
    }

    assert told(crawl(engine, site, f"{HOME}sitemap.xml")) == {"/a": "indexed"}


def test_access_of_pages_is_remembered_by_their_address(engine: Engine, site: Site) -> None:
    site.pages = {"/": page("/a"), "/a": page(text="A.")}
    crawl(engine, site, allow=("hr",))

    crawl(engine, site)

    assert {one.groups for one in documents(engine).values()} == {("hr",)}


def test_a_grant_for_a_folder_of_a_site_closes_its_pages(engine: Engine, site: Site) -> None:
    site.pages = {"/hr/": page("/hr/a"), "/hr/a": page(text="A.")}

    crawl(engine, site, f"{HOME}hr/", allow=("hr",))

    assert {one.groups for one in documents(engine).values()} == {("hr",)}


def test_what_a_page_that_fails_led_to_is_not_gone(engine: Engine, site: Site) -> None:
    site.pages = {"/": page("/part", "/a"), "/part": page("/part/x"), "/part/x": page(text="X."), "/a": page(text="A.")}
    crawl(engine, site)
    site.pages["/part"] = Page(status=503)

    first = crawl(engine, site, prune=True, force=True)
    second = crawl(engine, site, prune=True, force=True)

    assert (
        told(first) == told(second) == {"/": "unchanged", "/a": "unchanged", "/part": "failed", "/part/x": "unchanged"}
    )


def test_a_page_that_was_named_and_is_not_there_is_told(engine: Engine, site: Site) -> None:
    site.pages = {"/": page("/a"), "/a": page(text="A.")}
    crawl(engine, site)
    del site.pages["/"]

    report = crawl(engine, site, prune=True, force=True)

    assert told(report) == {"/": "failed"}
    assert len(documents(engine)) == 2


def test_links_are_read_from_where_a_redirect_ended(engine: Engine, site: Site) -> None:
    site.pages = {
        "/": page("/docs"),
        "/docs": Page(status=301, headers={"Location": "/docs/"}),
        "/docs/": page("a", text="Docs."),
        "/docs/a": page(text="A."),
    }

    assert told(crawl(engine, site)) == {"/": "indexed", "/docs": "indexed", "/docs/a": "indexed"}


def test_a_redirect_to_what_robots_txt_forbids_is_not_followed(engine: Engine, site: Site) -> None:
    site.pages = {
        "/robots.txt": Page("User-agent: *\nDisallow: /private/", media_type="text/plain"),
        "/": page("/open"),
        "/open": Page(status=302, headers={"Location": "/private/a"}),
        "/private/a": page(text="Secret."),
    }

    assert told(crawl(engine, site)) == {"/": "indexed", "/open": "failed"}
    assert "/private/a" not in site.paths


def test_other_bytes_under_the_same_date_are_read(engine: Engine, site: Site) -> None:
    dated = {"Last-Modified": "Mon, 02 Nov 2026 10:00:00 GMT"}
    site.pages = {"/": Page(page(text="Valve.").body, headers=dated)}
    crawl(engine, site)
    site.pages = {"/": Page(page(text="Pump.").body, headers=dated)}

    crawl(engine, site)

    assert (found(engine, "pump"), found(engine, "valve")) == ([HOME], [])


def test_the_pages_of_one_sitemap_do_not_count_as_sitemaps(engine: Engine, site: Site) -> None:
    maps = "".join(f"<sitemap><loc>{HOME}{name}.xml</loc></sitemap>" for name in ("one", "two"))
    absent = "".join(f"<url><loc>{HOME}absent/{number}</loc></url>" for number in range(60))
    site.pages = {
        "/sitemap.xml": Page(f"<sitemapindex>{maps}</sitemapindex>", media_type="text/xml"),
        "/one.xml": Page(f"<urlset>{absent}</urlset>", media_type="text/xml"),
        "/two.xml": Page(f"<urlset><url><loc><![CDATA[{HOME}a]]></loc></url></urlset>", media_type="text/xml"),
        "/a": page(text="A."),
    }

    report = crawl(engine, site, f"{HOME}sitemap.xml")

    assert (told(report), report.notes) == ({"/a": "indexed"}, ())


def test_a_sitemap_of_blanks_is_read_in_one_pass(engine: Engine, site: Site) -> None:
    """Read with a pattern that tries every split of the blanks it would take years."""
    blank = f"<urlset><url><loc>{' ' * 100_000}</url><url><loc>{HOME}a</loc></url></urlset>"
    site.pages = {"/sitemap.xml": Page(blank, media_type="text/xml"), "/a": page(text="A.")}

    assert told(crawl(engine, site, f"{HOME}sitemap.xml")) == {"/a": "indexed"}


def test_no_link_of_a_page_or_a_sitemap_leads_to_this_machine(engine: Engine, site: Site) -> None:
    with Canary() as canary:
        there = f"//127.0.0.1:{canary.port}/"
        links = [f"http:{there}", f"http://localhost:{canary.port}/", f"http://[::1]:{canary.port}/", "/jump", there]
        site.pages = {
            "/robots.txt": Page(f"Sitemap: http:{there}sitemap.xml", media_type="text/plain"),
            "/": page(*links),
            "/jump": Page(status=302, headers={"Location": f"http:{there}"}),
            "/map.xml": Page(f"<urlset><url><loc>http:{there}a</loc></url></urlset>", media_type="text/xml"),
        }

        report = crawl(engine, site)
        crawl(engine, site, f"{HOME}map.xml")

        assert not canary.reached()
    assert told(report) == {"/": "indexed", "/jump": "failed"}


def test_a_site_on_a_private_address_is_refused(engine: Engine, site: Site) -> None:
    names = Names(inside_example=[["10.0.0.8"]])

    with pytest.raises(AddressRefused):
        crawl(engine, site, "http://inside.example/", names=names)


def test_files_and_pages_can_be_named_together(engine: Engine, site: Site, corpus: object) -> None:
    (corpus / "c.md").write_text("# C\n\nFile.")  # type: ignore[operator]
    site.pages = {"/": page(text="Harbour.")}

    report = crawl(engine, site, HOME, str(corpus))

    assert sorted(one.outcome for one in report.outcomes) == ["indexed", "indexed"]
    assert set(documents(engine)) == {HOME, "c.md"}


def test_nothing_to_ingest_is_said(engine: Engine, site: Site) -> None:
    with pytest.raises(UsageError, match="nothing to ingest"):
        ingest(engine.index, [], IngestOptions())

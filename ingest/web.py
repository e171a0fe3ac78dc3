"""Pages of a web site as sources: by its sitemap, or link by link from one page on.

All fetching goes through the guarded client. Only pages of the site that was named are read, below the folder that was
named, as far as its robots.txt allows, up to limits on depth and number. A page that was read before is asked for only
where it has changed since (ETag, Last-Modified): then it costs one request and its links are taken from what is kept.
"""

import hashlib
import html
import json
import re
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Literal
from urllib.parse import urldefrag, urljoin, urlsplit
from urllib.robotparser import RobotFileParser

from ingest.errors import Unreadable
from ingest.models import CrawlLimits
from ingest.settings import RuleBook
from ingest.sources import FoundFile, LeftOut, Survey, Territory
from retrieval.addresses import checked_url, plain
from retrieval.errors import PageGone, SourceError
from retrieval.fetch import AGENT, Fetched, Fetcher
from retrieval.store.sightings import Sighting

_LOCATION = re.compile(r"<loc>(?:\s*<!\[CDATA\[)?([^<\]]*)", re.IGNORECASE)
_SITEMAPS = 50
_LONGEST_DELAY = 10.0  # seconds that a robots.txt may ask for between two requests
_NO_PAGE = re.compile(
    r"\.(?:avi|css|exe|gif|ico|jpe?g|js|mp[34]|mov|png|svg|webp|woff2?|gz|tar|iso|dmg)$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of pages: sightings by address, and where the bytes of a content hash lie, if they do."""

    sightings: Mapping[str, Sighting]
    original: Callable[[str], Path]


def crawled(
    target: str, *, collection: str, scratch: Path, kept: Kept, limits: CrawlLimits, fetcher: Fetcher
) -> Survey:
    """The pages of one target; what was fetched lies in `scratch`. Raises `SourceError` where the target is none."""
    start = plain(checked_url(target))
    crawl = _Crawl(start, scratch=scratch, kept=kept, limits=limits, fetcher=fetcher)
    crawl.run()
    return crawl.survey(collection)


def site_of(target: str) -> str:
    """The root of a page's site. Raises `AddressRefused`."""
    return "/".join(plain(checked_url(target)).split("/")[:3])


class _Crawl:
    def __init__(self, start: str, *, scratch: Path, kept: Kept, limits: CrawlLimits, fetcher: Fetcher) -> None:
        parts = urlsplit(start)
        self._start = start
        self._root = f"{parts.scheme}://{parts.netloc}"
        self._sitemap = parts.path.endswith(".xml")
        self._folder = self._root + ("/" if self._sitemap else parts.path.rpartition("/")[0] + "/")
        self._scratch = scratch
        self._kept = kept
        self._limits = limits
        self._fetcher = fetcher
        self._files: dict[str, FoundFile] = {}
        self._left_out: dict[str, LeftOut] = {}
        self._whole = True

    def run(self) -> None:
        self._robots = self._rules()
        if self._sitemap:
            for url in self._listed():
                self._page(url, follow=False)
            return
        todo, seen = deque([(self._start, 0)]), {self._start}
        while todo:
            url, depth = todo.popleft()
            for link in self._page(url, follow=True):
                if link in seen or not self._ours(link):
                    continue
                if depth == self._limits.depth:
                    self._whole = False
                    continue
                seen.add(link)
                todo.append((link, depth + 1))

    def survey(self, collection: str) -> Survey:
        prefix = "" if self._folder == f"{self._root}/" else self._folder.rstrip("/")
        place = Territory(self._root, prefix)
        return Survey(
            collection=collection,
            territories=(place,),
            files=tuple(self._files[url] for url in sorted(self._files)),
            left_out=tuple(self._left_out[url] for url in sorted(self._left_out)),
            unseen=() if self._whole else (place,),
            rules=RuleBook({}),
            notes=() if self._whole else (f"{self._start}: not all of the site was read; nothing of it is pruned",),
        )

    def _ours(self, url: str) -> bool:
        return url.startswith(self._folder) and not _NO_PAGE.search(urlsplit(url).path)

    def _rules(self) -> RobotFileParser:
        """What robots.txt says; without one all is allowed, and where it can't be had nothing is."""
        rules = RobotFileParser()
        try:
            text = self._fetcher.get(f"{self._root}/robots.txt").body.decode("utf-8", "replace")
        except PageGone:
            text = ""
        rules.parse(text.splitlines())
        return rules

    def _listed(self) -> list[str]:
        """The addresses of the sitemap and of those that it names."""
        todo, seen, found = deque([self._start]), {self._start}, []
        for _ in range(_SITEMAPS):
            if not todo:
                break
            text = self._fetcher.get(todo.popleft()).body.decode("utf-8", "replace")
            nested = "<sitemapindex" in text
            for location in _LOCATION.findall(text):
                url = _absolute(self._start, html.unescape(location.strip()))
                if url is None or url in seen:
                    continue
                seen.add(url)
                if nested and url.startswith(f"{self._root}/"):
                    todo.append(url)
                elif self._ours(url):
                    found.append(url)
        self._whole = not todo
        return found

    def _page(self, url: str, *, follow: bool) -> Iterable[str]:
        """Take in one page; its links, if they are wanted."""
        if len(self._files) >= self._limits.pages:
            self._whole = False
            return ()
        if not self._robots.can_fetch(AGENT, url):
            self._leave_out(url, "skipped", "robots: the site's robots.txt forbids it")
            return ()
        delay = self._robots.crawl_delay(AGENT)
        time.sleep(min(float(delay or 0), _LONGEST_DELAY))
        try:
            file, base = self._fetched(url)
        except SourceError as exc:
            if isinstance(exc, PageGone) and url != self._start:
                return ()
            self._leave_out(url, "failed", f"{exc.code}: {exc.message}", remedy=exc.remedy)
            return self._led_to(url) if follow else ()
        return _links(file, base) if follow else ()

    def _led_to(self, url: str) -> Iterable[str]:
        """The links of a page that can't be read now, as it was kept: what they lead to is not gone for that."""
        before = self._kept.sightings.get(url)
        original = self._kept.original(before.content_hash) if before else None
        if url == self._start or (original is not None and not original.is_file()):
            self._whole = False
            return ()
        return _links(original, url) if original is not None else ()

    def _fetched(self, url: str) -> tuple[Path, str]:
        """The file that holds the page, new or kept, and the address that its links are relative to."""
        before = self._kept.sightings.get(url)
        known = _validators(before) if before else {}
        original = self._kept.original(before.content_hash) if before and known else None
        if original is None or not original.is_file():
            before, known = None, {}
        answer = self._fetcher.get(url, **known, follow=self._may_follow)
        if answer.unchanged and before is not None and original is not None:
            self._files[url] = FoundFile(original, self._root, url, url, None, before.stamp)
            return original, answer.url
        with tempfile.NamedTemporaryFile(dir=self._scratch, delete=False) as file:
            file.write(answer.body)
        self._files[url] = FoundFile(Path(file.name), self._root, url, url, None, _stamp(answer))
        return Path(file.name), answer.url

    def _may_follow(self, url: str) -> bool:
        return url.startswith(f"{self._root}/") and self._robots.can_fetch(AGENT, url)

    def _leave_out(self, url: str, outcome: Literal["skipped", "failed"], reason: str, *, remedy: str = "") -> None:
        self._left_out[url] = LeftOut(self._root, url, url, outcome, reason, remedy)


class _Anchors(HTMLParser):
    """The addresses that a page links to, as they are written."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.base = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href")
        if href and tag == "base":
            self.base = href
        elif href and tag in ("a", "area"):
            self.found.append(href)


def _links(file: Path, url: str) -> list[str]:
    """Absolute, without fragments, each once; none where it is no HTML."""
    try:
        content = file.read_bytes()
    except OSError as exc:
        raise Unreadable(f"{url}: {exc.strerror}", remedy="try again") from exc
    if b"<" not in content[:2_000]:
        return []
    anchors = _Anchors()
    anchors.feed(content.decode("utf-8", "replace"))
    base = urljoin(url, anchors.base)
    found = (_absolute(base, href) for href in anchors.found)
    return list(dict.fromkeys(link for link in found if link is not None))


def _absolute(base: str, href: str) -> str | None:
    """The address in the one way in which it is written here; None for what is none."""
    try:
        return plain(checked_url(urldefrag(urljoin(base, href.strip()))[0]))
    except (SourceError, ValueError):
        return None


def _stamp(answer: Fetched) -> str:
    """Tells this state of the page from others; empty where the site gives nothing to tell by."""
    if not (answer.etag or answer.last_modified):
        return ""
    digest = hashlib.sha256(answer.body).hexdigest()  # some sites send other bytes under the same tag
    return json.dumps({"etag": answer.etag, "last_modified": answer.last_modified, "sha256": digest})


def _validators(sighting: Sighting) -> dict[str, str]:
    """What the page is asked for with; nothing where it was read without."""
    if not sighting.stamp:
        return {}
    known: dict[str, str] = json.loads(sighting.stamp)
    return {name: known[name] for name in ("etag", "last_modified")}

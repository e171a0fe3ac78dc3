"""The guarded client: what it reads, what it gives up on, and what it never connects to."""

import time
from collections.abc import Iterator

import httpcore
import pytest

from retrieval.addresses import checked_url
from retrieval.errors import AddressRefused, FetchFailed
from retrieval.fetch import Fetcher, FetchLimits
from tests.site import PUBLIC, Canary, Names, Page, Site, Wired

LOOPBACK = [
    # plainly
    "http://127.0.0.1:{port}/", "http://127.0.0.2:{port}/", "http://127.255.255.254:{port}/",
    "http://localhost:{port}/", "http://LOCALHOST:{port}/", "http://localhost.:{port}/", "http://127.0.0.1.:{port}/",
    "http://0.0.0.0:{port}/", "http://0:{port}/", "http://[::1]:{port}/", "http://[::]:{port}/",
    "http://[0:0:0:0:0:0:0:1]:{port}/", "https://127.0.0.1:{port}/", "https://[::1]:{port}/",
    # numbers in other spellings
    "http://2130706433:{port}/", "http://017700000001:{port}/", "http://0x7f000001:{port}/", "http://0x7F.1:{port}/",
    "http://127.1:{port}/", "http://127.0.1:{port}/", "http://0177.0.0.1:{port}/", "http://0x7f.0.0.1:{port}/",
    "http://0177.0.0.01:{port}/", "http://127.0.0.01:{port}/", "http://00127.0.0.1:{port}/", "http://127.0.0.1%00:{port}/",
    "http://0x7f.0x0.0x0.0x1:{port}/", "http://0177.0x0.0.1:{port}/", "http://0x7f.1:{port}/", "http://127.0.0.0x1:{port}/",
    # IPv6 that holds IPv4
    "http://[::ffff:127.0.0.1]:{port}/", "http://[::ffff:7f00:1]:{port}/", "http://[0:0:0:0:0:ffff:127.0.0.1]:{port}/",
    "http://[::127.0.0.1]:{port}/", "http://[64:ff9b::127.0.0.1]:{port}/", "http://[64:ff9b::7f00:1]:{port}/",
    "http://[2002:7f00:1::]:{port}/", "http://[2001:0:4136:e378:8000:63bf:80ff:fffe]:{port}/",
    "http://[fe80::5efe:127.0.0.1]:{port}/", "http://[2a01::5efe:7f00:1]:{port}/", "http://[64:ff9b:1::7f00:1]:{port}/",
    # letters that become digits, dots and names
    "http://１２７.０.０.１:{port}/", "http://①②⑦.⓪.⓪.①:{port}/", "http://127。0。0。1:{port}/", "http://127．0．0．1:{port}/",
    "http://ⓛocalhost:{port}/", "http://ｌｏｃａｌｈｏｓｔ:{port}/", "http://localho\u017ft:{port}/",
    # a host that is not where it seems to be
    "http://site.example@127.0.0.1:{port}/", "http://site.example:80@127.0.0.1:{port}/",
    "http://user:secret@127.0.0.1:{port}/", "http://127.0.0.1:{port}@site.example/",
    "http://site.example\\@127.0.0.1:{port}/", "http://127.0.0.1:{port}\\@site.example/",
    "http://site.example#@127.0.0.1:{port}/", "http://127.0.0.1:{port}#@site.example/",
    "http://127.0.0.1:{port}?@site.example/", "http://127%2e0%2e0%2e1:{port}/", "http://%6c%6fcalhost:{port}/",
    "http://127.0.0.1:{port}\r\nHost: site.example/", "http://127.0.0.1\t:{port}/", "http://127.0.0.1 :{port}/",
    " http://127.0.0.1:{port}/", "http:\\\\127.0.0.1:{port}\\", "http:/\\127.0.0.1:{port}/", "http:127.0.0.1:{port}/",
    "http:///127.0.0.1:{port}/", "//127.0.0.1:{port}/", "http://[::1%25lo]:{port}/", "http://[::1]x:{port}/",
    "http://127.0.0.1:0{port}/", "HTTP://127.0.0.1:{port}/", "http://\u200b127.0.0.1:{port}/",
    # other schemes
    "file:///etc/hostname", "ftp://127.0.0.1:{port}/", "gopher://127.0.0.1:{port}/_GET", "dict://127.0.0.1:{port}/",
    "unix:///run/service.sock", "jar:http://127.0.0.1:{port}/!/", "data:text/html,x", "ws://127.0.0.1:{port}/",
]  # fmt: skip
PRIVATE = [
    "http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/latest/", "http://169.254.170.2/v2/",
    "http://100.100.100.200/latest/", "http://192.0.0.192/opc/v2/", "http://168.63.129.16/metadata/",
    "http://[::ffff:169.254.169.254]/", "http://2852039166/", "http://0xa9fea9fe/", "http://10.0.0.1/",
    "http://172.16.0.1/", "http://192.168.1.1/", "http://100.64.0.1/", "http://198.18.0.1/", "http://224.0.0.1/",
    "http://255.255.255.255/", "http://240.0.0.1/", "http://[fe80::1]/", "http://[fc00::1]/", "http://[ff02::1]/",
    "http://[fec0::1]/", "http://[64:ff9b::a9fe:a9fe]/", "http://[2002:a9fe:a9fe::]/", "http://192.88.99.1/",
]  # fmt: skip
NAMES = {
    "v4.name.example": ["127.0.0.1"],
    "v6.name.example": ["::1"],
    "mapped.name.example": ["::ffff:127.0.0.1"],
    "zero.name.example": ["0.0.0.0"],
    "metadata.name.example": ["169.254.169.254"],
    "mixed.name.example": [PUBLIC, "127.0.0.1"],
    "mixed6.name.example": [PUBLIC, "::1"],
    "scoped.name.example": ["fe80::1%lo"],
    "odd.name.example": ["localhost"],
}


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as served:
        yield served


@pytest.fixture
def canary() -> Iterator[Canary]:
    with Canary() as listening:
        yield listening


def fetcher(site: Site, names: Names | None = None, **limits: float) -> Fetcher:
    return Fetcher(limits=FetchLimits(**limits), resolve=names or Names(), network=Wired(site))  # type: ignore[arg-type]


def refused(client: Fetcher, url: str) -> bool:
    """Whether the client gave no page."""
    try:
        client.get(url)
    except (AddressRefused, FetchFailed):
        return True
    return False


def test_the_canary_is_reached_by_a_client_without_the_guard(site: Site, canary: Canary) -> None:
    """What the tests below would see if the guard let something through."""
    with httpcore.ConnectionPool(network_backend=Wired(site)) as pool, pytest.raises(httpcore.TimeoutException):
        pool.request("GET", f"http://127.0.0.1:{canary.port}/", extensions={"timeout": {"connect": 1, "read": 0.05}})

    assert canary.reached()


@pytest.mark.parametrize("url", LOOPBACK)
def test_no_spelling_of_loopback_reaches_the_canary(site: Site, canary: Canary, url: str) -> None:
    with fetcher(site, wait_seconds=1) as client:
        gave_up = refused(client, url.format(port=canary.port))

    assert not canary.reached()
    assert gave_up


@pytest.mark.parametrize("url", PRIVATE)
def test_no_private_or_metadata_address_is_connected_to(site: Site, url: str) -> None:
    network = Wired(site)
    with Fetcher(resolve=Names(), network=network) as client, pytest.raises(AddressRefused):
        client.get(url)

    assert network.connected == []


@pytest.mark.parametrize("url", [*LOOPBACK, *PRIVATE])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_leads_there(site: Site, canary: Canary, url: str, status: int) -> None:
    target = url.format(port=canary.port)
    if any(char in target for char in "\r\n") or not target.isascii():
        target = target.encode("utf-8").decode("latin-1").replace("\r\n", "")
    site.pages["/"] = Page(status=status, headers={"Location": target})

    with fetcher(site, wait_seconds=1) as client:
        refused(client, "http://site.example/")

    assert not canary.reached()
    assert set(client._network._network.connected) == {PUBLIC}  # type: ignore[attr-defined]


def test_a_chain_of_redirects_is_judged_at_each_step(site: Site, canary: Canary) -> None:
    site.pages["/"] = Page(status=302, headers={"Location": "//other.example/next"})
    site.pages["/next"] = Page(status=302, headers={"Location": f"//127.0.0.1:{canary.port}/"})

    with fetcher(site) as client, pytest.raises(AddressRefused):
        client.get("http://site.example/")

    assert site.paths == ["/", "/next"]
    assert not canary.reached()


@pytest.mark.parametrize("name", list(NAMES))
def test_a_name_is_judged_by_all_that_it_resolves_to(site: Site, canary: Canary, name: str) -> None:
    names = Names(**{name.replace(".", "_"): [NAMES[name]]})

    with fetcher(site, names) as client, pytest.raises(AddressRefused):
        client.get(f"http://{name}:{canary.port}/")

    assert (canary.reached(), site.asked) == (False, [])


@pytest.mark.parametrize("turns", range(1, 6))
def test_a_name_that_is_rebound_between_two_connections_is_refused(site: Site, canary: Canary, turns: int) -> None:
    """Public so many times, then this machine; each connection is made to what was checked for it."""
    answers = [[PUBLIC]] * turns + [["127.0.0.1"]]
    site.pages["/"] = Page("hello", headers={"Connection": "close"})

    with fetcher(site, Names(rebound_example=answers)) as client:
        for _ in range(turns):
            assert client.get(f"http://rebound.example:{canary.port}/").body == b"hello"
        with pytest.raises(AddressRefused):
            client.get(f"http://rebound.example:{canary.port}/")

    assert not canary.reached()


def test_a_name_that_is_rebound_between_check_and_connection_changes_nothing(site: Site, canary: Canary) -> None:
    """It is asked for once; the second answer, which a client that resolves again would get, is never wanted."""
    site.pages["/"] = Page("hello")

    with fetcher(site, Names(rebound_example=[[PUBLIC], ["127.0.0.1"]])) as client:
        assert client.get(f"http://rebound.example:{canary.port}/").body == b"hello"

    assert not canary.reached()


def test_a_page_comes_with_what_is_asked_for_the_next_time(site: Site) -> None:
    site.pages["/a?b=c"] = Page("<p>Hello</p>", etag='"1"', headers={"Last-Modified": "Mon, 01 Jun 2026 10:00:00 GMT"})

    with fetcher(site) as client:
        first = client.get("http://site.example/a?b=c#part")
        again = client.get("http://site.example/a?b=c", etag=first.etag, last_modified=first.last_modified)

    assert (first.body, first.media_type, first.etag) == (b"<p>Hello</p>", "text/html", '"1"')
    assert (again.unchanged, again.body) == (True, b"")
    assert site.asked[1][1]["If-Modified-Since"] == "Mon, 01 Jun 2026 10:00:00 GMT"
    assert site.asked[0][1]["Host"] == "site.example"


def test_nothing_is_sent_that_could_identify_anybody(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    site.pages["/"] = Page("x", headers={"Set-Cookie": "a=b"})

    with fetcher(site) as client:
        client.get("http://site.example/")
        client.get("http://site.example/")

    assert [sorted(headers) for _, headers in site.asked] == [["Accept", "Accept-Encoding", "Host", "User-Agent"]] * 2


@pytest.mark.parametrize(
    ("page", "why"),
    [
        (Page(status=500), "status 500"),
        (Page("x" * 2_000), "more than 1,000 bytes"),
        (Page("x", headers={"Content-Encoding": "gzip"}), "sent packed"),
        (Page(status=302, headers={"Location": "/"}), "more than 2 redirects"),
        (Page(status=302, headers={"Location": "http://[bad"}), "no address"),
    ],
)
def test_what_is_no_page_is_told(site: Site, page: Page, why: str) -> None:
    site.pages["/"] = page

    with fetcher(site, body_bytes=1_000, redirects=2) as client, pytest.raises(FetchFailed, match=why):
        client.get("http://site.example/")


def test_a_site_that_does_not_answer_is_told(site: Site, canary: Canary) -> None:
    """The canary answers nobody; here it is the public address, on purpose."""
    network = Wired(site)
    network._site = canary  # type: ignore[assignment]

    with (
        Fetcher(limits=FetchLimits(wait_seconds=0.05), resolve=Names(), network=network) as client,
        pytest.raises(FetchFailed, match="no answer"),
    ):
        client.get("http://site.example/")


def test_a_site_that_sends_its_headers_byte_by_byte_is_left() -> None:
    """No single wait is too long; there are far more of them than the whole may take."""

    class Dripping(httpcore.NetworkStream):
        def write(self, buffer: bytes, timeout: float | None = None) -> None: ...
        def close(self) -> None: ...
        def get_extra_info(self, info: str) -> None: ...

        def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
            sent.append(timeout)
            time.sleep(0.02)
            return b"HTTP/1.1 200 OK\r\nX: " if len(sent) == 1 else b"x"

    class Network(httpcore.NetworkBackend):
        def connect_tcp(self, *_: object, **__: object) -> httpcore.NetworkStream:  # type: ignore[override]
            return Dripping()

    sent: list[float | None] = []
    limits = FetchLimits(wait_seconds=5, total_seconds=0.2)

    with (
        Fetcher(limits=limits, resolve=Names(), network=Network()) as client,
        pytest.raises(FetchFailed, match="it took too long"),
    ):
        client.get("http://site.example/")

    assert len(sent) <= 11


def test_a_checked_address_is_written_in_one_way() -> None:
    assert checked_url("HTTP://Büro.Example./ä b"[:-2]).geturl() == "http://xn--bro-hoa.example:80/%C3%A4"

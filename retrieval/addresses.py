"""Which addresses may be asked for when a user, a document or a crawl names them: public ones, plainly written.

An address in a URL is judged by its text first (another way to write a number is refused, not interpreted), then by
what its name resolves to; `retrieval.fetch` connects to nothing but what was judged.
"""

import ipaddress
import re
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

from retrieval.errors import AddressRefused

_SCHEMES = {"http": 80, "https": 443}
_ODD = re.compile(r"[\x00-\x20\x7f\\]")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
_KEPT = "/%:@!$&'()*+,;=?~-._"
_REMEDY = "name a page of a public site by its plain address"

_EMBEDDED = (
    (ipaddress.IPv6Network("::/96"), 0),  # IPv4-compatible, long deprecated
    (ipaddress.IPv6Network("64:ff9b::/96"), 0),  # NAT64
    (ipaddress.IPv6Network("2002::/16"), 80),  # 6to4
)
"""IPv6 networks whose addresses hold an IPv4 address, and by how many bits that is shifted."""

_UNICAST = ipaddress.IPv6Network("2000::/3")  # all that is public in IPv6
_REFUSED = (
    ipaddress.ip_network("168.63.129.16/32"),  # a cloud's own service, on a public address
    ipaddress.ip_network("192.0.0.0/24"),  # protocol assignments, of which another cloud uses one
    ipaddress.ip_network("192.88.99.0/24"),  # 6to4 relays
    ipaddress.ip_network("64:ff9b:1::/48"),  # NAT64 within one network
    ipaddress.ip_network("2001::/23"),  # protocol assignments, Teredo among them
)


def checked_url(url: str) -> SplitResult:
    """The URL in its parts: host in lower-case ASCII, an explicit port, all else in ASCII too; no fragment.

    Raises `AddressRefused`.
    """
    if _ODD.search(url):
        raise _refused(url, "it holds blanks, control characters or backslashes")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as exc:
        raise _refused(url, str(exc)) from exc
    if parts.scheme not in _SCHEMES:
        raise _refused(url, "only http and https are fetched")
    if "@" in parts.netloc:
        raise _refused(url, "it holds a name or a password before its host")
    host = _host(url, parts.hostname or "")
    port = _SCHEMES[parts.scheme] if port is None else port
    if port == 0:
        raise _refused(url, "no port has the number 0")
    place = f"[{host}]" if ":" in host else host
    return SplitResult(parts.scheme, f"{place}:{port}", quote(parts.path or "/", _KEPT), quote(parts.query, _KEPT), "")


def is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def plain(url: SplitResult) -> str:
    """A checked URL as it is written: without the port that its scheme has anyway."""
    netloc = url.netloc.removesuffix(f":{_SCHEMES[url.scheme]}")
    return urlunsplit((url.scheme, netloc, url.path, url.query, ""))


def check_address(address: str, url: str) -> None:
    """Raises `AddressRefused` for an address that is not a public one, however it is wrapped."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError as exc:
        raise _refused(url, f"it leads to {address!r}, which is no address") from exc
    if not _public(found):
        raise _refused(url, f"it leads to {address}, which is not a public address")


def _host(url: str, host: str) -> str:
    if ":" in host:
        return _ipv6(url, host)
    host = host.removesuffix(".")
    try:
        plain_host = host.encode("idna").decode("ascii").lower()
    except UnicodeError as exc:
        raise _refused(url, "its host is no name") from exc
    labels = plain_host.split(".")
    if not all(_LABEL.fullmatch(label) for label in labels):
        raise _refused(url, "its host is no name")
    if _NUMBER.fullmatch(labels[-1]) and not _dotted(plain_host):
        raise _refused(url, "its host is a number written in another way than as four decimal ones")
    return plain_host


def _ipv6(url: str, host: str) -> str:
    try:
        return str(ipaddress.IPv6Address(host))
    except ValueError as exc:
        raise _refused(url, "its host is no address") from exc


def _dotted(host: str) -> bool:
    """Four decimal numbers without leading zeros."""
    try:
        return str(ipaddress.IPv4Address(host)) == host
    except ValueError:
        return False


def _public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if any(address in network for network in _REFUSED if network.version == address.version):
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = _inner(address)
        if inner is not None or address not in _UNICAST:
            return inner is not None and _public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


def _inner(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 one stands for."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if (int(address) >> 32) & 0xFFFFFFFF in (0x00005EFE, 0x02005EFE):  # ISATAP
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    for network, shift in _EMBEDDED:
        if address in network:
            return ipaddress.IPv4Address((int(address) >> shift) & 0xFFFFFFFF)
    return None


def _refused(url: str, why: str) -> AddressRefused:
    return AddressRefused(f"{url!r} is not fetched: {why}", remedy=_REMEDY)

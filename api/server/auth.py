"""Who asks: by key, by the server's own local token, or, as long as no key was made, anyone on this very machine."""

import hmac
import ipaddress
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import Scope

from api.activity.keys import ROLES, Keys, Role
from api.errors import Forbidden, Unauthenticated
from retrieval.errors import FootnoteError
from retrieval.models import OWNER, Caller

_LOOPBACK_NAMES = {"localhost", "127.0.0.1", "[::1]"}
_PROXY_HEADERS = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


@dataclass(frozen=True, slots=True)
class Principal:
    """Who a request comes from. `key_id` is the key's public name, `owner` where no key was wanted."""

    key_id: str
    caller: Caller
    role: Role

    @property
    def local(self) -> bool:
        return self.key_id == LOCAL.key_id

    def may(self, role: Role) -> bool:
        """Roles include each other: ask < evaluate < admin."""
        return ROLES.index(self.role) >= ROLES.index(role)


LOCAL = Principal("owner", OWNER, "admin")


class Authenticator:
    def __init__(self, keys: Keys, *, local_token: str) -> None:
        """`local_token` makes a request from this machine the owner's."""
        self._keys = keys
        self._local_token = local_token

    def identify(self, scope: Scope) -> Principal:
        """Raises `Unauthenticated`, or `Forbidden` where an open home is asked from elsewhere."""
        headers = Headers(scope=scope)
        if "authorization" in headers:
            return self._by_secret(_bearer(headers["authorization"]), scope)
        if self._keys.any_made():
            raise _wants_key("this server wants a key")
        refusal = not_local(scope)
        if refusal is not None:
            raise refusal
        return LOCAL

    def operator(self, scope: Scope) -> Principal:
        """For the metrics: whoever asks from this machine, or an admin's key. Raises as `identify` does."""
        if "authorization" not in Headers(scope=scope) and not_local(scope) is None:
            return LOCAL
        principal = self.identify(scope)
        if not principal.may("admin"):
            raise not_allowed("admin")
        return principal

    def _by_secret(self, secret: str, scope: Scope) -> Principal:
        if from_loopback(scope) and hmac.compare_digest(secret.encode(), self._local_token.encode()):
            return LOCAL
        key = self._keys.find(secret)
        if key is None:
            raise _wants_key("this key is not valid")
        return Principal(key.key_id, key.caller, key.role)


def not_allowed(role: Role) -> Forbidden:
    return Forbidden(f"this key may not do that; it takes the role {role}", remedy="ask an admin for another key")


def not_local(scope: Scope) -> FootnoteError | None:
    """Why a request without a key is not taken for one of this machine's own user, or null.

    The Host header is checked so that no web page can reach the server under a name of its own, the Origin header so
    that no page but the server's own can send anything, and a proxy's marks because behind one all callers are local.
    """
    headers = Headers(scope=scope)
    host = headers.get("host", "")
    remedy = "make a key with `footnote key add NAME` and send it as `Authorization: Bearer KEY`"
    if not from_loopback(scope) or any(name in headers for name in _PROXY_HEADERS):
        return Forbidden("without a key only this machine may ask", remedy=remedy)
    if _name(host) not in _LOOPBACK_NAMES:
        return Forbidden("the Host header names another machine", remedy="use http://localhost or http://127.0.0.1")
    if headers.get("origin", f"http://{host}") != f"http://{host}":
        return Forbidden("the request comes from another site", remedy=remedy)
    return None


def from_loopback(scope: Scope) -> bool:
    client = scope.get("client")
    try:
        address = ipaddress.ip_address(client[0]) if client else None
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return address is not None and (mapped or address).is_loopback


def _bearer(authorization: str) -> str:
    scheme, _, secret = authorization.partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise _wants_key("the Authorization header is not `Bearer KEY`")
    return secret.strip()


def _wants_key(message: str) -> Unauthenticated:
    return Unauthenticated(message, remedy="send `Authorization: Bearer KEY` with a key that an admin gave you")


def _name(host: str) -> str:
    """`localhost` of `localhost:8000`, `[::1]` of `[::1]:8000`."""
    end = host.find("]") + 1
    return host[:end].lower() if end else host.partition(":")[0].lower()

"""A verb's work done by the server that holds the home."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote

import httpx

from api import terminal
from api.errors import ServerFailed
from api.history import ForgottenObject, RolledBackObject
from api.objects import ReportObject
from api.presence import Presence
from api.progress import Tally

_COUNTED = ("files", "ended", "pages", "chunks", "embedded")
_POLL_SECONDS = 0.3
_SECONDS = 30.0
_ERASING_SECONDS = 600.0  # both indexes are written anew


@dataclass(slots=True)
class _Tally:
    files: int
    ended: int
    pages: int
    chunks: int
    embedded: int


class Remote:
    """To be used as a context manager. All methods raise `ServerFailed` where the server does not do as asked."""

    def __init__(self, presence: Presence) -> None:
        # The environment's proxies are not asked: the token is for this machine only.
        self._client = httpx.Client(
            base_url=presence.address,
            headers={"Authorization": f"Bearer {presence.token}"},
            timeout=_SECONDS,
            trust_env=False,
        )

    def __enter__(self) -> "Remote":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def alive(self) -> bool:
        """Whether it answers and takes its token: another home's server may have got the address since."""
        try:
            return self._client.get("/v1/runs", params={"limit": 1}, timeout=5.0).is_success
        except httpx.HTTPError:
            return False

    def ingest(self, arguments: Mapping[str, Any], show: Callable[[Tally], None]) -> ReportObject:
        """Submits the job and waits for its end, telling `show` how far it is."""
        return cast(ReportObject, self.work("/v1/ingest", arguments, show))

    def work(self, path: str, body: Mapping[str, Any], show: Callable[[Tally], None] | None = None) -> dict[str, Any]:
        """Submits a job and waits for its report."""
        job = self._call("POST", path, body)
        try:
            job = self._ended(job, show or _unshown)
        except KeyboardInterrupt:
            terminal.note(f"the server goes on with {job['job_id']}")
            raise
        if job["error"] is not None:
            raise _failed(job["error"])
        return cast(dict[str, Any], job["report"])

    def roll_back(self, document_id: str, version: int) -> RolledBackObject:
        answer = self._call("POST", f"/v1/documents/{quote(document_id, safe='')}/rollback", {"version": version})
        return cast(RolledBackObject, answer)

    def forget(self, document_id: str) -> ForgottenObject:
        answer = self._call("POST", f"/v1/documents/{quote(document_id, safe='')}/forget", wait=_ERASING_SECONDS)
        return cast(ForgottenObject, answer)

    def _ended(self, job: dict[str, Any], show: Callable[[Tally], None]) -> dict[str, Any]:
        while job["state"] in ("queued", "running"):
            time.sleep(_POLL_SECONDS)
            job = self._call("GET", f"/v1/jobs/{job['job_id']}")
            if job["progress"] is not None:
                show(_Tally(**{name: job["progress"][name] for name in _COUNTED}))
        return job

    def _call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, wait: float = _SECONDS
    ) -> dict[str, Any]:
        try:
            response = self._client.request(method, path, json=body, timeout=wait)
            answer: dict[str, Any] = response.json()
        except (httpx.HTTPError, ValueError) as exc:
            raise ServerFailed(
                f"the server at {self._client.base_url} does not answer", remedy="see its log; run the verb again"
            ) from exc
        if not response.is_success:
            raise _failed(answer["error"])
        return answer


def _unshown(_: Tally) -> None:
    """Progress that nobody watches."""


def _failed(error: Mapping[str, str]) -> ServerFailed:
    return ServerFailed(error["message"], remedy=error["remedy"], code=error["code"])

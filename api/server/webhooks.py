"""Tells another program how ingests ended: signed, at least once, again after a restart.

The receiver computes the HMAC-SHA256 of `Footnote-Timestamp`, a dot and the body with the shared secret, compares it
with `Footnote-Signature`, and passes over a `Footnote-Delivery` that it knows already.
"""

import contextlib
import hashlib
import hmac
import threading
import time
from collections.abc import Iterator

import httpx

from api import log
from api.activity.outbox import Delivery, Outbox
from retrieval.errors import FootnoteError

_SECONDS_TO_ANSWER = 10.0


@contextlib.contextmanager
def delivered(outbox: Outbox, *, url: str, secret: str) -> Iterator[None]:
    """What is due is delivered meanwhile; nothing is where no `url` is set."""
    if not url:
        yield
        return
    webhooks = Webhooks(outbox, url=url, secret=secret)
    webhooks.start()
    try:
        yield
    finally:
        webhooks.stop()


class Webhooks:
    """One thread that delivers what is due. `url` is an admin's own setting and is trusted as it is."""

    def __init__(self, outbox: Outbox, *, url: str, secret: str, every: float = 2.0) -> None:
        self._outbox = outbox
        self._url = url
        self._secret = secret.encode()
        self._every = every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="footnote-webhooks", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """What was not delivered yet is, by the next server."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        with httpx.Client(timeout=_SECONDS_TO_ANSWER, trust_env=False, follow_redirects=False) as client:
            while not self._stop.is_set():
                try:
                    self._deliver(client)
                except FootnoteError as exc:  # the database: there is nobody else to tell
                    log.logger().error("webhooks can't be delivered", code=exc.code)
                self._stop.wait(self._every)

    def _deliver(self, client: httpx.Client) -> None:
        for delivery in self._outbox.due():
            if self._stop.is_set():
                return
            refusal = self._refusal(client, delivery)
            if refusal:
                self._outbox.refused(delivery, refusal)
                log.logger().warning("a webhook was not taken", told=delivery.event, why=refusal)
            else:
                self._outbox.taken(delivery)

    def _refusal(self, client: httpx.Client, delivery: Delivery) -> str:
        """Why it was not taken; empty where it was."""
        try:
            answer = client.post(self._url, content=delivery.body.encode(), headers=self._headers(delivery))
        except httpx.HTTPError as exc:
            return f"no answer ({type(exc).__name__})"
        return "" if answer.is_success else f"status {answer.status_code}"

    def _headers(self, delivery: Delivery) -> dict[str, str]:
        timestamp = str(int(time.time()))
        return {
            "Content-Type": "application/json",
            "User-Agent": "Footnote",
            "Footnote-Event": delivery.event,
            "Footnote-Delivery": delivery.delivery_id,
            "Footnote-Timestamp": timestamp,
            "Footnote-Signature": f"sha256={signature(self._secret, timestamp, delivery.body)}",
        }


def signature(secret: bytes, timestamp: str, body: str) -> str:
    return hmac.new(secret, f"{timestamp}.{body}".encode(), hashlib.sha256).hexdigest()

"""Questions asked while everything else happens: an answer may be old or new, never both."""

import contextlib
import random

from retrieval.engine import Engine
from retrieval.errors import NotFound
from retrieval.models import OWNER, Hit, Mode
from tests.crash.log import Log
from tests.crash.texts import said

_MODES: tuple[Mode, ...] = ("hybrid", "dense", "lexical")


def ask_for_ever(engine: Engine, log: Log, chance: random.Random) -> None:
    """Says how many were answered now and then, and every answer that mixes two versions."""
    answered = 0
    while True:
        hits = engine.search(_question(chance), k=30, caller=OWNER, mode=chance.choice(_MODES))
        answered += 1
        for wrong in mixed(engine, hits):
            log.say("mixed", wrong=wrong)
        if answered % 20 == 1:
            log.say("answered", total=answered)


def mixed(engine: Engine, hits: tuple[Hit, ...]) -> list[str]:
    """Hits of one document that are of two versions or two texts, or whose words do not stand where they say."""
    wrong: list[str] = []
    texts: dict[str, set[tuple[int, int]]] = {}
    for hit in hits:
        chunk = hit.chunk
        for one in said(chunk.text):
            texts.setdefault(chunk.document_id, set()).add((chunk.version, one.number))
        with contextlib.suppress(NotFound):  # swept or forgotten since
            stored = engine.catalog.version(chunk.document_id, OWNER, chunk.version)
            if stored.text[chunk.start : chunk.end] != chunk.text:
                wrong.append(f"{chunk.document} version {chunk.version} does not say {chunk.text!r}")
    wrong += [f"{document}: {sorted(found)}" for document, found in texts.items() if len(found) > 1]
    return wrong


def _question(chance: random.Random) -> str:
    return f"File f{chance.randrange(16)}.txt text {chance.randrange(100)} pumps and leave"

"""Answers that were given, opened again: by who asked or by an admin, and only as far as they may see it now."""

from collections.abc import Mapping
from typing import Any

from api.activity.answers import Answers, KeptAnswer, no_answer
from api.objects import AnswerObject, HitObject
from api.server.auth import Principal
from api.server.services import CatalogReads
from retrieval.errors import NotFound
from retrieval.models import Caller

_Version = tuple[str, int]


def reopened(answer_id: str, *, answers: Answers, catalog: CatalogReads, asker: Principal) -> KeptAnswer:
    """The answer less the sources that the caller may not see any more.

    Raises `NotFound` for one that is not kept, that another asked for, or that holds words of what was closed since.
    """
    kept = answers.find(answer_id)
    if not _may_open(kept, asker):
        raise no_answer(answer_id)
    body, trace = kept.body, kept.trace
    seen = _visible(_versions(body) | _folded(body) | _read(trace), catalog, asker.caller)
    if not _words_from(body, trace) <= seen:
        raise no_answer(answer_id)
    body["sources"] = [_with_seen(hit, seen) for hit in body["sources"] if _named(hit) in seen]
    if trace is not None:
        _close(trace, seen)
    return kept


def _may_open(kept: KeptAnswer, asker: Principal) -> bool:
    return kept.asker == asker.key_id or asker.may("admin")


def _versions(body: AnswerObject) -> set[_Version]:
    return {_named(part) for part in (*body["citations"], *body["sources"])}


def _folded(body: AnswerObject) -> set[_Version]:
    """The versions that a source names beside its own; none of their words stand in the answer."""
    return {_named(one) for hit in body["sources"] for one in hit["also_in"]}


def _with_seen(hit: HitObject, seen: set[_Version]) -> HitObject:
    return {**hit, "also_in": [one for one in hit["also_in"] if _named(one) in seen]}


def _read(trace: Mapping[str, Any] | None) -> set[_Version]:
    """The versions that the trace names."""
    return set() if trace is None else {_named(part) for part in (*trace["candidates"], *trace["passages"])}


def _words_from(body: AnswerObject, trace: Mapping[str, Any] | None) -> set[_Version]:
    """The versions whose words may stand in the answer: those cited, and for a model's answer all that it was given."""
    if body["mode"] == "llm" or body["abstained"]:
        given = set() if trace is None else {_named(passage) for passage in trace["passages"]}
        return _versions(body) | given
    return {_named(citation) for citation in body["citations"]}


def _close(trace: dict[str, Any], seen: set[_Version]) -> None:
    """Take out of the trace what may not be seen. A prompt holds every passage's words: it is whole or not there."""
    if not all(_named(passage) in seen for passage in trace["passages"]):
        trace["prompt"] = []
    for part in ("candidates", "passages"):
        trace[part] = [one for one in trace[part] if _named(one) in seen]


def _named(part: Mapping[str, Any]) -> _Version:
    return part["document_id"], part["version"]


def _visible(wanted: set[_Version], catalog: CatalogReads, caller: Caller) -> set[_Version]:
    return {one for one in wanted if _is_visible(*one, catalog=catalog, caller=caller)}


def _is_visible(document_id: str, version: int, *, catalog: CatalogReads, caller: Caller) -> bool:
    try:
        catalog.version(document_id, caller, version)
    except NotFound:
        return False
    return True

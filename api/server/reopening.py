"""Answers that were given, opened again: by who asked or by an admin, and only as far as they may see it now."""

from api.activity.answers import Answers, KeptAnswer, no_answer
from api.objects import AnswerObject
from api.server.auth import Principal
from api.server.services import CatalogReads
from retrieval.errors import NotFound
from retrieval.models import Caller


def reopened(answer_id: str, *, answers: Answers, catalog: CatalogReads, asker: Principal) -> KeptAnswer:
    """The answer less the sources that the caller may not see any more.

    Raises `NotFound` for one that is not kept, that another asked for, or that holds words of what was closed since.
    """
    kept = answers.find(answer_id)
    if not _may_open(kept, asker):
        raise no_answer(answer_id)
    body = kept.body
    seen = _visible(_versions(body), catalog, asker.caller)
    if not _words_from(body) <= seen:
        raise no_answer(answer_id)
    body["sources"] = [hit for hit in body["sources"] if (hit["document_id"], hit["version"]) in seen]
    return kept


def _may_open(kept: KeptAnswer, asker: Principal) -> bool:
    return kept.asker == asker.key_id or asker.may("admin")


def _versions(body: AnswerObject) -> set[tuple[str, int]]:
    return {(part["document_id"], part["version"]) for part in (*body["citations"], *body["sources"])}


def _words_from(body: AnswerObject) -> set[tuple[str, int]]:
    """The versions whose words may stand in the answer: those cited, and for a model's answer all that it was given."""
    if body["mode"] == "llm" or body["abstained"]:
        return _versions(body)
    return {(citation["document_id"], citation["version"]) for citation in body["citations"]}


def _visible(wanted: set[tuple[str, int]], catalog: CatalogReads, caller: Caller) -> set[tuple[str, int]]:
    return {one for one in wanted if _is_visible(*one, catalog=catalog, caller=caller)}


def _is_visible(document_id: str, version: int, *, catalog: CatalogReads, caller: Caller) -> bool:
    try:
        catalog.version(document_id, caller, version)
    except NotFound:
        return False
    return True

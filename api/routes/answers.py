"""Answers that were given, opened again by who asked or by an admin, and what they thought of them."""

from typing import cast

from fastapi import APIRouter
from typing_extensions import TypedDict

from api.activity.answers import KeptAnswer
from api.activity.feedback import Feedback, Verdict
from api.errors import InvalidRequest
from api.objects import AnswerObject
from api.server.deps import Asker, Serving
from api.server.reopening import reopened
from api.server.schemas import FeedbackBody
from retrieval.trace import Trace

router = APIRouter(prefix="/v1", tags=["ask"])


class FeedbackObject(TypedDict):
    feedback_id: str
    answer_id: str
    given_at: str
    verdict: Verdict
    sentence: int | None
    comment: str


class KeptAnswerObject(AnswerObject):
    asked_at: str
    collection: str | None
    feedback: list[FeedbackObject]
    trace: Trace | None


@router.get("/answers/{answer_id}")
def answer(answer_id: str, serving: Serving, asker: Asker) -> KeptAnswerObject:
    """An answer as it was given and how it came about, less the sources that the caller may not see any more."""
    kept = reopened(answer_id, answers=serving.activity.answers, catalog=serving.engine.catalog, asker=asker)
    given = serving.activity.feedback.of(answer_id)
    return _kept(kept, given)


@router.post("/feedback", status_code=201)
def feedback(body: FeedbackBody, serving: Serving, asker: Asker) -> FeedbackObject:
    """Thumbs up or down for an answer or one sentence of it. Said again of the same, it replaces what was said."""
    kept = reopened(body.answer_id, answers=serving.activity.answers, catalog=serving.engine.catalog, asker=asker)
    count = len(kept.body["sentences"])
    if body.sentence is not None and body.sentence >= count:
        raise InvalidRequest(f"sentence: this answer has {count}, counted from 0", remedy="name one of them, or none")
    given = serving.activity.feedback.give(
        body.answer_id, asker=asker.key_id, verdict=body.verdict, sentence=body.sentence, comment=body.comment
    )
    return _feedback(given)


def _kept(kept: KeptAnswer, given: tuple[Feedback, ...]) -> KeptAnswerObject:
    return {
        **kept.body,
        "asked_at": kept.asked_at,
        "collection": kept.collection,
        "feedback": [_feedback(one) for one in given],
        "trace": cast(Trace | None, kept.trace),  # FastAPI reads it by the type
    }


def _feedback(given: Feedback) -> FeedbackObject:
    return {
        "feedback_id": given.feedback_id,
        "answer_id": given.answer_id,
        "given_at": given.given_at,
        "verdict": given.verdict,
        "sentence": given.sentence,
        "comment": given.comment,
    }

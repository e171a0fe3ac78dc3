"""Stored answers with what was thought of them, as an evaluator's set is made from them."""

from api.activity.answers import KeptAnswer
from api.activity.feedback import Feedback
from api.activity.store import Activity
from evals.making.from_feedback import Kept
from evals.models import Evidence
from retrieval.answer.model.cite import without_markers


def kept_answers(activity: Activity, collection: str | None = None) -> list[Kept]:
    """Every stored answer, oldest first, with its latest verdict on the whole of it.

    Follow-ups are left out: their question says too little without what was said before.
    """
    verdicts: dict[str, Feedback] = {
        one.answer_id: one for one in activity.feedback.list(collection=collection) if one.sentence is None
    }
    return [
        _kept(answer, verdicts.get(answer.body["answer_id"]))
        for answer in activity.answers.all(collection=collection)
        if not _is_follow_up(answer)
    ]


def _kept(answer: KeptAnswer, verdict: Feedback | None) -> Kept:
    body = answer.body
    evidence = [Evidence(one["document"], one["page"], one["quote"]) for one in body["citations"]]
    return Kept(
        question=body["question"],
        answer="" if body["abstained"] else without_markers(body["answer"]).strip(),
        abstained=body["abstained"],
        evidence=() if body["abstained"] else tuple(dict.fromkeys(evidence)),
        verdict=verdict.verdict if verdict else None,
        comment=verdict.comment if verdict else "",
    )


def _is_follow_up(answer: KeptAnswer) -> bool:
    """Another question was made of it, says the trace."""
    return bool((answer.trace or {}).get("rewriter"))

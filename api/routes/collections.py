"""What may be asked: the collections in which the caller may see something."""

from collections import Counter

from fastapi import APIRouter
from typing_extensions import TypedDict

from api.server.deps import Asker, Serving

router = APIRouter(prefix="/v1/collections", tags=["documents"])


class CollectionObject(TypedDict):
    name: str
    documents: int


class CollectionsObject(TypedDict):
    collections: list[CollectionObject]


@router.get("")
def collections(serving: Serving, asker: Asker) -> CollectionsObject:
    """By name, with how many documents the caller may see in each."""
    counts = Counter(summary.collection for summary in serving.engine.catalog.documents(asker.caller))
    return {"collections": [{"name": name, "documents": counts[name]} for name in sorted(counts)]}

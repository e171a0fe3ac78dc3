"""Documents that came out of another one's source: its attachments, or the members of an archive."""

from dataclasses import dataclass

from sqlalchemy import Connection, exists, select

from retrieval.store.catalog import live
from retrieval.store.schema import documents, versions


@dataclass(frozen=True, slots=True)
class PartDocument:
    """`inner` and `inner_uri` are what follows the path and the URI of the document that it came out of."""

    document_id: str
    uri: str
    inner: str
    inner_uri: str
    published: bool


def parts_of(connection: Connection, document_id: str) -> list[PartDocument]:
    """All that came out of a document's source, in any version of it, by path; none where it is a part itself."""
    query = select(documents.c.collection, documents.c.root, documents.c.path, documents.c.uri, documents.c.container)
    whole = connection.execute(query.where(documents.c.id == document_id)).one_or_none()
    if whole is None or whole.container:
        return []
    here = documents.c.collection == whole.collection, documents.c.root == whole.root
    published = exists().where(versions.c.document_id == documents.c.id, live())
    found = select(documents.c.id, documents.c.path, documents.c.uri, published.label("published"))
    return [
        PartDocument(row.id, row.uri, row.path[len(whole.path) :], row.uri[len(whole.uri) :], bool(row.published))
        for row in connection.execute(
            found.where(*here, documents.c.container == whole.path).order_by(documents.c.path)
        )
    ]

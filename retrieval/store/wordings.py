"""The synonyms of each collection, by the folder whose rules hold them; kept in the catalogue."""

import json
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, delete, insert, select

from retrieval.store.schema import synonyms
from retrieval.store.terms.synonyms import Synonyms

Groups = Sequence[Sequence[str]]


def of_folders(connection: Connection, collection: str) -> Mapping[str, Groups]:
    """Groups of equal words by folder."""
    query = select(synonyms.c.folder, synonyms.c.groups).where(synonyms.c.collection == collection)
    return {folder: [tuple(group) for group in json.loads(groups)] for folder, groups in connection.execute(query)}


def keep(connection: Connection, collection: str, by_folder: Mapping[str, Groups], gone: Iterable[str] = ()) -> bool:
    """Replace what these folders say; a folder without groups says nothing, and neither does one that is `gone`.

    False where all stood so already.
    """
    before = of_folders(connection, collection)
    now = {**{folder: groups for folder, groups in before.items() if folder not in set(gone)}, **by_folder}
    wanted = {folder: [tuple(group) for group in groups] for folder, groups in sorted(now.items()) if groups}
    if wanted == before:
        return False
    connection.execute(delete(synonyms).where(synonyms.c.collection == collection))
    for folder, groups in wanted.items():
        stored = json.dumps(groups, ensure_ascii=False)
        connection.execute(insert(synonyms).values(collection=collection, folder=folder, groups=stored))
    return True


def read(connection: Connection) -> Mapping[str, Groups]:
    """All groups of each collection."""
    query = select(synonyms.c.collection, synonyms.c.groups).order_by(synonyms.c.collection, synonyms.c.folder)
    found: dict[str, list[Sequence[str]]] = {}
    for collection, groups in connection.execute(query):
        found.setdefault(collection, []).extend(tuple(group) for group in json.loads(groups))
    return found


def together(by_collection: Mapping[str, Groups], collections: Iterable[str]) -> Synonyms:
    """Those of some collections."""
    return Synonyms([group for name in sorted(set(collections)) for group in by_collection.get(name, ())])

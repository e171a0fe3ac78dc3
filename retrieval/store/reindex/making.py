"""What is written to the catalogue for a build that is being made, each in a transaction that the caller owns."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, delete, func, insert, select, update

from retrieval.ports import Vectors
from retrieval.store import built, staging
from retrieval.store.built import Recipe, Unfinished
from retrieval.store.catalog import current_build, live
from retrieval.store.reindex.kept import Cut
from retrieval.store.schema import chunks, placements, rebuilt, state, thresholds, versions


def texts_of(cuts: Sequence[Cut], recipe: Recipe) -> dict[str, str]:
    """What is embedded of them, by the keys of its vectors, each once."""
    return {
        staging.vector_key(recipe.fingerprint, chunk.context, chunk.text): staging.embedded_text(
            chunk.context, chunk.text
        )
        for cut in cuts
        for chunk in cut.chunks
    }


def next_number(connection: Connection, *others: int) -> int:
    """One that neither the catalogue nor `others` know."""
    used = [int(connection.execute(select(func.max(table.c.build))).scalar() or 0) for table in (chunks, placements)]
    return 1 + max(current_build(connection), *used, *others)


def put(
    connection: Connection, cuts: Sequence[Cut], begun: Unfinished, vectors: Mapping[str, Vectors]
) -> tuple[list[int], int] | None:
    """Write the versions that are still there into the build; (rows that its indexes are due, the generation).

    Null, and nothing written, where vectors are wanted that were there before and have been swept since.
    """
    wanted = staging.missing_vectors(connection, list(texts_of(cuts, begun.recipe)))
    if not wanted <= vectors.keys():
        return None
    keys = sorted(wanted)
    staging.add_vectors(connection, keys, [vectors[key] for key in keys])
    generation = staging.next_generation(connection)
    for cut in cuts:
        _put(connection, cut, begun, generation)
    return _due(connection, begun.number, generation), generation


def settle(connection: Connection, build: int) -> tuple[list[int], int]:
    """Rows of versions that answer again since they were written, and are due in the build's indexes now."""
    placed = select(placements.c.row).join(versions, versions.c.id == placements.c.version_id)
    wanted = placed.where(live(), placements.c.build == build)
    late = chunks.c.build == build, staging.not_indexed(), chunks.c.row.in_(wanted)
    if connection.execute(select(chunks.c.row).where(*late).limit(1)).first() is None:
        return [], 0
    generation = staging.next_generation(connection)
    connection.execute(update(chunks).where(*late).values(indexed=generation))
    return _due(connection, build, generation), generation


def switch(connection: Connection, before: Recipe, begun: Unfinished) -> None:
    """The build answers from here on; what was calibrated for another model means nothing any more."""
    generation = staging.next_generation(connection)
    connection.execute(update(state).values(build=begun.number))
    built.switch(connection, before, begun.recipe, generation=generation)
    mine = placements.c.version_id == versions.c.id, placements.c.build == begun.number
    count = select(func.count()).where(*mine).correlate(versions).scalar_subquery()
    made = rebuilt.c.version_id == versions.c.id, rebuilt.c.build == begun.number
    named = select(rebuilt.c.fingerprint).where(*made).correlate(versions).scalar_subquery()
    connection.execute(
        update(versions)
        .where(versions.c.published.is_not(None))
        .values(chunk_count=count, fingerprint=func.coalesce(named, versions.c.fingerprint))
    )
    connection.execute(delete(rebuilt))
    if not before.same_model(begun.recipe):
        connection.execute(delete(thresholds))


def _put(connection: Connection, cut: Cut, begun: Unfinished, generation: int) -> None:
    version = cut.version
    query = select(versions.c.retired).where(versions.c.id == version.version_id)
    found = connection.execute(query).one_or_none()
    if found is None:
        return  # forgotten or swept since
    staging.place(
        connection,
        (version.document_id, version.version_id),
        cut.chunks,
        model=begun.recipe.fingerprint,
        build=begun.number,
        generation=generation if found.retired is None else None,
    )
    values = {"version_id": version.version_id, "build": begun.number, "fingerprint": cut.fingerprint}
    connection.execute(insert(rebuilt).values(values))


def _due(connection: Connection, build: int, generation: int) -> list[int]:
    query = select(chunks.c.row).where(chunks.c.build == build, chunks.c.indexed == generation)
    return list(connection.execute(query.order_by(chunks.c.row)).scalars())

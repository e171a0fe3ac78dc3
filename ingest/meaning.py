"""The synonyms that `footnote.toml` files hold, brought into the index as they are now."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from ingest.places import path_of, place_in
from ingest.sources import Survey, Territory

Groups = Sequence[Sequence[str]]


class KeepsSynonyms(Protocol):
    """See `Index`."""

    def synonyms(self, collection: str) -> Mapping[str, object]: ...
    def keep_synonyms(self, collection: str, by_folder: Mapping[str, Groups], gone: Collection[str] = ()) -> None: ...


def reconcile(index: KeepsSynonyms, seen: Survey) -> None:
    """Folders are kept by their URI; one that the run did not look into stays as it was."""
    said = {folder.as_uri(): rules.synonyms for folder, rules in seen.rules.by_folder.items()}
    gone = [folder for folder in index.synonyms(seen.collection) if folder not in said and _looked_into(folder, seen)]
    index.keep_synonyms(seen.collection, said, gone)


def _looked_into(uri: str, seen: Survey) -> bool:
    """Whether its rules would have been read: it is above a target, or below one and can be listed."""
    folder = path_of(uri)
    places, unseen = _places(seen.territories), _places(seen.unseen)
    near = any(folder.is_relative_to(place) or place.is_relative_to(folder) for place in places)
    return near and not any(folder.is_relative_to(place) for place in unseen)


def _places(territories: Sequence[Territory]) -> list[Path]:
    found = (place_in(one.root, one.prefix) for one in territories)
    return [place for place in found if place is not None]

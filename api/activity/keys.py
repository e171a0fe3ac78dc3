"""API keys: 256 random bits, shown once, kept as their SHA-256. A revoked key stays in the list and opens nothing."""

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args

from sqlalchemy import Connection, Row, func, insert, select, update

from api.activity.schema import keys
from retrieval.errors import NotFound, UsageError
from retrieval.models import OWNER, Caller
from retrieval.store.database import Database

Role = Literal["ask", "evaluate", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
EVERYTHING = "*"


@dataclass(frozen=True, slots=True)
class Key:
    """What is known of a key. Its groups are those its holder sees documents of; `("*",)` sees all."""

    key_id: str
    name: str
    groups: tuple[str, ...]
    role: Role
    created_at: str
    revoked_at: str | None

    @property
    def caller(self) -> Caller:
        return caller_of(self.groups)


def caller_of(groups: Sequence[str]) -> Caller:
    """`*` among the groups is the owner."""
    return OWNER if EVERYTHING in groups else Caller(frozenset(groups))


class Keys:
    def __init__(self, database: Database) -> None:
        self._database = database

    def any_made(self) -> bool:
        """Whether a key was ever made, revoked ones counted: a home never goes back to being open."""
        with self._database.read() as connection:
            return bool(connection.execute(select(func.count()).select_from(keys)).scalar_one())

    def add(self, name: str, *, groups: Sequence[str], role: Role) -> tuple[Key, str]:
        """A new key and its secret, which is kept nowhere. Raises `UsageError` for a name that is blank or in use."""
        _refuse_blank(name, groups)
        secret = f"fn_{secrets.token_urlsafe(32)}"
        key = Key(f"key_{secrets.token_hex(6)}", name, _sorted(groups), role, _now(), None)
        with self._database.write() as connection:
            taken = select(keys.c.id).where(keys.c.name == name, keys.c.revoked_at.is_(None))
            if connection.execute(taken).first() is not None:
                raise UsageError(f"there is a key named {name}", remedy="choose another name, or revoke that one first")
            connection.execute(
                insert(keys).values(
                    id=key.key_id,
                    name=name,
                    hash=_hash(secret),
                    groups=json.dumps(key.groups),
                    role=role,
                    created_at=key.created_at,
                )
            )
        return key, secret

    def find(self, secret: str) -> Key | None:
        """The live key of this secret."""
        query = select(keys).where(keys.c.hash == _hash(secret), keys.c.revoked_at.is_(None))
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return None if row is None else _key(row)

    def every(self) -> tuple[Key, ...]:
        """Oldest first, revoked ones too."""
        with self._database.read() as connection:
            rows = connection.execute(select(keys).order_by(keys.c.created_at, keys.c.id)).all()
        return tuple(_key(row) for row in rows)

    def revoke(self, wanted: str) -> Key:
        """By id or by name of a live key; from then on no request passes with it. Raises `NotFound`."""
        live = keys.c.revoked_at.is_(None)
        query = select(keys).where(live, (keys.c.id == wanted) | (keys.c.name == wanted))
        with self._database.write() as connection:
            row = connection.execute(query).first()
            if row is None:
                raise _not_live(connection, wanted)
            revoked_at = _now()
            connection.execute(update(keys).where(keys.c.id == row.id).values(revoked_at=revoked_at))
        found = _key(row)
        return Key(found.key_id, found.name, found.groups, found.role, found.created_at, revoked_at)


def _refuse_blank(name: str, groups: Sequence[str]) -> None:
    if not name.strip():
        raise UsageError("a key needs a name", remedy="give it one that says whose it is")
    if not all(group.strip() for group in groups):
        raise UsageError("a group's name is blank", remedy="name the group, or leave it out for public documents alone")


def _not_live(connection: Connection, wanted: str) -> NotFound:
    query = select(keys.c.revoked_at).where((keys.c.id == wanted) | (keys.c.name == wanted))
    row = connection.execute(query.order_by(keys.c.revoked_at.desc())).first()
    said = f"there is no key {wanted}" if row is None else f"{wanted} is already revoked, since {row.revoked_at}"
    return NotFound(said, remedy="`footnote key list` shows ids and names")


def _hash(secret: str) -> str:
    # A fast hash is enough: 256 random bits can't be guessed, however cheap a guess is.
    return hashlib.sha256(secret.encode()).hexdigest()


def _sorted(groups: Sequence[str]) -> tuple[str, ...]:
    return (EVERYTHING,) if EVERYTHING in groups else tuple(sorted(set(groups)))


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _key(row: Row[tuple[object, ...]]) -> Key:
    role: Role = row.role
    return Key(row.id, row.name, tuple(json.loads(row.groups)), role, row.created_at, row.revoked_at)

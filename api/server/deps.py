"""What a route asks for: the services, who is calling, a place to work in."""

from collections.abc import AsyncIterator, Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant

from api.activity.keys import Role
from api.errors import Forbidden, InvalidRequest
from api.server.auth import Principal, not_allowed
from api.server.limits import while_connected
from api.server.services import Services


def services(request: Request) -> Services:
    found: Services = request.app.state.services
    return found


def principal(request: Request) -> Principal:
    found: Principal = request.state.principal
    return found


def having(role: Role) -> Callable[[Request], Principal]:
    """The caller, refused without this role."""

    def checked(request: Request) -> Principal:
        found = principal(request)
        if not found.may(role):
            raise not_allowed(role)
        return found

    return checked


def owner(request: Request) -> Principal:
    """The caller, refused unless an admin who sees everything."""
    found = having("admin")(request)
    if not found.caller.owner:
        raise Forbidden("this is for an admin who sees everything", remedy="use a key of role admin with group '*'")
    return found


async def place(request: Request) -> AsyncIterator[None]:
    """A place at work until the last byte of the answer is out, or the client is gone."""
    serving = services(request)
    with serving.metrics.stage("queue", request.scope):
        await while_connected(request, serving.places.take)
    try:
        yield
    finally:
        serving.places.release()


def only_known_parameters(request: Request) -> None:
    """Refuses a misspelt or unknown query parameter, which would change nothing, unnoticed. Raises `InvalidRequest`."""
    known = _query_names(request.scope["route"].dependant)
    for name in request.query_params:
        if name not in known:
            takes = f"this route takes {', '.join(sorted(known))}" if known else "this route takes none"
            raise InvalidRequest(f"there is no query parameter {name[:80]!r}", remedy=takes)


def _query_names(dependant: Dependant) -> frozenset[str]:
    """Those of a route and of all that it depends on."""
    own = frozenset(field.alias for field in dependant.query_params)
    return own.union(*map(_query_names, dependant.dependencies))


Serving = Annotated[Services, Depends(services)]
Asker = Annotated[Principal, Depends(principal)]
Admin = Annotated[Principal, Depends(having("admin"))]
Owner = Annotated[Principal, Depends(owner)]
Place = Annotated[None, Depends(place)]

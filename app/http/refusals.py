"""What a route can refuse, said at the route; `openapi.json` lists it by code. A test holds the lists complete."""

from collections.abc import Callable
from typing import Any, TypeVar

from litestar.handlers import HTTPRouteHandler

from app.core.errors import DomainError, VersionConflict
from app.http.idempotency import IdempotencyKeyReused
from app.http.paging import CursorInvalid
from app.http.versions import VersionRequired

Refusal = type[DomainError]
Handler = TypeVar("Handler", bound=Callable[..., Any])

OF_PARAMETERS: dict[str, set[Refusal]] = {
    "If-Match": {VersionConflict, VersionRequired},
    "Idempotency-Key": {IdempotencyKeyReused},
    "cursor": {CursorInvalid},
}
"""What a parameter brings along, for every route that takes it."""


def refuses(*refusals: Refusal) -> Callable[[Handler], Handler]:
    """Says which refusals a route can answer. Stands below the route decorator.

    `OF_PARAMETERS` and the usual answers of the edge (400, 401, 403, …) are not named again.
    """

    def remember(handler: Handler) -> Handler:
        vars(handler)["refusals"] = refusals
        return handler

    return remember


def refusals_of(handler: HTTPRouteHandler, parameters: set[str]) -> set[Refusal]:
    """What the route says itself, and what these parameters bring along."""
    own: tuple[Refusal, ...] = getattr(handler.fn, "refusals", ())
    return set(own).union(*(OF_PARAMETERS.get(name, ()) for name in parameters))

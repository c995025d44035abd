"""Leaves out where a command was tapped if the worker may not be tracked there and then. The command counts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.scope import Scope
from app.db.session import Session, Sessions, transaction
from app.field.commands.kinds import Sent
from app.tracking.api import PlaceRefused, find_refusals

PLACE = ("point", "accuracy_m")
REASON = "point_ignored_because"
"""Stands in the payload of a command that waits, in the place of the point."""


async def without_forbidden_place(sessions: Sessions, sent: Sent[Any]) -> Sent[Any]:
    """The command without its place, if that may not be kept. A command without a place asks nothing."""
    if sent.body.point is None:
        return sent
    at = sent.body.happened_at(sent.now)
    async with transaction(sessions, sent.caller.company_id) as session:
        (refusal,) = await find_refusals(session, sent.caller.company_id, sent.caller.user_id, [at])
    if refusal is None:
        return sent
    sent.body.point = sent.body.accuracy_m = None
    return sent._replace(place_refused=refusal)


async def find_forbidden_places(
    session: Session, caller: Scope, tapped: Sequence[tuple[UUID, datetime]]
) -> dict[UUID, PlaceRefused]:
    """Which of these commands, by id, were tapped where and when the worker may not be tracked, and why."""
    moments = [at for _, at in tapped]
    refusals = await find_refusals(session, caller.company_id, caller.user_id, moments)
    return {one: why for (one, _), why in zip(tapped, refusals, strict=True) if why is not None}


def placeless(payload: Mapping[str, Any], because: PlaceRefused | None = None) -> dict[str, Any]:
    """What came, without its place."""
    kept = {name: value for name, value in payload.items() if name not in PLACE}
    return kept if because is None else kept | {REASON: str(because)}

"""Keeps where a company looks for clients."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from app.core.errors import DomainError, Invalid, NotFound
from app.core.ids import uuid7
from app.core.scope import Scope
from app.crm.portraits.queries import get_portrait
from app.crm.portraits.service import PortraitNotFound
from app.crm.targets import queries
from app.crm.targets.models import TargetPlace
from app.db.session import Session, constraint_of


class TargetNotFound(NotFound):
    code = "target_not_found"


class TargetKnown(DomainError):
    """Clients are looked for there already."""

    code = "target_known"


class TargetInvalid(Invalid):
    """A building needs an address, an entrance also its number, a developer his name, and nothing else."""

    code = "target_invalid"


class NewTarget(NamedTuple):
    kind: str
    address: str
    entrance: str
    developer: str
    portrait_id: UUID | None
    comment: str


def check_target(new: NewTarget) -> None:
    """See that a place has what its kind needs.

    Raises:
        TargetInvalid: `errors` name the fields.
    """
    needed = {"building": {"address"}, "entrance": {"address", "entrance"}, "developer": {"developer"}}
    fields = ("address", "entrance", "developer")
    given = {name for name in fields if getattr(new, name).strip()}
    wanted = needed[new.kind]
    wrong = sorted((wanted - given) | (given - wanted - {"developer"}))
    if wrong:
        raise TargetInvalid(errors=[{"path": name, "code": "target_field_wrong"} for name in wrong])


async def add_target(session: Session, scope: Scope, new: NewTarget, *, now: datetime) -> TargetPlace:
    """Look for clients there.

    Raises:
        TargetInvalid: the place is not described as its kind needs.
        PortraitNotFound: no such portrait in this company.
        TargetKnown: the place is known already.
    """
    check_target(new)
    if new.portrait_id and await get_portrait(session, scope.company_id, new.portrait_id) is None:
        raise PortraitNotFound(portrait_id=new.portrait_id)
    place = TargetPlace(
        company_id=scope.company_id,
        id=uuid7(),
        status="new",
        added_by=scope.user_id,
        changed_at=now,
        **new._asdict(),
    )
    session.add(place)
    try:
        await session.flush()
    except IntegrityError as error:
        if constraint_of(error) == "uq_target_place__place":
            raise TargetKnown from error
        raise
    return place


async def change_target(
    session: Session, scope: Scope, *, target_id: UUID, status: str, comment: str | None, now: datetime
) -> TargetPlace:
    """Say how far people have come with a place.

    Raises:
        TargetNotFound: no such place in this company.
    """
    place = await queries.get_target(session, scope.company_id, target_id, lock=True)
    if place is None:
        raise TargetNotFound(target_id=target_id)
    place.status, place.changed_at = status, now
    if comment is not None:
        place.comment = comment
    await session.flush()
    return place

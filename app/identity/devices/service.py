from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.core.errors import Forbidden, NotFound
from app.core.ids import uuid7
from app.core.scope import Role, Scope
from app.db.session import Session
from app.identity.devices import queries
from app.identity.devices.models import Device
from app.identity.refresh_tokens.queries import end_families
from app.identity.users.models import UserAccount
from app.identity.users.queries import get_known_user


class DeviceFacts(NamedTuple):
    """What a phone or browser says of itself at sign-in."""

    id: UUID | None
    """The id it got when it signed in before."""
    platform: str
    name: str
    app_version: str


async def recognise_device(
    session: Session, *, user: UserAccount, facts: DeviceFacts | None, now: datetime
) -> UUID | None:
    """The id of the device somebody signs in from: the one it got before, if it is still his, or a new one."""
    if facts is None:
        return None
    known = await queries.get_device(session, user.company_id, facts.id) if facts.id else None
    if known is None or known.user_id != user.id or known.revoked_at is not None:
        known = Device(company_id=user.company_id, id=uuid7(), user_id=user.id)
        session.add(known)
    known.platform, known.name, known.app_version = facts.platform, facts.name, facts.app_version
    known.last_seen_at = now
    await session.flush()  # the session that begins refers to it
    return known.id


async def note_seen(session: Session, company_id: UUID, device_id: UUID | None, *, now: datetime) -> None:
    if device_id is not None:
        await queries.note_seen(session, company_id, device_id, now=now)


async def find_devices(session: Session, *, scope: Scope, user_id: UUID | None) -> Sequence[Device]:
    """A person's own devices; an owner may look at anybody's.

    Raises:
        Forbidden: somebody else's devices, and the caller is no owner.
    """
    wanted = user_id or scope.user_id
    if wanted != scope.user_id and Role.OWNER not in scope.roles:
        raise Forbidden
    return await queries.find_devices(session, scope.company_id, wanted)


async def revoke_device(session: Session, *, scope: Scope, device_id: UUID, now: datetime) -> Device:
    """End the sessions of a lost phone. Its access token dies within a second. Twice is the same.

    Raises:
        NotFound: no such device, or somebody else's and the caller is no owner.
    """
    device = await queries.get_device(session, scope.company_id, device_id)
    if device is None or (device.user_id != scope.user_id and Role.OWNER not in scope.roles):
        raise NotFound
    if device.revoked_at is None:
        await get_known_user(session, scope.company_id, device.user_id, lock=True)
        device.revoked_at = now
        await end_families(session, scope.company_id, device.user_id, device_id=device.id, now=now)
    return device

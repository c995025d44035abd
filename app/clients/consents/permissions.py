"""The door for everybody who writes to clients: may this be sent?"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.clients.consents import queries
from app.clients.consents.policies import (
    CHANNELS_OF,
    SERVICE,
    STOPPED,
    Permission,
    channels_for,
    judge,
)
from app.core.phones import split_extension
from app.db.session import Session
from app.db.work import Work, work_in


class Asked(NamedTuple):
    """One message that somebody would send."""

    client_id: UUID
    """Any of his cards."""
    purpose: str
    """marketing, feedback, mass_call or service: the legal class of the message."""
    channel: str
    """sms, email, call, or a messenger."""
    value: str
    """The phone in E.164, or the e-mail."""
    theme: str | None = None


async def permissions_of(work: Work, asked: Sequence[Asked], *, now: datetime) -> list[Permission]:
    """Whether each of these may be sent, in the same order. One statement, however many they are."""
    pairs = [(one.client_id, split_extension(one.value)[0]) for one in asked]
    if all(one.purpose == SERVICE for one in asked):
        return [Permission(True, SERVICE) for _ in asked]
    different = list(dict.fromkeys(pairs))
    known = dict(zip(different, await queries.find_facts(work, different, now=now), strict=True))
    return [
        judge(
            known[pair].facts,
            purpose=one.purpose,
            channel=one.channel,
            today=known[pair].today,
            theme=one.theme,
        )
        for one, pair in zip(asked, pairs, strict=True)
    ]


class HeldPermission(NamedTuple):
    """What one contact of a card may be used for now."""

    contact_kind: str
    asked: Asked
    permission: Permission


async def permissions_of_card(
    work: Work, client_id: UUID, held: Iterable[tuple[str, str]], *, now: datetime
) -> list[HeldPermission]:
    """For each contact (kind and value) of a client: every purpose and channel. One statement."""
    asked = [
        (kind, Asked(client_id, purpose, channel, value))
        for kind, value in sorted({(kind, split_extension(value)[0]) for kind, value in held})
        for purpose in STOPPED
        for channel in channels_for(purpose, CHANNELS_OF[kind])
        if channel in CHANNELS_OF[kind]
    ]
    if not asked:
        return []
    permissions = await permissions_of(work, [one for _, one in asked], now=now)
    return [
        HeldPermission(kind, one, permission)
        for (kind, one), permission in zip(asked, permissions, strict=True)
    ]


async def may_write(
    source: Session | Work,
    company_id: UUID,
    client_id: UUID,
    *,
    purpose: str,
    channel: str,
    value: str,
    now: datetime,
    theme: str | None = None,
) -> Permission:
    """Whether a client may be written to now. Ask just before sending: a consent can end at any moment."""
    asked = [Asked(client_id, purpose, channel, value, theme)]
    if isinstance(source, Work):
        return (await permissions_of(source, asked, now=now))[0]
    async with work_in(source, company_id) as work:
        return (await permissions_of(work, asked, now=now))[0]

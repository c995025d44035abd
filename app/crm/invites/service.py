"""Proposes invitations, releases as many as there is time for, and takes what clients answer."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from app.clients import api as clients
from app.core.changes import InsertMany, Update
from app.core.hours import day_span
from app.core.ids import uuid7
from app.core.phones import split_extension
from app.core.scope import Scope
from app.crm.candidates.policies import Occasion
from app.crm.candidates.queries import get_zone
from app.crm.candidates.service import find_occasions, windows_of
from app.crm.invites import policies, queries
from app.crm.invites.models import Invitation, InvitationSettings
from app.crm.invites.policies import InvitationNotFound, InvitationOver, InvitationStatus, Said
from app.crm.rules.service import find_rules
from app.db.card_changes import note_change
from app.db.session import Session
from app.db.work import Work, work_in
from app.dispatch.api import RegisterRequest, register_of_client
from app.notifications.api import stop_messages


async def propose(work: Work, *, now: datetime, at_most: int) -> int:
    """Propose whom to invite today. Who has an open invitation, or has answered one, gets none. Returns how many."""
    rules = (await find_rules(work, now=now))[-1]
    zone = await get_zone(work)
    today = now.astimezone(zone).date()
    ids = await queries.find_ripe(work, windows_of(rules), today, at_most=at_most)
    occasions = await find_occasions(work, ids, rules, today)
    rows = [
        {"id": uuid7(), "client_id": one, "proposed_at": now, "status": InvitationStatus.PROPOSED}
        | occasion_values(occasions[one])
        | {"look_at": day_span(occasions[one].expires_on + timedelta(days=1), zone).starts_at}
        for one in ids
        if one in occasions
    ]
    if rows:
        work.write(InsertMany("invitation", rows, once=True))
    return len(rows)


def occasion_values(occasion: Occasion) -> dict[str, Any]:
    """What an invitation keeps of it."""
    return {
        "site_id": occasion.needs[0].site_id,
        "needs": [
            {"site_id": str(one.site_id), "category": one.category, "due_on": one.due_on.isoformat()}
            for one in occasion.needs
        ],
        "due_on": occasion.due_on,
        "expires_on": occasion.expires_on,
    }


async def get_invitation(
    session: Session, company_id: UUID, invitation_id: UUID, *, lock: bool = False
) -> Invitation:
    """One invitation.

    Raises:
        InvitationNotFound: no such one in this company.
    """
    found = await queries.get_invitation(session, company_id, invitation_id, lock=lock)
    if found is None:
        raise InvitationNotFound
    return found


async def _lock_open(session: Session, company_id: UUID, invitation_id: UUID) -> Invitation:
    found = await get_invitation(session, company_id, invitation_id, lock=True)
    if found.closed_at is not None:
        raise InvitationOver(status=found.status)
    return found


async def withdraw(
    session: Session, scope: Scope, invitation_id: UUID, *, reason: str, now: datetime
) -> Invitation:
    """Do not invite this client for what comes due now. A message that waits is not sent.

    Raises:
        InvitationNotFound: no such one in this company.
        InvitationOver: nothing is open any more.
    """
    found = await _lock_open(session, scope.company_id, invitation_id)
    _set(found, policies.withdrawn(reason, now=now) | {"withdrawn_by": scope.user_id})
    await _stop(session, scope.company_id, found.id)
    return found


async def take_answer(
    session: Session, scope: Scope, invitation_id: UUID, said: Said, *, now: datetime
) -> Invitation:
    """The client answers. Unless he says no, it becomes a request, so that somebody agrees the time with him.

    He may think better of it as long as the invitation is open. The request stays one.

    Raises:
        InvitationNotFound: no such one in this company.
        InvitationOver: nothing is open any more.
    """
    found = await _lock_open(session, scope.company_id, invitation_id)
    _set(found, policies.after_answer(said, now=now))
    if said.answer != policies.InvitationAnswer.NO and found.request_id is None:
        found.request_id = await _request(session, scope, found, now=now)
    await _stop(session, scope.company_id, found.id)
    return found


def _set(invitation: Invitation, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(invitation, name, value)


async def _stop(session: Session, company_id: UUID, invitation_id: UUID) -> None:
    async with work_in(session, company_id) as work:
        await stop_waiting(work, [invitation_id], "answered")


async def _request(session: Session, scope: Scope, invitation: Invitation, *, now: datetime) -> UUID:
    client = await clients.get_client(session, scope.company_id, invitation.client_id)
    site = None
    if invitation.site_id is not None:
        site = await clients.get_site(session, scope.company_id, invitation.site_id)
    request = RegisterRequest(
        channel="messenger",  # he has written, or somebody wrote down what he said
        external_ref=f"invitation/{invitation.id}",
        contact_name=client.full_name,
        phone=split_extension(client.phone)[0] if client.phone else None,
        address=site.address if site else "",
        comment=invitation.words,
    )
    return await register_of_client(session, scope, request=request, client_id=client.id, now=now)


async def change_open(work: Work, changes: Mapping[UUID, Mapping[str, Any] | None]) -> None:
    """Change open invitations that are locked. Where there are no values nothing changes.

    Messages of those that are over, and that nobody has begun to send, are not sent.
    """
    over = [one for one, values in changes.items() if values and values["status"] != InvitationStatus.SENT]
    await stop_waiting(work, over, "booked")
    for invitation_id, values in changes.items():
        if values:
            work.write(Update("invitation", {"id": invitation_id}, dict(values)))


async def stop_waiting(work: Work, invitation_ids: Sequence[UUID], reason: str) -> None:
    """Drop the messages of these invitations that wait."""
    if invitation_ids:
        queued = await queries.find_queued(work, invitation_ids)
        await stop_messages(work, dict.fromkeys(queued, reason))


async def day_today(work: Work, now: datetime) -> date:
    return now.astimezone(await get_zone(work)).date()


async def set_round(session: Session, scope: Scope, *, is_on: bool, now: datetime) -> InvitationSettings:
    """Let the product propose each morning whom to invite, or stop it."""
    async with work_in(session, scope.company_id) as work:
        next_at = policies.next_morning(now, await get_zone(work)) if is_on else None
    settings = await queries.get_settings(session, scope.company_id, lock=True)
    was = settings is not None and settings.is_on
    if settings is None:
        settings = InvitationSettings(company_id=scope.company_id, is_on=is_on, propose_at=next_at)
        session.add(settings)
    elif was != is_on:
        settings.is_on, settings.propose_at = is_on, next_at
    note_change(session, "company", scope.company_id, "invitations_proposed", was=was, now=is_on)
    await session.flush()
    return settings

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from litestar import Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from app.clients.api import ClientNotFound, PhoneIsShared, SiteNotFound, find_clients
from app.core.clock import Clock
from app.core.hours import day_span
from app.core.periods import PeriodInvalid, check_length
from app.core.phones import PhoneInvalid
from app.core.scope import Scope
from app.crm.candidates.queries import get_zone
from app.crm.invites import queries, releasing, service
from app.crm.invites.models import Invitation
from app.crm.invites.policies import InvitationNotFound, InvitationOver, InvitationStatus
from app.crm.invites.releasing import InvitationTextMissing, InvitationTextUnfit
from app.crm.invites.schemas import (
    AnswerInvitation,
    InvitationCountsOut,
    InvitationOut,
    InvitationRoundOut,
    ListedInvitationOut,
    ProposedInvitationsOut,
    ProposeInvitations,
    ReleasedInvitationsOut,
    ReleaseInvitations,
    SetInvitationRound,
    WithdrawInvitation,
)
from app.db.reader import Reader
from app.db.session import Session
from app.db.work import work_in
from app.http.guards import intake, managers, office
from app.http.idempotency import Once, once
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, fetch_page
from app.http.refusals import refuses
from app.http.schemas import Page
from app.notifications.api import BatchMoveImpossible, BatchNotFound

Since = Annotated[date, QueryParameter(name="from", description="First day")]
Until = Annotated[date, QueryParameter(name="to", description="The day after the last")]
LONGEST = timedelta(days=10 * 366)
"""Of a period."""


@post("/propose", operation_id="proposeInvitations", guards=[intake], status_code=200)
async def propose_invitations(
    data: JSONBody[ProposeInvitations],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> ProposedInvitationsOut:
    """Propose whom to invite today. Nobody is asked twice for the same, and nothing is sent yet."""
    async with work_in(session, caller.company_id) as work:
        proposed = await service.propose(work, now=clock.now(), at_most=data.at_most)
    return ProposedInvitationsOut(proposed=proposed)


@post("/release", operation_id="releaseInvitations", guards=[managers], status_code=200)
@refuses(BatchMoveImpossible, BatchNotFound, InvitationTextMissing, InvitationTextUnfit)
@once
async def release_invitations(
    data: JSONBody[ReleaseInvitations],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> ReleasedInvitationsOut:
    """Invite as many of the proposed as the brigades of their areas have free hours for. The caller's name is kept.

    Whoever has booked meanwhile, or has not agreed to advertising, is left out. Both are looked at once more when the
    message leaves.
    """
    return ReleasedInvitationsOut.of(await releasing.release(session, caller, data.wishes(), now=clock.now()))


@get("/", operation_id="listInvitations", guards=[office])
async def list_invitations(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    status: FromQuery[InvitationStatus | None] = None,
    client_id: FromQuery[UUID | None] = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[ListedInvitationOut]:
    """Invitations, newest first."""
    query = queries.select_invitations(caller, status=status, client_id=client_id)
    rows, next_cursor = await fetch_page(session, query, Invitation.id, cursor=cursor, limit=limit)
    found = await find_clients(session, caller.company_id, list({row.client_id for row in rows}))
    names = {card: client.full_name for client in found for card in client.card_ids}
    items = [ListedInvitationOut.named(row, names[row.client_id]) for row in rows]
    return Page(items=items, next_cursor=next_cursor)


@get("/counts", operation_id="countInvitations", guards=[office])
@refuses(PeriodInvalid)
async def count_invitations(
    since: Since, until: Until, reader: NamedDependency[Reader]
) -> InvitationCountsOut:
    """What became of the invitations that were proposed in a period."""
    check_length(until - since, longest=LONGEST)
    zone = await get_zone(reader)
    begins, ends = day_span(since, zone).starts_at, day_span(until, zone).starts_at
    return InvitationCountsOut.of(await queries.count_by_status(reader, begins, ends))


@get("/settings", operation_id="getInvitationRound", guards=[office])
async def get_invitation_round(
    session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> InvitationRoundOut:
    """Whether the product proposes by itself each morning whom to invite."""
    settings = await queries.get_settings(session, caller.company_id)
    return InvitationRoundOut(
        is_on=settings is not None and settings.is_on, propose_at=settings.propose_at if settings else None
    )


@put("/settings", operation_id="setInvitationRound", guards=[managers])
async def set_invitation_round(
    data: JSONBody[SetInvitationRound],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> InvitationRoundOut:
    """Let the product propose each morning whom to invite, or stop it."""
    settings = await service.set_round(session, caller, is_on=data.is_on, now=clock.now())
    return InvitationRoundOut(is_on=settings.is_on, propose_at=settings.propose_at)


@get("/{invitation_id:uuid}", operation_id="getInvitation", guards=[office])
@refuses(InvitationNotFound)
async def get_invitation(
    invitation_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> InvitationOut:
    """One invitation."""
    return InvitationOut.of(await service.get_invitation(session, caller.company_id, invitation_id))


@post("/{invitation_id:uuid}/answer", operation_id="answerInvitation", guards=[intake], status_code=200)
@refuses(ClientNotFound, InvitationNotFound, InvitationOver, PhoneInvalid, PhoneIsShared, SiteNotFound)
@once
async def answer_invitation(
    invitation_id: FromPath[UUID],
    data: JSONBody[AnswerInvitation],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> InvitationOut:
    """The client told the office what he says. Unless it is no, it becomes a request, and the time is agreed."""
    said = data.said(caller.user_id)
    return InvitationOut.of(await service.take_answer(session, caller, invitation_id, said, now=clock.now()))


@post("/{invitation_id:uuid}/withdraw", operation_id="withdrawInvitation", guards=[intake], status_code=200)
@refuses(InvitationNotFound, InvitationOver)
@once
async def withdraw_invitation(
    invitation_id: FromPath[UUID],
    data: JSONBody[WithdrawInvitation],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> InvitationOut:
    """Do not invite this client for what comes due now. A message that waits is not sent."""
    return InvitationOut.of(
        await service.withdraw(session, caller, invitation_id, reason=data.reason, now=clock.now())
    )


router = Router(
    "/crm/invitations",
    route_handlers=[
        propose_invitations,
        release_invitations,
        list_invitations,
        count_invitations,
        get_invitation_round,
        set_invitation_round,
        get_invitation,
        answer_invitation,
        withdraw_invitation,
    ],
    tags=["crm: invitations"],
)

"""Invitations that plans send. A client has only one, and free hours are reckoned once, whoever invites him."""

from collections.abc import Container, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from app.core.hours import day_span
from app.core.ids import uuid7
from app.crm.candidates.policies import ComingNeed, Occasion
from app.crm.candidates.queries import get_zone
from app.crm.cases.gatekeeper import find_not_to_promote
from app.crm.invites import policies, queries
from app.crm.invites.models import Invitation
from app.crm.invites.policies import InvitationStatus, NotInvited
from app.crm.invites.releasing import find_fitting
from app.crm.invites.service import get_invitation, occasion_values
from app.crm.rules.service import find_rules
from app.crm.rules.values import Rules
from app.db.session import Session
from app.db.work import work_in

AS_PROPOSED = ("company_id", "id", "client_id", "proposed_at")
"""What stays of an invitation that a plan takes over."""
SAID = ("site_id", "needs", "due_on", "expires_on", "look_at")
"""What changes when a further message of the plan speaks of other needs than the last one."""


class NeedToMeet(NamedTuple):
    category: str
    site_id: UUID
    due_on: date


class PlanWish(NamedTuple):
    """A step of a plan wants to invite a client."""

    touch_id: UUID
    client_id: UUID
    """The surviving card."""
    needs: Sequence[NeedToMeet]
    """What its message speaks of, the first one first."""
    until: date
    """After this day the step comes too late."""
    free_within_days: int
    """Somebody must be free within so many days."""
    batch_id: UUID | None
    released_by: UUID | None
    """Whose name answers for the plan."""


class Verdict(NamedTuple):
    """Either the invitation of which the step sends a message, or why it sends none."""

    invitation_id: UUID | None = None
    why_not: NotInvited | None = None
    again_in_days: int | None = None
    """It is asked again after so many days. None: it stays so."""


class Wanted(NamedTuple):
    """An invitation that goes if there is time for it."""

    wish: PlanWish
    values: dict[str, Any]
    is_new: bool
    """False: it was proposed to people before."""


async def invite_for_plans(
    session: Session, company_id: UUID, wishes: Sequence[PlanWish], *, now: datetime
) -> dict[UUID, Verdict]:
    """Invite as many as there is time for, the longest due first. Answers by touch.

    1. Who has booked or is disappointed is not invited, nor who was invited by somebody else or has answered.
       Nor is anybody invited to what is not due yet: his hours would be kept until then.
    2. What is proposed to people is released by the plan. What the plan has sent itself it may send again.
    3. Whoever is to be invited anew needs free hours of somebody who can come there.
    """
    await queries.lock_releases(session, company_id)
    ids = [one.client_id for one in wishes]
    async with work_in(session, company_id) as work:
        rules = (await find_rules(work, now=now))[-1]
        zone = await get_zone(work)
        booked = await queries.find_booked(work, ids)
        unhappy = await find_not_to_promote(work, ids)
        today = now.astimezone(zone).date()
        standing = await queries.lock_standing(work, ids, today)
    verdicts: dict[UUID, Verdict] = {}
    wanted: list[Wanted] = []
    seen: set[UUID] = set()
    for wish in sorted(wishes, key=lambda one: (one.needs[0].due_on, one.touch_id)):
        days = (early_on(wish.needs, rules) - today).days
        if (refusal := _refuse(wish, booked, unhappy, seen, days)) is not None:
            verdicts[wish.touch_id] = refusal
            continue
        seen.add(wish.client_id)
        may = policies.for_plan(standing.get(wish.client_id, ()), wish.batch_id)
        if may.why_not is not None:
            verdicts[wish.touch_id] = Verdict(why_not=may.why_not)
            continue
        invitation_id = may.goes_on_with or uuid7()
        values = _values(wish, rules, zone, now=now) | {"company_id": company_id, "id": invitation_id}
        if may.needs_time:
            wanted.append(Wanted(wish, values, is_new=may.goes_on_with is None))
        else:
            await _change(session, values, [name for name in values if name in SAID])
            verdicts[wish.touch_id] = Verdict(invitation_id)
    return verdicts | await _release(session, company_id, wanted, rules, now=now)


def _refuse(
    wish: PlanWish,
    booked: Container[UUID],
    unhappy: Container[UUID],
    seen: Container[UUID],
    days_to_wait: int,
) -> Verdict | None:
    """Why he is not invited, whatever invitations he has."""
    if wish.client_id in booked:
        return Verdict(why_not=NotInvited.BOOKED)
    if wish.client_id in unhappy:
        return Verdict(why_not=NotInvited.WON_BACK)
    if days_to_wait > 0:
        return Verdict(why_not=NotInvited.TOO_EARLY, again_in_days=days_to_wait)
    # two plans may want him at once
    return Verdict(why_not=NotInvited.WAITS) if wish.client_id in seen else None


def _values(wish: PlanWish, rules: Rules, zone: ZoneInfo, *, now: datetime) -> dict[str, Any]:
    expires_on = max(wish.until, late_on(wish.needs[0], rules))
    needs = [ComingNeed(one.site_id, one.category, one.due_on, one.due_on, expires_on) for one in wish.needs]
    return occasion_values(Occasion(wish.needs[0].due_on, expires_on, needs)) | {
        "client_id": wish.client_id,
        "status": InvitationStatus.RELEASED,
        "proposed_at": now,
        "released_at": now,
        "released_by": wish.released_by,
        "batch_id": wish.batch_id,
        "look_at": day_span(expires_on + timedelta(days=1), zone).starts_at,
    }


def early_on(needs: Sequence[NeedToMeet], rules: Rules) -> date:
    """From when a visit meets the first of them. A category that the rules do not know any more has only its day."""
    known = rules.categories
    return min(
        one.due_on - timedelta(days=known[one.category].early_days if one.category in known else 0)
        for one in needs
    )


def late_on(need: NeedToMeet, rules: Rules) -> date:
    """Until when he comes in time. A category that the rules do not know any more has only its day."""
    category = rules.categories.get(need.category)
    return need.due_on + timedelta(days=category.late_days if category else 0)


async def _release(
    session: Session, company_id: UUID, wanted: Sequence[Wanted], rules: Rules, *, now: datetime
) -> dict[UUID, Verdict]:
    """Those that fit, of each period by itself: what one has taken, the next one does not get."""
    verdicts: dict[UUID, Verdict] = {}
    by_days = sorted(wanted, key=lambda one: one.wish.free_within_days)
    for days, some in groupby(by_days, lambda one: one.wish.free_within_days):
        group = list(some)
        able = [Invitation(**one.values) for one in group]
        until = now + timedelta(days=days)
        fitting = await find_fitting(session, company_id, able, rules, now=now, until=until)
        for one in group:
            fits = one.values["id"] in fitting
            verdicts[one.wish.touch_id] = (
                await _let_go(session, one) if fits else Verdict(why_not=NotInvited.NO_TIME, again_in_days=1)
            )
    return verdicts


async def _let_go(session: Session, wanted: Wanted) -> Verdict:
    if not wanted.is_new:
        await _change(session, wanted.values, [name for name in wanted.values if name not in AS_PROPOSED])
    elif not await queries.insert_invitation(session, wanted.values):
        return Verdict(why_not=NotInvited.WAITS)
    return Verdict(wanted.values["id"])


async def _change(session: Session, values: Mapping[str, Any], names: Sequence[str]) -> None:
    found = await get_invitation(session, values["company_id"], values["id"], lock=True)
    for name in names:
        setattr(found, name, values[name])
    await session.flush()

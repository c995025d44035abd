"""A named person lets invitations go: as many as the brigades of each area have free hours for."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from app.clients import api as clients
from app.clients.api import Asked, ClientFacts, SiteFacts
from app.core.errors import DomainError
from app.core.scope import Scope
from app.crm.candidates.policies import Occasion
from app.crm.candidates.service import find_occasions
from app.crm.invites import policies, queries
from app.crm.invites.models import Invitation
from app.crm.invites.policies import Free, InvitationStatus, Service, Wanted, Why
from app.crm.invites.queries import KnownType, Sender
from app.crm.invites.service import day_today, occasion_values
from app.crm.rules.service import find_rules
from app.crm.rules.values import Category, Rules
from app.crm.rules.words import in_a_sentence
from app.db.session import Session
from app.db.work import Work, work_in
from app.notifications.api import (
    Channel,
    LegalClass,
    Rung,
    find_published,
    format_day,
    let_go,
    plan_touch,
    together,
)
from app.workforce.api import FreeTime, find_free_time

SUBJECT = "invitation"
PAUSE = timedelta(milliseconds=100)
"""Between two messages of a release, so that others need not wait for all of them."""
VARIABLES = ("company", "client", "what", "due")
"""Words of the message: who invites, whom, to what, and the day on which it is due."""


class InvitationTextMissing(DomainError):
    """The company has published no advertising of this kind."""

    status = 422
    code = "invitation_text_missing"


class InvitationTextUnfit(DomainError):
    """The text has variables for which an invitation has no words."""

    status = 422
    code = "invitation_text_unfit"


class Released(NamedTuple):
    """What came of a release."""

    batch_id: UUID | None
    """None: there was nobody to invite."""
    released: int
    booked: int
    """They have booked or asked meanwhile. Theirs are withdrawn."""
    not_due: int
    """Nothing of theirs comes due any more. Theirs are withdrawn, too."""
    no_consent: int
    """They have not agreed to advertising, or have no phone. Speak with them when you are there."""
    no_time: int
    """Nobody has free hours for them. They stay proposed."""


class Wishes(NamedTuple):
    """What the person wants to release."""

    name: str
    """Of the batch."""
    kind: str
    """Of the template."""
    days: int
    """Within so many days there must be time."""
    at_most: int
    ids: Sequence[UUID] | None = None
    """None: whatever is proposed."""


async def release(session: Session, scope: Scope, wishes: Wishes, *, now: datetime) -> Released:
    """Release invitations, the longest due first. Whoever has booked, and whoever may not be written to, is left out.

    Raises:
        InvitationTextMissing, InvitationTextUnfit: there is no text for it, or it asks for other words.
    """
    await _check_text(session, scope.company_id, wishes.kind)
    await queries.lock_releases(session, scope.company_id)
    found = await queries.lock_proposed(session, scope.company_id, wishes.ids, limit=wishes.at_most)
    async with work_in(session, scope.company_id) as work:
        dropped = await _drop(work, found, now=now)
        ripe = [one for one in found if one.closed_at is None]
        rules = (await find_rules(work, now=now))[-1]
        letters = await _letters(session, work, ripe, now=now)
    able = [one for one in ripe if one.id in letters]
    until = now + timedelta(days=wishes.days)
    fitting = await find_fitting(session, scope.company_id, able, rules, now=now, until=until)
    chosen = [one for one in able if one.id in fitting]
    batch_id = await _let_go(session, scope, wishes, chosen, letters, rules, now=now) if chosen else None
    return Released(
        batch_id,
        released=len(chosen),
        booked=dropped.count(Why.BOOKED),
        not_due=dropped.count(Why.NOT_DUE),
        no_consent=len(ripe) - len(able),
        no_time=len(able) - len(chosen),
    )


async def _check_text(session: Session, company_id: UUID, kind: str) -> None:
    published = (await find_published(session, company_id, [kind])).get(kind)
    if published is None or published.legal_class != LegalClass.MARKETING:
        raise InvitationTextMissing(template_kind=kind)
    if unknown := set(published.variables) - set(VARIABLES):
        raise InvitationTextUnfit(variables=", ".join(sorted(unknown)), known=", ".join(VARIABLES))


async def _drop(work: Work, found: Sequence[Invitation], *, now: datetime) -> list[Why]:
    """Withdraw what is in vain, and see what is due of the others today."""
    rules = (await find_rules(work, now=now))[-1]
    ids = [one.client_id for one in found]
    booked = await queries.find_booked(work, ids)
    occasions = await find_occasions(work, ids, rules, await day_today(work, now))
    dropped = []
    for one in found:
        why = _why_not(one, booked, occasions)
        values = policies.withdrawn(why, now=now) if why else occasion_values(occasions[one.client_id])
        for name, value in values.items():
            setattr(one, name, value)
        if why:
            dropped.append(why)
    return dropped


def _why_not(one: Invitation, booked: Iterable[UUID], occasions: Mapping[UUID, Occasion]) -> Why | None:
    if one.client_id in booked:
        return Why.BOOKED
    return None if one.client_id in occasions else Why.NOT_DUE


class Letter(NamedTuple):
    """To whom a message goes."""

    client: ClientFacts
    phone: str
    site: SiteFacts | None


async def _letters(
    session: Session, work: Work, found: Sequence[Invitation], *, now: datetime
) -> dict[UUID, Letter]:
    """Of those who may be written to. It is asked again when the message leaves."""
    company_id = work.company_id
    known = {
        one.id: one
        for one in await clients.find_clients(session, company_id, [one.client_id for one in found])
    }
    sites = {
        one.id: one
        for one in await clients.find_sites(
            session, company_id, [one.site_id for one in found if one.site_id]
        )
    }
    reachable = [
        (one, client, phone)
        for one in found
        if (client := known.get(one.client_id)) is not None and (phone := client.sms_phone)
    ]
    asked = [Asked(one.client_id, LegalClass.MARKETING, Channel.SMS, phone) for one, _, phone in reachable]
    answers = await clients.permissions_of(work, asked, now=now)
    return {
        one.id: Letter(client, phone, sites.get(one.site_id) if one.site_id else None)
        for (one, client, phone), answer in zip(reachable, answers, strict=True)
        if answer.allowed
    }


async def find_fitting(
    session: Session,
    company_id: UUID,
    able: Sequence[Invitation],
    rules: Rules,
    *,
    now: datetime,
    until: datetime,
) -> set[UUID]:
    """Those of these invitations for which there is time. Others that were released before come first."""
    before = await queries.find_unbooked(session, company_id)
    free = await find_free_time(session, company_id, since=now, until=until)
    async with work_in(session, company_id) as work:
        areas = await queries.find_areas(work, [one.site_id for one in [*before, *able] if one.site_id])
        services = services_of(rules, await queries.find_job_types(work))
    wanted = [_wanted(one, services, areas) for one in [*before, *able]]
    fitting = policies.choose(wanted, [_free(one) for one in free])
    return fitting & {one.id for one in able}


def _wanted(one: Invitation, services: Mapping[str, Service], areas: Mapping[UUID, Iterable[UUID]]) -> Wanted:
    here = areas.get(one.site_id, ()) if one.site_id else ()
    return policies.wanted_of(one.id, one.needs, services, here)


def _free(one: FreeTime) -> Free:
    return Free(one.unit_id, one.free_min, one.skills, one.territories)


def services_of(rules: Rules, types: Sequence[KnownType]) -> dict[str, Service]:
    """How each category is done: by the first job type that belongs to it."""
    found = {}
    for code, category in rules.categories.items():
        if (one := _type_of(category, types)) is not None:
            found[code] = Service(one.minutes, one.skills, one.id)
    return found


def _type_of(category: Category, types: Sequence[KnownType]) -> KnownType | None:
    named = [one for one in types if one.code in category.job_types]
    of_kind = [one for one in types if one.kind in category.job_kinds]
    return next(iter([*named, *of_kind]), None)


async def _let_go(
    session: Session,
    scope: Scope,
    wishes: Wishes,
    chosen: Sequence[Invitation],
    letters: Mapping[UUID, Letter],
    rules: Rules,
    *,
    now: datetime,
) -> UUID:
    """Write the messages into a batch that carries the caller's name. They leave one after the other."""
    batch_id = await let_go(session, scope, batch_id=None, name=wishes.name, now=now)
    for one in chosen:
        one.status, one.batch_id = InvitationStatus.RELEASED, batch_id
        one.released_at, one.released_by = now, scope.user_id
    async with work_in(session, scope.company_id) as work:
        sender = await queries.get_sender(work)
        messages = [
            plan_touch(
                wishes.kind,
                words_of(one, letters[one.id].client, sender, rules),
                client_id=letters[one.id].client.id,
                rungs=[Rung(Channel.SMS, letters[one.id].phone)],
                lang=letters[one.id].client.lang,
                sender=sender.sms_sender,
                batch_id=batch_id,
                now=now,
                send_at=now + place * PAUSE,
                **_about(one, letters[one.id].site),
            )
            for place, one in enumerate(chosen)
        ]
        work.write(together(messages))
    return batch_id


def _about(one: Invitation, site: SiteFacts | None) -> dict[str, Any]:
    return {
        "subject_kind": SUBJECT,
        "subject_id": one.id,
        "timezone": site.timezone if site else None,
        "not_after": one.look_at,
    }


def words_of(one: Invitation, client: ClientFacts, sender: Sender, rules: Rules) -> dict[str, str]:
    """The words of the message: see `VARIABLES`."""
    names = [
        category.name_en if client.lang == "en" else category.name_ru
        for need in one.needs
        if (category := rules.categories.get(need["category"])) is not None
    ]
    due = format_day(date.fromisoformat(one.needs[0]["due_on"]), timezone=sender.timezone, lang=client.lang)
    return {"company": sender.name, "client": client.name, "what": in_a_sentence(names), "due": due}

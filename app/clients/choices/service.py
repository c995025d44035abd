"""Reads and keeps what a client chooses on the page behind the link in a message."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from app.clients.choices.policies import (
    CHANNEL_OF,
    PURPOSES,
    Change,
    Form,
    Topic,
    change_of,
    channels_of,
    topics_on,
)
from app.clients.consents.models import ClientConsentText
from app.clients.consents.policies import STOPPED, Facts, How, Purpose
from app.clients.consents.queries import find_facts, find_texts, get_preference
from app.clients.consents.service import Consent, agree, cards_of, set_preference
from app.clients.consents.stops import Stop, stop
from app.clients.inbound import queries
from app.clients.inbound.models import StopLink
from app.clients.records.queries import find_contacts, get_lang
from app.core.errors import NotFound
from app.db.session import Session, enter_company
from app.db.work import work_in
from app.identity.api import CompanyFacts, get_entered_company

PAUSE = timedelta(days=183)


class StopLinkNotFound(NotFound):
    code = "stop_link_not_found"


class Choices(NamedTuple):
    """What a client hears now, and what he may choose."""

    company: CompanyFacts
    link: StopLink
    on: frozenset[Topic]
    texts: Mapping[Topic, ClientConsentText]
    """What he agrees to who lets a topic begin. Without a text nobody can."""
    channels: Mapping[str, bool]
    """The ways to him, and whether each is open."""
    holds: bool
    """The contact is still his."""
    facts: Facts
    lang: str
    """Of the client: his messages come in it."""
    today: date
    """Of the company."""

    @property
    def quiet_until(self) -> date | None:
        """He wants to hear nothing before this day. None: there is no such day ahead."""
        day = self.facts.wishes.not_before
        return day if day is not None and day > self.today else None

    def may_begin(self, topic: Topic) -> bool:
        return self.holds and self.facts.is_client and topic in self.texts


async def read_choices(session: Session, code: str, *, now: datetime) -> Choices:
    """What stands behind a link.

    Raises:
        StopLinkNotFound: no such code.
    """
    link = await _find_link(session, code)
    async with work_in(session, link.company_id) as work:
        [known] = await find_facts(work, [(link.client_id, link.value)], now=now)
    facts = known.facts
    cards = await cards_of(session, link.company_id, link.client_id)
    kinds = {one.kind for one in await find_contacts(session, link.company_id, cards)}
    off = facts.wishes.channels_off
    return Choices(
        company=await get_entered_company(session, link.company_id),
        link=link,
        on=topics_on(facts, link.contact_kind),
        texts=await _texts(session, link.company_id),
        channels={one: one not in off for one in channels_of(kinds, off)},
        holds=facts.holds,
        facts=facts,
        lang=await get_lang(session, link.company_id, link.client_id),
        today=known.today,
    )


async def _texts(session: Session, company_id: UUID) -> dict[Topic, ClientConsentText]:
    found = {topic: await find_texts(session, company_id, purpose=Purpose(topic)) for topic in Topic}
    return {topic: texts[0] for topic, texts in found.items() if texts}


async def _find_link(session: Session, code: str) -> StopLink:
    company_id = await queries.find_company_of_link(session, code)
    if company_id is None:
        raise StopLinkNotFound
    await enter_company(session, company_id)
    link = await queries.get_link(session, company_id, code)
    if link is None:
        raise StopLinkNotFound
    return link


async def save_choices(
    session: Session, code: str, form: Form, *, read: Mapping[Topic, str], address: str, now: datetime
) -> bool:
    """Keep what he has changed on the page. False: he agreed to a text that is not the present one, so nothing is kept.

    `read` is the id of the text that he saw, by topic. `address` is that of his computer: with the link, which only
    his own contact has got, it proves the consent.

    Raises:
        StopLinkNotFound: no such code.
    """
    choices = await read_choices(session, code, now=now)
    change = change_of(form, choices.on, choices.channels)
    begins = [one for one in change.begins if choices.may_begin(one)]
    if any(read.get(one) != str(choices.texts[one].id) for one in begins):
        return False
    link = choices.link
    if change.ends:
        purposes = [purpose for topic in change.ends for purpose in PURPOSES[topic]]
        said = Stop(link.contact_kind, link.value, How.LINK, purposes, came_from=address)
        await stop(session, link.company_id, said, now=now)
    for topic in begins:
        await _begin(session, link, choices.texts[topic], topic, address=address, now=now)
    if change.closes or change.opens:
        await _set_channels(session, link, change)
    return True


async def _begin(
    session: Session, link: StopLink, text: ClientConsentText, topic: Topic, *, address: str, now: datetime
) -> None:
    consent = Consent(
        contact_kind=link.contact_kind,
        value=link.value,
        purposes=[Purpose(topic)],
        channels=[CHANNEL_OF[link.contact_kind]],
        said_at=now,
        how=How.LINK,
        text_id=text.id,
        came_from=address,
        attachment_id=None,
        note="",
    )
    await agree(
        session, link.company_id, client_id=link.client_id, consent=consent, recorded_by=None, now=now
    )


async def _set_channels(session: Session, link: StopLink, change: Change) -> None:
    root, *_ = await cards_of(session, link.company_id, link.client_id)
    known = await get_preference(session, link.company_id, root, lock=True)
    off = set(known.channels_off) if known else set()
    wishes = {"channels_off": sorted((off | change.closes) - change.opens)}
    await set_preference(session, link.company_id, client_id=link.client_id, wishes=wishes)


async def stop_by_link(session: Session, code: str, *, address: str, now: datetime) -> None:
    """The reader of a message wants no more of them. Twice is as good as once.

    Questions end, too, whatever a plain “stop” ends at this company: they have the same link, and its page says so.

    Raises:
        StopLinkNotFound: no such code.
    """
    link = await _find_link(session, code)
    said = Stop(link.contact_kind, link.value, How.LINK, STOPPED, came_from=address)
    await stop(session, link.company_id, said, now=now)


async def pause_by_link(session: Session, code: str, *, now: datetime) -> None:
    """The reader wants to hear nothing for half a year.

    Raises:
        StopLinkNotFound: no such code.
    """
    link = await _find_link(session, code)
    until = (now + PAUSE).date()
    root, *_ = await cards_of(session, link.company_id, link.client_id)
    known = await get_preference(session, link.company_id, root)
    later = max(until, known.not_before) if known and known.not_before else until
    await set_preference(session, link.company_id, client_id=link.client_id, wishes={"not_before": later})

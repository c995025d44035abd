"""Messages to workers and dispatchers after something happened to a visit or its worker.

Clients are told by the sweep of this slice, whatever has changed a visit. The listeners here set its clock
for what happens outside of visits: to a message, or to the client's phones.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from app.contracts.clients import ClientsMerged, ContactsChanged, CounterpartyChanged, MergeUndone
from app.contracts.dispatch import OfferReminded, OfferWithdrawn, VisitOffered
from app.contracts.identity import UserChanged
from app.contracts.notifications import MessageStateChanged
from app.contracts.workforce import AvailabilityChanged
from app.core.changes import Insert, Update
from app.db.session import Session
from app.db.work import Work, work_in
from app.dispatch.telling import queries
from app.notifications import api as notifications
from app.notifications.api import MessageKind, MessageStatus

USEFUL_FOR = timedelta(minutes=30)
"""A change is told for this long even if the visit's time is over: somebody may be waiting or on his way."""
OFFER_MESSAGES = [MessageKind.OFFER_MADE, MessageKind.OFFER_REMINDER]
NEWS_OF_MESSAGE = {
    MessageStatus.QUEUED,
    MessageStatus.FAILED,
    MessageStatus.UNKNOWN,
    MessageStatus.EXPIRED,
}
"""After these a client may not know what he was to be told. `queued`: the gateway refused it for now."""
ARRIVED = {MessageStatus.SENT, MessageStatus.DELIVERED}


async def on_visits_offered(work: Work, events: Sequence[VisitOffered], now: datetime) -> None:
    await _ask_workers(work, [event.offer_id for event in events], MessageKind.OFFER_MADE, now=now)


async def on_offers_reminded(work: Work, events: Sequence[OfferReminded], now: datetime) -> None:
    await _ask_workers(work, [event.offer_id for event in events], MessageKind.OFFER_REMINDER, now=now)


async def _ask_workers(work: Work, offers: Sequence[UUID], kind: MessageKind, *, now: datetime) -> None:
    """Plan an SMS for each of these offers that is still open."""
    asked = await work.all(queries.OFFERS_TO_TELL, offers=list(offers), now=now)
    if asked:
        messages = [_offer_message(one, kind, now=now, not_after=one.expires_at) for one in asked]
        work.write(notifications.together(messages))


def _offer_message(
    offer: queries.OfferToTell, kind: MessageKind, *, now: datetime, not_after: datetime
) -> Insert:
    """SMS to the worker (for a crew: to its foreman) with what, where, when and until when to answer."""
    when = notifications.format_in_both_zones(
        offer.starts_at, timezone=offer.timezone, site_zone=offer.site_zone, lang=offer.lang
    )
    params = {
        "what": offer.job_type,
        "where": offer.address,
        "when": when,
        "accept_by": _deadline(offer, now=now),
    }
    return notifications.plan_message(
        kind,
        params,
        audience="worker",
        recipient_id=offer.worker_id,
        phone=offer.phone,
        lang=offer.lang,
        sender=offer.sms_sender,
        subject_kind="offer",
        subject_id=offer.id,
        now=now,
        not_after=not_after,
    )


def _deadline(offer: queries.OfferToTell, *, now: datetime) -> str:
    """Until when to answer, by the company's clocks: with the day if it is not today."""
    time = notifications.format_time(offer.expires_at, timezone=offer.timezone)
    today, day = (
        notifications.format_day(moment, timezone=offer.timezone, lang=offer.lang)
        for moment in (now, offer.expires_at)
    )
    return time if day == today else f"{day} {time}"


async def on_offer_withdrawn(
    session: Session, company_id: UUID, event: OfferWithdrawn, now: datetime
) -> None:
    """Tell the worker that a visit is no longer his, because he may be on his way. He is not told if:

    - he never heard of the offer (its unsent messages are canceled);
    - he is asked again for the same time, because the two messages would contradict each other;
    - the visit's time is over.
    """
    async with work_in(session, company_id) as work:
        await notifications.cancel_messages(
            work, OFFER_MESSAGES, subject_kind="offer", subject_id=event.offer_id, reason="offer_withdrawn"
        )
    has_heard = event.was_accepted or await notifications.was_told(
        session, company_id, subject_kind="offer", subject_id=event.offer_id, kinds=OFFER_MESSAGES
    )
    offer = await queries.get_offer(session, company_id, event.offer_id)
    if offer is None or offer.answered_at is None or not has_heard:
        return
    newer = (await queries.find_open_offers(session, company_id, [event.visit_id])).get(event.visit_id)
    is_asked_anew = newer is not None and newer.worker_id == event.worker_id
    not_after = max(offer.answered_at + USEFUL_FOR, event.ends_at)
    if not_after <= now:
        return
    async with work_in(session, company_id) as work:
        told = await work.one(queries.OFFER_TO_TELL, offers=[offer.id])
        if told is None or (is_asked_anew and told.starts_at == event.starts_at):
            return
        his = told._replace(starts_at=event.starts_at)  # the visit may have been moved
        work.write(_offer_message(his, MessageKind.OFFER_WITHDRAWN, now=now, not_after=not_after))


async def on_message_states_changed(work: Work, events: Sequence[MessageStateChanged], now: datetime) -> None:
    """Look at the visits whose clients may not know what they were to be told, or know it after all."""
    of_clients = [one for one in events if (one.audience, one.subject_kind) == ("client", "visit")]
    in_doubt = {one.subject_id for one in of_clients if one.status in NEWS_OF_MESSAGE}
    arrived = {one.subject_id for one in of_clients if one.status in ARRIVED} - in_doubt
    if in_doubt:
        work.write(Update("visit_telling", {"visit_id": sorted(in_doubt)}, {"tell_at": now}))
    if arrived:
        with_item = {"visit_id": sorted(arrived), "has_item": True}
        work.write(Update("visit_telling", with_item, {"tell_at": now}))


async def on_users_changed(work: Work, events: Sequence[UserChanged], now: datetime) -> None:
    """Look at the visits of people who were dismissed, or are back: their clients may expect somebody else."""
    await _look_at_visits_of(work, {event.user_id for event in events}, now=now)


async def on_workers_changed(work: Work, events: Sequence[AvailabilityChanged], now: datetime) -> None:
    """As `on_users_changed`, for whoever was switched off or put into the archive as a worker."""
    await _look_at_visits_of(work, {event.worker_id for event in events}, now=now)


async def _look_at_visits_of(work: Work, workers: set[UUID], *, now: datetime) -> None:
    for worker in sorted(workers):
        visits = await work.all(queries.TELLINGS_OF_WORKER, worker=worker)
        if visits:
            work.write(Update("visit_telling", {"visit_id": visits}, {"tell_at": now}))


async def on_contacts_changed(work: Work, events: Sequence[ContactsChanged], now: datetime) -> None:
    """Look at the visits of a client with other phones: what could not be told may now be told."""
    await _look_at_visits_of_clients(work, {event.client_id for event in events}, now=now)


async def on_counterparties_changed(work: Work, events: Sequence[CounterpartyChanged], now: datetime) -> None:
    """Look at the visits of somebody who has become a client, or is none any more: only clients are told."""
    await _look_at_visits_of_clients(work, {event.client_id for event in events}, now=now)


async def on_cards_merged(work: Work, events: Sequence[ClientsMerged | MergeUndone], now: datetime) -> None:
    """As `on_counterparties_changed`: who only supplies on one card may be a client on the other."""
    cards = {card for event in events for card in (event.survivor_id, event.merged_id)}
    await _look_at_visits_of_clients(work, cards, now=now)


async def _look_at_visits_of_clients(work: Work, clients: set[UUID], *, now: datetime) -> None:
    for client in sorted(clients):
        visits = await work.all(queries.TELLINGS_OF_CLIENT, client=client)
        if visits:
            work.write(Update("visit_telling", {"visit_id": visits}, {"tell_at": now}))

"""Keeps a fact of everything that happens to a client, and works out his status in the same transaction.

What an event names is read as it is now.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.contracts.clients import (
    ClientRegistered,
    ClientsMerged,
    ConsentChanged,
    ContactsChanged,
    CounterpartyChanged,
    MergeUndone,
)
from app.contracts.dispatch import (
    JobCanceled,
    JobsOfOrderChanged,
    OrderAdvanced,
    RequestMatched,
    VisitCanceled,
    VisitPlanned,
)
from app.contracts.documents import ActRefused, ActSigned, PassportIssued
from app.contracts.field import PaymentRefunded, PaymentTaken
from app.crm.facts import gathering, queries
from app.crm.facts.gathering import Gather, Gathering
from app.crm.facts.queries import Asked
from app.crm.statuses.queries import find_all_cards
from app.crm.statuses.service import keep_facts, read_by_what, settle_clients
from app.db.work import Work


async def _keep(work: Work, gather: Gather, ids: Sequence[UUID], now: datetime) -> None:
    by = await read_by_what(work, now=now)
    await keep_facts(work, await gather(work, Asked(ids), Gathering(by.rules, now)), by)


async def on_cards_changed(
    work: Work, events: Sequence[ClientRegistered | ContactsChanged | CounterpartyChanged], now: datetime
) -> None:
    await _keep(work, gathering.gather_clients, [one.client_id for one in events], now)


async def on_consents_changed(work: Work, events: Sequence[ConsentChanged], now: datetime) -> None:
    """Whoever agrees to be written to is a lead, also if he has never asked for anything. Who says stop is left alone.

    A word counts for all cards of the client, and each of them has facts of its own.
    """
    cards = await find_all_cards(work, [one.client_id for one in events])
    await _keep(work, gathering.gather_permissions, cards, now)


async def on_cards_merged(work: Work, events: Sequence[ClientsMerged | MergeUndone], now: datetime) -> None:
    """Both cards: of one client from now on, or of two again. A merge can end consents."""
    named = sorted({card for one in events for card in (one.survivor_id, one.merged_id)})
    cards = await find_all_cards(work, named)
    await _keep(work, gathering.gather_permissions, cards, now)
    await settle_clients(work, cards, await read_by_what(work, now=now))


async def on_requests_matched(work: Work, events: Sequence[RequestMatched], now: datetime) -> None:
    await _keep(work, gathering.gather_requests, [one.request_id for one in events], now)


async def on_acts_over(work: Work, events: Sequence[ActSigned | ActRefused], now: datetime) -> None:
    await _keep(work, gathering.gather_acts, [one.act_id for one in events], now)


async def on_passports_issued(work: Work, events: Sequence[PassportIssued], now: datetime) -> None:
    await _keep(work, gathering.gather_passports, [one.passport_id for one in events], now)


async def on_money_moved(work: Work, events: Sequence[PaymentTaken | PaymentRefunded], now: datetime) -> None:
    await _keep(work, gathering.gather_payments, [one.payment_id for one in events], now)


async def on_orders_changed(
    work: Work, events: Sequence[JobsOfOrderChanged | OrderAdvanced], now: datetime
) -> None:
    await _keep(work, gathering.gather_orders, [one.order_id for one in events], now)


async def on_jobs_changed(work: Work, events: Sequence[JobCanceled | VisitPlanned], now: datetime) -> None:
    orders = await queries.find_orders_of(work, jobs=[one.job_id for one in events])
    await _keep(work, gathering.gather_orders, orders, now)


async def on_visits_canceled(work: Work, events: Sequence[VisitCanceled], now: datetime) -> None:
    orders = await queries.find_orders_of(work, visits=[one.visit_id for one in events])
    await _keep(work, gathering.gather_orders, orders, now)

"""Keeps a fact of everything that happens to a client. What an event names is read as it is now."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.contracts.clients import ClientRegistered, ContactsChanged
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
from app.crm.facts.gathering import Gather, Gathering, facts_change
from app.crm.facts.queries import Asked
from app.crm.rules.service import find_rules
from app.db.work import Work


async def _keep(work: Work, gather: Gather, ids: Sequence[UUID], now: datetime) -> None:
    found = await gather(work, Asked(ids), Gathering(await find_rules(work, now=now), now))
    if (change := facts_change(found)) is not None:
        work.write(change)


async def on_cards_changed(
    work: Work, events: Sequence[ClientRegistered | ContactsChanged], now: datetime
) -> None:
    await _keep(work, gathering.gather_clients, [one.client_id for one in events], now)


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

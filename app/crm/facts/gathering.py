"""Draws up facts from what the other modules keep: of the things that events name, or all of some clients."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from app.core.changes import InsertMany
from app.crm.facts import queries
from app.crm.facts.values import Fact, FactKind
from app.crm.rules.values import Rules, rules_at
from app.db.work import Work


class OfClient(NamedTuple):
    """A fact with the card it belongs to."""

    client_id: UUID
    fact: Fact


class Gathering(NamedTuple):
    """What a gathering needs to know beside the ids."""

    rules: Sequence[Rules]
    now: datetime


async def gather_acts(work: Work, asked: queries.Asked, by: Gathering) -> list[OfClient]:
    """Signed and refused acts."""
    return [_of_act(one, by.rules) for one in await queries.find_acts(work, asked)]


def _of_act(act: queries.FoundAct, rules: Sequence[Rules]) -> OfClient:
    at = act.signed_at or act.refused_at or act.presented_at
    categories = rules_at(rules, at).categories_of(
        job_type=act.job_type, job_kind=act.job_kind, works=act.works or ()
    )
    fact = Fact(
        FactKind.ACT_SIGNED if act.signed_at else FactKind.ACT_REFUSED,
        at,
        act.id,
        site_id=act.site_id,
        order_id=act.order_id,
        job_id=act.job_id,
        visit_id=act.visit_id,
        worker_id=act.worker_id,
        categories=categories,
        amount_kop=act.total_kop,
        detail={"workers": act.workers or [], "works": act.works or [], "job_kind": act.job_kind},
    )
    return OfClient(act.client_id, fact)


async def gather_passports(work: Work, asked: queries.Asked, _: Gathering) -> list[OfClient]:
    found = await queries.find_passports(work, asked)
    return [OfClient(one.client_id, one.fact) for one in found]


async def gather_payments(work: Work, asked: queries.Asked, _: Gathering) -> list[OfClient]:
    """Payments and refunds."""
    found = await queries.find_payments(work, asked)
    return [OfClient(one.client_id, one.fact) for one in found]


async def gather_requests(work: Work, asked: queries.Asked, _: Gathering) -> list[OfClient]:
    """Requests of which it is known who asks."""
    found = await queries.find_requests(work, asked)
    return [OfClient(one.client_id, one.fact) for one in found]


async def gather_clients(work: Work, asked: queries.Asked, by: Gathering) -> list[OfClient]:
    """That there is a card, and whether it has a phone or an e-mail that works."""
    return [one for card in await queries.find_cards(work, asked) for one in _of_card(card, by.now)]


def _of_card(card: queries.FoundCard, now: datetime) -> Iterable[OfClient]:
    since = _not_after(card.created_at, now)
    yield OfClient(card.client_id, Fact(FactKind.CLIENT_KNOWN, since, card.client_id))
    if card.is_reachable != (card.said == FactKind.CONTACT_USABLE):
        kind = FactKind.CONTACT_USABLE if card.is_reachable else FactKind.CONTACT_LOST
        at = now if card.times_said else since
        yield OfClient(card.client_id, Fact(kind, at, card.client_id, _part(card.times_said)))


async def gather_permissions(work: Work, asked: queries.Asked, by: Gathering) -> list[OfClient]:
    """Whether a client agrees to be written to or called, and whether he has said stop, as often as that changes."""
    permissions, stops = await queries.find_permissions(work, asked), await queries.find_stops(work, asked)
    return [
        *(one for word in permissions for one in _of_word(word, queries.PERMISSION_KINDS, by.now)),
        *(one for word in stops for one in _of_word(word, queries.STOP_KINDS, by.now)),
    ]


def _of_word(found: queries.FoundWord, kinds: tuple[FactKind, FactKind], now: datetime) -> Iterable[OfClient]:
    """`kinds` are the fact that it holds, and the fact that it holds no more."""
    holds, ended = kinds
    if found.holds == (found.said == holds):
        return
    kind = holds if found.holds else ended
    at = now if found.times_said or found.spoke_at is None else _not_after(found.spoke_at, now)
    yield OfClient(found.client_id, Fact(kind, at, found.client_id, _part(found.times_said)))


async def gather_orders(work: Work, asked: queries.Asked, by: Gathering) -> list[OfClient]:
    """Whether something of an order is open, as often as that changes; and that it was canceled."""
    return [one for order in await queries.find_orders(work, asked) for one in _of_order(order, by.now)]


def _of_order(order: queries.FoundOrder, now: datetime) -> Iterable[OfClient]:
    told: dict[str, Any] = {"site_id": order.site_id, "order_id": order.id}
    times = order.times_said
    if not times:
        since = _not_after(order.created_at, now)
        opened = Fact(FactKind.ORDER_OPENED, since, order.id, _part(0), **told)
        yield OfClient(order.client_id, opened)
        times, was_open = 1, True
    else:
        was_open = order.said == FactKind.ORDER_OPENED
    if order.is_open != was_open:
        kind = FactKind.ORDER_OPENED if order.is_open else FactKind.ORDER_CLOSED
        at = order.over_at if order.over_at and not order.is_open and not order.times_said else now
        yield OfClient(order.client_id, Fact(kind, at, order.id, _part(times), **told))
    if order.status == "canceled":
        canceled = Fact(FactKind.ORDER_CANCELED, now, order.id, amount_kop=order.prepaid_kop, **told)
        yield OfClient(order.client_id, canceled)


def _part(times: int) -> str:
    """Facts of one source that follow each other are numbered, so that they are in order also at one moment."""
    return f"{times:06d}"


Gather = Callable[[Work, queries.Asked, Gathering], Awaitable[list[OfClient]]]

EVERYTHING: Sequence[Gather] = (
    gather_clients,
    gather_permissions,
    gather_requests,
    gather_orders,
    gather_payments,
    gather_acts,
    gather_passports,
)


def _not_after(moment: datetime, now: datetime) -> datetime:
    """Rows get their time from the database, and `now` was read before."""
    return min(moment, now)


def facts_change(facts: Iterable[OfClient], *, is_history: bool = False) -> InsertMany | None:
    """The rows of these facts. Those that are known already are left as they are."""
    rows = [_row(one, is_history) for one in facts]
    return InsertMany("life_fact", rows, once=True) if rows else None


def _row(one: OfClient, is_history: bool) -> dict[str, Any]:
    fact = one.fact
    return {
        **fact._asdict(),
        "client_id": one.client_id,
        "categories": list(fact.categories),
        "detail": dict(fact.detail) or None,
        "is_history": is_history,
    }

"""What speaks against the facts of a client who was taken over: values in, values out.

A status follows from facts, so whoever doubts a status looks for a fact that is missing or wrong.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from app.crm.facts.values import Fact, FactKind, in_time_order
from app.crm.rules.values import Rules

OPEN_FOR_LONG = timedelta(days=365)


class Doubt(StrEnum):
    PAID_WITHOUT_ACT = "paid_without_act"
    """He paid for an order that is over, and signed no act for it."""
    ACT_WITHOUT_MONEY = "act_without_money"
    """He signed for something that is sold, and nothing was paid for it: so it is no purchase."""
    ACT_WITHOUT_CATEGORY = "act_without_category"
    """The rules do not know what he signed for."""
    OPEN_FOR_LONG = "open_for_long"
    """An order of his has been open for more than a year. While it is, he does not become dormant."""
    NOT_REACHABLE = "not_reachable"
    """He has bought, and has no phone and no e-mail."""
    NOTHING_KNOWN = "nothing_known"
    """There is his card and nothing else. Clients of an older base may have bought long ago."""


TELLS_NOTHING = (FactKind.CLIENT_KNOWN, FactKind.CONTACT_USABLE, FactKind.CONTACT_LOST)


def find_doubts(facts: Collection[Fact], rules: Rules, *, now: datetime) -> list[Doubt]:
    """What speaks against the facts of one client, in the order of `Doubt`."""
    found = set(_doubts(in_time_order([one for one in facts if one.at <= now]), rules, now))
    return [doubt for doubt in Doubt if doubt in found]


def _doubts(facts: Sequence[Fact], rules: Rules, now: datetime) -> Iterator[Doubt]:
    signed = [one for one in facts if one.kind == FactKind.ACT_SIGNED]
    acts = {one.order_id for one in signed}
    money, opened = _money(facts), _opened(facts)
    if any(kop > 0 and order not in acts and order not in opened for order, kop in money.items()):
        yield Doubt.PAID_WITHOUT_ACT
    if any(rules.is_purchase(one.categories) and money[one.order_id] <= 0 for one in signed):
        yield Doubt.ACT_WITHOUT_MONEY
    if any(not one.categories for one in signed):
        yield Doubt.ACT_WITHOUT_CATEGORY
    if any(at < now - OPEN_FOR_LONG for at in opened.values()):
        yield Doubt.OPEN_FOR_LONG
    if (signed or any(kop > 0 for kop in money.values())) and not _is_reachable(facts):
        yield Doubt.NOT_REACHABLE
    if all(one.kind in TELLS_NOTHING for one in facts):
        yield Doubt.NOTHING_KNOWN


def _money(facts: Sequence[Fact]) -> defaultdict[UUID | None, int]:
    """What was paid and not given back, by order."""
    signs = {FactKind.PAYMENT_TAKEN: 1, FactKind.REFUND_PAID: -1}
    money: defaultdict[UUID | None, int] = defaultdict(int)
    for one in facts:
        if (sign := signs.get(FactKind(one.kind))) is not None:
            money[one.order_id] += sign * one.amount_kop
    return money


def _opened(facts: Sequence[Fact]) -> dict[UUID, datetime]:
    """Orders that are open, with the moment since when."""
    opened: dict[UUID, datetime] = {}
    for one in facts:
        if one.kind == FactKind.ORDER_OPENED:
            opened[one.source_id] = one.at
        elif one.kind == FactKind.ORDER_CLOSED:
            opened.pop(one.source_id, None)
    return opened


def _is_reachable(facts: Sequence[Fact]) -> bool:
    said = [one.kind for one in facts if one.kind in (FactKind.CONTACT_USABLE, FactKind.CONTACT_LOST)]
    return bool(said) and said[-1] == FactKind.CONTACT_USABLE

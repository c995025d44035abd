"""Takes in the facts of a client one after the other, and says at any moment how he stands."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple
from uuid import UUID

from app.crm.facts.values import Fact, FactKind
from app.crm.purchases.policies import Purchase, SignedAct, find_purchases
from app.crm.rules.values import Rules
from app.crm.tracks.policies import Known, Need, Product, Said, Track, find_tracks, next_need


class Signal(NamedTuple):
    """A disappointment."""

    at: datetime
    severity: int
    source_id: UUID


class Standing(NamedTuple):
    """How a client stands at a moment, as far as facts and rules say."""

    purchases: int
    is_annulled: bool
    """He has signed for something that counts, but holds no purchase any more: he got his money back."""
    receipts: int
    total_kop: int
    """All that he has paid and not got back."""
    first_purchase_at: datetime | None
    last_purchase_at: datetime | None
    need: Need | None
    has_open_order: bool
    is_disappointed: bool
    is_interesting: bool
    is_given_up: bool
    """As many attempts to win him back have failed as the company makes."""
    has_referral: bool
    is_reachable: bool
    has_asked: bool
    has_permitted: bool


class Life:
    """Facts must come in time order: see `in_time_order`."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._acts: list[SignedAct] = []
        self._paid_kop: dict[UUID | None, int] = {}
        self._receipts = 0
        self._open: set[UUID] = set()
        self._signals: list[Signal] = []
        self._recovered: set[UUID] = set()
        self._failed_at: list[datetime] = []
        self._named: list[Said] = []
        self._entered: list[Said] = []
        self._products: list[Product] = []
        self._said_interesting: bool | None = None
        self._marks: dict[str, set[UUID]] = {}
        """reachable, asked, permitted, referral, stopped: with the sources that say so, which can be several cards."""
        self._purchases: list[Purchase] | None = None

    def add(self, fact: Fact, rules: Rules) -> None:
        """Take in a fact by the rules of its time: what counts as a purchase is not changed afterwards."""
        if (mark := SET.get(fact.kind)) is not None:
            self._marks.setdefault(mark, set()).add(fact.source_id)
        elif (mark := CLEARED.get(fact.kind)) is not None:
            self._clear(mark, fact.source_id)
        elif (take := TAKEN.get(fact.kind)) is not None:
            take(self, fact, rules)

    def _clear(self, mark: str, source_id: UUID) -> None:
        """A card says this no more, and others of the client still may. A source that never said it speaks for all."""
        saying = self._marks.get(mark, set())
        if source_id in saying:
            saying.discard(source_id)
        else:
            saying.clear()

    def _is(self, mark: str) -> bool:
        return bool(self._marks.get(mark))

    def _add_act(self, fact: Fact, rules: Rules) -> None:
        if rules.is_purchase(fact.categories):
            on = fact.at.astimezone(self._zone).date()
            act = SignedAct(fact.at, on, fact.order_id, fact.site_id, fact.visit_id, fact.categories)
            self._acts.append(act)
            self._purchases = None

    def _add_payment(self, fact: Fact, _: Rules) -> None:
        self._pay(fact.order_id, fact.amount_kop)
        self._receipts += 1

    def _add_refund(self, fact: Fact, _: Rules) -> None:
        self._pay(fact.order_id, -fact.amount_kop)

    def _pay(self, order_id: UUID | None, amount_kop: int) -> None:
        self._paid_kop[order_id] = self._paid_kop.get(order_id, 0) + amount_kop
        self._purchases = None

    def _open_order(self, fact: Fact, _: Rules) -> None:
        self._open.add(fact.source_id)

    def _close_order(self, fact: Fact, _: Rules) -> None:
        self._open.discard(fact.source_id)

    def _add_product(self, fact: Fact, _: Rules) -> None:
        fields = {name: str(value).lower() for name, value in fact.detail.items()}
        self._products.append(Product(fact.site_id, {"kind": ""} | fields))

    def _name_date(self, fact: Fact, _: Rules) -> None:
        self._named.append(_said(fact))

    def _enter_date(self, fact: Fact, _: Rules) -> None:
        self._entered.append(_said(fact))

    def _disappoint(self, fact: Fact, _: Rules) -> None:
        self._signals.append(Signal(fact.at, int(fact.detail["severity"]), fact.source_id))

    def _recover(self, fact: Fact, _: Rules) -> None:
        self._recovered.add(fact.source_id)

    def _fail(self, fact: Fact, _: Rules) -> None:
        self._failed_at.append(fact.at)

    def _set_interest(self, fact: Fact, _: Rules) -> None:
        self._said_interesting = bool(fact.detail["is_interesting"])

    def purchases(self, rules: Rules) -> list[Purchase]:
        if self._purchases is None:
            near_days = rules.content.near_days
            self._purchases = find_purchases(self._acts, self._paid_kop, near_days=near_days)
        return self._purchases

    def _known(self, rules: Rules) -> Known:
        return Known(self.purchases(rules), self._products, self._named, self._entered)

    def tracks(self, rules: Rules) -> list[Track]:
        return find_tracks(self._known(rules), rules)

    def forget_purchases(self) -> None:
        """Other rules hold from now on."""
        self._purchases = None

    def standing(self, rules: Rules) -> Standing:
        bought = self.purchases(rules)
        last_at = bought[-1].last_at if bought else None
        since = disappointed_since(self._unresolved(last_at), rules) if bought else None
        need = next_need(self._known(rules), rules)
        return Standing(
            purchases=len(bought),
            is_annulled=not bought and any(one.order_id in self._paid_kop for one in self._acts),
            receipts=self._receipts,
            total_kop=sum(self._paid_kop.values()),
            first_purchase_at=min((one.first_at for one in bought), default=None),
            last_purchase_at=last_at,
            need=need,
            has_open_order=bool(self._open),
            is_disappointed=since is not None,
            is_interesting=since is not None and self._is_interesting(bought, rules),
            is_given_up=since is not None and self._is_given_up(since, rules),
            has_referral=self._is("referral"),
            is_reachable=self._is("reachable"),
            has_asked=self._is("asked"),
            has_permitted=self._is("permitted"),
        )

    def _unresolved(self, last_at: datetime | None) -> list[Signal]:
        """What is not settled. A later purchase settles it. One of the same moment does not: the client signed it
        with remarks."""
        return [
            one
            for one in self._signals
            if one.source_id not in self._recovered and (last_at is None or one.at >= last_at)
        ]

    def _is_interesting(self, bought: Sequence[Purchase], rules: Rules) -> bool:
        """Whether he is worth winning back: the owner's word, otherwise money, referrals or a need; and no stop."""
        if self._said_interesting is not None:
            return self._said_interesting
        if self._is("stopped"):
            return False
        return (
            self._is("referral")
            or any(_is_worth(one, rules) for one in bought)
            or bool(find_tracks(self._known(rules), rules))
        )

    def _is_given_up(self, since: datetime, rules: Rules) -> bool:
        within, needed = timedelta(days=rules.content.attempts_days), rules.content.attempts_max
        failed = [at for at in self._failed_at if at >= since]
        return any(late - early <= within for early, late in zip(failed, failed[needed - 1 :], strict=False))


def disappointed_since(unresolved: Sequence[Signal], rules: Rules) -> datetime | None:
    """Since when a client is disappointed, by signals in time order: one that is bad enough alone, or two near each
    other. None: he is not."""
    alone, pair = rules.content.alone_severity, timedelta(days=rules.content.pair_days)
    before: datetime | None = None
    for one in unresolved:
        if one.severity >= alone or (before is not None and one.at - before <= pair):
            return one.at
        before = one.at
    return None


def _is_worth(purchase: Purchase, rules: Rules) -> bool:
    known = [rules.categories[code] for code in purchase.categories if code in rules.categories]
    return any(one.worth_kop is not None and purchase.total_kop >= one.worth_kop for one in known)


def _said(fact: Fact) -> Said:
    assert fact.on_day is not None  # noqa: S101  # a CHECK of the table
    category = fact.categories[0] if fact.categories else None
    return Said(fact.at, fact.on_day, category, fact.site_id, fact.visit_id)


SET: dict[str, str] = {
    FactKind.CONTACT_USABLE: "reachable",
    FactKind.REQUEST_RECEIVED: "asked",
    FactKind.PERMISSION_GIVEN: "permitted",
    FactKind.REFERRAL_PAID: "referral",
    FactKind.STOP_LISTED: "stopped",
}
CLEARED: dict[str, str] = {
    FactKind.CONTACT_LOST: "reachable",
    FactKind.PERMISSION_WITHDRAWN: "permitted",
    FactKind.STOP_LIFTED: "stopped",
}
TAKEN: dict[str, Callable[[Life, Fact, Rules], None]] = {
    FactKind.ACT_SIGNED: Life._add_act,
    FactKind.PAYMENT_TAKEN: Life._add_payment,
    FactKind.REFUND_PAID: Life._add_refund,
    FactKind.ORDER_OPENED: Life._open_order,
    FactKind.ORDER_CLOSED: Life._close_order,
    FactKind.PASSPORT_ISSUED: Life._add_product,
    FactKind.DATE_NAMED: Life._name_date,
    FactKind.DATE_ENTERED: Life._enter_date,
    FactKind.DISAPPOINTMENT_NOTED: Life._disappoint,
    FactKind.DISAPPOINTMENT_RECOVERED: Life._recover,
    FactKind.WIN_BACK_FAILED: Life._fail,
    FactKind.INTEREST_IN_CLIENT_SET: Life._set_interest,
}
"""What a fact of a kind changes. Other kinds change nothing of a status."""

"""What happened to a client, as plain values. Policies know nothing else of him."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID


class FactKind(StrEnum):
    CLIENT_KNOWN = "client_known"
    """His card was opened."""
    CONTACT_USABLE = "contact_usable"
    """He has a phone or an e-mail. The source is the card that has it."""
    CONTACT_LOST = "contact_lost"
    """That card has none any more. Another one of his can still have one."""
    REQUEST_RECEIVED = "request_received"
    PERMISSION_GIVEN = "permission_given"
    """He agreed to be written to. The source is the card with which he said so."""
    PERMISSION_WITHDRAWN = "permission_withdrawn"
    ORDER_OPENED = "order_opened"
    """An order has something that is not finished. It may be opened and closed several times: see `part`."""
    ORDER_CLOSED = "order_closed"
    ORDER_CANCELED = "order_canceled"
    """`amount_kop` is what he had paid before."""
    ACT_SIGNED = "act_signed"
    ACT_REFUSED = "act_refused"
    PAYMENT_TAKEN = "payment_taken"
    REFUND_PAID = "refund_paid"
    PASSPORT_ISSUED = "passport_issued"
    DATE_NAMED = "date_named"
    """He said when he wants the next visit: `on_day`, for one category and site or for any."""
    DATE_ENTERED = "date_entered"
    """A specialist said when the next visit is due, by what he saw."""
    INTEREST_NOTED = "interest_noted"
    """He asked about another category."""
    REFERRAL_PAID = "referral_paid"
    """Somebody whom he had sent has paid for a purchase."""
    DISAPPOINTMENT_NOTED = "disappointment_noted"
    """`detail["severity"]` is 1 to 3. The source is the disappointment."""
    DISAPPOINTMENT_RECOVERED = "disappointment_recovered"
    """Settled, and he has confirmed it. The source is the disappointment."""
    WIN_BACK_FAILED = "win_back_failed"
    """An attempt to win him back had no success."""
    INTEREST_IN_CLIENT_SET = "interest_in_client_set"
    """The owner says whether he is worth winning back: `detail["is_interesting"]`, with a reason."""
    STOP_LISTED = "stop_listed"
    """He has said stop: nobody tries to win him back unless the owner says so. The source is the card."""
    STOP_LIFTED = "stop_lifted"


class Fact(NamedTuple):
    """Something that happened. The same source, kind and part is the same fact, however often it is told."""

    kind: str
    at: datetime
    """When it happened, not when we heard of it."""
    source_id: UUID
    part: str = ""
    """Tells apart several facts of one kind with one source."""
    site_id: UUID | None = None
    order_id: UUID | None = None
    job_id: UUID | None = None
    visit_id: UUID | None = None
    worker_id: UUID | None = None
    categories: Sequence[str] = ()
    amount_kop: int = 0
    on_day: date | None = None
    detail: Mapping[str, Any] = {}


def in_time_order(facts: Sequence[Fact]) -> list[Fact]:
    """The one order in which facts are read, in whatever order they came."""
    return sorted(facts, key=lambda one: (one.at, one.source_id.int, one.part, one.kind))

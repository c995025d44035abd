from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from app.dispatch.board.schemas import LadderStepOut
from app.dispatch.job_cards.schemas import JobCard
from app.dispatch.offers.ladders import from_json
from app.dispatch.offers.models import Offer
from app.dispatch.offers.schemas import OfferOut
from app.dispatch.visits.models import VisitEvent
from app.dispatch.visits.schemas import VisitEventOut, VisitOut
from app.dispatch.visits.states import VisitState
from app.http.schemas import Out
from app.identity.api import Account
from app.orders.api import OrderMoney


class PersonOut(Out):
    """Somebody who comes or would come."""

    id: UUID
    name: str
    phone: str | None

    @classmethod
    def of(cls, account: Account) -> Self:
        return cls(id=account.id, name=account.name, phone=account.phone)


class NamedOfferOut(OfferOut, kw_only=True):
    worker_name: str
    in_spite_of: list[str]
    """Codes of the rules that were overruled when it was made."""

    @classmethod
    def named(cls, offer: Offer, names: Mapping[UUID, str]) -> Self:
        shown: dict[str, Any] = {name: getattr(offer, name) for name in OfferOut.__struct_fields__}
        return cls(**shown, worker_name=names.get(offer.worker_id, ""), in_spite_of=offer.in_spite_of)


class NamedEventOut(VisitEventOut, kw_only=True):
    actor_name: str | None
    """Null: the system itself."""

    @classmethod
    def named(cls, event: VisitEvent, names: Mapping[UUID, str]) -> Self:
        shown: dict[str, Any] = {name: getattr(event, name) for name in VisitEventOut.__struct_fields__}
        return cls(**shown, actor_name=names.get(event.actor_id) if event.actor_id else None)


class DueMoneyOut(Out):
    """The money of the order in three numbers; `getOrderMoney` has the rest."""

    contract_kop: int | None
    """The agreed sum. Null: nothing has been agreed, or the order is canceled."""
    paid_kop: int
    """What we hold of the client’s money."""
    due_kop: int
    """What the client still has to pay."""

    @classmethod
    def of(cls, money: OrderMoney) -> Self:
        return cls(contract_kop=money.contract_kop, paid_kop=money.held.total, due_kop=money.due.total)


class VisitCard(JobCard, kw_only=True):
    """A visit with everything a dispatcher wants to see first. `visits` are all visits of its job."""

    visit: VisitOut
    people: list[PersonOut]
    """Everybody whose time the visit takes: the worker, or the crew with its foreman first, and extra people."""
    expected_at: datetime | None
    """When whoever has departed is expected on site. The client is told this time."""
    ladder: list[LadderStepOut]
    """What happens if nobody accepts: the steps of the present offer. Empty while nobody has been asked."""
    escalate_at: datetime | None
    """When the ladder goes on."""
    offers: list[NamedOfferOut]
    """Everybody who was asked, oldest first."""
    history: list[NamedEventOut]
    """Oldest first."""
    money: DueMoneyOut


def ladder_of(visit: VisitState) -> list[LadderStepOut]:
    """The steps in time order; those before `ladder_next` are done."""
    return [
        LadderStepOut(due_at=step.due_at, action=step.action, is_done=place < visit.ladder_next)
        for place, step in enumerate(from_json(visit.ladder))
    ]

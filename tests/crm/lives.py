"""Facts and rules that tests of a client's life start from. Times are days and hours after the first of March 2026."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from app.crm.facts.values import Fact, FactKind
from app.crm.rules.values import Category, Rules, RulesContent, Spawn
from app.crm.statuses.policies.history import History, write_history

MOSCOW = ZoneInfo("Europe/Moscow")
START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
FLAT, DACHA = UUID(int=1), UUID(int=2)


def at(day: float, hour: float = 0) -> datetime:
    return START + timedelta(days=day, hours=hour)


def on(day: int) -> date:
    return (START + timedelta(days=day)).date()


def some_rules(version: int = 1, valid_from: datetime = START, **fields: Any) -> Rules:
    """Windows last, maintenance is yearly, seals every six years, nets yearly; a warranty visit is no purchase."""
    known: dict[str, Any] = {
        "categories": [
            a_category(
                "window_install", None, spawns=[Spawn(category="maintenance"), Spawn(category="seal")]
            ),
            a_category("maintenance", 365),
            a_category("seal", 6 * 365),
            a_category("net", 365),
            a_category("warranty_visit", None, counts_as_purchase=False),
            a_category("measurement", None, counts_as_purchase=False),
        ]
    }
    return Rules(version, valid_from, RulesContent(**(known | fields)))


def a_category(code: str, cycle_days: int | None, **fields: Any) -> Category:
    return Category(code=code, name_ru=code, name_en=code, cycle_days=cycle_days, **fields)


class Facts(list[Fact]):
    """`facts.bought(0)`: on day 0 an act was signed and paid."""

    def __init__(self) -> None:
        super().__init__()
        self._serial = 1000

    def _id(self) -> UUID:
        self._serial += 1
        return UUID(int=self._serial)

    def add(self, kind: FactKind, day: float, *, source: UUID | None = None, **fields: Any) -> UUID:
        source = source or self._id()
        self.append(Fact(kind, at(day), source, **fields))
        return source

    def asked(self, day: float) -> None:
        self.add(FactKind.CLIENT_KNOWN, day)
        self.add(FactKind.CONTACT_USABLE, day)
        self.add(FactKind.REQUEST_RECEIVED, day)

    def act(self, day: float, category: str, *, order: UUID | None = None, **fields: Any) -> UUID:
        order = order or self._id()
        about = {"site_id": FLAT, "visit_id": self._id()} | fields
        self.add(FactKind.ACT_SIGNED, day, order_id=order, categories=(category,), **about)
        return order

    def paid(self, day: float, order: UUID, amount_kop: int = 500_00) -> None:
        self.add(FactKind.PAYMENT_TAKEN, day, order_id=order, amount_kop=amount_kop)

    def refunded(self, day: float, order: UUID, amount_kop: int = 500_00) -> None:
        self.add(FactKind.REFUND_PAID, day, order_id=order, amount_kop=amount_kop)

    def bought(self, day: float, category: str = "maintenance", **fields: Any) -> UUID:
        order = self.act(day, category, **fields)
        self.paid(day, order)
        return order

    def booked(self, day: float, times: int = 0, order: UUID | None = None) -> UUID:
        return self.add(FactKind.ORDER_OPENED, day, source=order, part=f"{times:06d}")

    def closed(self, day: float, order: UUID, times: int = 1) -> None:
        self.add(FactKind.ORDER_CLOSED, day, source=order, part=f"{times:06d}")

    def named(self, day: float, wanted_on: date, **fields: Any) -> None:
        self.add(FactKind.DATE_NAMED, day, on_day=wanted_on, **fields)

    def entered(self, day: float, due_on: date, **fields: Any) -> None:
        self.add(FactKind.DATE_ENTERED, day, on_day=due_on, **fields)

    def disappointed(self, day: float, severity: int = 2) -> UUID:
        return self.add(FactKind.DISAPPOINTMENT_NOTED, day, detail={"severity": severity})

    def recovered(self, day: float, disappointment: UUID) -> None:
        self.add(FactKind.DISAPPOINTMENT_RECOVERED, day, source=disappointment)


def history(facts: Facts, *versions: Rules, until: float, zone: ZoneInfo = MOSCOW) -> History:
    found = write_history(facts, versions or [some_rules()], zone=zone, until=at(until))
    assert found is not None
    return found


def told(found: History) -> list[tuple[float, str, str]]:
    """Day, status and reason of every step."""
    return [(round((s.at - START).total_seconds() / 86_400, 2), s.status, s.reason) for s in found.steps]


def status(facts: Facts, *versions: Rules, until: float) -> str:
    return history(facts, *versions, until=until).steps[-1].status

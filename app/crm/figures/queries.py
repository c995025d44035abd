"""All SQL of the figures about the base. A client is his surviving card; steps that were withdrawn do not count."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased

from app.clients.tables import Client
from app.crm.calls.models import Interaction
from app.crm.facts.models import LifeFact
from app.crm.facts.values import FactKind
from app.crm.figures.policies.awakenings import Sleep, Touch
from app.crm.figures.policies.cohorts import Became
from app.crm.statuses.models import ClientLife, StatusStep
from app.crm.statuses.policies.history import ClientStatus, Reason
from app.db.query import Query
from app.db.reader import Reader
from app.notifications.tables import Message

COMPANY = bindparam("company", type_=Uuid)
IDS = bindparam("ids", type_=ARRAY(Uuid))
SINCE = bindparam("since", type_=DateTime(timezone=True))
BEFORE = bindparam("before", type_=DateTime(timezone=True))
ZONE = bindparam("zone", type_=Text)
MONEY = (FactKind.PAYMENT_TAKEN, FactKind.REFUND_PAID)


def _holds(step: type[StatusStep]) -> list[ColumnElement[bool]]:
    """The step was not withdrawn, and its client's card is not merged into another one."""
    other, card = aliased(StatusStep), aliased(Client)
    return [
        step.company_id == COMPANY,
        step.withdraws.is_(None),
        ~exists().where(other.company_id == COMPANY, other.withdraws == step.id),
        exists().where(card.company_id == COMPANY, card.id == step.client_id, card.merged_into.is_(None)),
    ]


def _local(moment: ColumnElement[Any]) -> ColumnElement[Any]:
    return moment.op("AT TIME ZONE")(ZONE)


def _start_of(unit: str, moment: ColumnElement[Any]) -> ColumnElement[date]:
    """The first day of its month or week, by the company's clock."""
    return cast(func.date_trunc(unit, _local(moment)), Date)


LAST = aliased(StatusStep)
PAID = (
    select(
        func.coalesce(Client.merged_into, Client.id).label("client_id"),
        func.sum(
            case(
                (LifeFact.kind == FactKind.PAYMENT_TAKEN.value, LifeFact.amount_kop),
                else_=-LifeFact.amount_kop,
            )
        ).label("kop"),
    )
    .join(Client, and_(Client.company_id == LifeFact.company_id, Client.id == LifeFact.client_id))
    .where(
        LifeFact.company_id == COMPANY,
        LifeFact.kind == func.any(literal([str(kind) for kind in MONEY], ARRAY(Text))),
        LifeFact.at >= SINCE,
        LifeFact.at < BEFORE,
    )
    .group_by(func.coalesce(Client.merged_into, Client.id))
    .subquery()
)
STANDING = (
    select(LAST.status)
    .where(*_holds(LAST), LAST.client_id == PAID.c.client_id, LAST.at < BEFORE)
    .order_by(LAST.at.desc(), LAST.id.desc())
    .limit(1)
    .lateral()
)
DIVIDED = (
    select(
        func.coalesce(STANDING.c.status, ClientStatus.TARGET.value).label("status"),
        PAID.c.kop,
    )
    .select_from(PAID)
    .outerjoin(STANDING, true())
    .subquery()
)
MONEY_BY_STATUS = Query(
    select(DIVIDED.c.status, func.count(), cast(func.sum(DIVIDED.c.kop), BigInteger)).group_by(
        DIVIDED.c.status
    ),
    lambda *row: row,
)


async def find_money(reader: Reader, since: datetime, before: datetime) -> list[tuple[str, int, int]]:
    """Status at the end, clients, and what they paid and did not get back in [since, before)."""
    return await reader.all(MONEY_BY_STATUS, since=since, before=before)


BUYERS = literal([str(ClientStatus.NEWCOMER), str(ClientStatus.FAN)], ARRAY(Text))
FIRST_BUY = (
    select(
        StatusStep.client_id,
        func.min(StatusStep.at).label("first_at"),
        func.min(StatusStep.at).filter(StatusStep.status == ClientStatus.FAN.value).label("fan_at"),
    )
    .where(*_holds(StatusStep), StatusStep.status == func.any(BUYERS))
    .group_by(StatusStep.client_id)
    .subquery()
)
DAYS = cast(_local(FIRST_BUY.c.fan_at), Date) - cast(_local(FIRST_BUY.c.first_at), Date)
BECAME = Query(
    select(
        _start_of("month", FIRST_BUY.c.first_at).label("month"),
        DAYS.label("days"),
        func.count(),
    )
    .where(FIRST_BUY.c.first_at >= SINCE, FIRST_BUY.c.first_at < BEFORE)
    .group_by("month", "days"),
    Became,
)


async def count_became(reader: Reader, since: datetime, before: datetime, zone: ZoneInfo) -> list[Became]:
    """Clients who bought for the first time in [since, before), by month and by days until they were fans."""
    return await reader.all(BECAME, since=since, before=before, zone=zone.key)


class LeadsOfWeek(NamedTuple):
    """Clients who became leads in one week."""

    week: date
    """Its Monday."""
    source: str
    """As the card says. Empty: nobody knows."""
    leads: int
    bought: int
    """Of these, those who have bought since."""


FIRST_LEAD = (
    select(StatusStep.client_id, func.min(StatusStep.at).label("lead_at"))
    .where(*_holds(StatusStep), StatusStep.status == ClientStatus.LEAD.value)
    .group_by(StatusStep.client_id)
    .subquery()
)
LATER = aliased(StatusStep)
HAS_BOUGHT = exists().where(
    *_holds(LATER),
    LATER.client_id == FIRST_LEAD.c.client_id,
    LATER.at >= FIRST_LEAD.c.lead_at,
    LATER.status == func.any(BUYERS),
)
LEADS = (
    select(
        _start_of("week", FIRST_LEAD.c.lead_at).label("week"),
        Client.source,
        HAS_BOUGHT.label("has_bought"),
    )
    .join(Client, and_(Client.company_id == COMPANY, Client.id == FIRST_LEAD.c.client_id))
    .where(FIRST_LEAD.c.lead_at >= SINCE, FIRST_LEAD.c.lead_at < BEFORE)
    .subquery()
)
LEADS_BY_WEEK = Query(
    select(LEADS.c.week, LEADS.c.source, func.count(), func.count().filter(LEADS.c.has_bought))
    .group_by(LEADS.c.week, LEADS.c.source)
    .order_by(LEADS.c.week, LEADS.c.source),
    LeadsOfWeek,
)


async def count_leads(reader: Reader, since: datetime, before: datetime, zone: ZoneInfo) -> list[LeadsOfWeek]:
    """Clients who became leads for the first time in [since, before), by week and source."""
    return await reader.all(LEADS_BY_WEEK, since=since, before=before, zone=zone.key)


ENDED = aliased(StatusStep)
END = (
    select(ENDED.at, ENDED.reason)
    .where(*_holds(ENDED), ENDED.client_id == StatusStep.client_id, ENDED.at > StatusStep.at)
    .order_by(ENDED.at, ENDED.id)
    .limit(1)
    .lateral()
)
SLEEPS = Query(
    select(StatusStep.client_id, StatusStep.at, END.c.at, END.c.reason)
    .outerjoin(END, true())
    .where(
        *_holds(StatusStep),
        StatusStep.status == ClientStatus.DORMANT.value,
        StatusStep.reason == Reason.OVERDUE.value,
        StatusStep.at >= SINCE,
        StatusStep.at < BEFORE,
    ),
    Sleep,
)


async def find_sleeps(reader: Reader, since: datetime, before: datetime) -> list[Sleep]:
    """Clients who became dormant in [since, before) because their next visit was overdue."""
    return await reader.all(SLEEPS, since=since, before=before)


ROOT = func.coalesce(Client.merged_into, Client.id)
OF_THESE = or_(Client.id == func.any(IDS), Client.merged_into == func.any(IDS))
TURNED_TO = Query(
    select(ROOT, Interaction.at, Interaction.kind)
    .join(Client, and_(Client.company_id == Interaction.company_id, Client.id == Interaction.client_id))
    .where(
        Interaction.company_id == COMPANY, OF_THESE, Interaction.direction == "out", Interaction.at >= SINCE
    ),
    Touch,
)
WRITTEN_TO = Query(
    select(ROOT, Message.sent_at, Message.channel)
    .join(Client, and_(Client.company_id == Message.company_id, Client.id == Message.recipient_id))
    .where(
        Message.company_id == COMPANY,
        Message.audience == "client",
        OF_THESE,
        Message.legal_class == func.any(literal(["feedback", "marketing"], ARRAY(Text))),
        Message.sent_at >= SINCE,
    ),
    Touch,
)


async def find_touches(reader: Reader, client_ids: Sequence[UUID], since: datetime) -> list[Touch]:
    """What the company did towards these clients: calls and letters of people, and messages that were sent. Messages
    about a visit are none."""
    ids = list(client_ids)
    return [
        *await reader.all(TURNED_TO, ids=ids, since=since),
        *await reader.all(WRITTEN_TO, ids=ids, since=since),
    ]


class Moves(NamedTuple):
    """How many clients became newcomers and fans and were lost in a time, and how many fans there are at its end."""

    newcomers: int
    new_fans: int
    lost_fans: int
    fans: int


IN_TIME = (*_holds(StatusStep), StatusStep.at >= SINCE, StatusStep.at < BEFORE)
IS_FAN = StatusStep.status == ClientStatus.FAN.value
WAS_FAN = StatusStep.was.is_not_distinct_from(ClientStatus.FAN.value)
FANS = (
    select(func.count())
    .select_from(ClientLife)
    .join(Client, and_(Client.company_id == ClientLife.company_id, Client.id == ClientLife.client_id))
    .where(
        ClientLife.company_id == COMPANY,
        ClientLife.status == ClientStatus.FAN.value,
        Client.merged_into.is_(None),
    )
    .scalar_subquery()
)
FIRST_BUYS = (
    select(func.count())
    .select_from(FIRST_BUY)
    .where(FIRST_BUY.c.first_at >= SINCE, FIRST_BUY.c.first_at < BEFORE)
    .scalar_subquery()
)
MOVES = Query(
    select(
        FIRST_BUYS,
        func.count().filter(IS_FAN, ~WAS_FAN),
        func.count().filter(WAS_FAN, ~IS_FAN),
        FANS,
    )
    .select_from(StatusStep)
    .where(*IN_TIME),
    Moves,
)


async def count_moves(reader: Reader, since: datetime, before: datetime) -> Moves:
    """What happened in [since, before). The fans are those of now."""
    return (await reader.all(MOVES, since=since, before=before))[0]

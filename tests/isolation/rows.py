"""Makes one row for every table from its columns and foreign keys.

A new table usually needs nothing here. If a column cannot hold any value (a CHECK, a code), put its value into
`CHOSEN`. Without that the insert fails and names the table.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from geoalchemy2 import Geography
from sqlalchemy import ARRAY, Column, ForeignKeyConstraint, Table, func, insert, select
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE, Range

from app.core.ids import uuid7
from app.db.session import Session
from app.schema import metadata
from tests.cast import NOON
from tests.isolation.catalogue import WITHOUT_COMPANY

HOUR = timedelta(hours=1)

CHOSEN: dict[str, dict[str, Any]] = {
    "absence": {"kind": "vacation"},
    "attachment": {"purpose": "photo"},
    "client_consent": {
        "contact_kind": "phone",
        "purpose": "marketing",
        "decision": "granted",
        "how": "spoken",
    },
    "client_consent_text": {"purpose": "marketing"},
    "base_pass": {"kind": "judge"},
    "client_contact": {"kind": "phone"},
    "contact_check": {"contact_kind": "phone", "outcome": "confirmed"},
    "client_notice": {"says": "booked"},
    "interaction": {"kind": "call", "direction": "in"},
    "plan_enrolment": {"timezone": "Europe/Moscow"},
    "touch": {"look_at": NOON},
    "proposal_answer": {"answer": "accepted"},
    "client_source": {"kind": "recommendation", "trust": 3},
    "lead_magnet": {"kind": "checklist"},
    "monthly_plan": {"month": date(2026, 3, 1)},
    "target_place": {"kind": "building", "address": "Лесная, 5", "entrance": "", "status": "new"},
    "client_task": {"channel": "call", "status": "open", "closed_at": None, "look_at": None},
    "disappointment": {"kind": "said_so", "recovered_at": None, "recovered_by": None, "recovery": None},
    "estimate": {"goods_kop": 1, "work_kop": 0, "total_kop": 1},
    "estimate_line": {"part": "goods"},
    "command_gap": {"until_seq": 2},
    "field_command": {"verdict": "applied", "clock_confidence": "none"},
    "inbox_item": {"audience": "dispatcher"},
    "invoice": {"kind": "whole", "status": "issued"},
    "invitation": {
        "status": "proposed",
        "answer": "yes",
        "closed_at": None,
        "look_at": None,
        "reason": "x",
    },
    "invitation_settings": {"is_on": False, "propose_at": None},
    "job": {"kind": "installation"},
    "job_type": {"kind": "installation"},
    "ledger_entry": {"kind": "payment", "part": "goods"},
    "material": {"unit": "pcs"},
    "material_use": {"reason": "x"},
    "message_template": {"legal_class": "service"},
    "opening": {"kind": "window"},
    "payment": {"kind": "prepayment", "method": "cash"},
    "preview": {"kind": "small"},
    "quality_answer": {"answer": "yes", "stars": 5},
    "recovery_action": {"kind": "apology", "decision": "waiting", "decided_by": None, "decided_at": None},
    "recovery_case": {"status": "open", "step": "evidence"},
    "allowed_place": {"radius_m": 100},
    "signal_answer": {"choice": "meal"},
    "signal_settings": {"stop_min": 20, "away_m": 300, "accuracy_m": 60},
    "inbound_message": {"meaning": "answer"},
    "stop_link": {"contact_kind": "phone"},
    "suppression": {"purpose": "marketing", "how": "sms"},
    "stop_signal": {"to_at": NOON + HOUR, "lat": 55.7, "lon": 37.6},
    "service_request": {"channel": "phone", "status": "converted"},
    "client_life": {"status": "lead"},
    "life_fact": {"kind": "client_known"},
    "next_visit_proposal": {"reply": "booked", "on_day": date(2026, 5, 12)},
    "need_track": {"due_source": "cycle"},
    "status_step": {"status": "lead"},
    "ping": {"device_at": NOON},
    "time_correction": {"says": "work", "ends_at": NOON + HOUR},
    "template_version": {"legal_class": "service"},
    "territory": {"area": "SRID=4326;POLYGON((37 55,38 55,38 56,37 55))"},
    "track_fact": {"kind": "trip"},
    "tracker": {"kind": "traccar"},
    "tracking_choice": {"says": "withdrawal"},
    "tracking_consent": {"lang": "ru"},
    "consent_text": {"kept_days": 365},
    "user_account": {"email": "olga@okna.example", "roles": ["dispatcher"]},
    "visit_answer": {"channel": "sms", "says": "yes"},
    "visit_presence": {"source": "office"},
    "visit": {"ends_at": NOON + HOUR, "window_ends_at": NOON + HOUR},
}

VALUES: dict[type[Any], Any] = {
    bool: False,
    bytes: b"x",
    Decimal: Decimal(1),
    date: NOON.date(),
    datetime: NOON,
    timedelta: HOUR,
    float: 1.0,
    int: 1,
    str: "x",
}

INSTEAD: dict[tuple[str, str], dict[str, Any]] = {
    ("client_source", "worker_id"): {"kind": "colleague", "client_id": None},
}
"""A row refers by this column only if these values stand beside it. Without the column the row is as it is chosen."""

COMPANY_TABLES: list[str] = sorted(set(metadata.tables) - WITHOUT_COMPANY)


class Rows:
    """Rows of one company; what they refer to is added once."""

    def __init__(self, session: Session, company_id: UUID) -> None:
        self._session = session
        self._company_id = company_id
        self._added: dict[str, dict[str, Any]] = {}

    async def add(self, name: str) -> dict[str, Any]:
        """Add a row and what it refers to; its values."""
        if name not in self._added:
            values = await self.values(name)
            if name == "ping":  # its partition
                await self._session.execute(select(func.make_ping_day(NOON.date())))
            await self._session.execute(insert(metadata.tables[name]).values(values))
            self._added[name] = values
        return self._added[name]

    async def values(self, name: str) -> dict[str, Any]:
        """The values of a row that could be added: what it refers to is there."""
        table = metadata.tables[name]
        values = {column.name: _value(column) for column in table.columns if _is_asked_for(column)}
        values |= CHOSEN.get(name, {})
        for key in table.foreign_key_constraints:
            if key.referred_table is not table and not _needs_others(name, key):
                values |= await self.reference(table, key)
        return values | {"company_id": self._company_id}

    async def reference(self, table: Table, key: ForeignKeyConstraint) -> dict[str, Any]:
        """The columns of a foreign key, pointing at a row of this company."""
        referred = await self.add(key.referred_table.name)
        pairs = zip(key.columns, key.elements, strict=True)
        beside = [INSTEAD.get((table.name, column.name), {}) for column in key.columns]
        refers = {column.name: referred[element.column.name] for column, element in pairs}
        return {name: value for values in (*beside, refers) for name, value in values.items()}


def _needs_others(name: str, key: ForeignKeyConstraint) -> bool:
    return any((name, column.name) in INSTEAD for column in key.columns)


def key_of(name: str, values: dict[str, Any]) -> dict[str, Any]:
    """The primary key of a row, without its company."""
    primary = metadata.tables[name].primary_key.columns.keys()
    return {column: values[column] for column in primary if column != "company_id"}


def _is_asked_for(column: Column[Any]) -> bool:
    return column.primary_key or (not column.nullable and column.server_default is None)


def _value(column: Column[Any]) -> Any:
    match column.type:
        case Geography():
            return "SRID=4326;POINT(37.6 55.7)"
        case ARRAY():
            return []
        case JSONB():
            return {}
        case TSTZRANGE():
            return Range(NOON, NOON + HOUR)
        case other if other.python_type is UUID:
            return uuid7()
        case other:
            return VALUES[other.python_type]

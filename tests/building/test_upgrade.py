"""The code still understands what an older version left in the database."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from alembic import command
from arq import ArqRedis

from app.core.canonical import canonical_hash
from app.core.ids import uuid7
from app.core.settings import Settings
from app.db.files import open_files
from app.db.jobs import JobContext
from app.db.prepare import migrate, prepare_roles
from app.db.session import create_engine, sessions
from app.orders.forms.judging import is_complete
from app.orders.forms.policies import compile_schema, faults_of, version_of
from app.wiring import LISTENERS_BY_KIND
from tests.building.conftest import config_for
from tests.cast import NOON
from tests.conftest import SECRET_KEY, Background, FrozenClock
from tests.due_sweeps import DueSweeps

NAMED_BY_PLACE = {
    "identity.company_registered": {
        "app.dispatch.job_types.handlers.on_company_registered",
        "app.documents.handlers.on_company_registered",
    },
    "identity.user_changed": {"app.dispatch.visits.handlers.on_user_changed"},
    "dispatch.job_canceled": {"app.dispatch.production.handlers.on_installation_changed"},
    "dispatch.visit_planned": {"app.dispatch.production.handlers.on_installation_changed"},
    "dispatch.visit_offered": {"app.dispatch.visits.handlers.on_visit_offered"},
    "dispatch.offer_reminded": {"app.dispatch.visits.handlers.on_offer_reminded"},
    "dispatch.offer_withdrawn": {"app.dispatch.visits.handlers.on_offer_withdrawn"},
    "dispatch.visit_canceled": {"app.dispatch.production.handlers.on_installation_changed"},
    "dispatch.visit_progressed": {"app.dispatch.production.handlers.on_installation_changed"},
    "notifications.message_state_changed": {"app.dispatch.inbox.handlers.on_message_state_changed"},
}
"""What deliveries were called until 0006."""
NEWER = {
    ("dispatch.visit_planned", "invitation_follows_visit"),
    ("notifications.message_state_changed", "invitation_follows_message"),
    ("documents.act_signed", "client_is_not_new"),
    ("dispatch.visit_canceled", "track_follows_visit"),
    ("notifications.message_state_changed", "client_may_be_told_anew"),
    ("dispatch.job_canceled", "accountant_sees_open_money"),
    ("identity.user_changed", "clients_of_dismissed_are_told"),
    ("dispatch.visit_canceled", "life_follows_visit"),
    ("dispatch.visit_planned", "life_follows_job"),
    ("dispatch.job_canceled", "life_follows_job"),
    ("identity.company_registered", "life_rules_are_set_up"),
    ("identity.user_changed", "tasks_of_dismissed_are_passed_on"),
    ("dispatch.visit_canceled", "late_cancellation_disappoints"),
    ("documents.act_signed", "plans_follow_act"),
    ("documents.act_signed", "remarks_disappoint"),
    ("dispatch.visit_planned", "plans_follow_visit"),
    ("notifications.message_state_changed", "touch_follows_message"),
    ("dispatch.visit_moved", "late_move_disappoints"),
    ("dispatch.visit_progressed", "late_arrival_disappoints"),
}


async def test_deliveries_that_named_a_place_in_the_code_find_their_listener(fresh_url):
    await asyncio.to_thread(command.upgrade, config_for(fresh_url), "0005_find_companies_with_old")
    connection = await asyncpg.connect(fresh_url)
    kinds = {uuid4(): kind for kind in NAMED_BY_PLACE}
    await connection.executemany(
        "INSERT INTO event_delivery (company_id, event_id, listener, due_at) VALUES ($1, $2, $3, now())",
        [(uuid4(), event, name) for event, kind in kinds.items() for name in NAMED_BY_PLACE[kind]],
    )

    await asyncio.to_thread(migrate, fresh_url)

    rows = await connection.fetch("SELECT event_id, listener FROM event_delivery")
    await connection.close()
    found = {(kinds[row["event_id"]], row["listener"]) for row in rows}
    assert found == {(kind, name) for kind in NAMED_BY_PLACE for name in LISTENERS_BY_KIND[kind]} - NEWER


async def test_what_listeners_that_are_gone_had_still_to_hear_is_nobodys_failure(fresh_url):
    """Clients were told of moves and cancellations by listeners until 0015."""
    await asyncio.to_thread(command.upgrade, config_for(fresh_url), "0005_find_companies_with_old")
    connection = await asyncpg.connect(fresh_url)
    gone = ["on_visit_moved", "on_visit_canceled"]
    await connection.executemany(
        "INSERT INTO event_delivery (company_id, event_id, listener, due_at) VALUES ($1, $2, $3, now())",
        [(uuid4(), uuid4(), f"app.dispatch.visits.handlers.{name}") for name in gone],
    )

    await asyncio.to_thread(migrate, fresh_url)

    waiting = await connection.fetchval("SELECT count(*) FROM event_delivery WHERE done_at IS NULL")
    await connection.close()
    assert waiting == 0


async def test_what_either_listener_of_answers_had_still_to_hear_is_heard_once_by_the_new_one(fresh_url):
    await asyncio.to_thread(command.upgrade, config_for(fresh_url), "0105_tasks_to_write")
    connection = await asyncpg.connect(fresh_url)
    visit, invitation, both, half, heard = (uuid4() for _ in range(5))
    of_visit, of_invitation = "client_answers_about_visit", "client_answers_invitation"
    await connection.executemany(
        "INSERT INTO event_delivery (company_id, event_id, listener, due_at, done_at) VALUES ($1, $2, $3, $4, $5)",
        [
            (visit, event, listener, NOON, done_at)
            for event, listener, done_at in (
                (visit, of_visit, None),
                (invitation, of_invitation, None),
                (both, of_visit, None),
                (both, of_invitation, None),
                (half, of_visit, NOON),
                (half, of_invitation, None),
                (heard, of_visit, NOON),
                (heard, of_invitation, NOON),
            )
        ],
    )

    await asyncio.to_thread(migrate, fresh_url)

    waiting = await connection.fetch("SELECT event_id, listener FROM event_delivery WHERE done_at IS NULL")
    old = await connection.fetch("SELECT event_id FROM event_delivery WHERE listener = $1", of_visit)
    await connection.close()
    assert sorted(map(tuple, waiting)) == sorted(
        (event, "answer_finds_its_question") for event in (visit, invitation, both, half)
    )
    assert {row["event_id"] for row in old} == {half, heard}


class OldCompany:
    """A company in the middle of its day, written as the version before 0006 wrote it."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self.id, self.worker_id, self.client_id, self.site_id = uuid4(), uuid4(), uuid4(), uuid4()
        self.type_id, self.order_id, self.job_id = uuid4(), uuid4(), uuid4()

    async def put(self, table: str, **values: Any) -> UUID:
        row = {"company_id": self.id, "id": uuid4()} | values
        row = {name: value for name, value in row.items() if value is not ...}
        places = ", ".join(f"${place}" for place in range(1, len(row) + 1))
        await self._connection.execute(
            f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", *row.values()
        )
        return UUID(str(row.get("id", self.id)))

    async def open_its_doors(self) -> None:
        await self._connection.execute("INSERT INTO company (id, name) VALUES ($1, 'Окна')", self.id)
        await self.put(
            "user_account", id=self.worker_id, name="Павел", roles=["installer"], phone="+79161234567"
        )
        await self.put("worker", id=self.worker_id, skills=[])
        await self.put("client", id=self.client_id, name="Анна")
        await self.put(
            "site", id=self.site_id, client_id=self.client_id, address="Тверская, 1", point="POINT(37.6 55.7)"
        )
        await self.put(
            "job_type",
            id=self.type_id,
            code="measurement",
            kind="measurement",
            name="Замер",
            duration_min=60,
            required_skills=[],
            ladder="[]",
            checklist="[]",
            proofs="{}",
        )
        await self.put(
            "client_order", id=self.order_id, number=1, client_id=self.client_id, site_id=self.site_id
        )
        await self.put(
            "job",
            id=self.job_id,
            number=1,
            kind="measurement",
            job_type_id=self.type_id,
            order_id=self.order_id,
            client_id=self.client_id,
            site_id=self.site_id,
            status="planned",
            required_skills=[],
        )

    async def offer_visit(self, number: int) -> tuple[UUID, UUID]:
        """Visit and offer, to be answered a quarter of an hour after NOON."""
        starts_at, accept_by = NOON + timedelta(hours=2 * number), NOON + timedelta(minutes=15)
        visit_id = await self.put(
            "visit",
            job_id=self.job_id,
            number=number,
            status="offered",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
            window_starts_at=starts_at,
            window_ends_at=starts_at + timedelta(hours=1),
            worker_id=self.worker_id,
            accept_by=accept_by,
            ladder=json.dumps([{"due_at": accept_by.isoformat(), "action": "notify_dispatcher"}]),
            escalate_at=accept_by,
        )
        offer_id = await self.put(
            "offer", visit_id=visit_id, worker_id=self.worker_id, offered_at=NOON, expires_at=accept_by
        )
        await self.put(
            "visit_booking",
            id=...,
            visit_id=visit_id,
            worker_id=self.worker_id,
            period=asyncpg.Range(starts_at, starts_at + timedelta(hours=1)),
        )
        return visit_id, offer_id

    async def announce_offer(self, visit_id: UUID, offer_id: UUID, *, relayed_at: datetime | None) -> UUID:
        payload = {
            "visit_id": str(visit_id),
            "offer_id": str(offer_id),
            "worker_id": str(self.worker_id),
            "accept_by": (NOON + timedelta(minutes=15)).isoformat(),
        }
        return await self.put(
            "outbox_event",
            kind="dispatch.visit_offered",
            payload=json.dumps(payload),
            happened_at=NOON,
            relayed_at=relayed_at,
        )

    async def queue_offer_sms(self, offer_id: UUID) -> None:
        await self.put(
            "message",
            kind="offer_made",
            audience="worker",
            recipient_id=self.worker_id,
            phone="+79161234567",
            lang="ru",
            sender="",
            body="Вам предложен выезд",
            segments=1,
            subject_kind="offer",
            subject_id=offer_id,
            send_at=NOON,
            not_after=NOON + timedelta(minutes=15),
        )


async def test_a_day_begun_by_the_old_version_is_ended_by_the_new_one(fresh_url, settings):
    """One offer has a waiting SMS and a delivery that must be tried again. The other has no SMS yet. Each gets one
    SMS, and both ladders climb when nobody answers."""
    await asyncio.to_thread(command.upgrade, config_for(fresh_url), "0005_find_companies_with_old")
    superuser = await asyncpg.connect(fresh_url)
    old = OldCompany(superuser)
    await old.open_its_doors()
    told, untold = await old.offer_visit(1), await old.offer_visit(2)
    await old.queue_offer_sms(told[1])
    heard = await old.announce_offer(*told, relayed_at=NOON)
    await old.announce_offer(*untold, relayed_at=None)
    await old.put(
        "event_delivery",
        id=...,
        event_id=heard,
        listener="app.dispatch.visits.handlers.on_visit_offered",
        due_at=NOON,
        tries=1,
    )

    await asyncio.to_thread(migrate, fresh_url)
    clock = FrozenClock()
    async with background_of(fresh_url, settings, old.id, clock) as background:
        await background.run()
        clock.advance(minutes=15)
        await background.run()

    sms = await superuser.fetch("SELECT subject_id, kind FROM message ORDER BY created_at")
    visits = await superuser.fetch("SELECT status, accept_by FROM visit")
    items = await superuser.fetch("SELECT kind, subject_id FROM inbox_item")
    deliveries = await superuser.fetch("SELECT done_at, failed_at FROM event_delivery")
    bookings = await superuser.fetchval("SELECT count(*) FROM visit_booking")
    await superuser.close()
    assert sorted((row["subject_id"], row["kind"]) for row in sms) == sorted(
        (offer_id, "offer_made") for _, offer_id in (told, untold)
    )
    assert [tuple(row) for row in visits] == [("planned", None)] * 2
    assert {tuple(row) for row in items} == {("offer_unanswered", told[0]), ("offer_unanswered", untold[0])}
    assert [row["done_at"] is not None and row["failed_at"] is None for row in deliveries] == [True]
    assert bookings == 0


SHORT = [{"code": "level", "title": "По уровню?", "kind": "yes_no", "required": True}]
LONG = [
    *SHORT,
    {"code": "foam", "title": "Пена", "kind": "choice", "required": False, "choices": ["зимняя", "летняя"]},
    {"code": "gap_mm", "title": "Зазор, мм", "kind": "number", "required": True},
    {"code": "note", "title": "Примечание", "kind": "text", "required": False},
]
"""Checklists as they were until there were forms. Phones knew them by the hash of the questions."""


def name_of(questions: list[dict[str, Any]]) -> str:
    return canonical_hash(questions).hex()[:16]


@pytest.mark.covers("M38")
async def test_checklists_become_forms_and_keep_their_answers_and_the_names_of_their_versions(fresh_url):
    await asyncio.to_thread(command.upgrade, config_for(fresh_url), "0005_find_companies_with_old")
    superuser = await asyncpg.connect(fresh_url)
    old = OldCompany(superuser)
    await old.open_its_doors()
    visit_id, _ = await old.offer_visit(1)
    await asyncio.to_thread(command.upgrade, config_for(fresh_url), "0032_old_checklist")
    await superuser.execute(
        "UPDATE job_type SET checklist = $1, proofs = $2",
        json.dumps(LONG),
        json.dumps({"photos": 2, "checklist": True, "act": True, "photo_act": False}),
    )
    await old.put(
        "old_checklist",
        job_type_id=old.type_id,
        version=name_of(SHORT),
        form=json.dumps(SHORT),
        replaced_at=NOON,
    )
    answers = [
        (SHORT, {"level": True}),
        (LONG, {"level": False, "foam": "зимняя", "gap_mm": 2.5, "note": None}),
    ]
    for minute, (questions, given) in enumerate(answers):
        await old.put(
            "checklist_answer",
            id=uuid7(),
            visit_id=visit_id,
            author_id=old.worker_id,
            form=json.dumps(questions),
            answers=json.dumps(given),
            answered_at=NOON + timedelta(minutes=minute),
        )

    await asyncio.to_thread(migrate, fresh_url)

    form = await superuser.fetchrow("SELECT * FROM form")
    versions = await superuser.fetch("SELECT * FROM form_version ORDER BY number")
    rules = json.loads(await superuser.fetchval("SELECT proofs FROM job_type"))
    filled = await superuser.fetchrow("SELECT * FROM visit_form")
    kept = await superuser.fetch("SELECT * FROM form_answer ORDER BY id")
    await superuser.close()
    draft = json.loads(form["draft"])
    assert (form["code"], json.loads(form["name"])) == ("measurement", {"ru": "Чек-лист: Замер"})
    assert [one["version"] for one in versions] == [name_of(SHORT), name_of(LONG), version_of(draft)]
    assert (form["published_number"], form["published_version"]) == (3, version_of(draft))
    assert faults_of(draft) == []
    assert json.loads(versions[2]["schema"]) == compile_schema(draft["schema"])
    assert rules == [
        {"proof": "photos", "stage": "complete", "level": "required", "at_least": 2},
        {"proof": "act", "stage": "complete", "level": "required"},
        {"proof": "form", "stage": "complete", "level": "required", "form_id": str(form["id"])},
    ]
    assert json.loads(filled["answers"]) == {"level": False, "foam": "зимняя", "gap_mm": 2.5}
    assert (filled["is_complete"], filled["form_version_id"]) == (True, versions[1]["id"])
    assert is_complete(json.loads(versions[1]["schema"]), json.loads(filled["answers"]))
    assert [(one["form_version_id"], one["answered_at"]) for one in kept] == [
        (versions[0]["id"], NOON),
        (versions[1]["id"], NOON + timedelta(minutes=1)),
    ]


@asynccontextmanager
async def background_of(
    url: str, settings: Settings, company_id: UUID, clock: FrozenClock
) -> AsyncIterator[Background]:
    engine = create_engine(await prepare_roles(url, secret_key=SECRET_KEY), pool_size=5)
    redis = ArqRedis.from_url(settings.redis_url)
    context = JobContext(
        sessions=sessions(engine, secret_key=SECRET_KEY),
        settings=settings,
        clock=clock,
        files=open_files(settings.files_url),
    )
    due = DueSweeps(url)
    try:
        yield Background(context, company_id, redis, due)
    finally:
        await due.close()
        await redis.aclose()
        await engine.dispose()


async def act_of_the_old_version(old: OldCompany, visit_id: UUID, *, number: int, prepaid_kop: int) -> UUID:
    content = {"number": number, "total_kop": 900, "prepaid_kop": prepaid_kop, "lines": [], "crew": []}
    return await old.put(
        "act",
        number=number,
        order_id=old.order_id,
        job_id=old.job_id,
        visit_id=visit_id,
        client_id=old.client_id,
        site_id=old.site_id,
        status="signed",
        presented_at=NOON,
        total_kop=900,
        content=json.dumps(content),
        content_hash=b"x",
        rates="[]",
        check_code=f"CODE{number}",
        signature=json.dumps({"witness_id": str(old.worker_id)}),
        signature_hash=b"x",
        signed_at=NOON,
    )


@pytest.mark.covers("P-rel-20")
@pytest.mark.parametrize(
    ("prepaid_kop", "expected"),
    [
        (
            0,
            [
                ("act", "work", 900),
                ("payment", "all", -300),
                ("payment", "goods", -5_000),
                ("refund", "all", 200),
                ("refund", "all", 100),
                ("refund", "goods", 100),
            ],
        ),
        (
            900,
            [
                ("act", "work", 900),
                ("payment", "all", -5_000),
                ("payment", "all", -300),
                ("refund", "all", 200),
                ("refund", "all", 200),
            ],
        ),
    ],
)
async def test_money_of_the_old_version_is_in_the_ledger(fresh_url, prepaid_kop, expected):
    """Where the client has signed that his prepayment is deducted, it stays so. Elsewhere it is for the goods."""
    await asyncio.to_thread(command.upgrade, config_for(fresh_url), "0012_person_now")
    superuser = await asyncpg.connect(fresh_url)
    old = OldCompany(superuser)
    await old.open_its_doors()
    visit_id = await old.put(
        "visit",
        job_id=old.job_id,
        number=1,
        starts_at=NOON,
        ends_at=NOON + timedelta(hours=1),
        window_starts_at=NOON,
        window_ends_at=NOON + timedelta(hours=1),
        ladder="[]",
    )
    await act_of_the_old_version(old, visit_id, number=1, prepaid_kop=prepaid_kop)
    money = [("prepayment", 5_000), ("final", 300), ("refund", 200), ("refund", 200)]
    for kind, amount_kop in money:
        await old.put(
            "payment",
            order_id=old.order_id,
            job_id=old.job_id,
            visit_id=None if kind == "refund" else visit_id,
            kind=kind,
            amount_kop=amount_kop,
            method="cash",
            taken_by=old.worker_id,
            taken_at=NOON,
        )

    await asyncio.to_thread(migrate, fresh_url)

    rows = await superuser.fetch(
        "SELECT kind, part, amount_kop FROM ledger_entry WHERE company_id = $1", old.id
    )
    await superuser.close()
    assert sorted(tuple(row) for row in rows) == sorted(expected)


async def test_what_clients_were_told_by_the_old_version_is_known_to_the_new_one(fresh_url, settings):
    """A client who was told is told of the move. One who was not is told nothing as long as nothing changes."""
    await asyncio.to_thread(command.upgrade, config_for(fresh_url), "0005_find_companies_with_old")
    superuser = await asyncpg.connect(fresh_url)
    old = OldCompany(superuser)
    await old.open_its_doors()
    (told, _), (untold, _) = await old.offer_visit(1), await old.offer_visit(2)
    message_id = await old.put(
        "message",
        kind="visit_booked",
        audience="client",
        recipient_id=old.client_id,
        phone="+79031234567",
        lang="ru",
        sender="",
        body="Вы записаны на замер",
        segments=1,
        subject_kind="visit",
        subject_id=told,
        status="unknown",
    )
    item_id = await old.put(
        "inbox_item",
        audience="dispatcher",
        kind="message_not_delivered",
        subject_kind="visit",
        subject_id=told,
        params=json.dumps({"message_id": str(message_id), "message": "visit_booked", "status": "unknown"}),
    )

    await asyncio.to_thread(migrate, fresh_url)
    clock = FrozenClock()
    async with background_of(fresh_url, settings, old.id, clock) as background:
        await background.run()

    notices = await superuser.fetch("SELECT visit_id, says, message_id, item_id FROM client_notice")
    tellings = await superuser.fetch("SELECT visit_id, tell_at, has_item FROM visit_telling")
    asking = await superuser.fetch("SELECT company_id, asks, remind_before_min FROM confirmation_settings")
    messages = await superuser.fetchval("SELECT count(*) FROM message WHERE audience = 'client'")
    await superuser.close()
    assert [tuple(row) for row in notices] == [(told, "booked", message_id, item_id)]
    assert {tuple(row) for row in tellings} == {(told, None, True), (untold, None, False)}
    assert messages == 1
    assert [tuple(row) for row in asking] == [(old.id, False, 0)]


@pytest.mark.covers("M29", "P-rel-4")
async def test_what_phones_commanded_before_there_was_a_ledger_is_known_to_it(fresh_url):
    """For as long as a phone may keep a command, and with the numbers that the phone has used."""
    await asyncio.to_thread(command.upgrade, config_for(fresh_url), "0005_find_companies_with_old")
    connection = await asyncpg.connect(fresh_url)
    now = await connection.fetchval("SELECT now()")
    old = OldCompany(connection)
    await old.open_its_doors()
    visit_id, _ = await old.offer_visit(1)
    phone, told = uuid4(), {}
    steps = ["accepted", "en_route", "on_site", "in_progress", "paused", "in_progress", "completed"]
    for seq, kind in enumerate(steps):
        told[seq] = uuid4()
        await old.put(
            "visit_event",
            id=uuid7(),
            visit_id=visit_id,
            kind=kind,
            actor_id=old.worker_id,
            command_id=told[seq],
            device_id=phone,
            device_seq=seq,
            occurred_at=now,
            received_at=now - timedelta(days=100 if kind == "accepted" else 1),
            payload="{}",
        )
    payment = uuid4()
    await old.put(
        "payment",
        order_id=old.order_id,
        job_id=old.job_id,
        visit_id=visit_id,
        kind="prepayment",
        amount_kop=1,
        method="cash",
        command_id=payment,
        taken_by=old.worker_id,
        taken_at=now,
    )

    await asyncio.to_thread(migrate, fresh_url)

    rows = await connection.fetch("SELECT command_id, kind, subject_id, user_id, verdict FROM field_command")
    next_seq = await connection.fetchval("SELECT next_seq FROM command_device WHERE device_id = $1", phone)
    await connection.close()
    assert {row["command_id"]: row["kind"] for row in rows} == {
        told[1]: "depart_for_visit",
        told[2]: "arrive_at_visit",
        told[3]: "start_visit",
        told[4]: "pause_visit",
        told[5]: "resume_visit",
        told[6]: "complete_visit",
        payment: "take_payment",
    }
    of_rows = {(row["subject_id"], row["user_id"], row["verdict"]) for row in rows}
    assert of_rows == {(visit_id, old.worker_id, "applied")}
    assert next_seq == len(steps)


async def test_a_message_that_waited_before_there_were_channels_is_still_an_sms(fresh_url):
    config = config_for(fresh_url)
    await asyncio.to_thread(command.upgrade, config, "0070_channels")
    await asyncio.to_thread(command.downgrade, config, "-1")
    connection = await asyncpg.connect(fresh_url)
    company = OldCompany(connection)
    message_id = await company.put(
        "message",
        kind="visit_booked",
        audience="client",
        recipient_id=uuid4(),
        phone="+79161234567",
        lang="ru",
        sender="",
        body="Окна: замер 2 марта.",
        segments=1,
        subject_kind="visit",
        subject_id=uuid4(),
        send_at=NOON,
    )

    await asyncio.to_thread(migrate, fresh_url)

    row = await connection.fetchrow("SELECT * FROM message WHERE id = $1", message_id)
    await connection.close()
    assert (row["channel"], row["address"], row["rung"], row["tries_before"]) == ("sms", "", 0, 0)
    assert (row["params"], row["rungs"], row["batch_id"], row["let_at"]) == (None, None, None, None)

"""The view for a colleague who has never spoken with a client: short sentences, what matters first."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.clients.api import ClientFacts
from app.core.history import HistoryRow
from app.core.i18n import LANGS
from app.core.ids import uuid7
from app.crm.cards.values import Card, Happened
from app.crm.handovers import policies
from app.crm.handovers.policies import HandoverCode, Known, Knows
from app.crm.handovers.wording import say_line, say_role
from app.crm.rules.defaults import starter_rules
from app.crm.status_lists.values import LifeRow
from tests.cast import NOON
from tests.clients.given import a_client, phone
from tests.crm.given import a_booked_job, a_card, ok

MOSCOW = ZoneInfo("Europe/Moscow")
DAY = timedelta(days=1)
OLGA, PAVEL = uuid7(), uuid7()


def entry(kind, at=NOON, *, person_id=OLGA, person="Ольга Белова", **fields):
    known = dict.fromkeys(HistoryRow._fields) | fields
    row = HistoryRow(**known | {"kind": kind, "at": at, "id": uuid7(), "person_id": person_id})
    return Happened(row, person)


def a_life(**fields):
    known = dict.fromkeys(LifeRow._fields) | {
        "status": "lead",
        "reason": "asked",
        "params": {},
        "since": NOON,
    }
    return LifeRow(**known | {"first_purchase_at": NOON - 100 * DAY} | fields)


def a_known(open_matters=(), lately=(), life=None, *, now=NOON, wants_no_advertising=False, **card):
    client = ClientFacts(
        **{
            "id": uuid7(),
            "kind": "person",
            "name": "Анна",
            "surname": "",
            "inn": "",
            "born_on": None,
            "lang": "ru",
            "source": "",
            "comment": "",
            "contacts": (),
            "archived_at": None,
            "created_at": NOON,
            "row_version": 1,
        }
        | card
    )
    whole = Card(client, life, None, [], [], starter_rules(), None)
    return Known(whole, open_matters, lately, wants_no_advertising, now, MOSCOW)


def said(lines, known, lang="ru"):
    return [say_line(line, known.card, lang, MOSCOW) for line in lines]


@pytest.mark.covers("R58")
def test_promises_stand_in_the_order_of_their_days_and_say_what_was_promised():
    known = a_known(
        [
            entry("invoice", number=7, status="issued", due_on=date(2026, 3, 9)),
            entry("visit", number=1, what="installation", status="accepted", due_at=NOON + DAY),
            entry("production", number=3, status="placed", due_on=date(2026, 3, 5)),
            entry("order", number=12, status="in_production"),
        ],
        life=a_life(due_on=date(2027, 3, 1), due_source="cycle"),
    )

    assert said(policies.promises(known), known) == [
        "Выезд № 1 (монтаж). Клиенту обещан приезд 03.03.2026 12:00.",
        "Заказ в производство № 3. Изделия обещаны к 05.03.2026.",
        "Счёт № 7. Клиент должен заплатить до 09.03.2026.",
        "Следующий визит клиента ожидается 01.03.2027 (по циклу услуги).",
    ]
    assert said(policies.open_matters(known), known)[-1] == "Заказ № 12 — в производстве."


@pytest.mark.covers("R58")
def test_warnings_come_from_the_card_and_from_what_is_late_or_went_wrong():
    late = entry("task", what="task_call_back", status="open", due_at=NOON - DAY)
    known = a_known(
        [late, entry("disappointment", number=2, what="late_arrival", status="open", text="Ждала два часа")],
        [entry("message", NOON - DAY, status="failed", what="visit_booked", reason="rejected")],
        life=a_life(status="returnee", reason="disappointed"),
        wants_no_advertising=True,
    )

    assert said(policies.warnings(known), known) == [
        "У клиента нет телефона.",
        "Статус «Возвращенец (вернуть)». Разочарован после последней покупки.",
        "Разочарование клиента (опоздание) — не улажено. «Ждала два часа»",
        "Задача: Перезвоните клиенту, как обещали. Срок был 01.03.2026.",
        "Сообщение от 01.03.2026 могло не дойти: не отправлено. rejected",
        "Клиент не хочет рекламных сообщений.",
    ]


@pytest.mark.parametrize(
    ("due", "is_late"),
    [
        ({"due_on": date(2026, 3, 2)}, False),
        ({"due_on": date(2026, 3, 1)}, True),
        ({"due_at": NOON}, False),
        ({"due_at": NOON - timedelta(seconds=1)}, True),
        ({}, False),
    ],
)
def test_a_day_is_late_when_it_is_over_and_a_time_when_it_has_passed(due, is_late):
    known = a_known([entry("task", what="task_by_hand", status="open", **due)])

    assert (HandoverCode.OVERDUE in [line.code for line in policies.warnings(known)]) is is_late


def test_the_day_is_that_of_the_companys_calendar():
    late = datetime(2026, 3, 1, 22, 0, tzinfo=UTC)  # 2 March, 01:00 in Moscow
    known = a_known([entry("invoice", status="issued", due_on=date(2026, 3, 1))], now=late)

    assert HandoverCode.OVERDUE in [line.code for line in policies.warnings(known)]


def test_an_answer_warns_only_while_a_visit_is_ahead_and_the_latest_counts():
    asked, suits = entry("visit_answer", NOON - DAY, status="move"), entry("visit_answer", NOON, status="yes")
    ahead = [entry("visit", status="accepted", due_at=NOON + DAY)]

    codes = [
        [line.code for line in policies.warnings(a_known(matters, lately))]
        for matters, lately in [(ahead, [asked]), ([], [asked]), (ahead, [suits, asked])]
    ]

    assert [HandoverCode.TIME_DOES_NOT_SUIT in one for one in codes] == [True, False, False]


def test_people_are_named_once_for_each_reason():
    lately = [
        entry("visit", NOON - DAY, status="completed", person_id=PAVEL, person="Павел Громов"),
        entry("visit", NOON - 2 * DAY, status="completed"),
        entry("interaction", NOON - DAY, status="done"),
        entry("interaction", NOON - 2 * DAY, status="done", person_id=PAVEL, person="Павел Громов"),
    ]
    tasks = [entry("task", what="task_by_hand", due_at=NOON + hours * DAY) for hours in (1, 2)]
    nobody = entry("task", what="task_by_hand", person_id=None, person=None)

    found = policies.colleagues(a_known([*tasks, nobody], lately))

    assert [(one.role, one.name) for one in found] == [
        (Knows.HAS_TASK, "Ольга Белова"),
        (Knows.WAS_THERE, "Павел Громов"),
        (Knows.SPOKE, "Ольга Белова"),
    ]
    assert say_role(found[1], "en", MOSCOW) == "Last visit to the client, on 01.03.2026"


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("code", HandoverCode)
def test_every_line_has_its_sentence(lang, code):
    known = a_known(life=a_life(due_source="client"))
    line = policies.Line(code, entry("task", what="task_by_hand", status="open"), at=NOON, on=NOON.date())

    assert say_line(line, known.card, lang, MOSCOW)


@pytest.mark.covers("R58")
async def test_a_new_colleague_sees_on_one_screen_what_matters(cast, clock):
    client_id, site_id = await a_card(cast, contacts=[phone("+79031234567")])
    await a_booked_job(cast, client_id, site_id, starts_at=NOON + DAY)
    spoke = {"client_id": client_id, "outcome": "call_back", "notes": "Занята, просит вечером"}
    at = (NOON + timedelta(hours=3)).isoformat()
    await ok(await cast.olga.post("/crm/interactions", spoke | {"call_back_at": at}))
    clock.advance(hours=1)

    view = await ok(await cast.marina.get(f"/crm/clients/{client_id}/handover"))

    promised = [one["text"] for one in view["promises"]]
    assert promised[0] == "Задача: Перезвоните клиенту, как обещали. Сделать до 02.03.2026 15:00."
    assert promised[1].endswith("Клиенту обещан приезд 03.03.2026 12:00.")
    assert view["contacts"][0]["text"] == ("02.03.2026 12:00, Ольга Белова: звонок. «Занята, просит вечером»")
    assert {(one["role"], one["name"]) for one in view["people"]} >= {
        ("has_task", "Ольга Белова"),
        ("spoke", "Ольга Белова"),
        ("goes", "Ринат Галиев"),
    }
    assert {"order", "job", "visit", "task"} <= {one["kind"] for one in view["open"]}


async def test_who_sees_the_view_and_in_which_language(cast, other_cast):
    client = await a_client(cast.olga)
    path = f"/crm/clients/{client['id']}/handover"

    masked = await ok(await cast.galina.get(path))

    assert masked["client"]["contacts"][0]["value"] == "+7 *** ***-45-67"
    assert (await cast.pavel.get(path)).status_code == 403
    assert (await other_cast.olga.get(path)).json()["code"] == "client_not_found"

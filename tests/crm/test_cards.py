"""The card of a client: everything that is known of him, in one answer and in time order."""

import re
from datetime import timedelta
from typing import get_args

import pytest
from sqlalchemy import CheckConstraint, Column, Table, UniqueConstraint
from sqlalchemy.sql import operators, visitors

from app.core.i18n import LANGS, has_text
from app.crm.cards.queries import PARTS
from app.crm.cards.schemas import HistoryKind
from app.db.base import Base
from app.db.work import begin_work
from tests.cast import NOON
from tests.clients.given import a_client
from tests.crm.given import (
    a_booked_job,
    a_card,
    act_is_signed,
    money_is_taken,
    ok,
    price_list,
    work_begins,
)
from tests.stories import clients_are_told, tapped

HOUR = timedelta(hours=1)
TABLES = {
    "order": "client_order",
    "job": "job",
    "estimate": "estimate",
    "invoice": "invoice",
    "production": "production_order",
    "request": "service_request",
    "visit": "visit",
    "visit_answer": "visit_answer",
    "act": "act",
    "message": "message",
    "consent": "client_consent",
    "contact_check": "contact_check",
    "text": "inbound_message",
    "proposal_answer": "proposal_answer",
    "task": "client_task",
    "quality_answer": "quality_answer",
    "recovery_case": "recovery_case",
}
"""Where the statuses of an entry come from."""
COLUMN = {
    "contact_check": "outcome",
    "visit_answer": "says",
    "consent": "decision",
    "text": "meaning",
    "proposal_answer": "answer",
    "quality_answer": "answer",
}
"""The column with the status, where it has another name."""


async def card_of(person, client_id):
    return await ok(await person.get(f"/crm/clients/{client_id}/card"))


async def history_of(person, client_id, **asked):
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return await ok(await person.get(f"/crm/clients/{client_id}/history?{query}"))


async def a_whole_story(cast, background, clock):
    """A client who asked, had a window installed and paid, was called, and got a proposal."""
    await price_list(cast)
    client_id, site_id = await a_card(cast, contacts=[{"kind": "phone", "value": "+79031234567"}])
    await ok(await cast.marina.post("/requests", {"channel": "phone", "phone": "+79031234567"}))
    visit = await a_booked_job(cast, client_id, site_id, starts_at=NOON + HOUR)
    await clients_are_told(cast)
    await work_begins(visit, clock.now())
    await ok(
        await cast.rinat.post(
            f"/field/jobs/{visit.job_id}/messages",
            tapped(at=clock.now(), text="Ключ у соседки"),
        )
    )
    clock.advance(hours=1)
    await act_is_signed(visit, clock.now())
    await money_is_taken(visit, clock.now())
    await background.run()
    clock.advance(hours=1)
    spoke = {"client_id": client_id, "outcome": "call_back", "seconds": 95, "notes": "Думает о сетке"}
    await ok(
        await cast.olga.post("/crm/interactions", spoke | {"call_back_at": (clock.now() + HOUR).isoformat()})
    )
    offered = await ok(
        await cast.olga.post("/crm/proposals", {"client_id": client_id, "what": "Москитная сетка"})
    )
    await ok(await cast.olga.post(f"/crm/proposals/{offered['id']}/answers", {"answer": "thinking"}))
    return client_id, visit


@pytest.mark.covers("R57", "R60", "R61", "R66")
async def test_the_card_shows_everything_in_one_answer_and_in_time_order(cast, background, clock):
    client_id, visit = await a_whole_story(cast, background, clock)

    card = await card_of(cast.olga, client_id)

    kinds = {one["kind"] for one in card["history"]}
    assert kinds == {
        *("request", "order", "job", "visit", "act", "passport", "payment", "message", "chat"),
        *("interaction", "task", "proposal", "proposal_answer", "status"),
    }
    times = [one["at"] for one in card["history"]]
    assert times == sorted(times, reverse=True)
    said = next(one for one in card["history"] if one["kind"] == "chat")
    assert (said["text"], said["person"], said["job_id"]) == ("Ключ у соседки", "Ринат Галиев", visit.job_id)
    call = next(one for one in card["history"] if one["kind"] == "interaction")
    assert (call["title"], call["status_text"]) == ("Разговор с клиентом: звонок", "просил перезвонить")
    assert (call["seconds"], call["text"], call["person"]) == (95, "Думает о сетке", "Ольга Белова")


@pytest.mark.covers("R49", "R50", "R54", "R55")
async def test_the_card_says_what_follows_from_the_history(cast, background, clock):
    client_id, _ = await a_whole_story(cast, background, clock)

    card = await card_of(cast.olga, client_id)

    life = card["life"]
    assert (life["status"]["status_text"], life["status"]["reason_text"]) == ("Новичок", "Покупок: 1.")
    assert card["registered_at"] == life["first_purchase_at"] == "2026-03-02T10:00:00Z"
    assert card["last_order_at"] >= card["registered_at"]
    assert (life["receipts"], life["total_kop"], life["tier_name"]) == (1, 4_500_00, "Первая покупка")
    assert [one["category"] for one in card["needs"]] != []
    assert {one["purpose"] for one in card["permissions"]} >= {"marketing", "feedback"}


async def test_a_long_history_comes_page_by_page_and_by_kind(cast, background, clock):
    client_id, _ = await a_whole_story(cast, background, clock)
    whole = (await card_of(cast.olga, client_id))["history"]

    pages, cursor = [], None
    while cursor is not None or not pages:
        page = await history_of(cast.olga, client_id, limit=3, **({"cursor": cursor} if cursor else {}))
        pages.append(page["items"])
        cursor = page["next_cursor"]

    assert [one for page in pages for one in page] == whole
    assert {len(page) for page in pages[:-1]} == {3}
    chats = await history_of(cast.galina, client_id, kind="chat")
    assert [one["text"] for one in chats["items"]] == ["Ключ у соседки"]
    broken = await cast.olga.get(f"/crm/clients/{client_id}/history?cursor=abc")
    assert (broken.status_code, broken.json()["code"]) == (400, "cursor_invalid")


async def test_a_message_that_was_not_sent_says_why(cast, background, clock):
    client_id, _ = await a_whole_story(cast, background, clock)
    async with begin_work(cast.maker, cast.company_id) as work:
        await work.rows(
            "UPDATE message SET status = 'suppressed', status_reason = 'consent', send_at = NULL"
            " WHERE company_id = $1 AND recipient_id = $2::uuid",
            client_id,
        )

    messages = (await history_of(cast.olga, client_id, kind="message"))["items"]

    assert {(one["status_text"], one["reason"], one["reason_text"]) for one in messages} == {
        ("не отправлялось", "consent", "нет согласия клиента")
    }


async def test_the_card_of_a_merged_client_has_what_happened_to_both(cast):
    anna = await a_client(cast.olga, contacts=[])
    anya = await a_client(cast.olga, contacts=[])
    for card in (anna, anya):
        spoke = {"client_id": card["id"], "outcome": "done", "notes": card["id"]}
        await ok(await cast.olga.post("/crm/interactions", spoke))
    merge = await ok(
        await cast.olga.post(
            f"/clients/{anna['id']}/merge", {"merged_id": anya["id"], "reason": "Один человек"}
        )
    )

    by_each = [await card_of(cast.olga, card["id"]) for card in (anna, anya)]

    assert by_each[0] == by_each[1]
    spoken = {one["text"] for one in by_each[0]["history"] if one["kind"] == "interaction"}
    assert spoken == {anna["id"], anya["id"]}
    assert "merge" in {one["kind"] for one in by_each[0]["history"]}
    await ok(await cast.olga.post(f"/client-merges/{merge['id']}/undo", {"reason": "Ошиблись"}))
    alone = await card_of(cast.olga, anya["id"])
    assert {one["text"] for one in alone["history"] if one["kind"] == "interaction"} == {anya["id"]}


async def test_who_sees_the_card_and_whose_phones_are_masked(cast, other_cast):
    client = await a_client(cast.olga)

    seen = [(await card_of(person, client["id"])) for person in (cast.olga, cast.marina, cast.galina)]

    phones = [(card["client"]["contacts"][0]["value"], card["permissions"][0]["value"]) for card in seen]
    assert phones == [("+79031234567",) * 2, ("+79031234567",) * 2, ("+7 *** ***-45-67",) * 2]
    for what in ("card", "history"):
        path = f"/crm/clients/{client['id']}/{what}"
        assert (await cast.rinat.get(path)).status_code == 403
        assert (await other_cast.olga.get(path)).json()["code"] == "client_not_found"


def compared(part):
    """The columns by which a part of the history finds its rows."""
    found = set()

    def note(comparison):
        if comparison.operator in (operators.eq, operators.in_op):
            found.update(one for one in (comparison.left, comparison.right) if isinstance(one, Column))

    for condition in part.where:
        visitors.traverse(condition, {}, {"binary": note})
    return found


def keys_of(table):
    """What stands second in each index: the first is the company."""
    lists = [index.columns for index in table.indexes]
    lists += [one.columns for one in table.constraints if isinstance(one, UniqueConstraint)]
    return {columns[1] for columns in map(list, [*lists, table.primary_key.columns]) if len(columns) > 1}


@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)
def test_every_part_of_the_history_is_found_by_an_index_that_leads_to_the_client(part):
    """A part that reads all rows of a company would take seconds with a million clients."""
    asked = compared(part)
    tables = {column.table for column in asked}

    without = [table.name for table in tables if isinstance(table, Table) and not keys_of(table) & asked]

    assert tables
    assert without == []


def test_the_kinds_of_the_contract_are_those_of_the_statement():
    assert set(get_args(HistoryKind)) == set(PARTS)


@pytest.mark.parametrize("lang", LANGS)
def test_every_kind_and_status_of_the_history_has_words(lang):
    """The statuses are those that the tables allow."""
    unworded = [
        f"is_{kind}_{status}"
        for kind, table in TABLES.items()
        for check in Base.metadata.tables[table].constraints
        if isinstance(check, CheckConstraint) and str(check.name).endswith(f"__{COLUMN.get(kind, 'status')}")
        for status in re.findall(r"'(\w+)'", str(check.sqltext))
        if not has_text(lang, "history", f"is_{kind}_{status}")
    ]

    assert unworded == []
    assert [kind for kind in PARTS if not has_text(lang, "history", f"entry_{kind}")] == []

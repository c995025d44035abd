"""A phone sends impossible times, broken texts and numbers: each is judged by itself, and holds no other up."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text, update

from app.core.clock import shifted
from app.core.ids import uuid7
from app.db.session import transaction
from app.documents.price_list.service import create_default_work_items
from app.field.commands.models import CommandRecord
from app.field.commands.policies import times_of
from app.field.push.policies import PhoneClock, is_of_future, place_in_time
from app.http.depth import DEPTH_MAX, cut_deep
from tests.cast import NOON
from tests.dispatch.given import TOMORROW
from tests.field.test_acts import TWO_WINDOWS, uploaded
from tests.field.test_commands import conflicts_of
from tests.field.test_push import (
    Phone,
    a_photo,
    codes,
    require_photo,
    verdicts,
)
from tests.stories import accepted_visit, booked_visit, visit_in_progress

pytestmark = pytest.mark.covers("M29", "P-rel-4")
__all__ = ["require_photo"]


def at_time(command, **times):
    return command | {"command": command["command"] | times}


@pytest.mark.parametrize(
    "times",
    [
        {"occurred_at": "9999-12-31T23:59:59Z"},
        {"occurred_at": "9999-12-31T23:59:59-12:00"},
        {"occurred_at": "0001-01-01T00:00:00+14:00"},
        {"occurred_at": "2099-12-31T23:59:59-12:00"},
        {"occurred_at": (NOON + timedelta(days=8)).isoformat()},
        {"sent_at": "9999-12-31T23:59:59-12:00"},
    ],
)
async def test_an_impossible_time_is_refused_by_itself_and_the_phone_goes_on(cast, times):
    visit, phone = await visit_in_progress(cast), Phone(cast.pavel)
    odd = at_time(phone.said("pause_visit", visit.id, reason="break"), **times)

    first = await phone.push(odd, phone.said("pause_visit", visit.id, reason="break"))
    later = await phone.push(phone.said("resume_visit", visit.id))

    assert [one["status"] for one in first["verdicts"]] == [400, 200]
    assert verdicts(later) == ["applied"]


async def test_a_kept_command_that_cannot_be_read_any_more_holds_nothing_up(cast):
    visit, phone = await visit_in_progress(cast), Phone(cast.pavel)
    phone.next_seq = 1
    await phone.push(phone.said("pause_visit", visit.id, reason="break"))
    async with transaction(cast.maker, cast.company_id) as session:
        payload = text("jsonb_set(payload, '{occurred_at}', '\"9999-12-31T23:59:59-12:00\"')")
        await session.execute(update(CommandRecord).values(payload=payload).where(text("device_seq = 1")))

    pushed = await phone.push(phone.said("pause_visit", visit.id, seq=0, reason="break"))
    later = await phone.push(phone.said("resume_visit", visit.id))

    assert [one["status"] for one in pushed["settled"]] == [400]
    assert (verdicts(pushed), verdicts(later), later["settled"]) == (["applied"], ["applied"], [])


async def test_a_later_command_whose_clock_is_unknown_says_nothing_about_an_earlier_one(cast):
    visit, phone = await visit_in_progress(cast), Phone(cast.pavel)
    pausing = phone.said("pause_visit", visit.id, ago=timedelta(hours=1), reason="break")
    unreadable = at_time(pausing, reason=7)
    of_last_year = phone.said("resume_visit", visit.id, ago=timedelta(days=300))
    await phone.push(unreadable, of_last_year)

    await phone.push(pausing)

    query = select(CommandRecord.clock_confidence, CommandRecord.corrected_at, CommandRecord.is_backdated)
    async with transaction(cast.maker, cast.company_id) as session:
        [later] = await session.execute(query.where(text("device_seq = 1")))
        [earlier] = await session.execute(query.where(text("device_seq = 0")))
    assert (later.clock_confidence, later.corrected_at) == ("none", NOON - timedelta(days=300))
    assert tuple(earlier) == ("sent", NOON - timedelta(hours=1), False)


MOMENTS = st.datetimes(timezones=st.timezones() | st.just(UTC)) | st.sampled_from(
    [datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)]
)
OFFSETS = st.none() | st.timedeltas()


@given(MOMENTS, MOMENTS, OFFSETS, OFFSETS)
def test_arithmetic_with_any_times_has_a_result(occurred_at, sent_at, offset, before):
    clock = PhoneClock(offset, before)

    is_of_future(occurred_at, sent_at=sent_at, now=NOON, clock=clock)
    times, _ = place_in_time(
        occurred_at, sent_at=sent_at, received_at=NOON, clock=clock, not_before=None, not_after=None
    )
    times_of(occurred_at, sent_at=sent_at, received_at=NOON)

    assert times.corrected_at <= NOON


@pytest.mark.parametrize("by", [timedelta.max, timedelta.min, timedelta(days=1)])
def test_a_shifted_time_stays_within_what_there_is(by):
    assert shifted(datetime.max.replace(tzinfo=UTC), by) <= datetime.max.replace(tzinfo=UTC)
    assert shifted(datetime.min.replace(tzinfo=UTC), by) >= datetime.min.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "odd"),
    [
        ("reason", '"x\\ud83d"'),
        ("reason", '"x\\u0000"'),
        ("accuracy_m", "9" * 5_000),
        ("accuracy_m", "9" * 400),
        ("accuracy_m", "1e999"),
    ],
)
async def test_what_cannot_be_kept_of_one_command_spoils_no_other(cast, field, odd):
    visit, phone = await visit_in_progress(cast), Phone(cast.pavel)
    broken = at_time(phone.said("pause_visit", visit.id, reason="break"), **{field: "ODD"})
    good = phone.said("pause_visit", visit.id, reason="break")
    body = json.dumps({"sent_at": NOON.isoformat(), "commands": [broken, good]}).replace('"ODD"', odd)

    answer = await phone.owner.post("/field/sync/commands", body.encode())

    assert answer.status_code == 200, answer.text
    assert [one["status"] for one in answer.json()["verdicts"]] == [400, 200]
    assert answer.json()["expected_seq"] == 2


def bytes_with(odd, *commands):
    """A batch whose text `ODD` is replaced by these bytes."""
    body = json.dumps({"sent_at": NOON.isoformat(), "commands": list(commands)})
    return body.encode().replace(b'"ODD"', odd)


@pytest.mark.parametrize(
    ("odd", "said"),
    [
        (b"[" * 5_000 + b"]" * 5_000, "вложенность"),
        (b'{"a":' * 500 + b"1" + b"}" * 500, "вложенность"),
        (b"[" * 150 + b"]" * 150, "вложенность"),
        (b'"caf\xe9"', "UTF-8"),
        (b'"\xed\xa0\xbd"', "UTF-8"),
        (b'{"\xff": 1}', "UTF-8"),
    ],
)
async def test_one_command_that_no_json_reader_takes_spoils_no_other(cast, odd, said):
    visit, phone = await visit_in_progress(cast), Phone(cast.pavel)
    broken = at_time(phone.said("pause_visit", visit.id, reason="break"), reason="ODD")
    good = phone.said("pause_visit", visit.id, reason="break")

    answer = await phone.owner.post("/field/sync/commands", bytes_with(odd, broken, good))

    assert answer.status_code == 200, answer.text
    pushed = answer.json()
    assert (verdicts(pushed), pushed["expected_seq"]) == (["rejected", "applied"], 2)
    [error] = pushed["verdicts"][0]["problem"]["errors"]
    assert error["path"].startswith("command.reason")
    assert said in error["message"]


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe{}",
        b'{"sent_at": "2026-03-02T09:00:00Z", \xe9 "commands": []}',
        '{"commands": []}'.encode("utf-16"),
        b'{"commands": [' + b"[" * 5_000,
        b'{"commands": [{"kind": "x"',
        b"",
    ],
)
async def test_a_body_that_is_no_json_at_all_is_one_refusal(cast, body):
    answer = await cast.pavel.post("/field/sync/commands", body)

    assert answer.status_code == 400
    assert answer.json()["code"] == "request_invalid"
    assert len(answer.json()["errors"]) == 1


@pytest.mark.parametrize(
    "sent_at",
    [None, "", "yesterday", 5, {}, "2026-03-02T09:00:00", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z"],
)
async def test_a_batch_without_a_time_that_can_be_is_taken_with_less_certainty(cast, sent_at):
    visit, phone = await visit_in_progress(cast), Phone(cast.pavel)
    sure = await phone.push(phone.said("pause_visit", visit.id, reason="break"))

    body = {"sent_at": sent_at, "commands": [phone.said("resume_visit", visit.id)]}
    answer = await phone.owner.post("/field/sync/commands", body)

    assert answer.status_code == 200, answer.text
    assert verdicts(answer.json()) == ["applied"]
    assert answer.json()["clock_offset_s"] == sure["clock_offset_s"], "what was known of the clock stays"
    async with transaction(cast.maker, cast.company_id) as session:
        query = select(CommandRecord.clock_confidence, CommandRecord.sent_at).where(text("device_seq = 1"))
        [(confidence, kept)] = await session.execute(query)
    assert (confidence, kept) == ("device", None)


async def test_the_first_batch_of_a_phone_without_a_time_is_taken_too(cast):
    visit, phone = await visit_in_progress(cast), Phone(cast.pavel)

    answer = await phone.owner.post(
        "/field/sync/commands", {"commands": [phone.said("pause_visit", visit.id, reason="break")]}
    )

    assert verdicts(answer.json()) == ["applied"]


@given(st.integers(0, 300), st.text(), st.sampled_from(["[]", '{"a": 1}', "1"]))
def test_only_what_lies_too_deep_is_cut(levels, text_before, inside):
    body = json.dumps(text_before)[:-1] + '[{"'
    before = json.dumps(body)
    deep = "[" * levels + inside + "]" * levels
    whole = f"[{before}, {deep}, {before}]".encode()

    cut = json.loads(cut_deep(whole))

    assert (cut[0], cut[2]) == (body, body)
    depth = 1 + levels + (inside != "1")
    assert (cut == json.loads(whole)) == (depth <= DEPTH_MAX)


async def test_the_last_number_there_is_can_be_reached(cast):
    visit, phone = await visit_in_progress(cast), Phone(cast.pavel)
    last = 2**31 - 2
    lost = [{"from_seq": 0, "until_seq": last}]

    pushed = await phone.push(phone.said("pause_visit", visit.id, seq=last, reason="break"), lost=lost)
    over = await phone.push(phone.said("resume_visit", visit.id, seq=last + 1))
    again = await phone.push(phone.said("pause_visit", visit.id, seq=last, reason="break"))

    assert codes(pushed) == ["sequence_too_far"]
    assert (verdicts(again), again["expected_seq"]) == (["applied"], last + 1)
    assert (over["verdicts"][0]["status"], codes(over)) == (400, ["request_invalid"])


async def test_a_declaration_does_not_wait_for_the_command_that_waits_for_its_photo(cast, require_photo):
    visit, phone = await visit_in_progress(cast), Phone(cast.pavel)
    await require_photo(cast)

    pushed = await phone.push(
        phone.said("complete_visit", visit.id), phone.said("declare_attachment", visit.id, **a_photo())
    )

    assert verdicts(pushed) == ["waiting", "applied"]


async def test_what_waits_for_files_for_more_than_a_day_is_put_before_a_person(cast, clock, require_photo):
    visit, phone = await visit_in_progress(cast), Phone(cast.pavel)
    await require_photo(cast)
    await phone.push(phone.said("complete_visit", visit.id))

    clock.advance(hours=25)
    pushed = await phone.push()

    assert [one["verdict"] for one in pushed["settled"]] == ["conflict"]
    assert len(await conflicts_of(cast)) == 1


async def test_a_backdated_command_is_a_conflict_as_by_its_route(cast):
    visit, phone = await accepted_visit(cast), Phone(cast.pavel)
    elsewhere = await booked_visit(cast, starts_at=TOMORROW + timedelta(hours=5))
    await phone.push(phone.said("accept_visit", elsewhere.id))
    await cast.olga.post(f"/visits/{visit.id}/cancel", {"reason": "Клиент передумал"}, if_match="*")

    pushed = await phone.push(phone.said("depart_for_visit", visit.id, ago=timedelta(hours=1)))

    assert verdicts(pushed) == ["conflict"]
    assert len(await conflicts_of(cast)) == 1


async def test_a_signature_with_a_picture_nobody_declared_is_rejected(cast):
    async with transaction(cast.maker, cast.company_id) as session:
        await create_default_work_items(session, cast.company_id)
    visit = await visit_in_progress(cast, kind="installation")
    phone = Phone(visit.worker)
    act = await visit.worker.post(f"/field/visits/{visit.id}/act", TWO_WINDOWS)
    signing = {
        "signature_attachment_id": str(uuid7()),
        "signer_name": "А. Котова",
        "content_hash": act.json()["content_hash"],
    }

    pushed = await phone.push(phone.said("sign_act", act.json()["id"], ago=timedelta(hours=1), **signing))

    assert (verdicts(pushed), codes(pushed)) == (["rejected"], ["attachment_not_found"])


@pytest.mark.covers("R16")
async def test_remarks_that_were_signed_without_network_come_with_the_act(cast):
    async with transaction(cast.maker, cast.company_id) as session:
        await create_default_work_items(session, cast.company_id)
    visit = await visit_in_progress(cast, kind="installation")
    phone = Phone(visit.worker)
    act = (await visit.worker.post(f"/field/visits/{visit.id}/act", TWO_WINDOWS)).json()
    signing = {
        "signature_attachment_id": await uploaded(visit),
        "signer_name": "А. Котова",
        "content_hash": act["content_hash"],
        "remarks": "Шов у подоконника",
    }

    pushed = await phone.push(phone.said("sign_act", act["id"], ago=timedelta(hours=1), **signing))

    shown = (await cast.olga.get(f"/acts/{act['id']}")).json()
    assert (verdicts(pushed), shown["status"]) == (["applied"], "signed")
    assert shown["remarks"] == "Шов у подоконника"


@pytest.mark.parametrize("until", [3, 2, 0])
async def test_lost_numbers_that_are_none_are_refused(cast, until):
    phone = Phone(cast.pavel)
    body = {"sent_at": NOON.isoformat(), "commands": [], "lost": [{"from_seq": 3, "until_seq": until}]}

    answer = await phone.owner.post("/field/sync/commands", body)

    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (400, "lost[0].until_seq")


async def test_of_two_with_one_number_the_second_is_told_a_number_that_is_free(cast):
    visit, phone = await visit_in_progress(cast), Phone(cast.pavel)

    pushed = await phone.push(
        phone.said("pause_visit", visit.id, seq=0, reason="break"),
        phone.said("resume_visit", visit.id, seq=0),
    )

    assert codes(pushed) == [None, "sequence_rolled_back"]
    assert "1" in pushed["verdicts"][1]["problem"]["detail"]

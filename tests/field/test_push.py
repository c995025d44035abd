"""A phone sends what it has kept: twice, out of order, with gaps, a wrong clock and things that are no commands."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import msgspec
import pytest
from sqlalchemy import func, select

from app.core.i18n import LANGS, has_text
from app.core.ids import uuid7
from app.db.session import transaction
from app.field.attachments.models import Attachment
from app.field.commands.models import CommandRecord
from app.field.push.models import CommandDevice
from app.field.push.registry import KINDS
from app.field.push.sweep import tell_of_waiting_commands
from app.field.work import service as work_service
from tests.cast import NOON
from tests.dispatch.given import TOMORROW, code_of
from tests.field.phone import Phone as PullingPhone
from tests.field.test_commands import conflicts_of, inbox_kinds
from tests.field.test_payments import PREPAYMENT
from tests.pictures import a_photo as a_picture
from tests.pictures import declared
from tests.stories import accepted_visit, an_opening, booked_visit, measured_visit, visit_in_progress

pytestmark = pytest.mark.covers("M29", "P-rel-4")


class Phone:
    """Numbers the commands of a worker and sends them in batches. `behind` is how slow its clock is."""

    def __init__(self, owner, *, behind=timedelta()):
        scope = msgspec.structs.replace(owner.scope, device_id=uuid7())
        self.owner = replace(owner, scope=scope)
        self.behind = behind
        self.next_seq = 0

    def said(self, kind, subject_id, /, *, ago=timedelta(), seq=None, **fields):
        """A command as the phone keeps it."""
        if seq is None:
            seq, self.next_seq = self.next_seq, self.next_seq + 1
        occurred_at = self.owner.now() - self.behind - ago
        command = {"command_id": str(uuid7()), "occurred_at": occurred_at.isoformat(), "device_seq": seq}
        return {"kind": kind, "subject_id": str(subject_id), "command": command | fields}

    async def push(self, *commands, **fields):
        sent_at = (self.owner.now() - self.behind).isoformat()
        body = {"sent_at": sent_at, "commands": list(commands), **fields}
        answer = await self.owner.post("/field/sync/commands", body)
        assert answer.status_code == 200, answer.text
        return answer.json()


def verdicts(pushed):
    return [one["verdict"] for one in pushed["verdicts"]]


def codes(pushed):
    return [one["problem"] and one["problem"]["code"] for one in pushed["verdicts"]]


def a_day(phone, visit):
    """From the acceptance to the start of the work, an hour ago each."""
    kinds = ["accept_visit", "depart_for_visit", "arrive_at_visit", "start_visit"]
    return [phone.said(kind, visit.id, ago=timedelta(hours=4 - n)) for n, kind in enumerate(kinds)]


async def status_of(cast, visit):
    return (await cast.olga.get(f"/visits/{visit.id}")).json()["status"]


async def test_a_day_without_network_is_carried_out_in_the_phones_order_however_it_comes(cast):
    visit, phone = await booked_visit(cast), Phone(cast.pavel)
    commands = a_day(phone, visit)

    pushed = await phone.push(*reversed(commands))

    assert verdicts(pushed) == ["applied"] * 4
    assert pushed["verdicts"][0]["answer"]["status"] == "in_progress", "of the start, which came first"
    assert (pushed["expected_seq"], pushed["settled"]) == (4, [])
    assert await status_of(cast, visit) == "in_progress"


async def test_a_batch_sent_again_is_the_same_answers_and_nothing_else(cast):
    visit, phone = await visit_in_progress(cast), Phone(cast.pavel)
    batch = [
        phone.said("take_payment", visit.id, **PREPAYMENT),
        phone.said("pause_visit", visit.id, reason="break"),
    ]

    first = await phone.push(*batch)
    again = await phone.push(*batch)

    assert verdicts(first) == ["applied", "applied"]
    assert verdicts(again) == ["duplicate", "duplicate"]
    assert [one["answer"] for one in again["verdicts"]] == [one["answer"] for one in first["verdicts"]]
    assert [one["status"] for one in again["verdicts"]] == [201, 200]


async def test_the_same_batch_many_times_at_once_has_one_effect(cast):
    visit, phone = await visit_in_progress(cast), Phone(cast.pavel)
    batch = [
        phone.said("take_payment", visit.id, **PREPAYMENT),
        phone.said("declare_attachment", visit.id, **a_photo()),
        phone.said("pause_visit", visit.id, reason="break"),
    ]

    answers = await asyncio.gather(*[phone.push(*batch) for _ in range(5)])

    assert {one for pushed in answers for one in verdicts(pushed)} == {"applied", "duplicate"}
    payments = {pushed["verdicts"][0]["answer"]["id"] for pushed in answers}
    assert len(payments) == 1
    photos = (await cast.olga.get(f"/visits/{visit.id}/attachments")).json()
    assert len(photos) == 1


def a_photo():
    return {"purpose": "photo", "content_type": "image/jpeg", "size": 9, "sha256": "0" * 64}


async def test_a_command_beyond_a_gap_waits_and_is_carried_out_when_the_gap_closes(cast):
    visit, phone = await booked_visit(cast), Phone(cast.pavel)
    accepting, leaving, arriving, starting = a_day(phone, visit)

    early = await phone.push(starting, arriving, accepting)
    late = await phone.push(leaving)

    assert verdicts(early) == ["waiting", "waiting", "applied"]
    assert codes(early)[0] == "sequence_gap"
    assert (early["expected_seq"], early["verdicts"][0]["problem"]["params"]["expected_seq"]) == (1, 1)
    assert verdicts(late) == ["applied"]
    assert [one["verdict"] for one in late["settled"]] == ["applied", "applied"]
    assert (late["expected_seq"], await status_of(cast, visit)) == (4, "in_progress")


async def test_a_gap_that_was_closed_by_a_route_lets_the_rest_go_on(cast):
    visit, phone = await booked_visit(cast), Phone(cast.pavel)
    accepting, leaving, *_ = a_day(phone, visit)
    await phone.push(leaving)

    await phone.owner.post(f"/field/visits/{visit.id}/accept", accepting["command"])
    pushed = await phone.push()

    assert [one["verdict"] for one in pushed["settled"]] == ["applied"]
    assert pushed["expected_seq"] == 2


async def test_what_the_phone_has_lost_keeps_nothing_waiting(cast):
    visit, phone = await visit_in_progress(cast), Phone(cast.pavel)
    phone.next_seq = 5
    pausing = phone.said("pause_visit", visit.id, reason="break")
    waits = await phone.push(pausing)

    pushed = await phone.push(lost=[{"from_seq": 0, "until_seq": 5}])
    found = await phone.push(phone.said("resume_visit", visit.id, seq=3))

    assert verdicts(waits) == ["waiting"]
    assert [one["verdict"] for one in pushed["settled"]] == ["applied"]
    assert (pushed["expected_seq"], verdicts(found)) == (6, ["applied"])


async def test_a_phone_that_counts_anew_is_told_where_to_go_on(cast):
    visit, phone = await visit_in_progress(cast), Phone(cast.pavel)
    await phone.push(phone.said("pause_visit", visit.id, reason="break"))
    again = phone.said("resume_visit", visit.id, seq=0)

    rolled_back = await phone.push(again)
    again["command"]["device_seq"] = rolled_back["expected_seq"]
    pushed = await phone.push(again)

    assert (verdicts(rolled_back), codes(rolled_back)) == (["rejected"], ["sequence_rolled_back"])
    assert rolled_back["verdicts"][0]["problem"]["params"] == {"expected_seq": 1}
    assert verdicts(pushed) == ["applied"]


async def test_what_is_no_command_spoils_no_other_and_is_kept(cast):
    visit, phone = await visit_in_progress(cast), Phone(cast.pavel)
    good = phone.said("pause_visit", visit.id, reason="break")
    bad = [
        "half a comm",
        {"kind": "pause_visit"},
        phone.said("fly_home", visit.id),
        phone.said("resume_visit", visit.id, nonsense=1),
        phone.said("resume_visit", "not-an-id"),
        phone.said("take_payment", visit.id, **{**PREPAYMENT, "receipt_ref": "a\0b"}),
        phone.said("take_payment", visit.id, **{**PREPAYMENT, "amount_kop": 10**30}),
    ]
    good_again = phone.said("resume_visit", visit.id)

    pushed = await phone.push(*bad, good, good_again)
    again = await phone.push(*bad, good, good_again)

    assert verdicts(pushed) == ["rejected"] * 7 + ["applied"] * 2
    assert codes(pushed)[2] == "command_unknown"
    assert {*codes(pushed)[:2], *codes(pushed)[3:7]} == {"request_invalid"}
    assert pushed["verdicts"][3]["problem"]["errors"][0]["path"] == "command.nonsense"
    assert verdicts(again) == ["rejected"] * 7 + ["duplicate"] * 2
    async with transaction(cast.maker, cast.company_id) as session:
        kept = select(func.count()).where(CommandRecord.verdict == "rejected")
        assert await session.scalar(kept) == 7


async def test_a_command_that_could_not_be_read_may_be_mended(cast):
    visit, phone = await visit_in_progress(cast), Phone(cast.pavel)
    pausing = phone.said("pause_visit", visit.id, reason="brake")

    broken = await phone.push(pausing)
    pausing["command"]["reason"] = "break"
    mended = await phone.push(pausing)

    assert (verdicts(broken), verdicts(mended)) == (["rejected"], ["applied"])


async def test_a_fault_of_ours_blocks_no_other_command(cast, monkeypatch):
    visit, phone = await visit_in_progress(cast), Phone(cast.pavel)
    monkeypatch.setattr(work_service, "pause", _broken)

    pushed = await phone.push(
        phone.said("pause_visit", visit.id, reason="break"),
        phone.said("take_payment", visit.id, **PREPAYMENT),
    )
    monkeypatch.undo()

    assert (verdicts(pushed), codes(pushed)) == (["rejected", "applied"], ["internal", None])


async def _broken(*_, **__):
    raise RuntimeError("a bug")


async def test_what_the_office_overtook_is_a_conflict_once_and_a_person_decides(cast):
    visit, phone = await accepted_visit(cast), Phone(cast.pavel)
    leaving = phone.said("depart_for_visit", visit.id, ago=timedelta(hours=2))
    await cast.olga.post(f"/visits/{visit.id}/cancel", {"reason": "Клиент передумал"}, if_match="*")

    first = await phone.push(leaving)
    again = await phone.push(leaving)

    assert verdicts(first) == verdicts(again) == ["conflict"]
    (conflict,) = (await cast.olga.get("/field/conflicts?is_open=true")).json()["items"]
    assert (conflict["subject_id"], conflict["theirs"]["visit"]["status"]) == (visit.id, "canceled")
    assert conflict["mine"]["command"]["command_id"] == leaving["command"]["command_id"]
    path = f"/field/conflicts/{conflict['id']}/resolve"
    decided = await cast.olga.post(path, {"decision": "theirs", "comment": "Позвонила, он не поехал"})
    other = await cast.olga.post(path, {"decision": "other", "comment": "Поехал"})
    assert decided.json()["resolved_by"] == str(cast.olga.id)
    assert code_of(other) == (409, "conflict_settled")
    assert (await cast.olga.get("/field/conflicts?is_open=true")).json()["items"] == []
    assert "command_conflict" not in await inbox_kinds(cast.olga)


async def conflict_over_a_lost_visit(cast, command, /, **fields):
    """The office has taken the visit from the worker before his command arrives."""
    visit, phone = await accepted_visit(cast), Phone(cast.pavel)
    said = phone.said(command, visit.id, ago=timedelta(hours=2), **fields)
    answer = await cast.olga.post(f"/visits/{visit.id}/withdraw", if_match="*")
    assert answer.status_code == 200, answer.text
    pushed = await phone.push(said)
    assert verdicts(pushed) == ["conflict"]
    (conflict,) = (await cast.olga.get("/field/conflicts?is_open=true")).json()["items"]
    return visit, conflict


async def conflicts_on_phone(person):
    phone = PullingPhone(person)
    await phone.pull()
    return list(phone.items["conflicts"].values())


async def decide(cast, conflict, decision, comment=""):
    path = f"/field/conflicts/{conflict['id']}/resolve"
    return await cast.olga.post(path, {"decision": decision, "comment": comment})


@pytest.mark.parametrize(
    ("kind", "fields"),
    [("take_payment", PREPAYMENT), ("send_chat_message", {"text": "Где ключи?"}), ("depart_for_visit", {})],
)
async def test_what_the_server_cannot_carry_out_is_settled_by_hand_with_words(cast, kind, fields):
    _, conflict = await conflict_over_a_lost_visit(cast, kind, **fields)

    mine = await decide(cast, conflict, "mine", "Было")
    silent = await decide(cast, conflict, "other", " ")
    still_open = (await cast.olga.get("/field/conflicts?is_open=true")).json()["items"]
    settled = await decide(cast, conflict, "other", "Внесла оплату в заказ")

    assert code_of(mine) == (422, "command_not_carried_out")
    assert code_of(silent) == (422, "settled_without_words")
    assert still_open == [conflict]
    assert settled.json()["resolution"] == "other"
    pulled = await conflicts_on_phone(cast.pavel)
    shown = [(one["resolution"], one["comment"]) for one in pulled]
    assert shown == [("other", "Внесла оплату в заказ")]


async def test_a_photo_of_a_visit_that_was_taken_away_counts_on_the_word_of_the_office(cast):
    attachment_id, content = str(uuid7()), a_picture()
    fields = declared(content, attachment_id=attachment_id)
    visit, conflict = await conflict_over_a_lost_visit(cast, "declare_attachment", **fields)

    decided = await decide(cast, conflict, "mine")
    again = await decide(cast, conflict, "mine")
    sent = await cast.pavel.put(f"/attachments/{attachment_id}/content", content)

    assert decided.json() == again.json()
    assert decided.json()["chosen"] == {"attachment_id": attachment_id}
    assert sent.status_code == 200, sent.text
    listed = (await cast.olga.get(f"/visits/{visit.id}/attachments")).json()
    assert [(one["id"], one["author_id"]) for one in listed] == [(attachment_id, str(cast.pavel.id))]


async def test_a_sheet_of_a_visit_that_was_taken_away_counts_on_the_word_of_the_office(cast):
    visit, conflict = await conflict_over_a_lost_visit(cast, "submit_measurement", openings=[an_opening()])

    decided = await decide(cast, conflict, "mine")
    again = await decide(cast, conflict, "mine")

    assert decided.json() == again.json(), decided.text
    [past] = (await cast.olga.get(f"/jobs/{visit.job_id}/measurements")).json()
    sheet = past["measurement"]
    assert decided.json()["chosen"] == {"measurement_id": sheet["id"]}
    assert (sheet["version"], sheet["author_id"]) == (1, str(cast.pavel.id))
    assert sheet["measured_at"] == (NOON - timedelta(hours=2)).isoformat().replace("+00:00", "Z")


async def test_a_sheet_does_not_count_in_place_of_one_that_was_measured_since(cast):
    visit, conflict = await conflict_over_a_lost_visit(cast, "submit_measurement", openings=[an_opening()])
    offered = await cast.olga.post(f"/visits/{visit.id}/offer", {"worker_id": str(cast.pavel.id)})
    assert offered.status_code == 200, offered.text
    for tap in ("accept", "depart", "arrive", "start"):
        await visit.done(tap, **({"eta_minutes": 30} if tap == "depart" else {}))
    await visit.done("measurements", openings=[an_opening("О-2")])

    decided = await decide(cast, conflict, "mine")

    assert code_of(decided) == (409, "measured_since")
    assert [one["label"] for one in await newest_openings(cast, visit)] == ["О-2"]
    assert (await decide(cast, conflict, "other", "Размеры сверили")).status_code == 200


async def test_a_sheet_does_not_count_in_place_of_a_correction_of_the_office(cast):
    visit, _ = await measured_visit(cast)
    corrected = {"openings": [an_opening("О-2")], "comment": "Опечатка в названии"}
    assert (await cast.olga.post(f"/jobs/{visit.job_id}/measurements", corrected)).status_code == 201
    phone = Phone(cast.pavel)
    pushed = await phone.push(
        phone.said("submit_measurement", visit.id, ago=timedelta(minutes=5), openings=[an_opening()])
    )
    (conflict,) = (await cast.olga.get("/field/conflicts?is_open=true")).json()["items"]

    decided = await decide(cast, conflict, "mine")

    assert verdicts(pushed) == ["conflict"]
    assert conflict["theirs"]["code"] == "measurement_corrected"
    assert code_of(decided) == (409, "measured_since")
    assert [one["label"] for one in await newest_openings(cast, visit)] == ["О-2"]


async def newest_openings(cast, visit):
    past = (await cast.olga.get(f"/jobs/{visit.job_id}/measurements")).json()
    return max((one["measurement"] for one in past), key=lambda sheet: sheet["version"])["openings"]


async def test_an_impossible_sheet_does_not_count_on_the_word_of_the_office_either(cast):
    sizes = an_opening(diagonal_1_mm=9000)
    visit, conflict = await conflict_over_a_lost_visit(cast, "submit_measurement", openings=[sizes])

    decided = await decide(cast, conflict, "mine")

    assert code_of(decided) == (422, "measurement_refused")
    assert (await cast.olga.get(f"/jobs/{visit.job_id}/measurements")).json() == []
    assert (await cast.olga.get("/field/conflicts?is_open=true")).json()["items"] == [conflict]


async def test_a_decision_is_shown_to_the_worker_for_two_weeks(cast, clock):
    _, conflict = await conflict_over_a_lost_visit(cast, "depart_for_visit")
    await decide(cast, conflict, "theirs", "Поедет Ринат")

    first = await conflicts_on_phone(cast.pavel)
    clock.advance(days=15)
    later = await conflicts_on_phone(cast.pavel)

    assert [one["comment"] for one in first] == ["Поедет Ринат"]
    assert later == []


async def test_titles_of_conflicts_name_the_command_and_codes_stay_codes(cast):
    await conflict_over_a_lost_visit(cast, "take_payment", **PREPAYMENT)
    titles = [one["title"] for one in (await cast.olga.get("/inbox?is_open=true")).json()["items"]]
    phone = Phone(cast.rinat)
    unknown = await phone.push(phone.said("completed", uuid7()))

    assert any("приём оплаты" in title for title in titles)
    assert "«completed»" in unknown["verdicts"][0]["problem"]["detail"]


def test_every_kind_of_command_has_words():
    for lang in LANGS:
        assert [kind for kind in KINDS if not has_text(lang, "words", kind)] == []


async def test_conflicts_are_for_dispatchers_of_the_company(cast, other_cast):
    visit, phone = await accepted_visit(cast), Phone(cast.pavel)
    await cast.olga.post(f"/visits/{visit.id}/cancel", {"reason": "Клиент передумал"}, if_match="*")
    await phone.push(phone.said("depart_for_visit", visit.id, ago=timedelta(hours=2)))
    (conflict,) = await conflicts_of(cast)
    path, body = f"/field/conflicts/{conflict.id}/resolve", {"decision": "mine", "comment": "x"}

    assert (await other_cast.olga.get("/field/conflicts")).json()["items"] == []
    assert code_of(await other_cast.olga.post(path, body)) == (404, "conflict_not_found")
    assert (await cast.pavel.get("/field/conflicts")).status_code == 403


async def test_what_waits_for_a_photo_passes_when_the_photo_has_come(cast, require_photo):
    visit, phone = await visit_in_progress(cast), Phone(cast.pavel)
    await require_photo(cast)
    completing = phone.said("complete_visit", visit.id, ago=timedelta(minutes=30))
    paying = phone.said("take_payment", visit.id, **PREPAYMENT)
    elsewhere = await booked_visit(cast, starts_at=TOMORROW + timedelta(hours=5))
    accepting = phone.said("accept_visit", elsewhere.id)

    waits = await phone.push(completing, paying, accepting)
    await store_a_photo(cast, visit)
    pushed = await phone.push()

    assert verdicts(waits) == ["waiting", "waiting", "applied"]
    assert codes(waits)[:2] == ["proofs_missing", "waits_for_earlier"]
    assert [one["verdict"] for one in pushed["settled"]] == ["applied", "applied"]
    assert await status_of(cast, visit) == "completed"


@pytest.fixture
def require_photo():
    async def require(cast):
        path = f"/job-types/{cast.measurement_type_id}"
        job_type = await cast.irina.get(path)
        changed = await cast.irina.patch(
            path,
            {"proofs": [{"proof": "photos", "stage": "complete", "level": "required", "at_least": 1}]},
            if_match=job_type.headers["etag"],
        )
        assert changed.status_code == 200, changed.text

    return require


async def store_a_photo(cast, visit):
    async with transaction(cast.maker, cast.company_id) as session:
        session.add(
            Attachment(
                company_id=cast.company_id,
                id=uuid7(),
                job_id=visit.job_id,
                visit_id=visit.id,
                purpose="photo",
                caption="",
                content_type="image/jpeg",
                size=9,
                sha256=b"0" * 32,
                author_id=cast.pavel.id,
                declared_at=NOON,
                stored_at=NOON,
                is_abandoned=False,
            )
        )


async def test_what_waits_for_an_hour_is_put_before_the_dispatcher_once(cast):
    visit, phone = await visit_in_progress(cast), Phone(cast.pavel)
    phone.next_seq = 1
    pausing = phone.said("pause_visit", visit.id, reason="break")
    await phone.push(pausing)
    await phone.push(pausing)

    early = await waiting_told(cast, NOON + timedelta(minutes=59))
    due = await waiting_told(cast, NOON + timedelta(minutes=61))
    again = await waiting_told(cast, NOON + timedelta(minutes=62))

    assert (early, due, again) == (0, 1, 0)
    assert (await inbox_kinds(cast.olga)).count("command_waits") == 1
    await phone.push(phone.said("take_payment", visit.id, seq=0, **PREPAYMENT))
    assert "command_waits" not in await inbox_kinds(cast.olga), "it has been carried out"


async def waiting_told(cast, now):
    async with transaction(cast.maker, cast.company_id) as session:
        return await tell_of_waiting_commands(session, cast.company_id, now, None)


@pytest.mark.parametrize("hours", [-48, -3, 0, 3, 48])
async def test_a_wrong_clock_is_found_and_its_times_are_put_right(cast, hours):
    visit, phone = await booked_visit(cast), Phone(cast.pavel, behind=timedelta(hours=hours))

    pushed = await phone.push(*a_day(phone, visit))

    assert verdicts(pushed) == ["applied"] * 4
    assert pushed["clock_offset_s"] == pytest.approx(hours * 3600, abs=1)
    rows = sorted(await ledger_rows(cast), key=lambda row: row.device_seq)
    assert [row.corrected_at for row in rows] == [NOON - timedelta(hours=n) for n in (4, 3, 2, 1)]
    assert [row.clock_offset for row in rows] == [timedelta(hours=hours)] * 4


async def test_a_clock_that_was_set_between_two_taps_is_found_by_their_order(cast, clock):
    visit, phone = await booked_visit(cast), Phone(cast.pavel, behind=timedelta(hours=-48))
    accepting = phone.said("accept_visit", visit.id, ago=timedelta(hours=4))
    leaving = phone.said("depart_for_visit", visit.id, ago=timedelta(hours=3))
    await phone.push(accepting)
    phone.behind = timedelta()
    arriving = phone.said("arrive_at_visit", visit.id, ago=timedelta(hours=1))

    await phone.push(leaving, arriving)

    rows = {one.kind: one for one in await ledger_rows(cast)}
    assert rows["depart_for_visit"].corrected_at == NOON - timedelta(hours=3)
    assert rows["depart_for_visit"].clock_confidence == "device"
    assert rows["arrive_at_visit"].clock_confidence == "sent"
    assert not any(one.is_backdated for one in rows.values())


async def test_what_arrives_late_by_another_clock_still_lies_before_what_was_here_already(cast, clock):
    """The second of three taps gets lost on the way, and comes when the clock has been set."""
    visit, phone = await booked_visit(cast), Phone(cast.pavel)
    accepting, leaving, arriving = (
        phone.said(kind, visit.id, ago=timedelta(hours=ago))
        for kind, ago in (("accept_visit", 4), ("depart_for_visit", 3), ("arrive_at_visit", 2))
    )
    assert verdicts(await phone.push(accepting, arriving)) == ["applied", "waiting"]
    clock.advance(hours=2)
    phone.behind = timedelta(hours=4)

    await phone.push(leaving)

    rows = await ledger_rows(cast)
    assert [row.verdict for row in rows] == ["applied"] * 3
    assert [row.corrected_at for row in rows] == [NOON - timedelta(hours=n) for n in (4, 3, 2)]
    assert not any(row.is_backdated for row in rows)


async def test_a_tap_that_says_it_was_before_an_earlier_one_is_flagged_and_counts_after_it(cast):
    visit, phone = await booked_visit(cast), Phone(cast.pavel)
    accepting = phone.said("accept_visit", visit.id, ago=timedelta(hours=2))
    leaving = phone.said("depart_for_visit", visit.id, ago=timedelta(hours=5))

    await phone.push(accepting, leaving)

    rows = {one.kind: one for one in await ledger_rows(cast)}
    assert (rows["depart_for_visit"].is_backdated, rows["accept_visit"].is_backdated) == (True, False)
    assert rows["depart_for_visit"].corrected_at == NOON - timedelta(hours=2)
    assert rows["depart_for_visit"].occurred_at == NOON - timedelta(hours=5)


async def test_a_command_that_still_waits_lets_no_later_one_say_it_was_before_another(cast, require_photo):
    visit, phone = await visit_in_progress(cast), Phone(cast.pavel)
    elsewhere = await booked_visit(cast, starts_at=TOMORROW + timedelta(hours=5))
    await require_photo(cast)
    await phone.push(
        phone.said("complete_visit", visit.id, ago=timedelta(hours=3)),
        phone.said("accept_visit", elsewhere.id, ago=timedelta(hours=1)),
    )

    await phone.push(phone.said("depart_for_visit", elsewhere.id, ago=timedelta(hours=2)))

    rows = {one.kind: one for one in await ledger_rows(cast)}
    assert rows["depart_for_visit"].is_backdated
    assert rows["depart_for_visit"].corrected_at == NOON - timedelta(hours=1)
    assert rows["complete_visit"].corrected_at == NOON - timedelta(hours=3), "it waits for its photo"


async def ledger_rows(cast):
    async with transaction(cast.maker, cast.company_id) as session:
        query = select(CommandRecord).order_by(CommandRecord.device_seq.nulls_first())
        return list(await session.scalars(query))


async def test_a_phone_has_a_sequence_of_its_own_and_nobody_elses(cast):
    visit, phone = await visit_in_progress(cast), Phone(cast.pavel)
    stolen = Phone(cast.nikolai)
    stolen.owner = replace(
        stolen.owner, scope=msgspec.structs.replace(stolen.owner.scope, device_id=phone.owner.scope.device_id)
    )
    await phone.push(phone.said("pause_visit", visit.id, reason="break"))
    body = {"sent_at": NOON.isoformat(), "commands": []}

    of_another = await stolen.owner.post("/field/sync/commands", body)
    without = await cast.pavel.post("/field/sync/commands", body)
    office = await cast.olga.post("/field/sync/commands", body)

    assert [code_of(one) for one in (of_another, without, office)] == [
        (403, "forbidden"),
        (403, "device_needed"),
        (403, "forbidden"),
    ]


async def test_somebody_elses_visit_is_refused_and_his_command_id_is_not_free(cast):
    visit, phone, other = await visit_in_progress(cast), Phone(cast.pavel), Phone(cast.nikolai)
    pausing = phone.said("pause_visit", visit.id, reason="break")
    await phone.push(pausing)

    foreign = await other.push(other.said("resume_visit", visit.id))
    stolen = await other.push(pausing)

    assert (verdicts(foreign), codes(foreign)) == (["rejected"], ["visit_not_found"])
    assert (verdicts(stolen), codes(stolen)) == (["rejected"], ["command_reused"])


async def test_one_id_with_two_meanings_in_one_batch_is_one_command(cast):
    visit, phone = await visit_in_progress(cast), Phone(cast.pavel)
    pausing = phone.said("pause_visit", visit.id, reason="break")
    other = {**pausing, "command": pausing["command"] | {"reason": "weather"}}

    pushed = await phone.push(pausing, other, pausing)

    assert verdicts(pushed) == ["applied", "rejected", "applied"]
    assert codes(pushed)[1] == "command_reused"


async def test_a_batch_too_large_is_refused_as_a_whole_and_says_the_limit(cast):
    phone = Phone(cast.pavel)
    body = {"sent_at": NOON.isoformat(), "commands": [{}] * 501}

    answer = await phone.owner.post("/field/sync/commands", body)

    assert answer.status_code == 400
    assert "500" in answer.json()["detail"]


async def test_numbers_that_are_far_ahead_are_not_kept_for_ever(cast):
    phone = Phone(cast.pavel)

    pushed = await phone.push(phone.said("pause_visit", uuid4(), seq=2**31 - 2, reason="break"))

    assert codes(pushed) == ["sequence_too_far"]
    async with transaction(cast.maker, cast.company_id) as session:
        device = await session.scalar(select(CommandDevice))
        assert device.next_seq == 0


async def test_each_command_of_a_batch_stands_in_the_audit(cast, superuser):
    visit, phone = await visit_in_progress(cast), Phone(cast.pavel)

    await phone.push(
        phone.said("pause_visit", visit.id, reason="break"), phone.said("resume_visit", visit.id)
    )

    rows = await superuser.fetch(
        "SELECT action, subject FROM audit_event WHERE company_id = $1 AND device_id = $2 ORDER BY id",
        cast.company_id,
        phone.owner.scope.device_id,
    )
    assert [row["action"] for row in rows] == ["pauseVisit", "resumeVisit"]

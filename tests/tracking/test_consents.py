"""Nothing is kept of a worker outside his consent, his shift and his own time."""

import asyncio
import itertools
import os
import subprocess
from datetime import timedelta

import pytest

from tests.cast import NOON
from tests.field.test_push import Phone, verdicts
from tests.tracking.conftest import a_ping, a_tap, consent
from tests.tracking.test_pings import send, stored

SECRET_PLACE = {"lat": 55.123456789, "lon": 37.987654321}


def minutes(count):
    return NOON + timedelta(minutes=count)


@pytest.mark.covers("M21")
async def test_without_consent_nothing_is_kept(cast, maker):
    answer = await send(cast.pavel, a_ping())

    assert answer["verdicts"] == ["no_consent"]
    assert await stored(cast, maker) == []


@pytest.mark.covers("M21")
async def test_a_consent_counts_from_when_it_was_given(cast):
    await consent(cast.pavel, occurred_at=minutes(-10).isoformat())

    answer = await send(cast.pavel, a_ping(-10.1), a_ping(-10))

    assert answer["verdicts"] == ["no_consent", "taken"]


@pytest.mark.covers("M21")
async def test_after_the_withdrawal_nothing_is_taken_and_what_came_meanwhile_is_gone(cast, pavel, maker):
    """His phone was offline when he tapped, his other tracker was not."""
    await send(pavel, *[a_ping(-at) for at in (1, 9, 10, 11)])

    tap = a_tap(pavel, occurred_at=minutes(-10).isoformat())
    answer = await pavel.post("/field/tracking/consent/withdraw", tap)

    assert answer.status_code == 200
    assert [one.at for one in await stored(cast, maker)] == [minutes(-11)]
    assert (await send(pavel, a_ping(-5), a_ping(-12)))["verdicts"] == ["no_consent", "taken"]


async def test_who_withdraws_twice_is_told_that_there_was_no_consent_any_more(pavel):
    first = await pavel.post("/field/tracking/consent/withdraw", a_tap(pavel))
    second = await pavel.post("/field/tracking/consent/withdraw", a_tap(pavel))

    assert (first.status_code, second.status_code) == (200, 200)
    assert second.json() == {"text_version": None, "given_at": None, "withdrawn_at": "2026-03-02T09:00:00Z"}


async def test_a_consent_can_be_given_again(pavel, clock):
    await pavel.post("/field/tracking/consent/withdraw", a_tap(pavel))
    clock.advance(minutes=10)
    await consent(pavel, occurred_at=clock.now().isoformat())
    clock.advance(minutes=1)

    answer = await send(pavel, a_ping(5), a_ping(10.5))

    assert answer["verdicts"] == ["no_consent", "taken"]


async def test_the_words_must_be_some_that_the_company_has(cast):
    answer = await cast.pavel.post("/field/tracking/consent", a_tap(cast.pavel, text_version=7, lang="ru"))

    assert (answer.status_code, answer.json()["code"]) == (422, "consent_text_unknown")


@pytest.mark.covers("M21")
async def test_private_time_leaves_nothing_also_when_it_comes_late(cast, pavel, maker):
    await send(pavel, a_ping(-31), a_ping(-29), a_ping(-10))
    start = a_tap(pavel, occurred_at=minutes(-30).isoformat())
    end = a_tap(pavel, occurred_at=minutes(-20).isoformat())

    begun = await pavel.post("/field/tracking/private-time/start", start)
    assert [one.at for one in await stored(cast, maker)] == [minutes(-31)]
    ended = await pavel.post("/field/tracking/private-time/end", end)

    assert (begun.status_code, ended.status_code) == (200, 200)
    assert [one.at for one in await stored(cast, maker)] == [minutes(-31), minutes(-10)]
    answer = await send(pavel, a_ping(-30), a_ping(-20.1), a_ping(-20), a_ping(-10))
    assert answer["verdicts"] == ["private", "private", "taken", "duplicate"]


async def test_the_second_look_removes_nothing_from_after_the_private_time(
    cast, pavel, maker, clock, background
):
    await pavel.post("/field/tracking/private-time/start", a_tap(pavel))
    clock.advance(seconds=30)
    await pavel.post("/field/tracking/private-time/end", a_tap(pavel))
    clock.advance(seconds=20)
    await send(pavel, a_ping(0.75))
    clock.advance(minutes=1)

    assert await background.sweep("forgetting") == 1

    assert [one.at for one in await stored(cast, maker)] == [minutes(0.75)]


async def test_what_was_on_its_way_into_the_table_is_removed_by_the_second_look(
    cast, pavel, maker, clock, background, superuser, rows
):
    await send(pavel, a_ping(1))  # there is a partition for the day
    await pavel.post("/field/tracking/private-time/start", a_tap(pavel))
    await superuser.execute(
        "INSERT INTO ping (company_id, worker_id, device_id, device_at, content, received_at, lat, lon) "
        "VALUES ($1, $2, $2, $3, 1, $3, 55.7, 37.6)",
        cast.company_id,
        pavel.id,
        minutes(1),
    )
    assert await stored(cast, maker) == []
    clock.advance(minutes=15)

    await background.sweep("forgetting")

    assert await rows() == 0


@pytest.mark.covers("M21")
async def test_outside_the_shift_and_in_an_absence_nothing_is_taken(cast, maker):
    await consent(cast.pavel, occurred_at=(NOON - timedelta(days=2)).isoformat())
    pause = {"kind": "break", "starts_at": minutes(-30).isoformat(), "ends_at": minutes(-20).isoformat()}
    assert (await cast.olga.post(f"/workers/{cast.pavel.id}/absences", pause)).status_code == 201
    at_night = -11 * 60

    answer = await send(cast.pavel, a_ping(at_night), a_ping(-25), a_ping(-20))

    assert answer["verdicts"] == ["off_shift", "off_shift", "taken"]
    assert len(await stored(cast, maker)) == 1


@pytest.mark.covers("M21")
async def test_a_refused_ping_leaves_no_byte_in_the_database_or_in_the_logs(cast, owner_url, pavel, capfd):
    nowhere_else = {"lat": 55.318274659, "lon": 37.842913567}  # other tests store theirs
    await pavel.post("/field/tracking/private-time/start", a_tap(pavel))
    await send(pavel, a_ping(0, **nowhere_else))
    await send(cast.nikolai, a_ping(0, **nowhere_else))
    await cast.pavel.post("/field/position", {"at": NOON.isoformat(), "point": nowhere_else, "accuracy_m": 5})

    dump = await asyncio.to_thread(dump_of, owner_url)
    said = "".join(capfd.readouterr())

    assert b"COPY public.audit_event" in dump
    assert [
        digits for digits in ("318274659", "842913567") if digits.encode() in dump or digits in said
    ] == []


def dump_of(url):
    server = os.environ.get("PG_BINDIR", "")
    return subprocess.run(
        [f"{server}/pg_dump" if server else "pg_dump", url], check=True, capture_output=True
    ).stdout


# The words


async def test_the_usual_words_name_the_company_and_how_long_pings_are_kept(cast):
    found = (await cast.pavel.get("/tracking/consent-text")).json()

    assert found["version"] == 1
    assert "Я даю ООО «Окна Плюс» (далее — Компания)" in found["ru"]
    assert "I give ООО «Окна Плюс» (the Company)" in found["en"]
    assert "365 дней" in found["ru"]
    assert "365 days" in found["en"]


async def test_a_company_may_have_words_of_its_own_and_earlier_consents_stay(cast, pavel):
    own = {"ru": "Согласен. " * 20, "en": "I agree. " * 20}
    added = await cast.irina.post("/tracking/consent-texts", own, idempotency_key="k1")
    again = await cast.irina.post("/tracking/consent-texts", own, idempotency_key="k2")
    await consent(cast.nikolai, text_version=3, lang="en")

    assert (added.status_code, added.json()["version"], again.json()["version"]) == (201, 2, 3)
    assert (await cast.olga.get("/tracking/consent-text")).json() == again.json()
    listed = (await cast.sergei.get("/tracking/consents")).json()["items"]
    assert {one["worker_id"]: one["text_version"] for one in listed} == {
        str(pavel.id): 1,
        str(cast.nikolai.id): 3,
    }
    assert (await cast.olga.post("/tracking/consent-texts", own, idempotency_key="k3")).status_code == 403


async def test_a_worker_sees_what_he_has_agreed_to_and_in_which_words(cast, pavel):
    await pavel.post("/field/tracking/private-time/start", a_tap(pavel))
    own = (await pavel.get("/tracking/consents/own")).json()
    shown = (await pavel.get("/tracking/consent-text")).json()["ru"]

    assert [(one["text_version"], one["lang"], one["text"] == shown) for one in own["items"]] == [
        (1, "ru", True)
    ]
    assert own["items"][0]["given_at"] == "2026-03-02T08:00:00Z"
    assert own["private_since"] == "2026-03-02T09:00:00Z"
    assert (await cast.nikolai.get("/tracking/consents/own")).json() == {"items": [], "private_since": None}


async def test_saying_it_again_changes_nothing(cast, pavel):
    await consent(pavel, occurred_at=NOON.isoformat())
    for _ in range(2):
        await pavel.post("/field/tracking/private-time/start", a_tap(pavel))

    own = (await pavel.get("/tracking/consents/own")).json()

    assert len(own["items"]) == 1
    assert (await pavel.post("/field/tracking/private-time/end", a_tap(pavel))).json()["ends_at"]
    assert (await pavel.post("/field/tracking/private-time/end", a_tap(pavel))).json() == {
        "begins_at": None,
        "ends_at": None,
    }


@pytest.mark.covers("M21")
async def test_a_command_about_tracking_says_no_place(pavel):
    tap = a_tap(pavel, point={"lat": 55.7, "lon": 37.6})

    answer = await pavel.post("/field/tracking/private-time/start", tap)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["path"] == "point"


# In any order


async def tap(person, what, at, **more):
    answer = await person.post(
        f"/field/tracking/{what}", a_tap(person, occurred_at=minutes(at).isoformat(), **more)
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
def rows(superuser, cast):
    """How many pings stand in the table, also those that are hidden."""

    async def count():
        return await superuser.fetchval("SELECT count(*) FROM ping WHERE company_id = $1", cast.company_id)

    return count


@pytest.mark.covers("M21")
async def test_a_private_time_that_is_over_removes_nothing_after_its_end(
    cast, pavel, maker, clock, background, rows
):
    await send(pavel, *[a_ping(-50 + at) for at in range(50)])

    await tap(pavel, "private-time/start", -45)
    assert len(await stored(cast, maker)) == 5
    await tap(pavel, "private-time/end", -40)

    assert (len(await stored(cast, maker)), await rows()) == (45, 45)
    clock.advance(minutes=20)
    assert await background.sweep("forgetting") == 2
    assert await rows() == 45


@pytest.mark.covers("M21")
async def test_a_private_time_that_lasts_is_removed_from_the_table(pavel, clock, background, rows):
    await send(pavel, a_ping(-20), a_ping(-10))
    await tap(pavel, "private-time/start", -15)

    clock.advance(minutes=15)
    await background.sweep("forgetting")

    assert await rows() == 1


@pytest.mark.covers("M21")
async def test_a_private_time_that_arrives_late_stays_where_it_was(cast, pavel, maker, superuser):
    await send(pavel, *[a_ping(at) for at in (-50, -45, -40, -20, -10, -5)])
    await tap(pavel, "private-time/start", -20)
    await tap(pavel, "private-time/end", -15)

    begun = await tap(pavel, "private-time/start", -46)
    ended = await tap(pavel, "private-time/end", -41)

    assert [begun["begins_at"], ended["ends_at"]] == ["2026-03-02T08:14:00Z", "2026-03-02T08:19:00Z"]
    assert [one.at for one in await stored(cast, maker)] == [minutes(at) for at in (-50, -40, -10, -5)]
    empty = "SELECT count(*) FROM track_forgetting WHERE company_id = $1 AND begins_at >= ends_at"
    assert await superuser.fetchval(empty, cast.company_id) == 0


@pytest.mark.covers("M21")
@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_private_times_do_not_depend_on_the_order_in_which_they_arrive(pavel, order):
    times = [(-50, -45), (-40, -35), (-30, -25)]
    for one in order:
        begin, end = times[one]
        await tap(pavel, "private-time/start", begin)
        await tap(pavel, "private-time/end", end)

    answer = await send(pavel, *[a_ping(at) for at in range(-52, -20)])

    private = [
        at for at, verdict in zip(range(-52, -20), answer["verdicts"], strict=True) if verdict == "private"
    ]
    assert private == [at for begin, end in times for at in range(begin, end)]


@pytest.mark.covers("M21")
async def test_a_consent_that_arrives_after_a_later_withdrawal_opens_nothing_after_it(cast, pavel):
    await tap(pavel, "consent/withdraw", 0)

    late = await tap(pavel, "consent", -30, text_version=1, lang="ru")

    assert late["withdrawn_at"] == "2026-03-02T09:00:00Z"
    assert (await send(pavel, a_ping(-1), a_ping(0)))["verdicts"] == ["taken", "no_consent"]


SAID = [("consent", -50), ("consent/withdraw", -40), ("consent", -30), ("consent/withdraw", -20)]
AT = (-55, -45, -35, -25, -10)


async def say_all(person, said):
    for what, at in said:
        more = {"text_version": 1, "lang": "ru"} if what == "consent" else {}
        await tap(person, what, at, **more)


@pytest.mark.covers("M21")
@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
async def test_what_was_said_last_holds_in_whatever_order_consents_arrive(cast, order):
    await say_all(cast.pavel, [SAID[one] for one in order])

    answer = await send(cast.pavel, *[a_ping(at) for at in AT])

    assert answer["verdicts"] == ["no_consent", "taken", "no_consent", "taken", "no_consent"]


@pytest.mark.covers("M21")
@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
async def test_beginnings_and_ends_of_private_time_arrive_in_any_order(pavel, order):
    said = [("start", -50), ("end", -40), ("start", -30), ("end", -20)]
    await say_all(pavel, [(f"private-time/{said[one][0]}", said[one][1]) for one in order])

    answer = await send(pavel, *[a_ping(at) for at in AT])

    assert answer["verdicts"] == ["taken", "private", "taken", "private", "taken"]


@pytest.mark.covers("M21")
async def test_a_withdrawal_that_arrives_before_its_consent_ends_it(cast):
    withdrawn = await tap(cast.pavel, "consent/withdraw", -10)

    given = await tap(cast.pavel, "consent", -30, text_version=1, lang="ru")

    assert withdrawn == {"text_version": None, "given_at": None, "withdrawn_at": "2026-03-02T08:50:00Z"}
    assert (given["given_at"], given["withdrawn_at"]) == ("2026-03-02T08:30:00Z", "2026-03-02T08:50:00Z")
    assert (await send(cast.pavel, a_ping(-11), a_ping(-9)))["verdicts"] == ["taken", "no_consent"]


@pytest.mark.covers("M21")
async def test_a_batch_may_bring_the_withdrawal_first(cast):
    phone = Phone(cast.pavel)
    withdrawal = phone.said("withdraw_tracking_consent", cast.pavel.id, ago=timedelta(minutes=10))
    agreed = {"text_version": 1, "lang": "ru"}
    given = phone.said("give_tracking_consent", cast.pavel.id, ago=timedelta(minutes=10), **agreed)

    assert verdicts(await phone.push(withdrawal)) == ["applied"]
    assert verdicts(await phone.push(given)) == ["applied"]


@pytest.mark.covers("M21")
async def test_an_end_of_private_time_that_arrives_before_its_beginning_ends_it(pavel):
    ended = await tap(pavel, "private-time/end", -10)

    begun = await tap(pavel, "private-time/start", -30)

    assert ended == {"begins_at": None, "ends_at": None}
    assert begun == {"begins_at": "2026-03-02T08:30:00Z", "ends_at": "2026-03-02T08:50:00Z"}
    assert (await send(pavel, a_ping(-11), a_ping(-9)))["verdicts"] == ["private", "taken"]


@pytest.mark.covers("M21")
async def test_what_was_hidden_and_turns_out_to_be_allowed_counts_again(cast, pavel, maker, superuser):
    """The withdrawal came first, and then a consent of after it."""
    await send(pavel, a_ping(-5))
    await tap(pavel, "consent/withdraw", -10)
    hidden = await stored(cast, maker)
    await superuser.execute("UPDATE track_day SET derive_at = NULL WHERE company_id = $1", cast.company_id)

    await tap(pavel, "consent", -8, text_version=1, lang="ru")

    assert (hidden, [one.at for one in await stored(cast, maker)]) == ([], [minutes(-5)])
    due = "SELECT count(*) FROM track_day WHERE company_id = $1 AND derive_at IS NOT NULL"
    assert await superuser.fetchval(due, cast.company_id) == 1


@pytest.mark.covers("M21")
async def test_a_consent_to_other_words_counts_from_when_it_was_given(cast, pavel):
    own = {"ru": "Согласен. " * 20, "en": "I agree. " * 20, "kept_days": 700}
    assert (await cast.irina.post("/tracking/consent-texts", own, idempotency_key="k1")).status_code == 201

    await tap(pavel, "consent", -10, text_version=2, lang="en")
    await tap(pavel, "consent/withdraw", -5)

    items = (await pavel.get("/tracking/consents/own")).json()["items"]
    assert [(one["text_version"], one["kept_days"], one["withdrawn_at"]) for one in items] == [
        (2, 700, "2026-03-02T08:55:00Z"),
        (1, 365, "2026-03-02T08:50:00Z"),
    ]
    assert (await send(pavel, a_ping(-7), a_ping(-3)))["verdicts"] == ["taken", "no_consent"]


async def test_the_same_word_from_several_phones_at_once_leaves_one_private_time(pavel):
    taps = [pavel.post("/field/tracking/private-time/start", a_tap(pavel)) for _ in range(4)]

    answers = await asyncio.gather(*taps)

    assert {one.status_code for one in answers} == {200}
    own = (await pavel.get("/tracking/consents/own")).json()
    assert own["private_since"] == "2026-03-02T09:00:00Z"

"""The page behind the link in an SMS: a client confirms, moves or cancels his visit without signing in."""

import asyncio
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from app.clients.records.models import Client
from app.db.session import transaction
from tests.dispatch.confirming import (
    answers,
    field_of,
    items,
    kinds,
    link_to,
    quiet,
    times_in,
    told,
    visit_of,
)
from tests.dispatch.given import TOMORROW
from tests.dispatch.test_confirmation import ASKED_AT, asked
from tests.stories import accepted_visit

pytestmark = pytest.mark.covers("M27", "R89")
SMALL = 5_000


async def opened(cast, background, clock, anonymous):
    """A visit whose client was asked, the path of his link, and what he sees."""
    visit = await asked(cast, background, clock)
    path = await link_to(background, cast, visit.id)
    return visit, path, await anonymous.get(path)


async def submit(anonymous, path, page, **fields):
    seen = field_of(page, "seen")
    return await anonymous.post(path, data={"seen": seen[0] if seen else "", **fields})


async def times_of(anonymous, path):
    page = await anonymous.get(f"{path}/times")
    return page, times_in(page)


async def test_it_says_who_comes_when_and_where_and_reading_it_changes_nothing(
    cast, background, clock, anonymous
):
    visit, path, page = await opened(cast, background, clock, anonymous)
    for way in ("", "/times", "/cancel"):
        assert (await anonymous.get(path + way)).status_code == 200
        assert (await anonymous.head(path + way)).status_code == 200

    for words in ("Окна Плюс: замер", "вторник, 3 марта", "с 12:00 до 13:00", "Тверская улица, 12", "Павел"):
        assert words in page.text
    assert "Громов" not in page.text
    assert (await visit_of(cast, visit.id))["client_answer"] is None
    assert await answers(cast, visit.id) == []


@pytest.mark.covers("M3")
async def test_on_my_way_and_the_reminder_lead_there_too(cast, background, clock, anonymous):
    visit, path, _ = await opened(cast, background, clock, anonymous)
    clock.moment = TOMORROW - timedelta(minutes=59)
    await background.run()
    reminded = await link_to(background, cast, visit.id)
    await visit.done("depart", at=clock.now(), eta_minutes=40)
    await background.run()
    on_the_way = await link_to(background, cast, visit.id)

    assert await kinds(cast, visit.id) == [
        "installation_booked",
        "visit_asked",
        "visit_reminded",
        "on_my_way",
    ]
    assert len({path, reminded, on_the_way}) == 3, "each message has a link of its own"
    for one in (path, reminded, on_the_way):
        assert "Мастер уже едет к вам." in (await anonymous.get(one)).text


async def test_it_is_small_and_needs_no_script_and_no_third_party(cast, background, clock, anonymous):
    _, path, page = await opened(cast, background, clock, anonymous)
    choice, times = await times_of(anonymous, path)
    pages = [page, choice, *[await anonymous.get(f"{path}/{one}") for one in ("cancel", f"times/{times[0]}")]]

    for one in pages:
        assert one.headers["content-encoding"] == "gzip"
        assert one.num_bytes_downloaded <= SMALL
        assert "<script" not in one.text
        assert "http" not in one.text
        assert one.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in one.headers["content-security-policy"]


async def test_a_client_confirms_and_the_page_says_so(cast, background, clock, anonymous):
    visit, path, page = await opened(cast, background, clock, anonymous)
    answer = await submit(anonymous, path, page, answer="yes")
    again = await anonymous.get(path)

    assert (answer.status_code, answer.headers["location"]) == (303, path)
    assert "Спасибо, ждём встречи." in again.text
    assert (await visit_of(cast, visit.id))["client_answer"] == "yes"
    assert (await visit.screen())["client_answer"] == "yes"


async def test_an_english_client_reads_english(cast, background, clock, anonymous):
    visit = await accepted_visit(cast)
    async with transaction(cast.maker, cast.company_id) as session:
        await session.execute(update(Client).where(Client.company_id == cast.company_id).values(lang="en"))
    clock.moment = ASKED_AT
    await background.run()
    page = await anonymous.get(await link_to(background, cast, visit.id))

    assert '<html lang="en">' in page.text
    assert "Does this time suit you?" in page.text
    assert "Tuesday, 3 March" in page.text
    assert (await told(cast, visit.id))[0].endswith("YES, NO or MOVE? https://okna.example/v/***")


async def test_a_client_cancels_with_a_reason_and_the_office_sees_it(cast, background, clock, anonymous):
    visit, path, _ = await opened(cast, background, clock, anonymous)
    form = await anonymous.get(f"{path}/cancel?lang=en")
    without = await submit(anonymous, f"{path}/cancel", form)
    done = await submit(anonymous, f"{path}/cancel?lang=en", form, reason="price", comment="Нашли дешевле")
    await quiet(background, clock)

    assert without.status_code == 409
    assert done.status_code == 303
    assert "Why do you cancel" in form.text
    assert "Визит отменён." in (await anonymous.get(path)).text
    canceled = await visit_of(cast, visit.id)
    assert canceled["status"] == "canceled"
    assert canceled["status_reason"] == "client_refused: Дорого: Нашли дешевле"
    assert (await cast.olga.get(f"/jobs/{visit.job_id}")).json()["job"]["status"] == "new"
    [item] = await items(cast.olga, "client_canceled_visit")
    assert item["title"].startswith("Клиент отменил выезд (3 марта 12:00): Дорого: Нашли дешевле.")
    assert await kinds(cast, visit.id) == ["installation_booked", "visit_asked"]
    withdrawn = (await cast.olga.get("/messages?kind=offer_withdrawn")).json()["items"]
    assert len(withdrawn) == 1, "the worker is told that he need not go"


async def test_a_client_takes_another_time_and_everybody_sees_it(cast, background, clock, anonymous):
    visit, path, _ = await opened(cast, background, clock, anonymous)
    page, times = await times_of(anonymous, path)
    done = await submit(anonymous, f"{path}/times", page, time=times[-1])
    await quiet(background, clock)

    moved = await visit_of(cast, visit.id)
    assert done.status_code == 303
    assert moved["window_starts_at"] != TOMORROW.isoformat().replace("+00:00", "Z")
    assert (moved["status"], moved["client_answer"]) == ("offered", "yes")
    assert moved["worker_id"] == str(cast.pavel.id), "he can come then, too"
    assert len(await items(cast.olga, "client_moved_visit")) == 1
    assert (await told(cast, visit.id))[-1].startswith("замер переносится на ")
    history = (await cast.olga.get(f"/visits/{visit.id}/history")).json()
    [line] = [one for one in history if one["kind"] == "moved"]
    assert (line["actor_id"], line["payload"]["by_client"]) == (None, True)


async def test_a_time_is_asked_about_before_it_is_taken_and_then_said(cast, background, clock, anonymous):
    visit, path, _ = await opened(cast, background, clock, anonymous)
    _, [*_, other, wanted] = await times_of(anonymous, path)
    question = await anonymous.get(f"{path}/times/{wanted}")
    unmoved = await visit_of(cast, visit.id)
    await submit(anonymous, f"{path}/times", question, time=wanted)
    moved = await visit_of(cast, visit.id)
    answer = await anonymous.get(path)

    on = f"{datetime.fromtimestamp(int(wanted), ZoneInfo('Europe/Moscow')):%-d марта с %H:%M}"
    assert f"Перенести на {on}" in question.text
    assert unmoved["window_starts_at"] == TOMORROW.isoformat().replace("+00:00", "Z")
    assert datetime.fromisoformat(moved["window_starts_at"]).timestamp() == int(wanted)
    assert f"Визит перенесён на {on}" in answer.text

    again = await submit(anonymous, f"{path}/times", question, time=wanted)
    stale = await submit(anonymous, f"{path}/times", question, time=other)
    back = await anonymous.get(f"{path}/times/{wanted}")
    assert (again.status_code, again.headers["location"]) == (303, path), "he has tapped twice"
    assert stale.status_code == 409
    assert f"Визит перенесён на {on}" in stale.text
    assert field_of(back, "time") == [], "there is nothing to ask any more"
    assert (await visit_of(cast, visit.id))["version"] == moved["version"]


@pytest.mark.parametrize("time", ["x", "0", "-5", "99999999999999999999", "1772442001"])
async def test_nobody_is_asked_about_a_time_that_is_not_free(cast, background, clock, anonymous, time):
    _, path, _ = await opened(cast, background, clock, anonymous)
    answer = await anonymous.get(f"{path}/times/{time}")

    assert answer.status_code == 409
    assert "это время уже занято, выберите другое" in answer.text
    assert times_in(answer)


async def test_work_that_was_done_earlier_than_planned_is_said_so(cast, background, clock, anonymous):
    visit, path, _ = await opened(cast, background, clock, anonymous)
    for tap in ("depart", "arrive", "start", "complete"):
        await visit.done(tap, at=clock.now(), **({"eta_minutes": 40} if tap == "depart" else {}))
    page = await anonymous.get(path)

    at = clock.now().astimezone(ZoneInfo("Europe/Moscow"))
    assert "Работа выполнена." in page.text
    assert f"<b>понедельник, {at.day} марта</b> в {at:%H:%M}" in page.text
    assert "3 марта" not in page.text


async def test_only_times_at_which_somebody_is_free_are_shown(cast, background, clock, anonymous):
    visit = await asked(cast, background, clock)
    path = await link_to(background, cast, visit.id)
    for person in (cast.pavel, cast.nikolai):
        body = {
            "kind": "vacation",
            "starts_at": (TOMORROW + timedelta(hours=2)).isoformat(),
            "ends_at": (TOMORROW + timedelta(days=20)).isoformat(),
        }
        answer = await cast.sergei.post(f"/workers/{person.id}/absences", body)
        assert answer.status_code == 201, answer.text
    _, times = await times_of(anonymous, path)

    assert times
    assert all(int(one) + 3600 <= (TOMORROW + timedelta(hours=2)).timestamp() for one in times)


async def test_two_clients_who_want_one_time_of_one_worker_do_not_both_get_it(
    cast, background, clock, anonymous
):
    first = await accepted_visit(cast)
    second = await accepted_visit(cast, starts_at=TOMORROW + timedelta(hours=1))
    await cast.irina.patch(f"/users/{cast.nikolai.id}", {"is_active": False}, if_match="*")
    await quiet(background, clock)
    clock.moment = ASKED_AT
    await background.run()
    paths = [await link_to(background, cast, one.id) for one in (first, second)]
    pages = [await times_of(anonymous, path) for path in paths]
    wanted = sorted(set(pages[0][1]) & set(pages[1][1]))[-1]
    done = await asyncio.gather(
        *(
            submit(anonymous, f"{path}/times", page, time=wanted)
            for path, (page, _) in zip(paths, pages, strict=True)
        )
    )

    assert sorted(one.status_code for one in done) == [303, 409]
    lost = next(one for one in done if one.status_code == 409)
    assert "это время уже занято, выберите другое" in lost.text
    assert wanted not in times_in(lost)
    begins = [(await visit_of(cast, one.id))["window_starts_at"] for one in (first, second)]
    assert len(set(begins)) == 2


async def test_whoever_finds_nothing_asks_to_be_called(cast, background, clock, anonymous):
    visit, path, _ = await opened(cast, background, clock, anonymous)
    page, _ = await times_of(anonymous, path)
    await submit(anonymous, f"{path}/times", page, time="call")

    assert (await visit_of(cast, visit.id))["client_answer"] == "move"
    assert len(await items(cast.olga, "client_wants_other_time")) == 1
    assert "Мы позвоним вам." in (await anonymous.get(path)).text


async def test_a_client_moves_a_visit_only_as_often_as_the_company_lets_him(
    cast, background, clock, anonymous
):
    await cast.sergei.patch("/confirmation-settings", {"client_moves": 1}, if_match="*")
    _, path, _ = await opened(cast, background, clock, anonymous)
    page, times = await times_of(anonymous, path)
    await submit(anonymous, f"{path}/times", page, time=times[-1])
    page, _ = await times_of(anonymous, path)
    second = await anonymous.post(f"{path}/times", data={"seen": times[-1], "time": times[0]})

    assert times_in(page) == field_of(page, "time") == []
    assert "Перенести ещё раз можно по телефону" in page.text
    assert second.status_code == 409
    assert "вы уже переносили визит, позвоните нам" in second.text
    assert f"{path}/times" not in (await anonymous.get(path)).text


async def test_a_visit_that_is_near_is_moved_by_phone(cast, background, clock, anonymous):
    _, path, _ = await opened(cast, background, clock, anonymous)
    page, times = await times_of(anonymous, path)
    clock.moment = TOMORROW - timedelta(hours=2)
    late = await submit(anonymous, f"{path}/times", page, time=times[-1])

    assert late.status_code == 409
    assert "до визита осталось мало времени" in late.text
    for page in (late, await anonymous.get(path), await anonymous.get(f"{path}/times")):
        assert f"{path}/times" not in page.text
        assert 'name="time"' not in page.text
    assert "перенести его можно только по телефону" in (await anonymous.get(path)).text


@pytest.mark.parametrize("time", ["", "0", "-5", "x", "99999999999999999999", "1772442001"])
async def test_a_time_that_was_not_offered_is_not_taken(cast, background, clock, anonymous, time):
    visit, path, _ = await opened(cast, background, clock, anonymous)
    page, _ = await times_of(anonymous, path)
    before = (await visit_of(cast, visit.id))["version"]
    answer = await submit(anonymous, f"{path}/times", page, time=time)

    assert answer.status_code == 409
    assert (await visit_of(cast, visit.id))["version"] == before


async def test_what_he_saw_is_not_true_any_more(cast, background, clock, anonymous):
    """He opened the page, the office moved the visit, he says yes to the time on his screen."""
    visit, path, page = await opened(cast, background, clock, anonymous)
    later = TOMORROW + timedelta(hours=3)
    await cast.olga.patch(f"/visits/{visit.id}", {"starts_at": later.isoformat()}, if_match="*")
    answer = await submit(anonymous, path, page, answer="yes")

    assert answer.status_code == 409
    assert "время визита уже другое" in answer.text
    assert "с 15:00 до 16:00" in answer.text
    assert (await visit_of(cast, visit.id))["client_answer"] is None


async def test_a_canceled_visit_and_one_under_way_say_so(cast, background, clock, anonymous):
    visit, path, _ = await opened(cast, background, clock, anonymous)
    clock.moment = TOMORROW - timedelta(minutes=50)
    form = await anonymous.get(f"{path}/cancel")
    await visit.done("depart", at=clock.now(), eta_minutes=40)
    refused = await submit(anonymous, f"{path}/cancel", form, reason="no_time")
    on_the_way = await anonymous.get(path)
    await cast.olga.post(f"/visits/{visit.id}/cancel", {"reason": "Поломка"}, if_match="*")

    assert refused.status_code == 409
    assert "мастер уже в пути, позвоните нам" in refused.text
    assert "Мастер уже едет к вам. Будет около 11:50." in on_the_way.text
    for way in ("", "/times", "/cancel"):
        canceled = await anonymous.get(path + way)
        assert "Визит отменён." in canceled.text
        assert "<button" not in canceled.text.partition("<footer>")[0], "nothing can be done about it"


@pytest.mark.parametrize("code", ["x", "7H3K9QXM2WAAA", "%00", "../v", "Ж" * 300])
async def test_a_wrong_link_is_answered_in_both_languages(anonymous, code):
    for way in ("", "/times", "/cancel"):
        page = await anonymous.get(f"/v/{code}{way}")
        assert page.status_code == 404
    page = await anonymous.get("/v/7H3K9QXM2WAAA")
    assert "Ссылка неверна или больше не действует." in page.text
    assert "The link is wrong or no longer works." in page.text


async def test_a_link_dies_a_day_after_the_visit(cast, background, clock, anonymous):
    _, path, _ = await opened(cast, background, clock, anonymous)
    clock.moment = TOMORROW + timedelta(hours=24, minutes=59)
    alive = await anonymous.get(path)
    clock.moment += timedelta(minutes=1)
    dead = await anonymous.get(path)

    assert (alive.status_code, dead.status_code) == (200, 404)
    assert "Время визита прошло." in alive.text


async def test_whoever_guesses_codes_is_soon_not_answered(anonymous, settings, monkeypatch, app):
    headers = {"x-forwarded-for": "203.0.113.77"}
    found = [
        (await anonymous.get(f"/v/{'0' * 13}", headers=headers)).status_code
        for _ in range(settings.code_misses_per_hour + 1)
    ]

    assert found[-1] == 429
    assert set(found[:-1]) == {404}


async def test_a_pinned_visit_is_moved_by_phone(cast, background, clock, anonymous):
    visit, path, _ = await opened(cast, background, clock, anonymous)
    page, times = await times_of(anonymous, path)
    await cast.olga.post(f"/visits/{visit.id}/pin", {"is_pinned": True}, if_match="*")
    moved = await submit(anonymous, f"{path}/times", page, time=times[-1])

    assert moved.status_code == 409
    assert f"{path}/times" not in (await anonymous.get(path)).text

"""Stops that nothing explains, from the positions of a phone to the decision of a person."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from app.core.ids import uuid7
from app.db.session import transaction
from app.dispatch.visits.models import Visit
from app.notifications.inbox.models import InboxItem
from app.tracking.facts.models import TrackDerivation
from app.tracking.facts.sweep import SETTLED_AFTER
from app.tracking.pings.service import DERIVE_AFTER
from tests.cast import NOON
from tests.dispatch.given import a_job
from tests.stories import accepted_visit, tapped
from tests.tracking.conftest import consent
from tests.tracking.routes import Route, place
from tests.tracking.test_derived_days import said, send

pytestmark = pytest.mark.covers("M19")

MINUTE = timedelta(minutes=1)
SIDE = (6_000, 6_000)
"""Nothing is there: the site of Pavel's visit is 600 m west of the middle, his home 1 km north."""
TODAY = NOON.date().isoformat()


def a_route() -> Route:
    return Route().stay(10).drive(SIDE).stay(45).drive((0, 0)).stay(10)


@pytest.fixture
def judged(background, clock):
    """Derive what has come, and look at the day an hour later."""

    async def run() -> int:
        clock.advance(seconds=DERIVE_AFTER.total_seconds())
        await background.sweep("track_day")
        clock.advance(seconds=SETTLED_AFTER.total_seconds())
        return await background.sweep("stop_signal")

    return run


async def turn_on(cast, **changes):
    answer = await cast.sergei.patch("/tracking/signal-settings", {"is_on": True, **changes}, if_match='"0"')
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
async def pavel(cast, clock):
    """Signals are on, Pavel has agreed and has a visit; it is three hours later."""
    await turn_on(cast)
    await consent(cast.pavel, occurred_at=NOON.isoformat())
    await accepted_visit(cast, starts_at=NOON + timedelta(hours=5))
    clock.advance(hours=3)
    return cast.pavel


async def signals(person, path="/tracking/signals"):
    answer = await person.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def inbox(cast, maker):
    async with transaction(maker, cast.company_id) as session:
        found = await session.scalars(select(InboxItem).where(InboxItem.kind == "stop_unexplained"))
        return found.all()


async def test_a_stop_that_nothing_explains_lies_before_a_supervisor_with_every_reason_and_position(
    cast, pavel, maker, judged
):
    route = a_route()
    await send(pavel, said(route))
    assert await judged() == 1

    (signal,) = await signals(cast.sergei)
    shown = (await cast.sergei.get(f"/tracking/signals/{signal['id']}")).json()

    assert {rule["reason"] for rule in signal["rules"]} == {
        "in_shift",
        "long",
        "no_pause",
        "away_from_jobs",
        "away_from_places",
        "accurate",
    }
    assert signal["counted_s"] == pytest.approx(45 * 60, abs=60)
    assert signal["place"]["lat"] == pytest.approx(place(SIDE).lat, abs=1e-4)
    assert shown["explanation"] == signal["explanation"]
    assert "Это не вывод" in signal["explanation"][0]
    assert "порог — 20 мин" in signal["explanation"][1]
    begins, ends = (datetime.fromisoformat(signal[name]) for name in ("from_at", "to_at"))
    there = [one for one in route.pings if begins <= one.at <= ends]
    assert len(shown["pings"]) == len(there) > 200
    assert shown["evidence"][0]["count"] > 200
    (item,) = await inbox(cast, maker)
    assert (item.audience, str(item.subject_id)) == ("supervisor", signal["id"])
    assert item.params["worker"] == "Павел Громов"


async def test_it_is_off_until_a_company_turns_it_on_and_never_looks_at_what_was_before(
    cast, clock, judged, maker
):
    await consent(cast.pavel, occurred_at=NOON.isoformat())
    clock.advance(hours=3)
    await send(cast.pavel, said(a_route()))
    await judged()
    off = await signals(cast.sergei)

    await turn_on(cast)
    async with transaction(maker, cast.company_id) as session:
        await session.execute(
            update(TrackDerivation)
            .where(TrackDerivation.company_id == cast.company_id)
            .values(judge_at=clock.now())
        )
    await judged()

    assert off == await signals(cast.sergei) == []
    settings = (await cast.olga.get("/tracking/signal-settings")).json()
    assert (settings["is_on"], settings["stop_min"], settings["version"]) == (True, 20, 1)


async def test_the_worker_sees_it_answers_and_the_office_decides_with_a_reason(
    cast, pavel, maker, judged, clock
):
    await send(pavel, said(a_route()))
    await judged()
    (mine,) = await signals(pavel, "/field/my-signals")

    tap = tapped(clock.now(), choice="errand", comment="Забирал москитные сетки")
    answered = await pavel.post(f"/field/my-signals/{mine['id']}/answer", tap)
    again = await pavel.post(f"/field/my-signals/{mine['id']}/answer", tap)
    closed = await cast.sergei.post(
        f"/tracking/signals/{mine['id']}/close", {"decision": "explained", "reason": "Склад подтвердил"}
    )
    late = await pavel.post(f"/field/my-signals/{mine['id']}/answer", tapped(clock.now(), choice="meal"))
    twice = await cast.sergei.post(
        f"/tracking/signals/{mine['id']}/close", {"decision": "not_explained", "reason": "Нет"}
    )

    assert answered.status_code == 200, answered.text
    assert again.json() == answered.json()
    assert [(one["choice"], one["comment"]) for one in closed.json()["answers"]] == [
        ("errand", "Забирал москитные сетки")
    ]
    assert (closed.json()["decision"], closed.json()["closed_by"]) == ("explained", str(cast.sergei.id))
    assert late.json()["code"] == twice.json()["code"] == "signal_closed"
    assert (await signals(pavel, "/field/my-signals"))[0]["decision_reason"] == "Склад подтвердил"
    assert [item.done_at is not None for item in await inbox(cast, maker)] == [True]


async def test_other_needs_words(cast, pavel, judged, clock):
    await send(pavel, said(a_route()))
    await judged()
    (mine,) = await signals(pavel, "/field/my-signals")

    answer = await pavel.post(
        f"/field/my-signals/{mine['id']}/answer", tapped(clock.now(), choice="other", comment="  ")
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "signal_comment_needed")


async def test_a_day_that_is_derived_again_neither_doubles_a_signal_nor_loses_an_answer(
    cast, pavel, maker, judged, clock
):
    pings = said(a_route())
    await send(pavel, pings[::3])
    await judged()
    (early,) = await signals(cast.sergei)
    await pavel.post(f"/field/my-signals/{early['id']}/answer", tapped(clock.now(), choice="waiting"))

    for first in (1, 2):
        await send(pavel, pings[first::3])
        await judged()

    (late,) = await signals(cast.sergei)
    assert late["id"] == early["id"]
    assert [one["choice"] for one in late["answers"]] == ["waiting"]
    assert len(await inbox(cast, maker)) == 1


async def test_an_allowed_place_takes_the_signal_back_and_nothing_of_the_place_is_kept(
    cast, pavel, maker, judged, superuser
):
    await send(pavel, said(a_route()))
    await judged()
    spot = place(SIDE)
    body = {"name": "Склад", "lat": spot.lat, "lon": spot.lon}
    added = await cast.olga.post("/tracking/allowed-places", body, idempotency_key=str(uuid7()))
    assert added.status_code == 201, added.text
    await judged()

    (signal,) = await signals(cast.sergei)
    assert (signal["place"], signal["rules"], signal["gone_at"] is not None) == (None, [], True)
    assert "Сигнал снят" in signal["explanation"][1]
    assert await signals(cast.sergei, "/tracking/signals?is_open=true") == []
    assert [item.done_at is not None for item in await inbox(cast, maker)] == [True]

    gone = await cast.olga.delete(f"/tracking/allowed-places/{added.json()['id']}")
    assert gone.status_code == 204
    assert (await cast.olga.get("/tracking/allowed-places")).json()["items"] == []


async def test_private_time_that_is_said_later_takes_the_signal_back(cast, pavel, judged, clock):
    await send(pavel, said(a_route()))
    await judged()
    assert len(await signals(cast.sergei, "/tracking/signals?is_open=true")) == 1

    private = tapped(NOON - MINUTE, sent_at=clock.now().isoformat())
    assert (await pavel.post("/field/tracking/private-time/start", private)).status_code == 200
    await judged()

    (signal,) = await signals(cast.sergei)
    assert signal["place"] is None


async def test_the_site_of_an_earlier_visit_beside_the_stop_is_named_and_repeats_are_counted(
    cast, pavel, judged, clock, maker
):
    spot = place(SIDE)
    job_id = await a_job(cast, point=(spot.lon, spot.lat))
    body = {"starts_at": (NOON + timedelta(days=1)).isoformat(), "duration_min": 60}
    visit_id = (await cast.olga.post(f"/jobs/{job_id}/visits", body)).json()["id"]
    offered = await cast.olga.post(f"/visits/{visit_id}/offer", {"worker_id": str(pavel.id)})
    assert offered.status_code == 200, offered.text
    past = {"starts_at": NOON - timedelta(days=20), "ends_at": NOON - timedelta(days=20) + timedelta(hours=1)}
    async with transaction(maker, cast.company_id) as session:
        await session.execute(
            update(Visit).where(Visit.company_id == cast.company_id, Visit.id == visit_id).values(past)
        )
    clock.moment = NOON + timedelta(hours=8)
    again = Route(at=NOON + timedelta(hours=2)).drive(SIDE).stay(40).drive((0, 0)).stay(10)
    await send(pavel, said(a_route()) + said(again))
    await judged()

    found = await signals(cast.sergei)

    assert [one["repeats"] for one in found] == [1, 1]
    assert [one["near_clients"][0]["distance_m"] < 20 for one in found] == [True, True]
    assert any("прежнего наряда" in line for line in found[0]["explanation"])


@pytest.mark.covers("M21")
async def test_only_owner_and_supervisor_look_and_the_worker_sees_that_they_did(
    cast, pavel, judged, other_cast
):
    await send(pavel, said(a_route()))
    await judged()
    (signal,) = await signals(cast.irina)
    path = f"/tracking/signals/{signal['id']}"
    await cast.sergei.get(path)

    refused = [(await who.get(path)).status_code for who in (cast.olga, cast.galina, cast.marina, pavel)]
    views = (await pavel.get("/field/my-track/views")).json()["items"]

    assert refused == [403] * 4
    assert [(one["operation"], one["viewer_name"]) for one in views] == [
        ("getSignal", "Сергей Ильин"),
        ("listSignals", "Ирина Орлова"),
    ]
    assert (await other_cast.sergei.get(path)).json()["code"] == "signal_not_found"
    assert await signals(other_cast.sergei) == []
    assert await signals(cast.nikolai, "/field/my-signals") == []
    foreign = await cast.nikolai.post(f"/field/my-signals/{signal['id']}/answer", tapped(choice="meal"))
    assert foreign.json()["code"] == "signal_not_found"


async def test_two_people_cannot_change_the_limits_unseen(cast):
    await turn_on(cast, stop_min=30)

    stale = await cast.irina.patch("/tracking/signal-settings", {"away_m": 500}, if_match='"0"')
    wrong = await cast.irina.patch("/tracking/signal-settings", {"stop_min": 1}, if_match='"1"')
    none = await cast.irina.patch("/tracking/signal-settings", {"away_m": 500})
    fresh = await cast.irina.patch("/tracking/signal-settings", {"away_m": 500}, if_match='"1"')

    assert (stale.status_code, wrong.status_code, none.status_code) == (412, 400, 428)
    assert (fresh.json()["stop_min"], fresh.json()["away_m"], fresh.json()["version"]) == (30, 500, 2)
    assert (
        await cast.olga.patch("/tracking/signal-settings", {"is_on": True}, if_match='"2"')
    ).status_code == 403


async def test_a_stop_at_the_site_of_a_visit_that_was_taken_away_is_explained(cast, clock, judged):
    """Pavel set out, the office withdrew the visit, and he waited at the site."""
    await turn_on(cast)
    await consent(cast.pavel, occurred_at=NOON.isoformat())
    visit = await accepted_visit(cast, starts_at=NOON + timedelta(hours=2))
    await visit.done("depart", eta_minutes=20)
    withdrawn = await cast.olga.post(f"/visits/{visit.id}/withdraw", if_match="*")
    assert withdrawn.status_code == 200, withdrawn.text
    clock.advance(hours=3)
    route = Route(here=(9_000, 0)).stay(5).drive((-620, 0)).stay(40).drive((9_000, 0)).stay(5)
    await send(cast.pavel, said(route))
    await judged()

    assert await signals(cast.sergei) == []

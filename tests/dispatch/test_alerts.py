"""What needs a dispatcher now, and who looks after it."""

from datetime import timedelta
from uuid import UUID

import pytest

from tests.cast import NOON
from tests.dispatch.given import TOMORROW, a_planned_visit, accept, an_offered_visit, code_of

pytestmark = pytest.mark.covers("M9", "P-rel-17")

DAILY = [{"weekday": day, "since": "09:00", "until": "18:00"} for day in range(1, 8)]


async def alerts(person, kind=None):
    answer = await person.get("/alerts")
    assert answer.status_code == 200, answer.text
    return [one for one in answer.json()["items"] if kind in (None, one["kind"])]


async def a_request(cast, **fields):
    answer = await cast.marina.post("/requests", {"channel": "phone", "contact_name": "Анна"} | fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


def named(alert):
    return {name: alert[name] for name in ("kind", "subject_id", "due_at")}


async def test_a_request_has_half_an_hour_for_its_first_response(cast, clock):
    request = await a_request(cast)
    assert request["respond_by"] == "2026-03-02T09:30:00Z"

    clock.advance(minutes=29)
    in_time = await alerts(cast.olga)
    clock.advance(minutes=1)
    late = await alerts(cast.olga)

    assert in_time == []
    assert [(one["kind"], one["subject_id"]) for one in late] == [("request_unanswered", request["id"])]
    await cast.marina.patch(f"/requests/{request['id']}", {"status": "responded"}, if_match='"1"')
    assert await alerts(cast.olga) == []


async def test_the_time_to_respond_runs_in_the_hours_of_the_office(cast, clock):
    company = (await cast.irina.get("/company")).json()
    change = {"office_hours": DAILY, "first_response_min": 60}
    await cast.irina.patch("/company", change, if_match=f'"{company["version"]}"')
    clock.advance(hours=5, minutes=40)  # 17:40 in Moscow

    request = await a_request(cast)

    assert request["respond_by"] == "2026-03-03T06:40:00Z"


async def test_the_most_urgent_of_the_waiting_requests_comes_first(cast):
    newer = await a_request(cast)
    older = await a_request(cast, received_at=(NOON - timedelta(minutes=50)).isoformat())
    answered = await a_request(cast)
    await cast.marina.patch(f"/requests/{answered['id']}", {"status": "responded"}, if_match='"1"')

    waiting = (await cast.olga.get("/requests/waiting")).json()["items"]

    assert waiting == [older, newer]


async def test_an_offer_is_shown_with_its_time_until_it_is_answered(cast):
    visit_id = await an_offered_visit(cast, cast.pavel.id, accept_within_s=600)

    [alert] = await alerts(cast.olga)

    assert (alert["kind"], alert["subject_id"], alert["worker_name"]) == (
        "offer_waits",
        visit_id,
        "Павел Громов",
    )
    assert alert["due_at"] == "2026-03-02T09:10:00Z"
    await accept(cast, cast.pavel.scope, UUID(visit_id))
    assert await alerts(cast.olga) == []


async def test_nobody_accepts_until_somebody_is_asked_again(cast, clock, background):
    visit_id = await an_offered_visit(cast, cast.pavel.id, accept_within_s=600)
    clock.advance(minutes=11)
    await background.run()
    offered = await alerts(cast.olga, "offer_waits")

    assert [one["worker_name"] for one in offered] == ["Николай Седов"]
    clock.advance(minutes=11)
    await background.run()
    [nobody] = await alerts(cast.olga)
    assert (nobody["kind"], nobody["subject_id"], nobody["worker_name"]) == ("nobody_accepts", visit_id, None)


async def test_what_a_dispatcher_took_back_himself_is_no_alert(cast, clock, background):
    visit_id = await an_offered_visit(cast, cast.pavel.id, accept_within_s=600)
    clock.advance(minutes=6)
    await background.run()  # he is reminded
    withdrawn = await cast.olga.post(f"/visits/{visit_id}/withdraw", if_match="*")

    assert withdrawn.status_code == 200, withdrawn.text
    assert await alerts(cast.olga) == []


async def test_a_visit_is_late_when_its_window_is_over_and_nobody_has_come(cast, clock):
    visit_id = await a_planned_visit(cast)
    until = TOMORROW + timedelta(hours=1)

    answer = (await cast.olga.get("/alerts")).json()
    clock.advance(days=1, hours=1)
    [late] = await alerts(cast.olga)

    assert answer["next_at"] == until.isoformat().replace("+00:00", "Z") or answer["next_at"] is None
    assert (late["kind"], late["subject_id"], late["job_kind"]) == ("visit_late", visit_id, "measurement")


async def test_whoever_takes_an_alert_is_named_and_the_second_is_told(cast, clock):
    await a_request(cast)
    clock.advance(minutes=40)
    [alert] = await alerts(cast.olga)

    assert (await cast.olga.post("/alerts/take", named(alert))).status_code == 200
    assert (await cast.olga.post("/alerts/take", named(alert))).status_code == 200
    second = await cast.marina.post("/alerts/take", named(alert))

    assert code_of(second) == (409, "alert_taken_already")
    assert "Ольга Белова" in second.json()["detail"]
    [taken] = await alerts(cast.marina)
    assert taken["taken_by_name"] == "Ольга Белова"


async def test_alerts_are_for_those_who_answer_clients(cast):
    assert code_of(await cast.pavel.get("/alerts")) == (403, "forbidden")
    assert code_of(await cast.galina.get("/alerts")) == (403, "forbidden")
    unknown = {"kind": "visit_late", "subject_id": str(cast.company_id), "due_at": NOON.isoformat()}
    assert code_of(await cast.olga.post("/alerts/take", unknown)) == (404, "visit_not_found")

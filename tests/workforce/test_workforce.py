import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from app.core.places import Place
from app.db.session import transaction
from app.db.work import begin_work
from app.dispatch.presence.queries import CREW_THEN
from app.workforce import api as workforce
from tests.cast import NOON
from tests.counting import statements_of
from tests.dispatch.given import TOMORROW, an_offered_visit, code_of

CENTRE = [[37.55, 55.72], [37.68, 55.72], [37.68, 55.79], [37.55, 55.79], [37.55, 55.72]]
BOW_TIE = [[37.5, 55.7], [37.6, 55.8], [37.6, 55.7], [37.5, 55.8], [37.5, 55.7]]
IN_MAY = datetime(2026, 5, 4, 6, 0, tzinfo=UTC)
KREMLIN = Place(lat=55.7520, lon=37.6175)


def between(start, hours, **fields):
    return {"starts_at": start.isoformat(), "ends_at": (start + timedelta(hours=hours)).isoformat(), **fields}


def moment(at):
    return at.isoformat().replace("+", "%2B")


def in_days(first, days):
    return f"since={moment(first)}&until={moment(first + timedelta(days=days))}"


async def a_territory(cast, name="Центр", ring=CENTRE):
    answer = await cast.sergei.post("/territories", {"name": name, "coordinates": [ring]})
    assert answer.status_code == 201, answer.text
    return answer.json()


class TestSkills:
    @pytest.mark.covers("M23")
    async def test_a_skill_is_added_and_renamed_by_its_code(self, cast):
        await cast.irina.put("/skills/glazing", {"name": "Остекление"})
        await cast.irina.put("/skills/glazing", {"name": "Остекление балконов"})

        skills = (await cast.galina.get("/skills")).json()["items"]

        assert [(s["code"], s["name"]) for s in skills] == [
            ("glazing", "Остекление балконов"),
            ("install", "Монтаж"),
            ("measure", "Замер"),
        ]

    async def test_a_code_is_a_word_in_small_latin_letters(self, cast):
        assert (await cast.irina.put("/skills/Замер", {"name": "Замер"})).status_code == 400

    @pytest.mark.covers("M36")
    async def test_only_managers_name_skills(self, cast):
        for person in (cast.olga, cast.marina, cast.galina, cast.pavel):
            assert (await person.put("/skills/glazing", {"name": "x"})).status_code == 403


SEMYON = {
    "name": "Семён Орехов",
    "phone": "8 (999) 700-11-22",
    "roles": ["measurer"],
    "skills": ["measure", "measure"],
    "home": {"lat": 55.80, "lon": 37.50},
}


class TestWorkers:
    @pytest.mark.covers("M23")
    async def test_somebody_taken_on_is_a_person_with_skills_and_a_home_base(self, cast):
        answer = await cast.sergei.post("/workers", SEMYON)

        assert answer.status_code == 201, answer.text
        worker = answer.json()
        read = (await cast.olga.get(f"/workers/{worker['id']}")).json()
        assert read == worker
        assert (read["name"], read["phone"], read["roles"]) == ("Семён Орехов", "+79997001122", ["measurer"])
        assert (read["skills"], read["home"]) == (["measure"], {"lat": 55.8, "lon": 37.5})
        assert (read["position"], read["territory_ids"], read["is_active"]) == (None, [], True)

    async def test_a_skill_nobody_knows_is_refused(self, cast):
        answer = await cast.irina.post("/workers", SEMYON | {"skills": ["measure", "magic"]})

        assert code_of(answer) == (422, "skill_unknown")
        assert answer.json()["params"] == {"skills": ["magic"]}

    async def test_one_phone_is_one_worker(self, cast):
        answers = await asyncio.gather(*[cast.irina.post("/workers", SEMYON) for _ in range(5)])

        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]

    async def test_taken_on_twice_with_one_key_is_once(self, cast):
        first = await cast.irina.post("/workers", SEMYON, idempotency_key="hire")
        again = await cast.irina.post("/workers", SEMYON, idempotency_key="hire")

        assert first.json() == again.json()

    @pytest.mark.parametrize(
        "change", [{"roles": []}, {"roles": ["owner"]}, {"name": ""}, {"home": {"lat": 1}}]
    )
    async def test_a_worker_is_no_office_person_and_has_a_name(self, cast, change):
        assert (await cast.irina.post("/workers", SEMYON | change)).status_code == 400

    async def test_a_worker_learns_moves_and_leaves(self, cast):
        path = f"/workers/{cast.pavel.id}"

        changed = await cast.irina.patch(
            path, {"skills": ["measure", "install"], "home": None, "is_active": False}, if_match='"1"'
        )
        lost = await cast.sergei.patch(path, {"is_active": True}, if_match='"1"')
        unknown = await cast.irina.patch(path, {"skills": ["magic"]}, if_match='"2"')

        assert changed.status_code == 200, changed.text
        read = (await cast.olga.get(path)).json()
        assert (read["skills"], read["home"], read["is_active"]) == (["measure", "install"], None, False)
        assert read["name"] == "Павел Громов"
        assert (lost.status_code, code_of(unknown)) == (412, (422, "skill_unknown"))

    async def test_a_worker_moves_house(self, cast):
        home = {"lat": 55.9, "lon": 37.3}

        answer = await cast.irina.patch(f"/workers/{cast.pavel.id}", {"home": home}, if_match='"1"')

        assert answer.json()["home"] == home

    async def test_the_list_is_by_skill_and_by_who_still_works(self, cast):
        await cast.irina.patch(f"/workers/{cast.nikolai.id}", {"is_active": False}, if_match='"1"')

        async def names(query):
            return {worker["name"] for worker in (await cast.olga.get(f"/workers?{query}")).json()["items"]}

        assert await names("skill=measure") == {"Павел Громов", "Николай Седов"}
        assert await names("skill=measure&is_active=true") == {"Павел Громов"}
        assert await names("is_active=false") == {"Николай Седов"}
        assert len(await names("")) == 4

    async def test_who_was_dismissed_does_not_work_whatever_was_set_here(self, cast):
        await cast.irina.patch(f"/users/{cast.nikolai.id}", {"is_active": False}, if_match="*")
        path = f"/workers/{cast.nikolai.id}"

        insisted = await cast.irina.patch(path, {"is_active": True}, if_match="*")

        listed = {
            query: [one["name"] for one in (await cast.olga.get(f"/workers?{query}")).json()["items"]]
            for query in ("is_active=true", "is_active=false")
        }
        assert insisted.json()["is_active"] is False
        assert (await cast.olga.get(path)).json()["is_active"] is False
        assert listed["is_active=false"] == ["Николай Седов"]
        assert len(listed["is_active=true"]) == 3

    async def test_the_list_takes_as_many_statements_for_4_as_for_1(self, cast, engine):
        with statements_of(engine) as for_one:
            await cast.olga.get("/workers?limit=1")
        with statements_of(engine) as for_all:
            await cast.olga.get("/workers")

        assert len(for_all) <= len(for_one)

    @pytest.mark.covers("M36", "M37")
    async def test_who_may_do_it_and_in_which_company(self, cast, other_cast):
        path = f"/workers/{cast.pavel.id}"

        assert (await cast.olga.post("/workers", SEMYON)).status_code == 403
        assert (await cast.pavel.get(path)).status_code == 403
        assert code_of(await other_cast.olga.get(path)) == (404, "worker_not_found")
        assert code_of(await other_cast.irina.patch(path, {"is_active": False}, if_match='"1"')) == (
            404,
            "worker_not_found",
        )


class TestTerritories:
    @pytest.mark.covers("M23")
    async def test_a_worker_is_bound_to_parts_of_the_map(self, cast):
        centre = await a_territory(cast)
        west = await a_territory(cast, "Запад")

        bound = await cast.sergei.put(
            f"/workers/{cast.pavel.id}/territories", {"territory_ids": [centre["id"], west["id"], west["id"]]}
        )
        moved = await cast.sergei.put(
            f"/workers/{cast.pavel.id}/territories", {"territory_ids": [west["id"]]}
        )

        assert sorted(bound.json()["territory_ids"]) == sorted([centre["id"], west["id"]])
        assert moved.json()["territory_ids"] == [west["id"]]
        listed = (await cast.galina.get("/territories")).json()["items"]
        assert [(t["name"], t["coordinates"]) for t in listed] == [("Запад", [CENTRE]), ("Центр", [CENTRE])]

    async def test_a_removed_territory_frees_its_workers(self, cast):
        centre = await a_territory(cast)
        await cast.sergei.put(f"/workers/{cast.pavel.id}/territories", {"territory_ids": [centre["id"]]})

        removed = await cast.sergei.delete(f"/territories/{centre['id']}")
        again = await cast.sergei.delete(f"/territories/{centre['id']}")

        assert (removed.status_code, again.status_code) == (204, 404)
        assert (await cast.olga.get(f"/workers/{cast.pavel.id}")).json()["territory_ids"] == []

    async def test_a_territory_is_renamed_and_drawn_anew(self, cast):
        centre = await a_territory(cast)
        smaller = [[37.6, 55.74], [37.64, 55.74], [37.64, 55.77], [37.6, 55.74]]
        path = f"/territories/{centre['id']}"

        renamed = await cast.sergei.patch(path, {"name": "Внутри Садового"}, if_match='"1"')
        drawn = await cast.sergei.patch(path, {"coordinates": [smaller]}, if_match='"2"')
        lost = await cast.irina.patch(path, {"name": "Центр"}, if_match='"2"')

        assert (renamed.json()["name"], renamed.json()["coordinates"]) == ("Внутри Садового", [CENTRE])
        assert (drawn.json()["coordinates"], drawn.json()["version"]) == ([smaller], 3)
        assert lost.status_code == 412

    @pytest.mark.parametrize(
        "ring", [CENTRE[:-1], BOW_TIE, [[37.5, 55.7], [37.6, 55.7], [37.5, 55.7], [37.5, 55.7]]]
    )
    async def test_a_border_that_is_open_or_crosses_itself_is_refused(self, cast, ring):
        answer = await cast.sergei.post("/territories", {"name": "Центр", "coordinates": [ring]})

        assert code_of(answer) == (422, "territory_invalid")

    @pytest.mark.parametrize(
        "ring",
        [
            [[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]],
            [[0, 0], [90, 0], [90, 10], [0, 10], [0, 0]],
        ],
    )
    async def test_a_border_round_the_earth_is_refused(self, cast, ring):
        answer = await cast.sergei.post("/territories", {"name": "Везде", "coordinates": [ring]})

        assert code_of(answer) == (422, "territory_invalid")

    async def test_a_territory_may_lie_across_the_date_line(self, cast):
        chukotka = [[170, 62], [-170, 62], [-170, 70], [170, 70], [170, 62]]

        answer = await cast.sergei.post("/territories", {"name": "Чукотка", "coordinates": [chukotka]})

        assert answer.status_code == 201, answer.text

    async def test_a_redrawn_border_is_checked_too(self, cast):
        centre = await a_territory(cast)

        answer = await cast.sergei.patch(
            f"/territories/{centre['id']}", {"coordinates": [BOW_TIE]}, if_match='"1"'
        )

        assert code_of(answer) == (422, "territory_invalid")

    @pytest.mark.covers("M37")
    async def test_a_territory_of_another_company_is_not_there(self, cast, other_cast):
        theirs = await a_territory(other_cast)

        bound = await cast.sergei.put(
            f"/workers/{cast.pavel.id}/territories", {"territory_ids": [theirs["id"]]}
        )
        changed = await cast.sergei.patch(f"/territories/{theirs['id']}", {"name": "x"}, if_match='"1"')

        assert code_of(bound) == code_of(changed) == (404, "territory_not_found")
        assert (await cast.olga.get("/territories")).json()["items"] == []


class TestShifts:
    @pytest.mark.covers("M23")
    async def test_shifts_are_added_listed_and_removed(self, cast):
        path = f"/workers/{cast.pavel.id}/shifts"
        days = [between(IN_MAY + timedelta(days=day), 9) for day in range(3)]

        added = await cast.olga.post(path, {"periods": days})
        removed = await cast.olga.delete(f"/shifts/{added.json()['items'][1]['id']}")
        again = await cast.olga.delete(f"/shifts/{added.json()['items'][1]['id']}")

        assert (added.status_code, removed.status_code) == (201, 204)
        assert code_of(again) == (404, "shift_not_found")
        listed = (await cast.galina.get(f"{path}?{in_days(IN_MAY, 7)}")).json()["items"]
        assert [shift["starts_at"] for shift in listed] == ["2026-05-04T06:00:00Z", "2026-05-06T06:00:00Z"]
        assert {shift["worker_id"] for shift in listed} == {str(cast.pavel.id)}

    async def test_of_overlapping_shifts_none_is_added(self, cast):
        path = f"/workers/{cast.pavel.id}/shifts"

        answer = await cast.olga.post(
            path, {"periods": [between(IN_MAY, 9), between(IN_MAY + timedelta(hours=8), 4)]}
        )

        assert code_of(answer) == (409, "shift_overlap")
        assert (await cast.olga.get(f"{path}?{in_days(IN_MAY, 1)}")).json()["items"] == []

    async def test_shifts_that_touch_do_not_overlap(self, cast):
        periods = [between(IN_MAY, 4), between(IN_MAY + timedelta(hours=4), 4)]

        answer = await cast.olga.post(f"/workers/{cast.pavel.id}/shifts", {"periods": periods})

        assert answer.status_code == 201

    async def test_of_20_same_shifts_at_once_one_stays(self, cast):
        path = f"/workers/{cast.pavel.id}/shifts"

        answers = await asyncio.gather(
            *[cast.olga.post(path, {"periods": [between(IN_MAY, 9)]}) for _ in range(20)]
        )

        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19

    @pytest.mark.parametrize("hours", [0, -1, 25])
    async def test_a_shift_of_no_time_or_of_more_than_a_day_is_refused(self, cast, hours):
        answer = await cast.olga.post(
            f"/workers/{cast.pavel.id}/shifts", {"periods": [between(IN_MAY, hours)]}
        )

        assert code_of(answer) == (422, "period_invalid")

    async def test_a_time_that_no_calendar_knows_is_refused(self, cast):
        body = {"name": "x", "foreman_id": str(cast.pavel.id), "since": "0001-01-01T00:00:00+14:00"}

        answer = await cast.sergei.post("/crews", body)

        assert code_of(answer) == (400, "request_invalid")

    async def test_a_time_without_an_offset_is_refused(self, cast):
        periods = [{"starts_at": "2026-05-04T09:00:00", "ends_at": "2026-05-04T18:00:00"}]

        assert (
            await cast.olga.post(f"/workers/{cast.pavel.id}/shifts", {"periods": periods})
        ).status_code == 400

    @pytest.mark.parametrize("what", ["shifts", "absences"])
    async def test_a_list_of_no_time_at_all_is_refused(self, cast, what):
        answer = await cast.olga.get(f"/workers/{cast.pavel.id}/{what}?{in_days(IN_MAY, 0)}")

        assert code_of(answer) == (422, "period_invalid")

    @pytest.mark.covers("M36", "M37")
    async def test_dispatchers_plan_the_shifts_of_their_own_company(self, cast, other_cast):
        path = f"/workers/{cast.pavel.id}/shifts"
        body = {"periods": [between(IN_MAY, 9)]}
        shift = (await cast.olga.post(path, body)).json()["items"][0]

        assert (await cast.marina.post(path, body)).status_code == 403
        assert (await cast.pavel.post(path, body)).status_code == 403
        assert code_of(await other_cast.olga.post(path, body)) == (404, "worker_not_found")
        assert code_of(await other_cast.olga.get(f"{path}?{in_days(IN_MAY, 1)}")) == (404, "worker_not_found")
        assert code_of(await other_cast.olga.delete(f"/shifts/{shift['id']}")) == (404, "shift_not_found")


class TestAbsences:
    @pytest.mark.covers("M23")
    async def test_an_absence_is_added_listed_and_removed(self, cast):
        path = f"/workers/{cast.pavel.id}/absences"

        added = await cast.olga.post(path, between(IN_MAY, 24 * 14, kind="vacation", comment="на море"))

        listed = (await cast.galina.get(f"{path}?{in_days(IN_MAY + timedelta(days=10), 1)}")).json()["items"]
        assert (added.status_code, listed) == (201, [added.json()])
        assert (listed[0]["kind"], listed[0]["comment"]) == ("vacation", "на море")
        assert (await cast.olga.delete(f"/absences/{listed[0]['id']}")).status_code == 204
        assert code_of(await cast.olga.delete(f"/absences/{listed[0]['id']}")) == (404, "absence_not_found")

    async def test_an_absence_over_a_booked_visit_is_refused_with_the_visit(self, cast):
        visit_id = await an_offered_visit(cast, cast.pavel.id)
        path = f"/workers/{cast.pavel.id}/absences"
        ill = between(TOMORROW + timedelta(minutes=59), 8, kind="sick")

        refused = await cast.olga.post(path, ill)
        insisted = await cast.olga.post(path, ill | {"even_if_booked": True})

        assert code_of(refused) == (409, "absence_over_visit")
        assert refused.json()["params"] == {"visits": [visit_id], "reasons": ["absent"]}
        assert insisted.status_code == 201

    async def test_an_absence_after_the_visit_is_none_of_its_business(self, cast):
        await an_offered_visit(cast, cast.pavel.id)

        answer = await cast.olga.post(
            f"/workers/{cast.pavel.id}/absences", between(TOMORROW + timedelta(hours=1), 8, kind="private")
        )

        assert answer.status_code == 201

    @pytest.mark.parametrize("hours", [0, -2, 24 * 401])
    async def test_an_absence_of_no_time_or_of_years_is_refused(self, cast, hours):
        answer = await cast.olga.post(
            f"/workers/{cast.pavel.id}/absences", between(IN_MAY, hours, kind="sick")
        )

        assert code_of(answer) == (422, "period_invalid")
        assert answer.json()["detail"] in (
            "Конец должен быть позже начала.",
            "Промежуток слишком длинный. Самый длинный в днях: 400.",
        )

    @pytest.mark.covers("M37")
    async def test_an_absence_of_another_company_is_not_there(self, cast, other_cast):
        path = f"/workers/{cast.pavel.id}/absences"
        absence = (await cast.olga.post(path, between(IN_MAY, 1, kind="break"))).json()

        assert (await other_cast.olga.delete(f"/absences/{absence['id']}")).status_code == 404
        assert (await other_cast.olga.post(path, between(IN_MAY, 1, kind="break"))).status_code == 404
        assert (await cast.marina.delete(f"/absences/{absence['id']}")).status_code == 403


async def a_crew(cast, **fields):
    body = {
        "name": "Бригада Тимура",
        "foreman_id": str(cast.timur.id),
        "vehicle": "ГАЗель, А123ВС 77",
    } | fields
    answer = await cast.sergei.post("/crews", body)
    assert answer.status_code == 201, answer.text
    return answer.json()


class TestCrews:
    @pytest.mark.covers("M23")
    async def test_a_crew_begins_with_its_foreman(self, cast):
        crew = await a_crew(cast)

        read = (await cast.galina.get(f"/crews/{crew['id']}")).json()
        assert read == crew
        assert (read["foreman_name"], read["vehicle"]) == ("Тимур Алиев", "ГАЗель, А123ВС 77")
        assert [(m["name"], m["since"], m["until"]) for m in read["members"]] == [
            ("Тимур Алиев", "2026-03-02T09:00:00Z", None)
        ]

    @pytest.mark.covers("M23")
    async def test_who_is_in_a_crew_depends_on_the_day(self, cast, clock, maker):
        crew = await a_crew(cast)
        path = f"/crews/{crew['id']}/members"
        since, until = NOON + timedelta(days=1), NOON + timedelta(days=8)

        await cast.sergei.post(path, {"worker_id": str(cast.nikolai.id), "share": 2})
        await cast.sergei.post(
            path,
            {"worker_id": str(cast.pavel.id), "since": since.isoformat(), "until": until.isoformat()},
        )
        ended = await cast.sergei.post(f"{path}/{cast.nikolai.id}/end", {"at": until.isoformat()})

        assert ended.status_code == 200, ended.text

        async def members(at):
            async with begin_work(maker, cast.company_id) as work:
                found = await work.all(CREW_THEN, crew=UUID(crew["id"]), moment=at)
            return [(one.worker_id, one.share) for one in found]

        timur, nikolai, pavel = (cast.timur.id, 1), (cast.nikolai.id, 2), (cast.pavel.id, 1)
        assert await members(NOON) == [timur, nikolai]
        assert await members(since) == [timur, nikolai, pavel]
        assert await members(until) == [timur]
        assert await members(NOON - timedelta(seconds=1)) == []

    async def test_nobody_is_in_one_crew_twice_at_once(self, cast):
        crew = await a_crew(cast)
        path = f"/crews/{crew['id']}/members"

        answers = await asyncio.gather(
            *[cast.sergei.post(path, {"worker_id": str(cast.pavel.id)}) for _ in range(10)]
        )

        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
        assert {code_of(answer)[1] for answer in answers} == {"", "already_in_crew"}

    async def test_a_member_who_left_may_come_back(self, cast, clock):
        crew = await a_crew(cast)
        path = f"/crews/{crew['id']}/members"
        await cast.sergei.post(path, {"worker_id": str(cast.pavel.id)})
        clock.advance(hours=8)
        await cast.sergei.post(f"{path}/{cast.pavel.id}/end", {})
        clock.advance(hours=16)

        answer = await cast.sergei.post(path, {"worker_id": str(cast.pavel.id)})

        assert answer.status_code == 201
        assert [m["name"] for m in answer.json()["members"]] == [
            "Тимур Алиев",
            "Павел Громов",
            "Павел Громов",
        ]

    async def test_a_membership_that_would_end_before_it_begins_is_refused(self, cast):
        crew = await a_crew(cast)
        path = f"/crews/{crew['id']}/members"
        body = {"worker_id": str(cast.pavel.id), "since": NOON.isoformat()}

        backwards = await cast.sergei.post(path, body | {"until": NOON.isoformat()})
        await cast.sergei.post(path, body)
        at_once = await cast.sergei.post(f"{path}/{cast.pavel.id}/end", {})

        assert code_of(backwards) == code_of(at_once) == (422, "membership_invalid")

    async def test_somebody_who_is_not_in_the_crew_cannot_leave_it(self, cast):
        crew = await a_crew(cast)

        answer = await cast.sergei.post(f"/crews/{crew['id']}/members/{cast.pavel.id}/end", {})

        assert code_of(answer) == (404, "crew_member_not_found")

    async def test_a_crew_is_never_without_its_foreman(self, cast, clock):
        crew = await a_crew(cast)
        path = f"/crews/{crew['id']}"
        clock.advance(hours=1)

        leaves = await cast.sergei.post(f"{path}/members/{cast.timur.id}/end", {})
        outsider = await cast.sergei.patch(path, {"foreman_id": str(cast.rinat.id)}, if_match='"1"')

        assert code_of(leaves) == (409, "foreman_stays")
        assert code_of(outsider) == (422, "foreman_not_member")

    async def test_another_member_becomes_foreman(self, cast, clock):
        crew = await a_crew(cast)
        path = f"/crews/{crew['id']}"
        await cast.sergei.post(f"{path}/members", {"worker_id": str(cast.rinat.id)})
        clock.advance(hours=1)

        changed = await cast.sergei.patch(
            path, {"foreman_id": str(cast.rinat.id), "name": "Бригада 2", "vehicle": ""}, if_match='"1"'
        )
        left = await cast.sergei.post(f"{path}/members/{cast.timur.id}/end", {})
        lost = await cast.sergei.patch(path, {"name": "x"}, if_match='"1"')

        assert changed.status_code == 200, changed.text
        assert (changed.json()["foreman_name"], changed.json()["version"]) == ("Ринат Галиев", 2)
        assert (left.status_code, lost.status_code) == (200, 412)

    async def test_a_foreman_is_a_worker_of_the_company(self, cast, other_cast):
        body = {"name": "x", "foreman_id": str(other_cast.timur.id)}

        assert code_of(await cast.sergei.post("/crews", body)) == (404, "worker_not_found")

    async def test_the_list_of_crews_takes_as_many_statements_for_3_as_for_1(self, cast, engine):
        await a_crew(cast)
        other = await a_crew(cast, name="Третья")
        await cast.sergei.patch(f"/crews/{other['id']}", {"is_active": False}, if_match='"1"')

        with statements_of(engine) as for_one:
            await cast.olga.get("/crews?limit=1")
        with statements_of(engine) as for_all:
            crews = (await cast.olga.get("/crews")).json()["items"]
        active = (await cast.olga.get("/crews?is_active=true")).json()["items"]

        assert len(for_all) <= len(for_one)
        assert [crew["name"] for crew in crews] == ["Третья", "Бригада Тимура", "Бригада Рината"]
        assert [crew["name"] for crew in active] == ["Бригада Тимура", "Бригада Рината"]

    @pytest.mark.covers("M36", "M37")
    async def test_managers_make_crews_of_their_own_company(self, cast, other_cast):
        crew = await a_crew(cast)
        path = f"/crews/{crew['id']}"
        member = {"worker_id": str(cast.pavel.id)}

        assert (await cast.olga.post("/crews", {})).status_code == 403
        assert (await cast.rinat.get(path)).status_code == 403
        for answer in [
            await other_cast.sergei.get(path),
            await other_cast.sergei.patch(path, {"name": "x"}, if_match='"1"'),
            await other_cast.sergei.post(f"{path}/members", member),
            await other_cast.sergei.post(f"{path}/members/{cast.timur.id}/end", {}),
        ]:
            assert code_of(answer) == (404, "crew_not_found")


@pytest.mark.covers("M37")
async def test_names_are_those_of_the_own_company(cast, other_cast, maker):
    async with transaction(maker, cast.company_id) as session:
        names = await workforce.worker_names(
            session, cast.company_id, [cast.pavel.id, other_cast.pavel.id, uuid4()]
        )

    assert names == {cast.pavel.id: "Павел Громов"}

"""The people of a company and what they may do."""

import asyncio
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import IntegrityError

from app.core.scope import Role
from app.db.session import transaction
from app.identity import api as identity
from app.identity.users.policies import may_manage
from tests.identity.stories import (
    PASSWORD,
    a_phone,
    an_email,
    audited,
    get,
    news,
    post,
    refresh,
    register,
)


def code_of(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def a_worker(**changes):
    return {"name": "Айдар Юсупов", "roles": ["installer"], "phone": a_phone()} | changes


def a_dispatcher(**changes):
    return {"name": "Вера Котова", "roles": ["dispatcher"], "email": an_email()} | changes


@pytest.mark.covers("M36", "M39")
async def test_the_owner_adds_a_dispatcher_who_then_signs_in(anonymous, cast, maker):
    email = an_email()

    answer = await cast.irina.post("/users", a_dispatcher(email=email, password=PASSWORD))

    created = answer.json()
    signed_in = await post(anonymous, "/auth/sign-in", {"email": email, "password": PASSWORD})
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    assert (created["email"], created["roles"], created["is_active"]) == (email, ["dispatcher"], True)
    assert signed_in.json()["user_id"] == created["id"]
    assert await news(maker, cast.company_id, "identity.user_created") == [
        {"user_id": created["id"], "roles": ["dispatcher"]}
    ]
    assert ("createUser", cast.irina.id) in await audited(maker, cast.company_id)


@pytest.mark.covers("P-rel-5")
async def test_a_person_added_twice_with_one_key_is_one_person(cast):
    body = a_dispatcher(password=PASSWORD)

    answers = await asyncio.gather(
        *[cast.irina.post("/users", body, idempotency_key="hire-vera") for _ in range(4)]
    )
    other = await cast.irina.post("/users", body | {"name": "Вера"}, idempotency_key="hire-vera")

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert code_of(other) == (422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (a_dispatcher(email=None), 422, "email_needed"),
        (a_worker(phone=None), 422, "phone_needed"),
        (a_worker(phone=None, email="aidar@okna.example"), 422, "phone_needed"),
        (a_dispatcher(email="vera@okna"), 422, "email_invalid"),
        (a_worker(phone="12345"), 422, "phone_invalid"),
        (a_dispatcher(password="короткий"), 422, "password_weak"),
        (a_dispatcher(password="Вера Котова"), 422, "password_weak"),
        (a_worker(roles=[]), 400, "request_invalid"),
        (a_worker(roles=["king"]), 400, "request_invalid"),
        (a_worker(company_id=str(uuid4())), 400, "request_invalid"),
        (a_worker(session_version=7), 400, "request_invalid"),
    ],
)
async def test_a_person_who_could_not_work_is_refused(cast, body, status, code):
    assert code_of(await cast.irina.post("/users", body)) == (status, code)


@pytest.mark.covers("M36")
async def test_one_email_and_one_phone_are_one_person_of_a_company(cast, other_cast):
    email, phone = an_email(), a_phone()
    await cast.irina.post("/users", a_dispatcher(email=email, phone=phone))

    same_email = await cast.irina.post("/users", a_dispatcher(email=email.upper()))
    same_phone = await cast.irina.post("/users", a_worker(phone=phone))
    elsewhere = await other_cast.irina.post("/users", a_dispatcher(email=email, phone=phone))

    assert code_of(same_email) == (409, "email_taken")
    assert code_of(same_phone) == (409, "phone_taken")
    assert elsewhere.status_code == 201


async def test_of_parallel_people_with_one_phone_one_is_added(cast):
    phone = a_phone()

    answers = await asyncio.gather(*[cast.irina.post("/users", a_worker(phone=phone)) for _ in range(8)])

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"phone_taken"}


@pytest.mark.covers("M36")
async def test_only_the_owner_makes_owners_and_supervisors(cast):
    made = {
        role: (await cast.sergei.post("/users", a_dispatcher(roles=[role]))).status_code
        for role in ("owner", "supervisor", "dispatcher", "accountant")
    }
    worker = await cast.sergei.post("/users", a_worker())
    owners = await cast.irina.post("/users", a_dispatcher(roles=["owner"]))

    assert made == {"owner": 403, "supervisor": 403, "dispatcher": 201, "accountant": 201}
    assert (worker.status_code, owners.status_code) == (201, 201)


@pytest.mark.covers("M36")
async def test_a_supervisor_neither_becomes_owner_nor_changes_one(cast):
    himself = await cast.sergei.patch(f"/users/{cast.sergei.id}", {"roles": ["owner"]}, if_match='"1"')
    boss = await cast.sergei.patch(f"/users/{cast.irina.id}", {"name": "Никто"}, if_match='"1"')
    promotion = await cast.sergei.patch(f"/users/{cast.olga.id}", {"roles": ["supervisor"]}, if_match='"1"')
    name = await cast.sergei.patch(f"/users/{cast.olga.id}", {"name": "Ольга Б."}, if_match='"1"')

    assert [himself.status_code, boss.status_code, promotion.status_code] == [403, 403, 403]
    assert (name.status_code, name.json()["name"]) == (200, "Ольга Б.")


MATRIX = [
    ("GET", "/company", {"irina", "sergei", "olga", "galina"}),
    ("PATCH", "/company", {"irina"}),
    ("PUT", "/company/logo", {"irina"}),
    ("GET", "/company/logo", {"irina", "sergei", "olga", "galina", "pavel", "rinat", "timur"}),
    ("POST", "/users", {"irina", "sergei"}),
    ("GET", "/users", {"irina", "sergei", "olga", "galina"}),
    ("GET", "/users/{somebody}", {"irina", "sergei", "olga", "galina"}),
    ("PATCH", "/users/{somebody}", {"irina", "sergei"}),
    ("POST", "/users/{somebody}/password", {"irina"}),
    ("GET", "/devices", {"irina", "sergei", "olga", "galina", "pavel", "rinat", "timur"}),
    ("GET", "/me", {"irina", "sergei", "olga", "galina", "pavel", "rinat", "timur"}),
]


@pytest.mark.covers("M36")
@pytest.mark.parametrize(("method", "path", "allowed"), MATRIX)
async def test_each_route_is_for_those_it_names_and_for_nobody_else(cast, anonymous, method, path, allowed):
    bodies = {
        "POST /users": {},
        "POST /users/{somebody}/password": {"new_password": "x"},
        "PUT /company/logo": b"x",
        "PATCH /company": {},
        "PATCH /users/{somebody}": {},
    }
    body = bodies.get(f"{method} {path}")
    path = path.replace("{somebody}", str(cast.nikolai.id))

    statuses = {
        name: (await getattr(cast, name).call(method, path, body)).status_code
        for name in ("irina", "sergei", "olga", "galina", "pavel", "rinat", "timur")
    }
    nobody = await anonymous.request(method, f"/api/v1{path}", json={} if body is not None else None)

    assert {name for name, status in statuses.items() if status != 403} == allowed
    assert nobody.status_code == 401


@pytest.mark.covers("M37")
async def test_another_companys_people_do_not_exist(cast, other_cast):
    path = f"/users/{other_cast.olga.id}"

    answers = [
        await cast.irina.get(path),
        await cast.irina.patch(path, {"name": "Чужая"}, if_match='"1"'),
        await cast.irina.post(f"{path}/password", {"new_password": PASSWORD}),
    ]

    assert [code_of(answer) for answer in answers] == [(404, "not_found")] * 3
    assert (await other_cast.irina.get(path)).json()["name"] == "Ольга Белова"


@pytest.mark.covers("M37")
async def test_the_list_shows_the_people_of_ones_own_company_page_by_page(cast, other_cast):
    names, cursor = [], ""
    while cursor is not None:
        page = (await cast.olga.get(f"/users?limit=3{cursor and f'&cursor={cursor}'}")).json()
        names += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]

    people = {str(person.id) for person in (cast.irina, cast.olga, cast.pavel, cast.rinat, cast.timur)}
    assert len(names) == len(set(names))
    assert people <= set(names)
    assert str(other_cast.olga.id) not in names


async def test_the_list_can_be_narrowed_to_a_role_and_to_those_who_work_here(cast):
    await cast.irina.patch(f"/users/{cast.nikolai.id}", {"is_active": False}, if_match='"1"')

    async def ids(question):
        return {one["id"] for one in (await cast.olga.get(f"/users?{question}")).json()["items"]}

    assert await ids("role=measurer") == {str(cast.pavel.id), str(cast.nikolai.id)}
    assert await ids("role=measurer&is_active=true") == {str(cast.pavel.id)}
    assert await ids("is_active=false") == {str(cast.nikolai.id)}


@pytest.mark.covers("M36", "M39")
async def test_a_person_is_changed_by_whoever_has_seen_the_newest_version(cast, maker):
    path = f"/users/{cast.pavel.id}"
    phone = a_phone()

    unread = await cast.irina.patch(path, {"name": "Павел"})
    changed = await cast.irina.patch(path, {"phone": phone, "lang": "en"}, if_match='"1"')
    late = await cast.sergei.patch(path, {"name": "Павел"}, if_match='"1"')

    assert (code_of(unread), code_of(late)) == ((428, "version_required"), (412, "version_conflict"))
    assert (changed.json()["phone"], changed.json()["lang"], changed.json()["version"]) == (phone, "en", 2)
    assert await news(maker, cast.company_id, "identity.user_changed") == [
        {"user_id": str(cast.pavel.id), "roles": ["measurer"], "is_active": True}
    ]
    assert ("changeUser", cast.irina.id) in await audited(maker, cast.company_id)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"phone": None}, "phone_needed"),
        ({"roles": ["dispatcher"]}, "email_needed"),
        ({"email": "pavel"}, "email_invalid"),
        ({"phone": "1"}, "request_invalid"),
    ],
)
async def test_an_impossible_change_is_refused(cast, changes, code):
    answer = await cast.irina.patch(f"/users/{cast.pavel.id}", changes, if_match='"1"')

    assert answer.json()["code"] == code


async def test_a_taken_phone_is_refused_by_name_also_with_a_dismissal(cast):
    for more in ({}, {"is_active": False}):
        answer = await cast.irina.patch(
            f"/users/{cast.pavel.id}", {"phone": cast.nikolai.phone} | more, if_match='"1"'
        )

        assert code_of(answer) == (409, "phone_taken")


@pytest.mark.covers("M36")
async def test_the_last_active_owner_stays(cast):
    path = f"/users/{cast.irina.id}"

    dismissed = await cast.irina.patch(path, {"is_active": False}, if_match='"1"')
    demoted = await cast.irina.patch(path, {"roles": ["dispatcher"]}, if_match='"1"')
    more = await cast.irina.patch(path, {"roles": ["owner", "dispatcher"]}, if_match='"1"')

    assert (code_of(dismissed), code_of(demoted)) == ((409, "last_owner"), (409, "last_owner"))
    assert (more.status_code, more.json()["roles"]) == (200, ["dispatcher", "owner"])


@pytest.mark.covers("M36")
async def test_two_owners_who_dismiss_each_other_leave_one(cast):
    other = (await cast.irina.post("/users", a_dispatcher(roles=["owner"]))).json()

    answers = await asyncio.gather(
        cast.irina.patch(f"/users/{other['id']}", {"is_active": False}, if_match='"1"'),
        cast.irina.patch(f"/users/{cast.irina.id}", {"roles": ["accountant"]}, if_match='"1"'),
    )

    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_a_dismissed_person_can_be_reinstated(cast, clock):
    path = f"/users/{cast.pavel.id}"
    await cast.irina.patch(path, {"is_active": False}, if_match='"1"')

    answer = await cast.irina.patch(path, {"is_active": True}, if_match='"2"')

    assert (answer.json()["is_active"], answer.json()["version"]) == (True, 3)
    clock.advance(seconds=1)
    assert (await cast.pavel.get("/me")).status_code == 401


@pytest.mark.covers("M36", "P-rel-22", "M39")
async def test_a_new_password_ends_the_other_sessions_and_not_this_one(anonymous, clock, maker):
    email = an_email()
    here = (await register(anonymous, email=email))["tokens"]
    there = (await post(anonymous, "/auth/sign-in", {"email": email, "password": PASSWORD})).json()
    change = {"old_password": PASSWORD, "new_password": "Откосы, отливы, подоконник"}

    answer = await post(anonymous, f"/users/{here['user_id']}/password", change, here["access_token"])

    assert answer.status_code == 204
    assert (await refresh(anonymous, there["refresh_token"])).status_code == 401
    fresh = await refresh(anonymous, here["refresh_token"])
    clock.advance(seconds=1)
    assert (await get(anonymous, "/me", fresh.json()["access_token"])).status_code == 200
    assert (await get(anonymous, "/me", here["access_token"])).status_code == 401
    old = await post(anonymous, "/auth/sign-in", {"email": email, "password": PASSWORD})
    assert old.status_code == 401
    done = await audited(maker, UUID(here["company_id"]))
    assert ("changePassword", UUID(here["user_id"])) in done


async def test_ones_own_password_is_changed_only_with_the_old_one(anonymous):
    tokens = (await register(anonymous))["tokens"]
    path, new = f"/users/{tokens['user_id']}/password", "Откосы, отливы, подоконник"

    async def change(**body):
        return await post(anonymous, path, body, tokens["access_token"])

    wrong = await change(new_password=new, old_password="не тот, что был")
    without = await change(new_password=new)
    weak = await change(new_password="короткий", old_password=PASSWORD)
    right = await change(new_password=new, old_password=PASSWORD)

    assert (code_of(wrong), code_of(without)) == ((422, "old_password_wrong"), (422, "old_password_wrong"))
    assert code_of(weak) == (422, "password_weak")
    assert right.status_code == 204


@pytest.mark.covers("M36")
async def test_the_owner_gives_others_a_new_password_and_ends_their_sessions(anonymous, cast):
    path = f"/users/{cast.olga.id}/password"
    await cast.irina.post(path, {"new_password": PASSWORD})
    tokens = (await post(anonymous, "/auth/sign-in", {"email": cast.olga.email, "password": PASSWORD})).json()

    supervisors = await cast.sergei.post(path, {"new_password": PASSWORD})
    owners = await cast.irina.post(path, {"new_password": "Откосы, отливы, подоконник"})

    assert (supervisors.status_code, owners.status_code) == (403, 204)
    assert (await refresh(anonymous, tokens["refresh_token"])).status_code == 401


@pytest.mark.covers("P-rel-23")
async def test_the_old_password_cannot_be_guessed_with_a_stolen_token(cast):
    path = f"/users/{cast.olga.id}/password"
    guess = {"new_password": PASSWORD, "old_password": "не тот, что был"}

    answers = await asyncio.gather(*[cast.olga.post(path, guess) for _ in range(12)])

    assert sorted(answer.status_code for answer in answers) == [422] * 10 + [429] * 2


def test_a_supervisor_manages_those_below_him():
    assert may_manage({Role.SUPERVISOR}, [{Role.FOREMAN}, {Role.DISPATCHER}])
    assert not may_manage({Role.SUPERVISOR}, [{Role.FOREMAN}, {Role.OWNER}])
    assert may_manage({Role.OWNER, Role.INSTALLER}, [{Role.OWNER}])


async def test_other_modules_find_people_by_id(cast, other_cast, maker):
    async with transaction(maker, cast.company_id) as session:
        known = await identity.find_users(
            session, cast.company_id, [cast.olga.id, other_cast.olga.id, uuid4()]
        )

    assert [user.id for user in known] == [cast.olga.id]


async def test_what_the_database_refuses_for_another_reason_is_no_taken_phone(cast, maker):
    async with transaction(maker, cast.company_id) as session:
        with pytest.raises(IntegrityError, match="has_role"):
            await identity.create_user(session, cast.company_id, name="Никто", roles=[], phone=a_phone())


@pytest.mark.parametrize("phone", ["8 495 123-45-67", "8 916 123-45-67 доб. 105"])
async def test_a_worker_signs_in_by_sms_so_his_phone_can_take_one(cast, phone):
    worker = {"name": "Новый Мастер", "roles": ["installer"], "phone": phone}
    accountant = {"name": "Бухгалтер", "roles": ["accountant"], "email": "b@okna.example", "phone": phone}

    refused = await cast.irina.post("/users", worker)
    taken = await cast.irina.post("/users", accountant)

    assert (refused.status_code, refused.json()["code"]) == (422, "phone_takes_no_sms")
    assert taken.status_code == 201, taken.text

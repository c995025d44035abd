import asyncio

import pytest

from app.contracts.identity import CompanyRegistered
from app.core.ids import uuid7
from app.core.scope import Role, Scope
from app.db.outbox import announce
from app.db.session import transaction
from app.orders.job_types import queries
from app.orders.job_types import service as setup
from app.orders.job_types.policies import DEFAULT_LADDER
from tests.cast import NOON
from tests.dispatch.given import code_of
from tests.field.forms_given import a_published_form, definition, publish

BALCONY = {
    "code": "balcony",
    "kind": "measurement",
    "name": "Замер балкона",
    "duration_min": 90,
    "required_skills": ["measure"],
    "accept_within_s": 600,
    "ladder": [{"at": 0.5, "action": "remind_worker"}, {"at": 1, "action": "notify_supervisor"}],
    "proofs": [
        {"proof": "photos", "stage": "complete", "level": "required", "at_least": 2},
        {"proof": "place", "stage": "start", "level": "warn", "within_m": 300},
    ],
}


async def a_job_type(cast, **changes):
    answer = await cast.sergei.post("/job-types", BALCONY | changes)
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.mark.covers("M2")
async def test_a_company_says_how_it_does_a_kind_of_job(cast):
    job_type = await a_job_type(cast)

    read = (await cast.olga.get(f"/job-types/{job_type['id']}")).json()
    assert read == job_type
    assert (read["duration_min"], read["accept_within_s"], read["required_skills"]) == (90, 600, ["measure"])
    assert read["ladder"] == [
        {"at": 0.5, "action": "remind_worker"},
        {"at": 1.0, "action": "notify_supervisor"},
    ]
    assert read["proofs"] == BALCONY["proofs"]


@pytest.mark.covers("M2")
async def test_without_a_ladder_the_usual_one_holds_and_an_empty_one_is_none(cast):
    usual = {name: value for name, value in BALCONY.items() if name != "ladder"}

    default = await cast.sergei.post("/job-types", usual)
    silent = await a_job_type(cast, code="silent", ladder=[])

    assert [(s["at"], s["action"]) for s in default.json()["ladder"]] == [
        (step["at"], str(step["action"])) for step in DEFAULT_LADDER
    ]
    assert silent["ladder"] == []


@pytest.mark.parametrize(
    "change",
    [
        {"ladder": [{"at": 0, "action": "remind_worker"}]},
        {"ladder": [{"at": 1, "action": "ring_the_bell"}]},
        {"ladder": [{"at": "soon", "action": "remind_worker"}]},
        {"duration_min": 0},
        {"accept_within_s": 0},
        {"kind": "party"},
        {"code": "Балкон"},
        {"proofs": [{"proof": "photos", "stage": "complete", "level": "required", "at_least": 0}]},
        {"proofs": [{"proof": "selfie", "stage": "complete", "level": "required"}]},
        {"proofs": [{"proof": "photos", "stage": "lunch", "level": "required"}]},
        {"proofs": [{"proof": "photos", "stage": "complete", "level": "please"}]},
        {"proofs": {"photos": 2}},
    ],
)
async def test_what_makes_no_sense_is_refused(cast, change):
    assert (await cast.sergei.post("/job-types", BALCONY | change)).status_code == 400


def a_rule(proof, **fields):
    return {"proof": proof, "stage": "complete", "level": "required", **fields}


@pytest.mark.covers("M30")
@pytest.mark.parametrize(
    ("rules", "faults"),
    [
        (
            [a_rule("photos"), a_rule("photos", level="warn")],
            [("[0]", "rule_repeated"), ("[1]", "rule_repeated")],
        ),
        ([a_rule("photos"), a_rule("photos", stage="start")], []),
        ([a_rule("place")], [("[0].within_m", "rule_incomplete")]),
        ([a_rule("form")], [("[0].form_id", "rule_incomplete")]),
        ([a_rule("photos", within_m=300)], [("[0].within_m", "rule_of_other_proof")]),
        ([a_rule("place", within_m=300, at_least=2)], [("[0].at_least", "rule_of_other_proof")]),
        ([a_rule("form", form_id=str(uuid7()))], [("[0].form_id", "form_unusable")]),
    ],
)
async def test_rules_that_make_no_sense_are_named_by_their_path(cast, rules, faults):
    answer = await cast.sergei.post("/job-types", BALCONY | {"proofs": rules})

    named = [(one["path"], one["code"]) for one in answer.json().get("errors", ())]
    assert named == [(f"proofs{path}", code) for path, code in faults]
    assert code_of(answer)[0] == (422 if faults else 201)


@pytest.mark.covers("M30", "M38")
async def test_a_job_type_asks_for_a_form_only_once_it_is_published(cast, other_cast):
    form = (
        await cast.sergei.post("/forms", {"code": "x", "name": {"ru": "Форма"}, "draft": definition()})
    ).json()
    asking = BALCONY | {"proofs": [a_rule("form", form_id=form["id"])]}
    draft = await cast.sergei.post("/job-types", asking)
    await publish(cast, form)

    foreign = await other_cast.sergei.post("/job-types", asking)
    published = await cast.sergei.post("/job-types", asking)

    assert [code_of(one) for one in (draft, foreign)] == [(422, "proof_rules_invalid")] * 2
    assert published.status_code == 201, published.text


@pytest.mark.covers("M38")
async def test_a_form_is_retired_when_no_job_type_asks_for_it_any_more(cast):
    form = await a_published_form(cast)
    job_type = await a_job_type(cast, proofs=[a_rule("form", form_id=form["id"])])
    path, rules = f"/forms/{form['id']}", f"/job-types/{job_type['id']}"

    in_use = await cast.sergei.post(f"{path}/retire", if_match="*")
    await cast.sergei.patch(rules, {"proofs": []}, if_match="*")
    retired = await cast.sergei.post(f"{path}/retire", if_match="*")
    asked_again = await cast.sergei.patch(rules, {"proofs": job_type["proofs"]}, if_match="*")

    assert code_of(in_use) == (409, "form_in_use")
    assert in_use.json()["params"]["job_types"] == ["balcony"]
    assert "balcony." in in_use.json()["title"]
    assert (retired.status_code, retired.json()["is_retired"]) == (200, True)
    assert code_of(asked_again) == (422, "proof_rules_invalid")
    assert (await cast.olga.get("/forms?is_retired=false")).json()["items"] == []
    assert (await publish(cast, form))["is_retired"] is False
    assert (await cast.olga.post(f"{path}/retire", if_match="*")).status_code == 403


@pytest.mark.covers("M38")
async def test_a_form_is_not_retired_while_a_job_type_begins_to_ask_for_it(cast):
    forms = [await a_published_form(cast, code=f"form_{number}") for number in range(5)]
    jobs = [await a_job_type(cast, code=f"type_{number}", proofs=[]) for number in range(5)]

    async def ask(form, job):
        rules = {"proofs": [a_rule("form", form_id=form["id"])]}
        return await cast.sergei.patch(f"/job-types/{job['id']}", rules, if_match="*")

    pairs = list(zip(forms, jobs, strict=True))
    asked = [ask(form, job) for form, job in pairs]
    retired = [cast.irina.post(f"/forms/{form['id']}/retire", if_match="*") for form in forms]
    told = [one.status_code for one in await asyncio.gather(*asked, *retired)]

    both = list(zip(told[:5], told[5:], strict=True))
    assert set(both) <= {(200, 409), (422, 200)}, "one of the two, and never both"


async def test_a_skill_the_company_does_not_have_is_refused(cast):
    answer = await cast.sergei.post("/job-types", BALCONY | {"required_skills": ["magic"]})

    assert code_of(answer) == (422, "skill_unknown")


async def test_a_code_names_one_job_type(cast, other_cast):
    await a_job_type(cast)

    assert code_of(await cast.irina.post("/job-types", BALCONY)) == (409, "job_type_code_taken")
    assert (await other_cast.irina.post("/job-types", BALCONY)).status_code == 201


async def test_a_job_type_is_changed_by_whoever_saw_it_last(cast):
    job_type = await a_job_type(cast)
    path = f"/job-types/{job_type['id']}"

    changed = await cast.sergei.patch(
        path,
        {"name": "Замер лоджии", "ladder": [], "proofs": [], "required_skills": ["install"]},
        if_match='"1"',
    )
    lost = await cast.irina.patch(path, {"name": "x"}, if_match='"1"')

    assert changed.status_code == 200, changed.text
    read = (await cast.olga.get(path)).json()
    assert read == changed.json()
    assert (read["name"], read["ladder"], read["required_skills"]) == ("Замер лоджии", [], ["install"])
    assert (read["proofs"], read["duration_min"]) == ([], job_type["duration_min"])
    assert lost.status_code == 412


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"required_skills": ["magic"]}, "skill_unknown"),
        ({"proofs": [{"proof": "place", "stage": "start", "level": "warn"}]}, "proof_rules_invalid"),
    ],
)
async def test_a_change_is_checked_like_a_new_one(cast, change, code):
    job_type = await a_job_type(cast)

    answer = await cast.sergei.patch(f"/job-types/{job_type['id']}", change, if_match='"1"')

    assert code_of(answer) == (422, code)


async def test_a_retired_job_type_takes_no_new_jobs(cast):
    job_type = await a_job_type(cast)
    await cast.sergei.patch(f"/job-types/{job_type['id']}", {"is_active": False}, if_match='"1"')
    client = (await cast.olga.post("/clients", {"name": "Анна"})).json()
    place = {"address": "Тверская, 12", "point": {"lat": 55.76, "lon": 37.6}}
    site = (await cast.olga.post(f"/clients/{client['id']}/sites", place)).json()

    answer = await cast.olga.post(
        "/jobs", {"client_id": client["id"], "site_id": site["id"], "job_type_id": job_type["id"]}
    )

    assert code_of(answer) == (422, "job_type_retired")
    active = (await cast.olga.get("/job-types?is_active=true")).json()["items"]
    assert {one["code"] for one in active} == {"measurement", "installation"}
    assert len((await cast.olga.get("/job-types")).json()["items"]) == 3


@pytest.mark.covers("M36", "M37")
async def test_managers_configure_their_own_company(cast, other_cast):
    job_type = await a_job_type(cast)
    path = f"/job-types/{job_type['id']}"

    assert (await cast.olga.post("/job-types", BALCONY)).status_code == 403
    assert (await cast.olga.patch(path, {"name": "x"}, if_match='"1"')).status_code == 403
    assert (await cast.pavel.get("/job-types")).status_code == 403
    assert code_of(await other_cast.olga.get(path)) == (404, "job_type_not_found")
    assert code_of(await other_cast.sergei.patch(path, {"name": "x"}, if_match='"1"')) == (
        404,
        "job_type_not_found",
    )


async def skills_and_types(maker, company_id):
    scope = Scope(company_id=company_id, user_id=uuid7(), roles=frozenset({Role.OWNER}))
    async with transaction(maker, company_id) as session:
        job_types = await queries.find_job_types(session, scope, is_active=None)
    return {one.code: one for one in job_types}


@pytest.mark.covers("M1", "M2")
async def test_a_new_company_can_work_at_once(cast, maker, background):
    """As after its registration: the cast's company has measuring and installing already, of its own make."""
    registered = CompanyRegistered(owner_id=cast.irina.id, lang="ru", timezone="Europe/Moscow")
    async with transaction(maker, cast.company_id) as session:
        await announce(session, cast.company_id, registered)

    await background.run()

    found = await skills_and_types(maker, cast.company_id)
    assert set(found) == {"measurement", "installation", "service"}
    assert found["measurement"].id == cast.measurement_type_id  # what the company has made itself stays
    service = found["service"]
    assert (service.name, service.duration_min, service.required_skills) == ("Сервис", 90, ["service"])
    assert [step["action"] for step in service.ladder] == [str(step["action"]) for step in DEFAULT_LADDER]
    forms = {one["code"]: one for one in (await cast.olga.get("/forms")).json()["items"]}
    checklist = forms["service"]
    assert checklist["draft"]["ui"]["fields"]["complaint_confirmed"]["label"] == {
        "ru": "Неисправность подтвердилась?",
        "en": "Was the fault confirmed?",
    }
    assert (checklist["name"]["ru"], checklist["is_changed"]) == ("Чек-лист сервиса", False)
    assert {"form_id": checklist["id"], **a_rule("form")} in service.proofs
    skills = (await cast.olga.get("/skills")).json()["items"]
    assert {skill["code"]: skill["name"] for skill in skills}["service"] == "Сервис"


@pytest.mark.parametrize("lang", ["ru", "en"])
async def test_the_first_setup_can_be_done_twice_and_is_what_the_api_shows(cast, maker, lang):
    company_id = cast.company_id
    async with transaction(maker, company_id) as session:
        await setup.create_default_setup(session, company_id, lang, now=NOON)
        await setup.create_default_setup(session, company_id, lang, now=NOON)

    shown = (await cast.irina.get("/job-types")).json()["items"]

    assert [one["code"] for one in shown].count("service") == 1
    service = next(one for one in shown if one["code"] == "service")
    assert service["name"] == {"ru": "Сервис", "en": "Service"}[lang]
    forms = (await cast.irina.get("/forms")).json()["items"]
    assert [(one["code"], one["published_number"]) for one in forms] == [
        ("measurement", 1),
        ("installation", 1),
        ("service", 1),
    ]
    choices = forms[2]["draft"]["ui"]["fields"]["cause"]["choices"]
    assert choices["cause_wear"] == {"ru": "износ", "en": "wear"}

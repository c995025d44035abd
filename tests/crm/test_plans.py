"""Touch plans: a draft is edited, a version stays, a named person releases it."""

import pytest

CONTENT = {
    "audience": {"trigger": "request"},
    "stops": ["replied"],
    "steps": [
        {
            "code": "call",
            "task": {"channel": "call", "note": "Позвонить", "responsible": {"by": "owner"}},
        }
    ],
}


async def a_plan(cast, **fields):
    body = {"code": "calls", "name": "Звонки", "content": CONTENT} | fields
    answer = await cast.sergei.post("/crm/plans", body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def do(person, plan, what, body=None):
    seen = (await person.get(f"/crm/plans/{plan['id']}")).json()
    return await person.post(f"/crm/plans/{plan['id']}/{what}", body, if_match=f'"{seen["version"]}"')


@pytest.mark.covers("R24")
async def test_a_company_finds_the_plans_of_the_product_switched_off(cast):
    first = (await cast.olga.get("/crm/plans")).json()["items"]
    again = (await cast.olga.get("/crm/plans")).json()["items"]

    assert first == again
    assert {"newcomer", "fan", "dormant", "returnee"} <= {one["code"] for one in first}
    assert {(one["status"], one["published_number"]) for one in first} == {("off", None)}
    assert next(one["name"] for one in first if one["code"] == "left_to_think") == "Ушёл подумать"
    texts = (await cast.olga.get("/message-templates")).json()["items"]
    assert {one["published_number"] for one in texts if one["kind"].startswith("plan_")} == {None}


@pytest.mark.covers("R24", "R36")
async def test_a_published_version_stays_whatever_becomes_of_the_draft(cast):
    plan = await a_plan(cast)
    published = await do(cast.sergei, plan, "publish", {"comment": "Начали"})
    twice = await do(cast.sergei, plan, "publish", {})

    assert (published.json()["published_number"], twice.json()["published_number"]) == (1, 1)
    changed = CONTENT | {"stops": ["replied", "booking_created"]}
    lost = await cast.sergei.patch(f"/crm/plans/{plan['id']}", {"content": changed}, if_match='"1"')
    assert lost.status_code == 412
    seen = twice.json()["version"]
    done = await cast.sergei.patch(f"/crm/plans/{plan['id']}", {"content": changed}, if_match=f'"{seen}"')
    assert done.status_code == 200, done.text
    versions = (await cast.olga.get(f"/crm/plans/{plan['id']}/versions")).json()["items"]
    assert [(one["number"], one["content"]["stops"]) for one in versions] == [(1, ["replied"])]
    second = await do(cast.sergei, plan, "publish", {})
    versions = (await cast.olga.get(f"/crm/plans/{plan['id']}/versions")).json()["items"]
    assert second.json()["published_number"] == 2
    assert [len(one["content"]["stops"]) for one in versions] == [2, 1]


@pytest.mark.covers("R25")
async def test_a_plan_is_released_by_a_named_person_and_held_up_again(cast):
    plan = await a_plan(cast)

    early = await do(cast.sergei, plan, "release")
    assert (early.status_code, early.json()["code"]) == (409, "plan_not_published")
    await do(cast.sergei, plan, "publish", {})
    refused = await do(cast.olga, plan, "release")
    assert refused.status_code == 403
    released = (await do(cast.sergei, plan, "release")).json()
    assert (released["status"], released["released_by"]) == ("on", str(cast.sergei.id))
    batch = (await cast.olga.get(f"/message-batches/{released['batch_id']}")).json()["batch"]
    assert (batch["status"], batch["released_by"]) == ("released", str(cast.sergei.id))
    paused = (await do(cast.sergei, plan, "pause")).json()
    assert paused["status"] == "paused"
    batch = (await cast.olga.get(f"/message-batches/{released['batch_id']}")).json()["batch"]
    assert batch["status"] == "paused"
    retired = await do(cast.irina, plan, "retire")
    assert retired.json()["status"] == "retired"
    again = await do(cast.irina, plan, "release")
    assert (again.status_code, again.json()["code"]) == (409, "plan_move_impossible")


async def test_a_plan_with_an_unpublished_text_is_not_published(cast):
    message = {"template": "spring", "channels": [{"channel": "sms"}]}
    plan = await a_plan(cast, content=CONTENT | {"steps": [{"code": "write", "message": message}]})

    refused = await do(cast.sergei, plan, "publish", {})

    assert refused.status_code == 422
    [error] = refused.json()["errors"]
    assert error["code"] == "plan_template_unknown"
    assert error["message"] == "Шаблон «spring» не опубликован."
    taken = await cast.sergei.post("/crm/plans", {"code": "calls", "name": "Ещё", "content": CONTENT})
    assert (taken.status_code, taken.json()["code"]) == (409, "plan_code_taken")

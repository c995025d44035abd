"""JSON that is nested too deep is the fault of whoever sends it, whatever way it comes in."""

import json

import pytest

from app.core.ids import uuid7
from app.openapi_file import app_to_describe
from tests.cast import API

DEPTHS = (50, 300, 700, 900, 1_100, 2_000, 20_000)
WRITING = ("post", "put", "patch", "delete")


def nested(depth):
    return "[" * depth + "]" * depth


def nested_objects(depth):
    return '{"a":' * depth + "1" + "}" * depth


def bodies_of(schema):
    """The body itself, and each of its fields, at the depth that breaks what reads it."""
    yield nested(2_000)
    yield nested_objects(2_000)
    for name in schema.get("properties", {}):
        yield f'{{"{name}": {nested(2_000)}}}'


@pytest.fixture(scope="module")
def ways():
    """Method, path, roles and bodies of each operation that takes JSON."""
    document = app_to_describe().openapi_schema.to_schema()
    schemas = document["components"]["schemas"]
    found = []
    for path, item in document["paths"].items():
        for method, operation in item.items():
            content = operation.get("requestBody", {}).get("content", {})
            if method in WRITING and "application/json" in content:
                name = content["application/json"]["schema"].get("$ref", "").rpartition("/")[2]
                found.append((method, path, operation["x-roles"], list(bodies_of(schemas.get(name, {})))))
    return found


async def test_no_way_in_breaks_on_deep_json(cast, ways):
    people = [cast.irina, cast.sergei, cast.olga, cast.galina, cast.marina, cast.pavel, cast.rinat]
    answers = []
    for method, path, roles, bodies in ways:
        who = next((one for one in people if {*one.scope.roles} & {*roles}), cast.irina)
        address = "/".join(str(uuid7()) if part.startswith("{") else part for part in path.split("/"))
        for body in bodies:
            answer = await who.call(
                method.upper(), address.removeprefix(API), body.encode(), content_type="application/json"
            )
            answers.append((method, path, body[:40], answer.status_code))

    assert len(ways) > 100
    assert [one for one in answers if one[-1] >= 500] == []


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("nesting", [nested, nested_objects])
async def test_what_reads_its_body_by_itself_survives_deep_json(cast, anonymous, depth, nesting):
    deep = nesting(depth)
    to_api = {"content-type": "application/json"}
    command = f'{{"command_id": "{uuid7()}", "occurred_at": "2026-03-02T09:00:00Z", "answers": {deep}}}'
    shell = f'{{"kind": "answer_form", "subject_id": "{uuid7()}", "command": {command}}}'
    batches = [deep, f'{{"kind": "answer_form", "subject_id": "{uuid7()}", "command": {deep}}}', shell]

    answers = [
        await cast.pavel.post("/tracking/pings", f'{{"pings": [{deep}]}}'.encode()),
        await cast.pavel.post("/tracking/pings", f'{{"pings": [{deep}, NaN]}}'.encode()),
        await anonymous.post("/api/v1/tracking/osmand", content=f'{{"location": {deep}}}', headers=to_api),
        await anonymous.post(
            "/api/v1/tracking/osmand", content=f'{{"location": [NaN, {deep}]}}', headers=to_api
        ),
        await anonymous.post("/api/v1/tracking/owntracks", content=f'[{{"_type": "lwt", "a": {deep}}}]'),
        await anonymous.post("/api/v1/acts/x/verify", content=f'{{"sha256": {deep}}}', headers=to_api),
        *[
            await cast.pavel.post(
                "/field/sync/commands",
                f'{{"sent_at": "2026-03-02T09:00:00Z", "commands": [{one}]}}'.encode(),
            )
            for one in batches
        ],
    ]

    assert [one.text for one in answers if one.status_code >= 500] == []


async def test_the_refusal_says_that_it_is_too_deep(cast):
    answer = await cast.pavel.post("/tracking/pings", f'{{"pings": [{nested(2_000)}]}}'.encode())

    assert answer.status_code == 400
    assert "вложенность" in answer.json()["detail"]
    assert json.loads(answer.text)["code"] == "request_invalid"

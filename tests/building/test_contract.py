"""Clients are generated from `openapi/openapi.json`, so it must be fresh, complete and true."""

import re
from collections import Counter

import msgspec
import pytest

from app.field.push.registry import KINDS
from app.http.openapi.completion import examples, tag_descriptions
from app.openapi_file import CONTRACT, contract_text

VERB_AND_NOUN = re.compile(r"^[a-z]+(?:[A-Z][a-z0-9]*)+$")


@pytest.fixture
def operations(routes):
    return [one for one in routes if one.described]


def test_the_file_is_fresh():
    assert CONTRACT.read_text(encoding="utf-8") == contract_text(), "run `make openapi`"


def test_every_operation_has_a_name_of_its_own_that_makes_a_good_method(operations):
    names = [one.described["operationId"] for one in operations]

    assert len(names) == len(set(names))
    assert [name for name in names if not VERB_AND_NOUN.match(name)] == []


def test_every_operation_is_explained_and_stands_in_a_group(operations):
    for one in operations:
        assert one.handler.fn.__doc__, f"{one.name} has no docstring"
        assert one.described["summary"], one.name
        assert len(one.described["summary"]) <= 120, (
            f"{one.name}: the first sentence is too long for a summary"
        )
        assert one.described.get("tags"), f"{one.name} has no tag"


def test_every_shape_has_a_name_of_its_own(document):
    """Two structs with the same name would get the names of their modules in front. Generators fail on that."""
    titles = Counter(schema.get("title", name) for name, schema in document["components"]["schemas"].items())

    assert [title for title, times in titles.items() if times > 1] == []
    assert [name for name in document["components"]["schemas"] if not name.isalnum()] == []


def test_a_whole_number_is_one_kind_of_number(document):
    """An integer is a number too: a choice of exactly one of both would refuse every whole number."""
    both = []

    def look(part: object, at: str) -> None:
        if isinstance(part, dict):
            kinds = [one.get("type") for one in part.get("oneOf", ())]
            if "integer" in kinds and "number" in kinds:
                both.append(at)
        inner = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
        for name, one in inner:
            look(one, f"{at}/{name}")

    look(document, "")

    assert both == []


def test_answers_of_json_are_objects(operations):
    """GeoJSON has a media type of its own, and is JSON all the same."""
    found = {
        one.name: answer["schema"]["type"]
        for one in operations
        for status, said in one.described["responses"].items()
        for kind, answer in said.get("content", {}).items()
        if status < "400" and kind.endswith("+json")
    }

    assert found
    assert set(found.values()) == {"object"}, found


def test_every_group_is_explained(operations):
    used = {tag for one in operations for tag in one.described["tags"]}

    assert used == set(tag_descriptions())


def test_every_error_answer_is_a_problem_document(operations, document):
    for one in operations:
        for status, answer in one.described["responses"].items():
            if int(status) < 400 or int(status) in (one.handler.responses or {}):
                continue
            shared = document["components"]["responses"].get(answer.get("$ref", "").rpartition("/")[2])
            assert set((shared or answer)["content"]) == {"application/problem+json"}, f"{one.name} {status}"


def test_every_operation_documents_the_errors_of_its_kind(operations):
    for one in operations:
        statuses = set(one.described["responses"])
        parameters = {parameter["name"] for parameter in one.described.get("parameters", ())}
        expected = {"500", "503"}
        expected |= {"401"} if one.described["x-roles"] else set()
        expected |= {"404"} if "{" in one.path else set()
        expected |= {"400", "413"} if "requestBody" in one.described else set()
        expected |= {"412", "428"} if "If-Match" in parameters else set()
        expected |= {"422"} if "Idempotency-Key" in parameters else set()

        assert expected - statuses == set(), one.name


def test_the_refusals_of_the_services_are_listed_by_code(operations):
    offer = next(one for one in operations if one.described["operationId"] == "offerVisit").described

    assert "visit_not_found" in offer["responses"]["404"]["description"]
    assert "worker_busy" in offer["responses"]["409"]["description"]


def test_public_operations_need_no_token_and_others_do(operations, document):
    assert document["security"] == [{"bearer": []}]
    for one in operations:
        assert one.described.get("security", [{"bearer": []}]) == (
            [{"bearer": []}] if one.described["x-roles"] else [{}]
        )


def test_every_operation_with_a_body_describes_it(operations):
    bodiless = [
        one.name
        for one in operations
        if one.method in ("PUT", "PATCH") and not one.described.get("requestBody", {}).get("content")
    ]

    assert bodiless == []


def test_a_body_is_described_as_strictly_as_it_is_read(operations, document):
    schemas = document["components"]["schemas"]
    for one in operations:
        content = one.described.get("requestBody", {}).get("content", {})
        if "application/json" in content and "reads_body" not in one.handler.opt:
            name = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
            assert schemas[name]["additionalProperties"] is False, name

    assert schemas["CreateWorker"]["properties"]["skills"]["items"]["pattern"] == "^[a-z][a-z0-9_]{0,39}$"
    assert schemas["AddWorkItem"]["properties"]["price_kop"]["minimum"] == 0
    corner = schemas["CreateTerritory"]["properties"]["coordinates"]["items"]["items"]
    assert corner == {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}


BARE_LISTS = {
    "getVisitHistory",
    "listAttachments",
    "listDevices",
    "listMeasurements",
    "listOffers",
}
"""Older than the rule. Changing them would break clients; no further one is added."""


def test_no_list_stands_bare_but_those_that_always_did(operations):
    """Nothing could be added beside a bare list later, not even a cursor."""
    bare = {
        one.described["operationId"]
        for one in operations
        for status, answer in one.described["responses"].items()
        for content in answer.get("content", {}).values()
        if status.startswith("2") and content["schema"].get("type") == "array"
    }

    assert bare == BARE_LISTS


def test_a_choice_of_one_is_none(document):
    """A generator would invent a name for it: `UpdateClientKindType0`."""
    shapes = document["components"]["schemas"]
    fields = {
        f"{name}.{key}": one
        for name, shape in shapes.items()
        for key, one in shape.get("properties", {}).items()
    }

    assert [name for name, field in fields.items() if len(field.get("oneOf", ())) == 1] == []


def test_the_version_that_was_seen_must_be_sent(operations):
    matches = [
        parameter
        for one in operations
        for parameter in one.described.get("parameters", ())
        if parameter["name"] == "If-Match"
    ]

    assert {one["required"] for one in matches} == {True}


def test_every_example_is_a_body_that_its_operation_takes(operations):
    by_name = {one.described["operationId"]: one.handler for one in operations}
    for name, body in examples().items():
        wanted = by_name[name].parsed_fn_signature.parameters["data"].annotation
        msgspec.convert(body, wanted)


def test_every_operation_that_creates_something_has_an_example(operations):
    bare = [
        one.described["operationId"]
        for one in operations
        if one.handler.status_code == 201
        and "application/json" in one.described.get("requestBody", {}).get("content", {})
        and one.described["operationId"] not in examples()
    ]

    assert bare == []


async def test_the_page_works_without_the_internet(anonymous):
    page = await anonymous.get("/docs")
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text.partition("<body>")[0])

    assert addresses != []
    for address in addresses:
        assert address.startswith("/docs-assets/"), address
        asset = await anonymous.get(address)
        assert (asset.status_code, len(asset.content) > 500) == (200, True), address


async def test_the_page_shows_the_same_contract_as_the_file(anonymous):
    served = await anonymous.get("/docs/openapi.json")

    assert served.json() == msgspec.json.decode(CONTRACT.read_bytes())


def test_a_batch_of_a_phone_names_every_kind_of_command_and_its_body(document):
    schemas = document["components"]["schemas"]
    item = schemas["PushCommands"]["properties"]["commands"]["items"]
    lines = [f"| `{name}` | {one.subject} | `{one.body.__name__}` |" for name, one in KINDS.items()]

    assert item["properties"]["kind"]["enum"] == sorted(KINDS)
    assert {one.body.__name__ for one in KINDS.values()} <= schemas.keys()
    assert [line for line in lines if line not in item["description"]] == []


def test_commands_about_being_tracked_show_that_they_carry_no_place(document):
    schemas = document["components"]["schemas"]
    names = ("GiveTrackingConsent", "WithdrawTrackingConsent", "StartPrivateTime", "EndPrivateTime")

    assert {schemas[name]["properties"]["point"]["type"] for name in names} == {"null"}


def test_what_gps_programs_send_is_described(document):
    osmand, owntracks = (document["paths"][f"/api/v1/tracking/{name}"] for name in ("osmand", "owntracks"))

    for operation in (osmand["get"], osmand["post"]):
        assert {"id", "lat", "lon", "timestamp"} <= {one["name"] for one in operation["parameters"]}
    assert {*osmand["post"]["requestBody"]["content"]} == {
        "application/json",
        "application/x-www-form-urlencoded",
    }
    assert "_type" in owntracks["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"]

"""Forms of the company's own: what the office may ask, drafts and versions, and how answers are judged."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from app.db.session import transaction
from app.orders.forms.judging import find_problems, find_problems_so_far, is_complete
from app.orders.forms.patterns import fault_of_pattern
from app.orders.forms.policies import compile_schema
from tests.dispatch.given import code_of

pytestmark = pytest.mark.covers("M38")

PROPERTIES = {
    "level": {"type": "boolean"},
    "why_not": {"type": "string", "maxLength": 300, "x-shown-if": {"field": "level", "any_of": [False]}},
    "gap_mm": {"type": "number", "minimum": 0, "maximum": 60},
    "foam": {"type": "string", "enum": ["winter", "summer"]},
    "floor": {"type": "integer"},
    "works": {"type": "array", "items": {"type": "string", "enum": ["sill", "slope"]}, "maxItems": 2},
    "next_on": {"type": "string", "format": "date"},
    "tape": {"type": "string", "format": "attachment"},
    "seal": {"type": "string", "pattern": r"^[А-Я]{2}-\d{4}$"},
}


def words(ru, en=None):
    return {"ru": ru} | ({"en": en} if en else {})


def a_draft(properties=PROPERTIES, required=("level", "why_not", "gap_mm"), **ui):
    fields = {code: {"label": words(f"Вопрос {code}", f"Question {code}")} for code in properties}
    return {
        "schema": {"type": "object", "properties": properties, "required": list(required)},
        "ui": {"order": list(properties), "fields": fields} | ui,
    }


async def a_form(cast, *, code="handover", draft=None):
    body = {"code": code, "name": words("Сдача работ", "Handover"), "draft": draft or a_draft()}
    answer = await cast.sergei.post("/forms", body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def published(cast, form):
    answer = await cast.sergei.post(f"/forms/{form['id']}/publish", if_match=f'"{form["version"]}"')
    assert answer.status_code == 200, answer.text
    return answer.json()


async def changed(cast, form, **changes):
    answer = await cast.sergei.patch(f"/forms/{form['id']}", changes, if_match=f'"{form["version"]}"')
    assert answer.status_code == 200, answer.text
    return answer.json()


async def versions(cast, form):
    return (await cast.olga.get(f"/forms/{form['id']}/versions")).json()["items"]


async def test_a_form_is_made_without_programming_and_published(cast):
    form = await a_form(cast)
    before = await versions(cast, form)

    now = await published(cast, form)

    assert (before, form["published_version"], form["is_changed"]) == ([], None, True)
    assert (now["published_number"], now["is_changed"], now["is_retired"]) == (1, False, False)
    (version,) = await versions(cast, form)
    assert (version["number"], version["version"]) == (1, now["published_version"])
    assert version["ui"] == form["draft"]["ui"]
    assert (await cast.olga.get(f"/forms/{form['id']}")).json() == now
    assert (await cast.olga.get("/forms")).json()["items"] == [now]


async def test_a_published_version_is_a_json_schema_that_any_validator_understands(cast):
    form = await a_form(cast)
    await published(cast, form)

    (version,) = await versions(cast, form)

    Draft202012Validator.check_schema(version["schema"])
    assert version["schema"]["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert version["schema"]["required"] == ["level", "gap_mm"]
    assert version["schema"]["allOf"] == [
        {
            "if": {"properties": {"level": {"enum": [False]}}, "required": ["level"]},
            "then": {"required": ["why_not"]},
        }
    ]


async def test_a_change_of_the_draft_changes_nothing_that_is_published(cast):
    form = await published(cast, await a_form(cast))
    (first,) = await versions(cast, form)

    form = await changed(cast, form, draft=a_draft({"level": {"type": "boolean"}}, ["level"]))
    still = await versions(cast, form)
    form = await published(cast, form)

    assert still == [first]
    newest, oldest = await versions(cast, form)
    assert oldest == first
    assert (newest["number"], newest["version"] != first["version"]) == (2, True)
    assert form["is_changed"] is False


async def test_publishing_what_is_published_makes_no_second_version(cast):
    form = await published(cast, await a_form(cast))

    await published(cast, form)

    assert [one["number"] for one in await versions(cast, form)] == [1]


async def test_a_form_that_is_changed_back_has_the_name_of_its_first_version_again(cast):
    form = await published(cast, await a_form(cast))
    form = await published(cast, await changed(cast, form, draft=a_draft({"level": {"type": "boolean"}}, [])))
    form = await published(cast, await changed(cast, form, draft=a_draft()))

    newest, _, first = await versions(cast, form)

    assert (newest["version"], newest["number"]) == (first["version"], 3)


async def test_whoever_saw_it_last_changes_a_form(cast):
    form = await a_form(cast)
    path, old = f"/forms/{form['id']}", f'"{form["version"]}"'
    await changed(cast, form, name=words("Сдача"))

    assert (await cast.irina.patch(path, {"name": words("x")}, if_match=old)).status_code == 412
    assert (await cast.irina.post(f"{path}/publish", if_match=old)).status_code == 412
    assert (await cast.irina.patch(path, {"name": words("x")})).status_code == 428


async def test_a_code_names_one_form(cast, other_cast):
    form = await a_form(cast)
    body = {name: form[name] for name in ("code", "name", "draft")}

    assert code_of(await cast.irina.post("/forms", body)) == (409, "form_code_taken")
    assert (await other_cast.irina.post("/forms", body)).status_code == 201


async def test_managers_edit_forms_and_the_office_reads_them(cast, other_cast):
    form = await a_form(cast)
    path = f"/forms/{form['id']}"

    for person in (cast.olga, cast.pavel):
        assert (await person.post("/forms", {})).status_code == 403
        assert (await person.patch(path, {}, if_match="*")).status_code == 403
        assert (await person.post(f"{path}/publish", if_match="*")).status_code == 403
    assert (await cast.pavel.get("/forms")).status_code == 403
    assert (await other_cast.sergei.get(path)).status_code == 404
    assert (await other_cast.sergei.patch(path, {}, if_match="*")).status_code == 404
    assert (await other_cast.sergei.get(f"{path}/versions")).status_code == 404


@pytest.mark.parametrize("statement", ["UPDATE form_version SET schema = '{}'", "DELETE FROM form_version"])
async def test_the_database_lets_nobody_change_a_version(cast, statement):
    await published(cast, await a_form(cast))

    async with transaction(cast.maker, cast.company_id) as session:
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with session.begin_nested():
                await session.execute(text(statement))


@pytest.mark.parametrize(
    ("field", "path"),
    [
        ({"type": "essay"}, "draft.schema.properties.q"),
        ({"type": "string", "minimum": 1}, "draft.schema.properties.q.minimum"),
        ({"type": "string", "format": "uri"}, "draft.schema.properties.q.format"),
        ({"type": "string", "$ref": "https://example.com/schema"}, "draft.schema.properties.q.$ref"),
        ({"type": "object", "properties": {}}, "draft.schema.properties.q"),
        ({"type": "string", "enum": ["one"]}, "draft.schema.properties.q.enum"),
        ({"type": "string", "pattern": "x" * 201}, "draft.schema.properties.q.pattern"),
        ({"type": "boolean", "x-shown-if": {"field": "q"}}, "draft.schema.properties.q.x-shown-if.any_of"),
    ],
)
async def test_what_is_outside_the_subset_is_refused_with_its_place(cast, field, path):
    body = {"code": "x", "name": words("Форма"), "draft": a_draft({"q": field}, [])}

    answer = await cast.sergei.post("/forms", body)

    assert answer.status_code == 400, answer.text
    assert answer.json()["errors"][0]["path"].startswith(path), answer.text


@pytest.mark.parametrize(
    ("properties", "fault"),
    [
        ({"q": {"type": "number", "minimum": 2, "maximum": 1}}, ("q.minimum", "least_above_most")),
        ({"q": {"type": "string", "enum": ["a", "a"]}}, ("q.enum", "choice_repeated")),
        ({"q": {"type": "string", "enum": ["a", "b"], "pattern": "a"}}, ("q.pattern", "not_with_choices")),
        ({"q": {"type": "array", "items": {"type": "string"}}}, ("q.items", "list_of_what")),
        ({"q": {"type": "string", "pattern": "("}}, ("q.pattern", "pattern_broken")),
        ({"q": {"type": "string", "pattern": "^(a+)+$"}}, ("q.pattern", "pattern_too_slow")),
        ({"q": {"type": "string", "pattern": "(?=a)"}}, ("q.pattern", "pattern_not_portable")),
        (
            {"q": {"type": "boolean", "x-shown-if": {"field": "z", "any_of": [True]}}},
            ("q.x-shown-if.field", "field_not_there"),
        ),
        (
            {"q": {"type": "boolean", "x-shown-if": {"field": "q", "any_of": [True]}}},
            ("q.x-shown-if.field", "conditions_in_circle"),
        ),
        (
            {
                "n": {"type": "number"},
                "q": {"type": "boolean", "x-shown-if": {"field": "n", "any_of": ["1"]}},
            },
            ("q.x-shown-if.field", "condition_on_free_answer"),
        ),
        (
            {
                "n": {"type": "boolean"},
                "q": {"type": "number", "x-shown-if": {"field": "n", "any_of": ["да"]}},
            },
            ("q.x-shown-if.any_of", "value_never_given"),
        ),
    ],
)
async def test_a_question_that_cannot_be_answered_is_refused_with_its_place(cast, properties, fault):
    body = {"code": "x", "name": words("Форма"), "draft": a_draft(properties, [])}

    answer = await cast.sergei.post("/forms", body)

    assert code_of(answer) == (422, "form_invalid")
    (error,) = answer.json()["errors"]
    assert (error["path"], error["code"]) == (f"draft.schema.properties.{fault[0]}", fault[1])
    assert error["message"]


@pytest.mark.parametrize(
    ("draft", "fault"),
    [
        (a_draft(required=["level", "levle"]), ("schema.required[1]", "field_not_there")),
        (a_draft(required=["level", "level"]), ("schema.required[1]", "repeated")),
        (a_draft(order=[*PROPERTIES, "level"]), (f"ui.order[{len(PROPERTIES)}]", "repeated")),
        (a_draft(order=[*PROPERTIES, "x"]), (f"ui.order[{len(PROPERTIES)}]", "field_not_there")),
        (a_draft(order=[one for one in PROPERTIES if one != "foam"]), ("ui.order", "field_left_out")),
        (a_draft({"q": {"type": "boolean"}}, [], fields={}), ("ui.fields", "words_missing")),
        (
            a_draft(
                {"q": {"type": "string", "enum": ["a", "b"]}},
                [],
                fields={"q": {"label": words("?"), "choices": {"c": words("?")}}},
            ),
            ("ui.fields.q.choices.c", "value_never_given"),
        ),
    ],
)
async def test_order_and_words_fit_the_questions(cast, draft, fault):
    form = await a_form(cast)

    answer = await cast.sergei.patch(f"/forms/{form['id']}", {"draft": draft}, if_match="*")

    assert code_of(answer) == (422, "form_invalid")
    (error,) = answer.json()["errors"]
    assert (error["path"], error["code"]) == (f"draft.{fault[0]}", fault[1])
    assert (await cast.olga.get(f"/forms/{form['id']}")).json() == form


async def test_a_form_has_limits(cast):
    many = {f"q{number}": {"type": "boolean"} for number in range(101)}
    large = {
        f"q{number}": {"type": "string", "enum": [f"{c:02}" * 100 for c in range(50)]} for number in range(10)
    }

    too_many = await cast.sergei.post("/forms", {"code": "x", "name": words("x"), "draft": a_draft(many, [])})
    too_large = await cast.sergei.post(
        "/forms", {"code": "x", "name": words("x"), "draft": a_draft(large, [])}
    )

    assert (too_many.status_code, too_many.json()["errors"][0]["path"]) == (400, "draft.schema.properties")
    assert code_of(too_large) == (422, "form_invalid")
    assert [one["code"] for one in too_large.json()["errors"]] == ["form_too_large"]


SCHEMA = compile_schema(a_draft()["schema"])
FULL = {"level": True, "gap_mm": 12.5}


def problems(answers, schema=SCHEMA):
    return [(one.path, one.code) for one in find_problems(schema, answers, list(schema["properties"]))]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"level": "да"}, "answer_does_not_fit"),
        ({"level": 1}, "answer_does_not_fit"),
        ({"gap_mm": -1}, "answer_too_small"),
        ({"gap_mm": 61}, "answer_too_large"),
        ({"gap_mm": True}, "answer_does_not_fit"),
        ({"foam": "autumn"}, "answer_does_not_fit"),
        ({"floor": 2.5}, "answer_does_not_fit"),
        ({"floor": 10**13}, "answer_too_large"),
        ({"works": ["sill", "sill"]}, "answers_repeated"),
        ({"works": "sill"}, "answer_does_not_fit"),
        ({"next_on": "2026-02-30"}, "answer_does_not_fit"),
        ({"next_on": "2026-W10-1"}, "answer_does_not_fit"),
        ({"tape": "photo.jpg"}, "answer_does_not_fit"),
        ({"seal": "ОК-12345"}, "answer_against_pattern"),
        ({"level": False, "why_not": "  "}, "answer_does_not_fit"),
        ({"level": False, "why_not": "x" * 301}, "answer_too_long"),
        ({"colour": "белый"}, "question_unknown"),
    ],
)
def test_an_answer_that_does_not_fit_is_named_with_its_reason(answer, code):
    field = list(answer)[-1]

    assert problems(FULL | answer) == [(f"answers.{field}", code)]


def test_an_item_of_a_list_is_named_by_its_place():
    assert problems(FULL | {"works": ["sill", "roof"]}) == [("answers.works[1]", "answer_does_not_fit")]


def test_problems_stand_in_the_order_of_the_form():
    assert problems({"colour": 1, "foam": 1, "gap_mm": None}) == [
        ("answers.level", "answer_missing"),
        ("answers.gap_mm", "answer_missing"),
        ("answers.foam", "answer_does_not_fit"),
        ("answers.colour", "question_unknown"),
    ]


def test_a_field_that_is_not_shown_is_not_required():
    assert problems({"level": True, "gap_mm": 1}) == []
    assert problems({"level": False, "gap_mm": 1}) == [("answers.why_not", "answer_missing")]
    assert is_complete(SCHEMA, {"level": False, "gap_mm": 1, "why_not": "Стена завалена"})


def test_half_a_form_has_no_problem_yet_unless_an_answer_is_wrong():
    assert find_problems_so_far(SCHEMA, {"foam": "winter"}, []) == []
    assert [one.code for one in find_problems_so_far(SCHEMA, {"foam": "autumn"}, [])] == [
        "answer_does_not_fit"
    ]
    assert not is_complete(SCHEMA, {"foam": "winter"})


def shown_if(field, *values):
    return {"x-shown-if": {"field": field, "any_of": list(values)}}


def test_what_is_hidden_decides_nothing():
    chain = {
        "old": {"type": "boolean"},
        "kind": {"type": "string", "enum": ["wood", "plastic"]} | shown_if("old", True),
        "paint": {"type": "boolean"} | shown_if("kind", "wood"),
    }
    schema = compile_schema({"properties": chain, "required": ["old", "kind", "paint"]})

    assert problems({"old": True, "kind": "wood"}, schema) == [("answers.paint", "answer_missing")]
    assert problems({"old": False, "kind": "wood"}, schema) == []


def test_a_condition_on_a_list_asks_whether_it_contains_a_choice():
    fields = {"works": PROPERTIES["works"], "depth": {"type": "number"} | shown_if("works", "slope")}
    schema = compile_schema({"properties": fields, "required": ["depth"]})

    assert problems({"works": ["sill"]}, schema) == []
    assert problems({"works": ["sill", "slope"]}, schema) == [("answers.depth", "answer_missing")]


def is_shown(code, fields, answers):
    """Step by step, as a person would read the form."""
    condition = fields[code].get("x-shown-if")
    if condition is None:
        return True
    value = answers.get(condition["field"])
    return value in condition["any_of"] and is_shown(condition["field"], fields, answers)


YES_NO = st.sampled_from([True, False])


@given(
    parents=st.lists(st.integers(0, 5), min_size=6, max_size=6),
    wanted=st.lists(YES_NO, min_size=6, max_size=6),
    required=st.sets(st.integers(0, 5)),
    answers=st.dictionaries(st.integers(0, 5), YES_NO),
)
def test_the_schema_asks_exactly_for_what_is_shown_and_required(parents, wanted, required, answers):
    fields = {}
    for number in range(6):
        condition = shown_if(f"q{parents[number]}", wanted[number]) if parents[number] < number else {}
        fields[f"q{number}"] = {"type": "boolean"} | condition
    given_answers = {f"q{number}": answer for number, answer in answers.items()}
    schema = compile_schema({"properties": fields, "required": [f"q{number}" for number in sorted(required)]})

    asked = [
        f"q{n}" for n in sorted(required) if is_shown(f"q{n}", fields, given_answers) and n not in answers
    ]

    Draft202012Validator.check_schema(schema)
    assert problems(given_answers, schema) == [(f"answers.{code}", "answer_missing") for code in asked]


@pytest.mark.parametrize(
    "pattern",
    [
        r"^\d{2}-\d{4}$",
        r"^[А-Я]{1,3}\d{1,6}$",
        r"^\(?\d+\)?$",
        r"^(да|нет)$",
        r"x",
        r"^\w*$",
        r"^(?:ab){2,4}$",
    ],
)
def test_usual_patterns_are_taken(pattern):
    assert fault_of_pattern(pattern, length_max=2000) is None


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        (r"^(a+)+$", "pattern_too_slow"),
        (r"^(a|aa)*$", "pattern_too_slow"),
        (r".*foo.*", "pattern_too_slow"),
        (r"^a|b*c", "pattern_too_slow"),
        (r"^((a{0,1000}){0,1000}){0,1000}$", "pattern_too_slow"),
        (r"(a)\1", "pattern_not_portable"),
        (r"(?i)a", "pattern_not_portable"),
        (r"(?P<x>a)", "pattern_not_portable"),
        (r"a(?!b)", "pattern_not_portable"),
        (r"(?>a)", "pattern_not_portable"),
        (r"[", "pattern_broken"),
        (r"a{9999999999999}", "pattern_broken"),
    ],
)
def test_a_pattern_that_could_stop_the_server_or_that_phones_do_not_know_is_refused(pattern, fault):
    assert fault_of_pattern(pattern, length_max=2000) == fault


ATOMS = st.sampled_from(["a", "[ab]", ".", r"\w"])
PATTERNS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{1,3}", "{0,9}"])).map(
            lambda pair: f"(?:{pair[0]}){pair[1]}"
        ),
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"(?:{pair[0]}|{pair[1]})"),
    ),
    max_leaves=6,
)


@settings(deadline=None)
@given(pattern=PATTERNS, length=st.integers(1, 200))
def test_a_pattern_that_is_taken_is_matched_fast(pattern, length):
    if fault_of_pattern(f"^{pattern}$", length_max=length) is not None:
        return

    began = time.perf_counter()
    re.search(f"^{pattern}$", "a" * (length - 1) + "!")

    assert time.perf_counter() - began < 1


def test_an_answer_beyond_its_limits_is_told_so_before_it_can_keep_the_server_busy():
    slow = compile_schema(
        {
            "properties": {
                "text": {"type": "string", "pattern": "^(?:a|aa){1,12}$", "maxLength": 12},
                "works": PROPERTIES["works"],
            },
            "required": ["text"],
        }
    )
    deep = []
    for _ in range(900):
        deep = [deep]

    began = time.perf_counter()
    told = [
        find_problems(slow, answers, ["text", "works"])
        for answers in (
            {"text": "a" * 5_000_000 + "!"},
            {"text": "aa", "works": [f"x{number}" for number in range(100_000)]},
            {"text": "aa", "works": deep},
            {"text": {"deep": deep}},
            {"text": "aa", "works": ["x" * 3000]},
        )
    ]

    assert time.perf_counter() - began < 1
    assert [[(one.path, one.code) for one in problems] for problems in told] == [
        [("answers.text", "answer_too_long")],
        [("answers.works", "answers_too_many")],
        [("answers.works", "answer_does_not_fit")],
        [("answers.text", "answer_does_not_fit")],
        [("answers.works", "answer_does_not_fit")],
    ]

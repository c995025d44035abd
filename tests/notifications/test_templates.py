"""A company writes the texts of its messages itself, in both languages, and goes back to the product's own."""

import asyncio
from typing import Any

import pytest

from app.core.ids import uuid7
from app.notifications.kinds import TO_WORKERS, VARIABLES, MessageKind
from app.notifications.templates.composing import write_from
from app.notifications.templates.filling import fill_html, stray_brace, variables_of
from app.notifications.templates.html import forbidden_in
from app.notifications.templates.preview import samples_of
from tests.notifications.stories import details_of, lines_to, new_phone, plan

OWN = "{company}: {worker} уже в пути{place}, ждите к {expected}. Вопросы: 8 800 555-35-35"
DRAFT = {"ru": {"sms": OWN}, "en": {"sms": "{company}: {worker} comes at {expected}{place}"}}
ON_MY_WAY = {"kind": "on_my_way", "draft": DRAFT}
INVITE = {
    "kind": "winter_invite",
    "legal_class": "marketing",
    "draft": {
        "ru": {"sms": "{name}, скидка на регулировку окон. {company}"},
        "variables": {
            "name": {"ru": ["Анна", "Александра Константиновна"]},
            "company": {"ru": ["Окна"]},
        },
    },
}


async def create(person, body: dict[str, Any], *, published: bool = False) -> dict[str, Any]:
    answer = await person.post("/message-templates", body)
    assert answer.status_code == 201, answer.text
    template = answer.json()
    if published:
        template = await publish(person, template)
    return template


async def publish(person, template) -> dict[str, Any]:
    path = f"/message-templates/{template['id']}/publish"
    answer = await person.call("POST", path, if_match=f'"{template["version"]}"')
    assert answer.status_code == 200, answer.text
    return answer.json()


def codes(answer) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    return [(error["path"], error["code"]) for error in answer.json()["errors"]]


@pytest.mark.covers("R93")
async def test_a_published_text_is_what_the_client_gets_also_in_messages_that_wait(
    cast, maker, background, settings
):
    phone, english = new_phone(), new_phone()
    waiting = await plan(maker, cast, phone=phone)
    await plan(maker, cast, phone=english, lang="en")
    template = await create(cast.irina, ON_MY_WAY, published=True)

    await background.run()

    assert [line["text"] for line in lines_to(settings, phone)] == [
        "Окна Плюс: Павел Громов уже в пути, ждите к 14:30. Вопросы: 8 800 555-35-35"
    ]
    assert [line["text"] for line in lines_to(settings, english)] == [
        "Окна Плюс: Павел Громов comes at 14:30"
    ]
    message = (await details_of(cast.olga, waiting))["message"]
    versions = (await cast.olga.get(f"/message-templates/{template['id']}/versions")).json()["items"]
    assert message["template_version_id"] == versions[0]["id"]
    assert message["legal_class"] == "service"
    assert message["segments"] == 2


@pytest.mark.covers("R93")
async def test_without_a_published_text_the_products_own_is_sent(cast, maker, background, settings):
    draft_only, phone = new_phone(), new_phone()
    template = await create(cast.irina, ON_MY_WAY)
    await plan(maker, cast, phone=draft_only)
    await background.run()
    template = await publish(cast.irina, template)
    path = f"/message-templates/{template['id']}/withdraw"
    answer = await cast.irina.call("POST", path, if_match=f'"{template["version"]}"')
    await plan(maker, cast, phone=phone)

    await background.run()

    assert answer.json()["published_number"] is None
    for one in (draft_only, phone):
        assert lines_to(settings, one)[0]["text"].startswith("Окна Плюс: к вам едет мастер Павел Громов")


async def test_a_language_that_the_company_has_not_written_is_the_products(cast, maker, background, settings):
    phone = new_phone()
    await create(cast.irina, {"kind": "on_my_way", "draft": {"ru": {"sms": OWN}}}, published=True)
    await plan(maker, cast, phone=phone, lang="en")

    await background.run()

    assert "is on the way to you" in lines_to(settings, phone)[0]["text"]


async def test_workers_and_other_companies_get_the_products_texts(
    cast, other_cast, maker, background, settings
):
    phone = new_phone()
    await create(other_cast.irina, ON_MY_WAY, published=True)
    await plan(maker, cast, phone=phone)

    await background.run()

    assert "к вам едет" in lines_to(settings, phone)[0]["text"]


@pytest.mark.covers("R93")
async def test_an_unknown_variable_is_named_with_those_there_are(cast):
    draft = {"ru": {"sms": "{company}: {master} выехал {"}}

    answer = await cast.irina.post("/message-templates", {"kind": "on_my_way", "draft": draft})

    assert codes(answer) == [
        ("draft.ru.sms", "template_variable_unknown"),
        ("draft.ru.sms", "template_brace_alone"),
    ]
    first, second = answer.json()["errors"]
    assert "master" in first["message"]
    assert "company, worker, expected, place, link" in first["message"]
    assert " 27 " in second["message"]


@pytest.mark.covers("R177")
async def test_promotion_in_a_service_text_is_refused_with_each_word_and_its_place(cast):
    draft = {
        "ru": {"sms": "{company}: {worker} выехал. Скидка ждёт!"},
        "en": {"sms": "{company}: {worker} comes", "email_subject": "A gift", "email_text": "See you"},
    }

    answer = await cast.irina.post("/message-templates", {"kind": "on_my_way", "draft": draft})

    assert codes(answer) == [
        ("draft.ru.sms", "template_promotes"),
        ("draft.en.email_subject", "template_promotes"),
    ]
    first, second = (one["message"] for one in answer.json()["errors"])
    assert first.startswith("Слово «Скидка» на месте 28 — реклама")
    assert second.startswith("Слово «gift» на месте 2 — реклама")


@pytest.mark.covers("R177")
async def test_the_class_belongs_to_the_template_and_decides_what_it_may_say(cast):
    as_feedback = INVITE | {"legal_class": "feedback"}
    of_product = ON_MY_WAY | {"legal_class": "marketing"}
    unfit = INVITE | {"priority": "recovery"}

    refused = [await cast.irina.post("/message-templates", one) for one in (as_feedback, of_product, unfit)]
    template = await create(cast.irina, INVITE)
    cheated = await cast.irina.call(
        "PATCH",
        f"/message-templates/{template['id']}",
        {"legal_class": "service"},
        if_match=f'"{template["version"]}"',
    )

    assert codes(refused[0]) == [("draft.ru.sms", "template_promotes")]
    assert ("legal_class", "template_kind_is_service") in codes(refused[1])
    assert codes(refused[2]) == [("priority", "template_priority_unfit")]
    assert (template["legal_class"], template["priority"]) == ("marketing", "due_invite")
    assert codes(cheated) == [("draft.ru.sms", "template_promotes")]


async def test_what_was_published_never_changes_and_a_draft_makes_the_next_version(cast):
    template = await create(cast.irina, ON_MY_WAY, published=True)
    again = await publish(cast.irina, template)
    changed = await cast.irina.call(
        "PATCH",
        f"/message-templates/{template['id']}",
        {"draft": {"ru": {"sms": "{company}: ждите"}}},
        if_match=f'"{again["version"]}"',
    )
    assert changed.status_code == 200, changed.text

    newest = await publish(cast.irina, changed.json())

    versions = (await cast.olga.get(f"/message-templates/{template['id']}/versions")).json()["items"]
    assert (template["published_number"], again["published_number"], newest["published_number"]) == (1, 1, 2)
    assert [one["content"]["ru"]["sms"] for one in versions] == ["{company}: ждите", OWN]
    assert {one["published_by"] for one in versions} == {str(cast.irina.id)}


async def test_the_database_keeps_versions_as_they_are(cast, maker, superuser):
    granted = await superuser.fetch(
        "SELECT privilege_type FROM information_schema.role_table_grants"
        " WHERE table_name = 'template_version' AND grantee = 'brigada_app'"
    )

    assert {row["privilege_type"] for row in granted} == {"SELECT", "INSERT"}


async def test_two_people_do_not_overwrite_each_other(cast):
    template = await create(cast.irina, ON_MY_WAY)
    path = f"/message-templates/{template['id']}"
    body = {"draft": {"ru": {"sms": "{company}: ждите"}}}

    answers = await asyncio.gather(
        *(cast.irina.call("PATCH", path, body, if_match=f'"{template["version"]}"') for _ in range(5))
    )

    assert sorted(one.status_code for one in answers) == [200, 412, 412, 412, 412]
    assert (await cast.irina.call("PATCH", path, body)).status_code == 428


async def test_a_kind_has_one_template(cast):
    await create(cast.irina, ON_MY_WAY)

    answer = await cast.irina.post("/message-templates", ON_MY_WAY)

    assert (answer.status_code, answer.json()["code"]) == (409, "template_kind_taken")


async def test_only_managers_write_templates_and_the_office_reads_them(cast):
    template = await create(cast.irina, ON_MY_WAY)

    assert (await cast.olga.post("/message-templates", INVITE)).status_code == 403
    assert (await cast.olga.get(f"/message-templates/{template['id']}")).status_code == 200
    assert (await cast.pavel.get("/message-templates")).status_code == 403


@pytest.mark.covers("R93")
async def test_a_preview_shows_both_languages_the_longest_length_and_the_price(cast):
    await cast.irina.call("PATCH", "/message-settings", {"segment_price_kop": 450}, if_match='"0"')
    mail = {
        "email_subject": "{company}",
        "email_text": "Здравствуйте, {name}!",
        "email_html": "<p>{name}</p>",
    }
    draft = INVITE["draft"] | {"ru": INVITE["draft"]["ru"] | mail, "en": {"sms": "Hi {name}"}}
    draft["variables"]["name"]["en"] = ["Ann", "Alexandra" * 20]
    template = await create(cast.irina, INVITE | {"draft": draft})

    ru, en = (await cast.olga.get(f"/message-templates/{template['id']}/preview")).json()["items"]

    assert ru["sms"]["text"] == "Анна, скидка на регулировку окон. Окна"
    assert (ru["sms"]["alphabet"], ru["sms"]["units"]) == ("ucs-2", 59)
    assert (ru["sms"]["segments"], ru["sms"]["price_kop"]) == (1, 450)
    assert ru["email"] == {"subject": "Окна", "text": "Здравствуйте, Анна!", "html": "<p>Анна</p>"}
    assert (en["sms"]["text"], en["sms"]["alphabet"]) == ("Hi Ann", "gsm-7")
    assert (en["sms"]["segments"], en["sms"]["price_kop"]) == (2, 900)
    assert en["email"] is None


async def test_kinds_are_listed_with_their_variables_samples_and_the_products_text(cast):
    items = (await cast.olga.get("/message-templates/kinds")).json()["items"]

    assert {one["kind"] for one in items} == set(MessageKind) - TO_WORKERS
    booked = next(one for one in items if one["kind"] == "visit_booked")
    assert [one["name"] for one in booked["variables"]] == [
        "company",
        "what",
        "day",
        "window",
        "place",
        "ask",
    ]
    assert all(one["sample_ru"] and one["sample_en"] for one in booked["variables"])
    assert booked["default_ru"] == "{company}: {what} {day} {window}{place}.{ask}"


@pytest.mark.parametrize("kind", sorted(set(MessageKind) - TO_WORKERS))
def test_the_products_texts_use_the_variables_of_their_kind_and_have_samples(kind):
    from app.core.i18n import template

    for lang in ("ru", "en"):
        assert set(variables_of(template(lang, "sms", kind))) <= set(VARIABLES[MessageKind(kind)])
        assert samples_of(kind, {}, lang).keys() == set(VARIABLES[MessageKind(kind)])
        assert samples_of(kind, {}, lang, longest=True).keys() == set(VARIABLES[MessageKind(kind)])


async def test_an_email_needs_subject_and_text_and_contains_nothing_that_acts(cast):
    letter = {"sms": "{company}", "email_html": '<p onclick="x()">{company}</p><script>1</script>'}

    answer = await cast.irina.post(
        "/message-templates", {"kind": "on_my_way", "draft": {"ru": letter, "en": {"email_subject": "Hi"}}}
    )

    assert codes(answer) == [
        ("draft.ru.email_text", "template_email_incomplete"),
        ("draft.ru.email_html", "template_html_forbidden"),
        ("draft.ru.email_html", "template_html_forbidden"),
        ("draft.en.email_subject", "template_email_incomplete"),
    ]


@pytest.mark.parametrize(
    "page",
    [
        "<script>alert(1)</script>",
        "<a href='javascript:alert(1)'>x</a>",
        "<p style='background: url(https://x.example)'>x</p>",
        "<form action='https://x.example'></form>",
        "<iframe src='https://x.example'></iframe>",
        "<img src='x' onerror='alert(1)'>",
        "<?php 1 ?>",
    ],
)
def test_pages_with_what_acts_are_found(page):
    assert forbidden_in(page)


def test_a_usual_page_is_good():
    page = "<!DOCTYPE html><html><body><table width='100%'><tr><td style='color:#222'>"
    page += (
        "<a href='{link}'>x</a><img src='https://o.example/1.png' alt='окно'></td></tr></table></body></html>"
    )

    assert forbidden_in(page) == []


@pytest.mark.parametrize("text", ["{", "}", "{}", "{0}", "{a.b}", "{a!r}", "{a:>9}", "{A}", "{{a}}"])
def test_a_brace_without_a_variable_is_found(text):
    assert stray_brace(text) is not None


def test_values_are_never_read_as_text_or_tags():
    values = {"name": "{company} <b>", "company": "Окна"}
    content = {"ru": {"sms": "{name} {company}"}}

    assert write_from(content, "ru", "sms", values).body == "{company} <b> Окна"
    assert fill_html("<p>{name}</p>", values) == "<p>{company} &lt;b&gt;</p>"


async def test_a_template_that_is_not_there_is_not_found(cast, other_cast):
    template = await create(other_cast.irina, ON_MY_WAY)

    for template_id in (uuid7(), template["id"]):
        assert (await cast.irina.get(f"/message-templates/{template_id}")).status_code == 404

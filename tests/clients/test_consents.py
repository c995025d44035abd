"""Who may be written to: consents with their proof, stops, and what a card gets and loses with its contacts."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.clients.api import permissions_of
from app.clients.consents.permissions import Asked
from app.clients.consents.policies import Permission
from app.db.session import transaction
from app.db.work import begin_work
from tests.clients.consents import (
    MOBILE,
    WORDS,
    agreed,
    ask,
    consent,
    published,
    queued_message,
    stopped,
)
from tests.clients.given import ANNA, a_client, email, phone

OTHER = "+79037654321"
STOP, CONSENT, CONTACT = (Permission(False, reason) for reason in ("stop", "consent", "contact"))
GRANTED = Permission(True, "granted")


@pytest.mark.covers("R39")
async def test_advertising_needs_a_consent_and_service_needs_none(cast, maker):
    anna = await a_client(cast.olga)
    await published(cast.irina)

    before = await ask(maker, cast, anna["id"])
    service = await ask(maker, cast, anna["id"], purpose="service")
    feedback = await ask(maker, cast, anna["id"], purpose="feedback")
    await agreed(cast.olga, anna["id"])
    after = await ask(maker, cast, anna["id"])
    by_call = await ask(maker, cast, anna["id"], channel="call")

    assert (before, service, feedback) == (
        CONSENT,
        Permission(True, "service"),
        Permission(True, "not_refused"),
    )
    assert (after, by_call) == (GRANTED, CONSENT)


async def test_a_new_card_has_agreed_to_no_advertising_whatever_it_was_made_of(cast, maker):
    """An import opens cards as the office does: it cannot bring a consent along."""
    anna = await a_client(cast.olga, source="импорт из таблицы", contacts=[phone(MOBILE), email("a@mail.ru")])

    permissions = (await cast.olga.get(f"/clients/{anna['id']}/permissions")).json()["items"]

    allowed = {one["purpose"] for one in permissions if one["is_allowed"]}
    assert allowed == {"feedback"}


async def test_a_stop_ends_advertising_and_questions_and_no_service(cast, maker, clock):
    anna = await a_client(cast.olga)
    await published(cast.irina)
    await agreed(cast.olga, anna["id"])
    clock.advance(minutes=1)

    await stopped(cast.marina, anna["id"], note="Позвонила сама")

    answers = [
        await ask(maker, cast, anna["id"], purpose=purpose)
        for purpose in ("marketing", "feedback", "mass_call", "service")
    ]
    assert answers == [STOP, STOP, STOP, Permission(True, "service")]


async def test_a_company_may_go_on_asking_about_the_work_after_a_stop(cast, maker, clock):
    anna = await a_client(cast.olga)
    settings = await cast.irina.patch("/client-settings", {"stop_covers_feedback": False}, if_match='"0"')

    await stopped(cast.olga, anna["id"])

    assert settings.status_code == 200, settings.text
    assert await ask(maker, cast, anna["id"], purpose="feedback") == Permission(True, "not_refused")
    assert await ask(maker, cast, anna["id"]) == STOP


async def test_a_company_may_ask_about_the_work_only_those_who_agreed(cast, maker):
    anna = await a_client(cast.olga)
    await cast.irina.patch("/client-settings", {"feedback_needs_consent": True}, if_match='"0"')

    refused = await ask(maker, cast, anna["id"], purpose="feedback")
    await published(cast.irina, "feedback")
    await agreed(cast.olga, anna["id"], purposes=["feedback"])

    assert (refused, await ask(maker, cast, anna["id"], purpose="feedback")) == (CONSENT, GRANTED)


async def test_a_stop_takes_back_what_waits_to_be_sent_and_leaves_service(cast, maker, clock):
    anna = await a_client(cast.olga)
    waiting = {
        legal_class: await queued_message(maker, cast, anna["id"], legal_class=legal_class)
        for legal_class in ("marketing", "feedback", "service")
    }
    elsewhere = await queued_message(maker, cast, anna["id"], legal_class="marketing", phone=OTHER)

    await stopped(cast.olga, anna["id"])

    statuses = {
        name: (await cast.olga.get(f"/messages/{one}")).json()["message"]
        for name, one in (waiting | {"elsewhere": elsewhere}).items()
    }
    assert {name: (one["status"], one["status_reason"]) for name, one in statuses.items()} == {
        "marketing": ("suppressed", "stop"),
        "feedback": ("suppressed", "stop"),
        "service": ("queued", None),
        "elsewhere": ("queued", None),
    }


async def test_a_stop_on_a_shared_phone_holds_for_everybody_who_has_it(cast, maker, clock):
    await published(cast.irina)
    anna = await a_client(cast.olga, contacts=[phone(MOBILE, is_shared=True)])
    petr = await a_client(cast.olga, name="Пётр", contacts=[phone(MOBILE, is_shared=True), phone(OTHER)])
    for one in (anna, petr):
        await agreed(cast.olga, one["id"])
    await agreed(cast.olga, petr["id"], OTHER)
    clock.advance(minutes=1)

    await stopped(cast.olga, anna["id"])

    assert [await ask(maker, cast, one["id"]) for one in (anna, petr)] == [STOP, STOP]
    assert await ask(maker, cast, petr["id"], OTHER) == GRANTED


async def test_who_agrees_again_after_a_stop_is_written_to_again(cast, maker, clock):
    anna = await a_client(cast.olga)
    await published(cast.irina)
    await stopped(cast.olga, anna["id"])

    clock.advance(days=1)
    await agreed(cast.olga, anna["id"], said_at="2026-03-01T09:00:00+00:00")
    old_paper = await ask(maker, cast, anna["id"])
    await agreed(cast.olga, anna["id"], said_at="2026-03-03T09:00:00+00:00")

    assert (old_paper, await ask(maker, cast, anna["id"])) == (STOP, GRANTED)


async def test_a_client_who_is_entered_again_stays_stopped(cast, maker, clock):
    anna = await a_client(cast.olga)
    await stopped(cast.olga, anna["id"])
    await cast.olga.patch(f"/clients/{anna['id']}", {"contacts": []}, if_match='"1"')
    clock.advance(days=100)

    again = await a_client(cast.olga, name="Анна (новая карточка)")

    assert await ask(maker, cast, again["id"], purpose="feedback") == STOP


async def test_a_stop_is_kept_as_a_hash_that_differs_between_companies(cast, other_cast, superuser):
    for company in (cast, other_cast):
        anna = await a_client(company.olga)
        await stopped(company.olga, anna["id"])

    rows = await superuser.fetch(
        "SELECT DISTINCT digest FROM suppression WHERE company_id = ANY($1)",
        [cast.company_id, other_cast.company_id],
    )

    assert len(rows) == 2
    assert all(MOBILE.encode() not in row["digest"] for row in rows)


async def test_a_contact_that_goes_to_another_client_takes_no_consent_along(cast, maker, clock):
    await published(cast.irina)
    anna = await a_client(cast.olga)
    await agreed(cast.olga, anna["id"])
    clock.advance(minutes=1)

    await cast.olga.patch(f"/clients/{anna['id']}", {"contacts": []}, if_match='"1"')
    petr = await a_client(cast.olga, name="Пётр")
    gone = await ask(maker, cast, anna["id"])
    clock.advance(minutes=1)
    await cast.olga.patch(f"/clients/{petr['id']}", {"contacts": []}, if_match='"1"')
    await cast.olga.patch(f"/clients/{anna['id']}", {"contacts": [phone(MOBILE)]}, if_match='"2"')

    assert (gone, await ask(maker, cast, petr["id"])) == (CONTACT, CONTACT)
    assert await ask(maker, cast, anna["id"]) == STOP


async def test_a_consent_stays_with_a_contact_that_stays(cast, maker, clock):
    await published(cast.irina)
    anna = await a_client(cast.olga)
    await agreed(cast.olga, anna["id"])
    clock.advance(minutes=1)

    contacts = [phone(MOBILE), email("anna@mail.ru")]
    await cast.olga.patch(f"/clients/{anna['id']}", {"contacts": contacts}, if_match='"1"')

    assert await ask(maker, cast, anna["id"]) == GRANTED


@pytest.mark.parametrize(
    ("fields", "path", "code"),
    [
        ({"note": ""}, "note", "consent_proof_missing"),
        ({"how": "paper"}, "attachment_id", "consent_proof_missing"),
        ({"how": "form"}, "came_from", "consent_proof_missing"),
        ({"how": "sms"}, "came_from", "consent_proof_missing"),
        ({"said_at": "2026-03-02T10:00:00+00:00"}, "said_at", "consent_in_future"),
        ({"channels": ["email"]}, "channels", "consent_channel_wrong"),
    ],
)
async def test_a_consent_without_its_proof_is_refused(cast, fields, path, code):
    anna = await a_client(cast.olga)
    await published(cast.irina)

    answer = await cast.olga.post(f"/clients/{anna['id']}/consents", consent(**fields))

    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["path"], error["code"]) == (422, path, code)


async def test_nobody_can_have_agreed_to_a_text_that_does_not_exist(cast):
    anna = await a_client(cast.olga)

    without = await cast.olga.post(f"/clients/{anna['id']}/consents", consent())
    feedback = await published(cast.irina, "feedback")
    await published(cast.irina)
    of_another = await cast.olga.post(f"/clients/{anna['id']}/consents", consent(text_id=feedback["id"]))
    not_his = await cast.olga.post(f"/clients/{anna['id']}/consents", consent(OTHER))

    assert [(one.status_code, one.json()["code"]) for one in (without, of_another, not_his)] == [
        (409, "consent_text_missing"),
        (404, "consent_text_not_found"),
        (422, "contact_not_on_card"),
    ]


async def test_the_ledger_shows_who_agreed_to_which_words_and_how_we_know(cast, clock):
    anna = await a_client(cast.olga)
    first = await published(cast.irina)
    await agreed(cast.olga, anna["id"], channels=["sms", "call"])
    second = await published(cast.irina)
    clock.advance(minutes=1)
    await stopped(cast.marina, anna["id"], note="Сказала по телефону")

    entries = (await cast.galina.get(f"/clients/{anna['id']}/consents")).json()["items"]

    assert (first["version"], second["version"]) == (1, 2)
    assert [(one["purpose"], one["channel"], one["decision"], one["how"]) for one in reversed(entries)] == [
        ("marketing", "call", "granted", "spoken"),
        ("marketing", "sms", "granted", "spoken"),
        ("marketing", "any", "withdrawn", "spoken"),
        ("feedback", "any", "withdrawn", "spoken"),
        ("mass_call", "any", "withdrawn", "spoken"),
    ]
    assert {one["text_id"] for one in entries if one["decision"] == "granted"} == {first["id"]}
    assert entries[-1]["recorded_by"] == str(cast.olga.id)
    assert entries[0]["value"] == "+7 *** ***-45-67"  # Galina does not call clients


async def test_no_row_of_the_ledger_can_be_changed_or_removed(cast, maker):
    for statement in (
        "UPDATE client_consent SET decision = 'granted'",
        "DELETE FROM client_consent",
        "UPDATE suppression SET purpose = 'feedback'",
        "DELETE FROM suppression",
        "UPDATE client_consent_text SET text_ru = 'x'",
    ):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with transaction(maker, cast.company_id) as session:
                await session.execute(text(statement))


@pytest.mark.covers("R39")
async def test_a_client_chooses_channels_themes_and_a_day_before_which_he_hears_nothing(cast, maker, clock):
    anna = await a_client(cast.olga)
    await published(cast.irina)
    await agreed(cast.olga, anna["id"], channels=["sms", "call"])
    path = f"/clients/{anna['id']}/preferences"

    wishes = {"channels_off": ["call"], "themes_off": ["seals"], "per_month": 1, "not_before": None}
    written = await cast.marina.put(path, wishes, if_match='"0"')
    by_theme = [await ask(maker, cast, anna["id"], theme=theme) for theme in ("seals", "nets")]
    by_call = await ask(maker, cast, anna["id"], channel="call")
    await cast.marina.put(path, wishes | {"not_before": "2026-03-10"}, if_match='"1"')
    too_early = await ask(maker, cast, anna["id"])
    clock.advance(days=8)

    assert written.json() == wishes | {"version": 1}
    assert (by_theme, by_call) == ([STOP, GRANTED], STOP)
    assert (too_early.allowed, too_early.reason, str(too_early.until)) == (False, "quiet", "2026-03-10")
    assert await ask(maker, cast, anna["id"]) == GRANTED
    assert (await ask(maker, cast, anna["id"], purpose="service", channel="call")).allowed


async def test_a_sender_asks_for_many_clients_with_one_statement(cast, maker, clock):
    await published(cast.irina)
    anna = await a_client(cast.olga)
    petr = await a_client(cast.olga, name="Пётр", contacts=[phone(OTHER)])
    await agreed(cast.olga, anna["id"])
    asked = [
        Asked(one, purpose, "sms", value)
        for one, purpose, value in [
            (anna["id"], "marketing", MOBILE),
            (petr["id"], "marketing", OTHER),
            (petr["id"], "feedback", OTHER),
            (petr["id"], "marketing", MOBILE),
            (petr["id"], "service", MOBILE),
        ]
    ]

    async with begin_work(maker, cast.company_id) as work:
        answers = await permissions_of(work, asked, now=clock.now())

    assert [one.reason for one in answers] == ["granted", "consent", "not_refused", "contact", "service"]


async def test_only_owners_and_supervisors_publish_texts_and_settings(cast):
    words = await cast.olga.post("/consent-texts", {"purpose": "marketing"} | WORDS)
    settings = await cast.olga.patch("/client-settings", {"stop_covers_feedback": False}, if_match='"0"')

    assert (words.status_code, settings.status_code) == (403, 403)


async def test_a_stop_is_announced_for_each_client_of_the_phone(cast, maker, superuser):
    anna = await a_client(cast.olga, contacts=[phone(MOBILE, is_shared=True)])
    petr = await a_client(cast.olga, name="Пётр", contacts=[phone(MOBILE, is_shared=True)])

    await stopped(cast.olga, anna["id"])

    rows = await superuser.fetch(
        "SELECT payload FROM outbox_event WHERE company_id = $1 AND kind = 'clients.consent_changed'",
        cast.company_id,
    )
    told = {row["payload"].split('"client_id":')[1][:40].split('"')[1] for row in rows}
    assert told == {anna["id"], petr["id"]}


async def test_a_card_still_opens_for_a_stopped_phone(cast):
    assert (await cast.olga.post("/clients", ANNA)).status_code == 201

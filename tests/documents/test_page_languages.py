"""In which language the pages are that people open by a link: one rule for all of them."""

import re

import pytest
from litestar.exceptions import HTTPException
from sqlalchemy import update

from app.clients.records.models import Client
from app.core.i18n import lang_of_page
from app.db.session import transaction
from tests.clients.given import a_client
from tests.clients.test_inbound import link_of
from tests.dispatch.confirming import link_to
from tests.dispatch.test_confirmation import asked
from tests.documents.given import a_signed_act, price_list

SWITCH = re.compile(r'<a href="(\?lang=\w+)" lang="(\w+)">')


@pytest.mark.parametrize(
    ("chosen", "of_client", "accepted", "lang"),
    [
        ("en", "ru", "ru", "en"),
        ("ru", "en", "en", "ru"),
        (None, "en", "ru", "en"),
        (None, "ru", "en-US,en;q=0.9", "ru"),
        ("de", "en", "ru", "en"),
        (None, None, "en", "en"),
        (None, None, "de,en;q=0.5", "en"),
        (None, None, "de", "ru"),
        (None, None, None, "ru"),
    ],
)
def test_what_the_reader_chose_comes_before_the_client_and_the_browser(chosen, of_client, accepted, lang):
    assert lang_of_page(chosen=chosen, of_client=of_client, accept_language=accepted) == lang


@pytest.fixture
async def paths(cast, maker, files, background, clock):
    await price_list(cast)
    visit = await asked(cast, background, clock)
    signed = await a_signed_act(cast, files)
    anna = await a_client(cast.olga)
    visit_path = await link_to(background, cast, visit.id)
    return {
        "visit": visit_path,
        "times": f"{visit_path}/times",
        "cancel": f"{visit_path}/cancel",
        "choices": await link_of(maker, cast, anna["id"]),
        "check": f"/check/{signed.act.check_code}",
        "passport": f"/p/{signed.passports[0].tag_code}",
        "unknown act": "/check/0000",
        "unknown passport": "/p/0000",
        "unknown choices": "/s/0000",
    }


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        (RuntimeError("a bug"), 500, "Страница не открылась"),
        (OSError("no database"), 503, "Страница не открылась"),
        (HTTPException(status_code=413), 413, "Не получилось"),
    ],
)
async def test_a_page_that_fails_says_so_in_words_and_not_in_json(
    anonymous, monkeypatch, error, status, says
):
    async def fail(*_, **__):
        raise error

    monkeypatch.setattr("app.documents.check.routes.check_act", fail)
    monkeypatch.setattr("app.documents.passports.service.open_passport", fail)
    monkeypatch.setattr("app.dispatch.answering.service.open_link", fail)
    monkeypatch.setattr("app.clients.choices.service.read_choices", fail)

    for path in ("/check/AAAA", "/p/AAAA", "/v/AAAA", "/v/AAAA/rating", "/s/AAAA"):
        page = await anonymous.get(path)
        assert (page.status_code, page.headers["content-type"]) == (status, "text/html; charset=utf-8"), path
        assert says in page.text, path


OF_CLIENTS = ("visit", "times", "cancel", "choices")


@pytest.mark.parametrize("lang", ["ru", "en"])
async def test_every_page_of_a_client_is_in_his_language_and_can_be_switched(cast, anonymous, paths, lang):
    other = {"ru": "en", "en": "ru"}[lang]
    async with transaction(cast.maker, cast.company_id) as session:
        await session.execute(update(Client).where(Client.company_id == cast.company_id).values(lang=lang))

    for name, path in paths.items():
        page = await anonymous.get(path, headers={"accept-language": other})
        spoken = lang if name in OF_CLIENTS else other  # whoever scans a tag or an act is nobody we know
        assert page.headers["content-language"] == spoken, name
        [(query, leads_to)] = SWITCH.findall(page.text)
        assert leads_to != spoken, name
        switched = await anonymous.get(path + query, headers={"accept-language": other})
        assert switched.headers["content-language"] == leads_to, name
        assert SWITCH.findall(switched.text)[0][1] == spoken, name


async def test_what_was_chosen_goes_along_with_every_link_and_form(anonymous, paths):
    for name in OF_CLIENTS:
        page = await anonymous.get(paths[name] + "?lang=en")
        ways = re.findall(r'(?:href|action)="(/[vs]/[^"]*)"', page.text)
        assert all(way.endswith("?lang=en") for way in ways), name

    saved = await anonymous.post(paths["choices"] + "?lang=en", data={"choice": "save"})
    choices = await anonymous.post(paths["visit"] + "/choices?lang=en")

    for answer in (saved, choices):
        assert answer.status_code == 303
        assert answer.headers["location"].endswith("?lang=en")

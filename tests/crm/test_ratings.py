"""A client rates the work on the page behind his link."""

import asyncio
from datetime import timedelta

import pytest

from app.crm.ratings.policies import CHANGES_MAX
from tests.cast import NOON
from tests.dispatch.confirming import field_of, link_to
from tests.stories import accepted_visit

pytestmark = pytest.mark.covers("M28")


async def done_visit(cast, background, clock):
    """A measurement that is done, and the path of its client's page."""
    visit = await accepted_visit(cast, starts_at=NOON + timedelta(hours=1))
    await visit.done("depart", eta_minutes=30)
    await background.run()
    path = await link_to(background, cast, visit.id)
    for tap in ("arrive", "start"):
        clock.advance(minutes=10)
        await visit.done(tap, at=clock.now())
    clock.advance(minutes=30)
    await visit.done("complete", at=clock.now())
    return visit, path


async def rated(anonymous, path, stars, words=""):
    return await anonymous.post(f"{path}/rating", data={"stars": str(stars), "words": words})


async def kept(cast):
    items = (await cast.olga.get("/crm/quality-answers")).json()["items"]
    return [(one["answer"], one["stars"], one["comment"]) for one in reversed(items)]


async def disappointments(cast):
    items = (await cast.olga.get("/crm/disappointments")).json()["items"]
    return [(one["kind"], one["severity"], one["comment"]) for one in reversed(items)]


async def test_his_page_leads_to_the_form_and_looking_at_it_rates_nothing(cast, background, clock, anonymous):
    _, path = await done_visit(cast, background, clock)
    page = await anonymous.get(path)
    form = await anonymous.get(f"{path}/rating")

    assert "Работа выполнена." in page.text
    assert f'href="{path}/rating"' in page.text
    assert field_of(form, "stars") == ["1", "2", "3", "4", "5"]
    assert "required checked" not in form.text
    assert "16 марта." in form.text
    assert await kept(cast) == []


async def test_a_good_rating_is_kept_and_can_be_changed(cast, background, clock, anonymous):
    visit, path = await done_visit(cast, background, clock)
    first = await rated(anonymous, path, 4, "Всё хорошо")
    twice = await rated(anonymous, path, 4, "Всё хорошо")
    shown = await anonymous.get(f"{path}/rating")
    clock.advance(hours=24 * 3)
    await rated(anonymous, path, 5, "Всё хорошо")

    assert (first.status_code, first.headers["location"]) == (303, f"{path}/rating")
    assert twice.status_code == 303
    assert "Спасибо! Ваша оценка: 4 из 5." in shown.text
    assert 'value="4" required checked' in shown.text
    assert "Всё хорошо</textarea>" in shown.text
    assert await kept(cast) == [("yes", 4, "Всё хорошо"), ("yes", 5, "Всё хорошо")]
    [answer, _] = (await cast.olga.get("/crm/quality-answers")).json()["items"]
    assert (answer["visit_id"], answer["worker_id"], answer["asked_by"]) == (
        visit.id,
        str(cast.pavel.id),
        None,
    )
    assert await disappointments(cast) == []


@pytest.mark.covers("R85")
@pytest.mark.parametrize(
    ("stars", "answer", "severity"), [(1, "no", 3), (2, "no", 3), (3, "partly", 1), (4, "yes", None)]
)
async def test_a_bad_rating_disappoints(cast, background, clock, anonymous, stars, answer, severity):
    _, path = await done_visit(cast, background, clock)
    await rated(anonymous, path, stars, "Грязно")
    shown = await anonymous.get(f"{path}/rating")

    assert await kept(cast) == [(answer, stars, "Грязно")]
    assert await disappointments(cast) == ([("quality_answer", severity, "Грязно")] if severity else [])
    assert ("разберётся" in shown.text) == (stars < 4)


async def test_only_a_worse_rating_disappoints_again(cast, background, clock, anonymous):
    _, path = await done_visit(cast, background, clock)
    for stars in (3, 5, 3, 2, 1):
        await rated(anonymous, path, stars)

    assert [severity for _, severity, _ in await disappointments(cast)] == [1, 3]


async def test_a_form_that_is_sent_twice_at_once_is_one_rating(cast, background, clock, anonymous):
    _, path = await done_visit(cast, background, clock)

    answers = await asyncio.gather(*(rated(anonymous, path, 2, "Грязно") for _ in range(4)))

    assert {one.status_code for one in answers} == {303}
    assert await kept(cast) == [("no", 2, "Грязно")]
    assert len(await disappointments(cast)) == 1


@pytest.mark.parametrize("stars", ["", "0", "6", "x", "٣", "4.5"])
async def test_without_stars_nothing_is_kept_and_his_words_stay(cast, background, clock, anonymous, stars):
    _, path = await done_visit(cast, background, clock)

    answer = await rated(anonymous, path, stars, "<b>Грязно</b>")

    assert answer.status_code == 409
    assert "Выберите оценку" in answer.text
    assert "&lt;b&gt;Грязно&lt;/b&gt;</textarea>" in answer.text
    assert await kept(cast) == []


async def test_nobody_rates_for_ever(cast, background, clock, anonymous):
    _, path = await done_visit(cast, background, clock)
    for turn in range(CHANGES_MAX):
        await rated(anonymous, path, 4 + turn % 2)
    refused = await rated(anonymous, path, 1)
    clock.advance(hours=24 * 14)
    late = await rated(anonymous, path, 1)

    assert refused.status_code == 409
    assert "Позвоните нам." in refused.text
    assert late.status_code == 404
    assert len(await kept(cast)) == CHANGES_MAX


async def test_after_a_day_the_page_no_longer_says_where_he_lives(cast, background, clock, anonymous):
    _, path = await done_visit(cast, background, clock)
    same_day = await anonymous.get(path)
    clock.advance(hours=48)
    later = await anonymous.get(path)

    assert "Тверская" in same_day.text
    assert "Тверская" not in later.text
    assert f'href="{path}/rating"' in later.text


async def test_work_that_is_not_done_cannot_be_rated(cast, background, clock, anonymous):
    visit = await accepted_visit(cast, starts_at=NOON + timedelta(hours=1))
    await visit.done("depart", eta_minutes=30)
    await background.run()
    path = await link_to(background, cast, visit.id)

    looked = await anonymous.get(f"{path}/rating")
    answer = await rated(anonymous, path, 5)

    assert {(one.status_code, one.headers["location"]) for one in (looked, answer)} == {(303, path)}
    assert await kept(cast) == []


async def test_it_stands_on_the_clients_card(cast, background, clock, anonymous):
    _, path = await done_visit(cast, background, clock)
    await rated(anonymous, path, 2, "Грязно")
    [answer] = (await cast.olga.get("/crm/quality-answers")).json()["items"]

    card = (await cast.olga.get(f"/crm/clients/{answer['client_id']}/card")).json()

    entries = [one for one in card["history"] if one["kind"] == "quality_answer"]
    assert [(one["title"], one["status_text"], one["text"]) for one in entries] == [
        ("Ответ о качестве: оценка 2 из 5", "недоволен", "Грязно")
    ]


async def test_a_wrong_link_rates_nothing(anonymous):
    for answer in (await anonymous.get("/v/1/rating"), await rated(anonymous, "/v/1", 5)):
        assert answer.status_code == 404
        assert "The link is wrong or no longer works." in answer.text

"""A client sees roughly where his master is: from departure to arrival, and only of whoever has agreed to it."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.dialects.postgresql import Range

from app.core.places import Place, distance_m
from app.db.session import transaction
from app.dispatch.visits.models import Visit
from app.tracking.facts.models import ArrivalProposal
from app.tracking.rough_places.policies import CELL_M, rough
from app.workforce.bookings.models import VisitBooking
from tests.cast import NOON
from tests.dispatch.confirming import link_to
from tests.stories import accepted_visit, visit_in_progress
from tests.tracking.conftest import a_ping, a_tap, consent
from tests.tracking.test_pings import send

pytestmark = pytest.mark.covers("M28")

HOME = Place(lat=55.75, lon=37.61)
"""Of the client: see `tests.dispatch.given`."""
NORTH = {"lat": 55.786431, "lon": 37.612345}
"""Four kilometres away."""


async def departed(cast, background, clock, anonymous, *, agrees=True):
    """Pavel has set out to a client an hour away, and the path of the page that the client's SMS leads to."""
    if agrees:
        await consent(cast.pavel)
    visit = await accepted_visit(cast, starts_at=NOON + timedelta(hours=1))
    clock.advance(minutes=2)
    await visit.done("depart", at=clock.now(), eta_minutes=40)
    await background.run()
    return visit, await link_to(background, cast, visit.id)


async def pinged(cast, clock, **place):
    """He is there, a minute later."""
    clock.advance(minutes=1)
    minutes = (clock.now() - NOON) / timedelta(minutes=1)
    answer = await send(cast.pavel, a_ping(minutes, **(NORTH | place)))
    assert answer["verdicts"] == ["taken"]


def drawn(page):
    """What the page shows of the way: the words and the sketch."""
    found = re.search(r'<section id="live" data-state="on_the_way \d+">.*</section>', page.text, re.DOTALL)
    return found[0] if found else ""


async def test_he_sees_how_far_and_on_which_side_and_never_the_very_place(cast, background, clock, anonymous):
    _, path = await departed(cast, background, clock, anonymous)
    before = drawn(await anonymous.get(path))
    await pinged(cast, clock)
    page = await anonymous.get(path)
    clock.advance(minutes=3)
    later = drawn(await anonymous.get(path))

    assert "<svg" not in before
    assert "Где мастер сейчас, не видно" in before
    assert "Примерно в 4 км от вас, к северу." in drawn(page)
    assert "Последнее место: 12:03, только что." in drawn(page)
    assert "Последнее место: 12:03, 3 мин. назад." in later
    assert "Будет около 12:45." in later
    assert not re.search(r"55\.7|37\.6|7864|6123", page.text)


async def test_wherever_in_a_square_he_is_the_page_is_the_same(cast, background, clock, anonymous):
    _, path = await departed(cast, background, clock, anonymous)
    middle = rough(Place(**NORTH))
    pages = set()
    for north, east in ((0, 0), (0.0012, 0.0015), (-0.0012, -0.002)):
        await pinged(cast, clock, lat=middle.lat + north, lon=middle.lon + east)
        pages.add(re.sub(r"12:\d\d, только что", "", drawn(await anonymous.get(path))))

    assert len(pages) == 1


@pytest.mark.parametrize("lat", [-71.3, -0.001, 0.001, 43.1, 55.75, 68.97])
@pytest.mark.parametrize("lon", [-179.99, -0.001, 37.61, 131.9])
def test_the_grid_is_everywhere_as_coarse(lat, lon):
    place = Place(lat=lat, lon=lon)
    middle = rough(place)

    assert distance_m(place, middle) <= CELL_M * 0.72
    assert rough(middle) == middle
    near = Place(lat=middle.lat + 0.001, lon=middle.lon)
    assert rough(near) == middle, "110 m away is the same square"


async def test_he_is_near(cast, background, clock, anonymous):
    _, path = await departed(cast, background, clock, anonymous)
    await pinged(cast, clock, lat=HOME.lat + 0.003, lon=HOME.lon)

    shown = drawn(await anonymous.get(path))

    assert "Совсем рядом с вами." in shown
    assert "<svg" not in shown


@pytest.mark.parametrize("end", ["arrive", "not-complete"])
async def test_it_dies_when_he_has_come_or_does_not_come(cast, background, clock, anonymous, end):
    visit, path = await departed(cast, background, clock, anonymous)
    await pinged(cast, clock)
    more = {"reason": "unsafe"} if end == "not-complete" else {}
    await visit.done(end, at=clock.now(), **more)
    await pinged(cast, clock)

    page = await anonymous.get(path)

    assert drawn(page) == ""
    assert "км" not in page.text
    assert ("<script" in page.text) == (end == "arrive"), "an open page waits for the end of the work"


async def tapped(cast, clock, what):
    answer = await cast.pavel.post(f"/field/tracking/{what}", a_tap(cast.pavel))
    assert answer.status_code == 200, answer.text


async def takes_his_consent_back(cast, clock, visit):
    await tapped(cast, clock, "consent/withdraw")


async def has_private_time(cast, clock, visit):
    await tapped(cast, clock, "private-time/start")


async def is_seen_at_the_site(cast, clock, visit):
    async with transaction(cast.maker, cast.company_id) as session:
        proposal = ArrivalProposal(
            company_id=cast.company_id,
            visit_id=UUID(visit.id),
            worker_id=cast.pavel.id,
            arrived_at=clock.now(),
            accuracy_m=10,
            distance_m=20,
            dwell_s=180,
            confidence=90,
            proposed_at=clock.now(),
        )
        session.add(proposal)


async def has_set_out_to_another_client(cast, clock, visit):
    other = await accepted_visit(cast, starts_at=NOON + timedelta(hours=3))
    await other.done("depart", at=clock.now(), eta_minutes=40)


async def is_still_at_work_with_a_crew(cast, clock, visit):
    """The other visit is led by its foreman; he is only one of those who are booked for it."""
    other = await accepted_visit(cast, kind="installation", starts_at=NOON + timedelta(hours=3))
    async with transaction(cast.maker, cast.company_id) as session:
        found = await session.get_one(Visit, (cast.company_id, UUID(other.id)))
        session.add(
            VisitBooking(
                company_id=cast.company_id,
                visit_id=found.id,
                worker_id=cast.pavel.id,
                job_id=found.job_id,
                period=Range(found.starts_at, found.ends_at),
            )
        )
    for command in ("arrive", "start"):
        await other.done(command, at=clock.now())


async def is_silent(cast, clock, visit):
    clock.advance(minutes=16)


async def is_not_heard_since_he_was_expected(cast, clock, visit):
    """He has forgotten to say that he has come, and goes on with his day."""
    clock.advance(hours=3)
    await pinged(cast, clock)


async def uses_a_program_that_makes_places_up(cast, clock, visit):
    await pinged(cast, clock, is_mock=True)


async def is_somewhere_within_two_kilometres(cast, clock, visit):
    await pinged(cast, clock, accuracy_m=900.0)


@pytest.mark.covers("M21")
@pytest.mark.parametrize(
    "he",
    [
        takes_his_consent_back,
        has_private_time,
        is_seen_at_the_site,
        has_set_out_to_another_client,
        is_still_at_work_with_a_crew,
        is_silent,
        is_not_heard_since_he_was_expected,
        uses_a_program_that_makes_places_up,
        is_somewhere_within_two_kilometres,
    ],
)
async def test_he_is_not_shown_when(cast, background, clock, anonymous, he):
    visit, path = await departed(cast, background, clock, anonymous)
    await pinged(cast, clock)
    before = drawn(await anonymous.get(path))
    await he(cast, clock, visit)

    after = drawn(await anonymous.get(path))

    assert "км от вас" in before
    assert "км" not in after
    assert "<svg" not in after
    assert "Мастер уже едет к вам." in after


@pytest.mark.covers("M21")
async def test_he_is_not_shown_until_the_visit_is_over_from_which_he_has_set_out(
    cast, background, clock, anonymous
):
    """The server lets him tap “on my way” while he is still with another client, whose home nobody else may learn."""
    other = await visit_in_progress(cast, starts_at=NOON + timedelta(hours=3))
    _, path = await departed(cast, background, clock, anonymous)
    await pinged(cast, clock)
    still_there = drawn(await anonymous.get(path))
    await other.done("not-complete", at=clock.now(), reason="unsafe")
    await pinged(cast, clock)
    gone = drawn(await anonymous.get(path))

    assert "Мастер уже едет к вам." in still_there
    assert ("<svg" in still_there, "<svg" in gone) == (False, True)


@pytest.mark.covers("M21")
async def test_where_he_was_before_he_set_out_is_not_shown(cast, background, clock, anonymous):
    await consent(cast.pavel)
    await send(cast.pavel, a_ping(1, **NORTH))
    _, path = await departed(cast, background, clock, anonymous, agrees=False)

    assert "<svg" not in drawn(await anonymous.get(path))


@pytest.mark.covers("M21")
async def test_whoever_has_agreed_to_words_that_do_not_say_so_is_not_shown(
    cast, background, clock, anonymous
):
    words = "Согласен, что Компания видит моё место во время смены. " * 3
    text = await cast.irina.post("/tracking/consent-texts", {"ru": words, "en": words})
    await consent(cast.pavel, text_version=2)
    _, path = await departed(cast, background, clock, anonymous, agrees=False)
    await pinged(cast, clock)
    silent = drawn(await anonymous.get(path))
    frank = await cast.irina.post("/tracking/consent-texts", {"ru": words, "en": words, "clients_see": True})
    await consent(cast.pavel, text_version=3, occurred_at=clock.now().isoformat())
    await pinged(cast, clock)
    shown = drawn(await anonymous.get(path))

    assert (text.json()["clients_see"], frank.json()["clients_see"]) == (False, True)
    assert "<svg" not in silent
    assert "<svg" in shown


@pytest.mark.covers("M21")
async def test_whoever_has_read_the_earlier_words_has_agreed_to_those(cast, background, clock, anonymous):
    """His phone showed them without network, before an upgrade, and says so after it."""
    answer = await cast.pavel.post("/field/tracking/consent", a_tap(cast.pavel, text_version=1, lang="ru"))
    _, path = await departed(cast, background, clock, anonymous, agrees=False)
    await pinged(cast, clock)
    page = drawn(await anonymous.get(path))
    await consent(cast.pavel, occurred_at=clock.now().isoformat())
    await pinged(cast, clock)
    later = drawn(await anonymous.get(path))
    new, old = (await cast.pavel.get("/tracking/consents/own")).json()["items"]

    assert answer.status_code == 200
    assert ("<svg" in page, "<svg" in later) == (False, True)
    assert (old["text_version"], old["withdrawn_at"]) == (1, new["given_at"])
    assert "Я даю ООО «Окна Плюс» (далее — Компания)" in old["text"]
    assert "хранение, использование и удаление" in old["text"]
    assert "Клиент, к которому я выехал" not in old["text"]
    assert "Клиент, к которому я выехал" in new["text"]


async def test_the_page_follows_him_by_a_script_known_by_its_hash(cast, background, clock, anonymous):
    _, path = await departed(cast, background, clock, anonymous)
    page = await anonymous.get(path)

    assert page.text.count("<script>") == 1
    assert re.search(
        r"script-src 'sha256-[^']+'; connect-src 'self'", page.headers["content-security-policy"]
    )
    assert f'<a href="{path}">Обновить</a>' in page.text, "and without scripts by a link"


async def test_looking_is_not_noted_as_a_look_of_the_office(cast, background, clock, anonymous):
    _, path = await departed(cast, background, clock, anonymous)
    await pinged(cast, clock)
    await anonymous.get(path)

    views = (await cast.pavel.get("/field/my-track/views")).json()["items"]

    assert views == []

"""What clients hear of a visit that changes."""

from datetime import timedelta
from uuid import UUID

import pytest

from app.db.session import transaction
from app.dispatch.jobs.models import Job
from app.notifications.api import plan_message
from tests.dispatch.given import TOMORROW
from tests.stories import booked_visit


async def a_visit_the_client_was_told_of(cast, background):
    visit = await booked_visit(cast, starts_at=TOMORROW)
    async with transaction(cast.maker, cast.company_id) as session:
        job = await session.get_one(Job, (cast.company_id, UUID(visit.job_id)))
        await plan_message(
            session,
            company_id=cast.company_id,
            kind="visit_booked",
            audience="client",
            recipient_id=job.client_id,
            phone="+79161234567",
            lang="ru",
            subject_kind="visit",
            subject_id=UUID(visit.id),
            params={"day": "3 марта", "window": "с 12:00 до 13:00"},
            now=background.context.clock.now(),
        )
    await background.run()
    return visit


@pytest.mark.covers("P-rel-3")
async def test_a_visit_canceled_when_its_window_has_begun_is_still_told(cast, background, clock):
    visit = await a_visit_the_client_was_told_of(cast, background)
    clock.moment = TOMORROW + timedelta(minutes=5)
    await cast.olga.post(f"/visits/{visit.id}/cancel", {"reason": "Мастер заболел"})

    await background.run()

    told = (await cast.olga.get(f"/messages?subject_id={visit.id}&kind=visit_canceled")).json()["items"]
    assert [message["status"] for message in told] == ["sent"]


async def test_a_client_whose_phone_is_gone_is_told_nothing(cast, background, superuser):
    visit = await a_visit_the_client_was_told_of(cast, background)
    await superuser.execute("DELETE FROM client_contact WHERE company_id = $1", cast.company_id)

    await cast.olga.post(f"/visits/{visit.id}/cancel", {"reason": "Мастер заболел"})
    await background.run()

    told = (await cast.olga.get(f"/messages?subject_id={visit.id}&kind=visit_canceled")).json()["items"]
    assert told == []


async def test_a_client_who_was_told_of_a_visit_is_told_once_that_it_moved(cast, background):
    visit = await a_visit_the_client_was_told_of(cast, background)
    later = {"starts_at": (TOMORROW + timedelta(hours=3)).isoformat()}
    shown = await cast.olga.get(f"/visits/{visit.id}")

    await cast.olga.patch(f"/visits/{visit.id}", later, if_match=shown.headers["etag"])
    await background.run()

    told = (await cast.olga.get(f"/messages?subject_id={visit.id}&kind=visit_moved")).json()["items"]
    assert [message["status"] for message in told] == ["sent"]
    assert "15:00" in told[0]["body"]

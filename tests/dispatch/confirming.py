"""Clients who are asked, and what they open and answer."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import msgspec

from app.core.ids import uuid7
from app.db.session import transaction
from app.db.work import begin_work
from app.dispatch.answering.service import take_sms
from app.dispatch.visits.models import Visit
from app.dispatch.visits.states import HOLD
from app.orders.jobs.models import Job
from tests.cast import Cast

LINK = re.compile(r"https://okna\.example(/v/[0-9A-Z]+)")


async def quiet(background: Any, clock: Any) -> None:
    """Some seconds in which nothing else happens."""
    clock.moment += HOLD
    await background.run()


async def messages_about(cast: Cast, visit_id: str) -> list[dict[str, Any]]:
    """Oldest first."""
    listed = (await cast.olga.get(f"/messages?subject_id={visit_id}&limit=100")).json()["items"]
    return [one for one in reversed(listed) if one["audience"] == "client"]


async def told(cast: Cast, visit_id: str) -> list[str]:
    """What the client has got, oldest first, without the company's name."""
    sent = [one for one in await messages_about(cast, visit_id) if one["status"] in ("sent", "delivered")]
    return [one["body"].removeprefix("Окна Плюс: ") for one in sent]


async def kinds(cast: Cast, visit_id: str) -> list[str]:
    return [one["kind"] for one in await messages_about(cast, visit_id) if one["status"] == "sent"]


async def items(person: Any, *wanted: str) -> list[dict[str, Any]]:
    found = (await person.get("/inbox?is_open=true&limit=100")).json()["items"]
    return [one for one in found if one["kind"] in wanted]


async def phone_of(cast: Cast, visit_id: str) -> str:
    return str((await messages_about(cast, visit_id))[0]["phone"])


def sent_texts(background: Any, phone: str) -> list[str]:
    """As the phone shows them: the office reads them without their links."""
    lines = Path(background.context.settings.sms_file).read_text(encoding="utf-8").splitlines()
    sent = [msgspec.json.decode(line) for line in lines]
    return [one["text"] for one in sent if one["to"] == phone]


async def link_to(background: Any, cast: Cast, visit_id: str) -> str:
    """The path of the last link that the client of a visit has got."""
    texts = sent_texts(background, await phone_of(cast, visit_id))
    return [found[1] for one in texts if (found := LINK.search(one))][-1]


async def sms(
    cast: Cast,
    visit_id: str,
    text: str,
    *,
    now: datetime,
    source_id: UUID | None = None,
    phone: str | None = None,
) -> bool:
    """The client answers from the number he was written to."""
    async with transaction(cast.maker, cast.company_id) as session:
        visit = await session.get_one(Visit, (cast.company_id, UUID(visit_id)))
        job = await session.get_one(Job, (cast.company_id, visit.job_id))
    async with begin_work(cast.maker, cast.company_id) as work:
        return await take_sms(
            work,
            clients=[job.client_id],
            phone=phone or await phone_of(cast, visit_id),
            text=text,
            received_at=now,
            source_id=source_id or uuid7(),
            now=now,
        )


async def visit_of(cast: Cast, visit_id: str) -> dict[str, Any]:
    return dict((await cast.olga.get(f"/visits/{visit_id}")).json())


async def answers(cast: Cast, visit_id: str) -> list[dict[str, Any]]:
    return list((await cast.olga.get(f"/visits/{visit_id}/client-answers")).json()["items"])


def times_in(page: httpx.Response) -> list[str]:
    """The times that a client may choose on a page, as seconds."""
    return re.findall(r'href="[^"]*/times/(\d+)', page.text)


def field_of(page: httpx.Response, name: str) -> list[str]:
    return re.findall(rf'name="{name}" value="([^"]*)"', page.text)

"""Where a command was tapped is kept only where and when the worker may be tracked."""

import asyncio
import struct
from datetime import timedelta

import pytest

from tests.field.test_push import Phone, verdicts
from tests.stories import accepted_visit
from tests.tracking.conftest import a_tap, consent
from tests.tracking.test_consents import SECRET_PLACE, dump_of

HERE = {"point": SECRET_PLACE, "accuracy_m": 10}


async def in_private_time(cast):
    await consent(cast.pavel)
    answer = await cast.pavel.post("/field/tracking/private-time/start", a_tap(cast.pavel))
    assert answer.status_code == 200


async def without_consent(cast):
    """He has not been asked."""


async def is_kept(owner_url):
    dump = await asyncio.to_thread(dump_of, owner_url)
    assert b"COPY public.field_command" in dump
    as_geography = [struct.pack("<d", SECRET_PLACE[name]).hex().upper().encode() for name in ("lat", "lon")]
    return any(part in dump for part in (b"123456789", b"987654321", *as_geography))


@pytest.mark.covers("M21")
@pytest.mark.parametrize(("given", "why"), [(without_consent, "no_consent"), (in_private_time, "private")])
async def test_a_command_counts_but_its_place_is_not_kept(cast, owner_url, given, why):
    visit = await accepted_visit(cast)
    await given(cast)

    state = await visit.done("depart", **HERE)
    refused = await visit.tap("resume", **HERE)

    assert (state["status"], state["point_ignored_because"]) == ("en_route", why)
    assert refused.status_code == 409
    assert not await is_kept(owner_url)


@pytest.mark.covers("M21")
async def test_a_batch_keeps_no_place_either(cast, owner_url):
    """Neither of what is applied, nor of what waits, is refused or cannot be read."""
    visit, phone = await accepted_visit(cast), Phone(cast.pavel)
    await consent(cast.pavel)
    ago = timedelta(minutes=5)

    pushed = await phone.push(
        phone.said("start_private_time", cast.pavel.id, ago=timedelta(minutes=6)),
        phone.said("depart_for_visit", visit.id, ago=ago, **HERE),
        phone.said("resume_visit", visit.id, ago=ago, **HERE),
        phone.said("pause_visit", visit.id, ago=ago, reason="no such reason", **HERE),
    )

    assert verdicts(pushed) == ["applied", "applied", "conflict", "rejected"]
    assert not await is_kept(owner_url)


@pytest.mark.covers("M21")
async def test_a_place_of_working_time_is_kept(cast, owner_url):
    await consent(cast.pavel)
    visit = await accepted_visit(cast)

    state = await visit.done("depart", **HERE)

    assert state["point_ignored_because"] is None
    assert await is_kept(owner_url)

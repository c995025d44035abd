"""Old days are derived again when the algorithm or the company's shortest stop is another."""

import asyncio
from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import insert, select

from app.cli import cli
from app.db.session import transaction
from app.db.work import work_in
from app.tracking.facts.again import APART, derive_days_again
from app.tracking.facts.policies.day import ALGORITHM_VERSION
from app.tracking.facts.policies.kinds import FactKind
from app.tracking.pings.queries import find_companies
from app.tracking.tables import TrackDay, TrackDerivation
from tests.cast import NOON
from tests.tracking.routes import Route
from tests.tracking.test_derived_days import derived, facts_of, said, send  # noqa: F401  # a fixture

TODAY = NOON.date()
A_DAY = timedelta(days=1)


async def derived_by(cast, maker, versions: dict[date, int]):
    """Days of Pavel that these versions of the algorithm have derived."""
    key = {"company_id": cast.company_id, "worker_id": cast.pavel.id}
    found = dict.fromkeys(("ping_count", "distance_m", "moving_s", "stopped_s", "unseen_s"), 0)
    hashes = {"facts_hash": bytes(32), "edges_hash": bytes(32), "zone": "Europe/Moscow", "derived_at": NOON}
    async with transaction(maker, cast.company_id) as session:
        for day, version in versions.items():
            await session.execute(insert(TrackDay).values(**key, day=day, derived_at=NOON))
            await session.execute(
                insert(TrackDerivation).values(**key, day=day, algorithm_version=version, **found, **hashes)
            )


async def due_days(cast, maker):
    async with transaction(maker, cast.company_id) as session:
        days = select(TrackDay.day, TrackDay.derive_at).where(TrackDay.derive_at.is_not(None))
        return [tuple(row) for row in await session.execute(days.order_by(TrackDay.derive_at))]


async def again(cast, maker, **which):
    async with transaction(maker, cast.company_id) as session, work_in(session, cast.company_id) as work:
        return await derive_days_again(work, now=NOON, **which)


async def stops_of(cast, maker):
    return [one for one in await facts_of(cast, maker) if one.kind == FactKind.STOP]


@pytest.mark.covers("M18")
async def test_another_shortest_stop_shows_other_stops_also_of_days_that_were_derived(
    cast,
    pavel,
    maker,
    clock,
    derived,  # noqa: F811
    background,
):
    clock.advance(hours=2)
    await send(pavel, said(Route(pace_s=5).drive((3_000, 0)).stay(1).drive((6_000, 0))))
    await derived()
    before = await stops_of(cast, maker)

    changed = await cast.irina.patch("/tracking/settings", {"shortest_stop_s": 45}, if_match='"0"')
    await background.run()
    await derived()

    assert changed.json()["shortest_stop_s"] == 45
    assert (len(before), len(await stops_of(cast, maker))) == (0, 1)


@pytest.mark.covers("M18")
@pytest.mark.parametrize("seconds", [29, 3_601, "60"])
async def test_a_shortest_stop_has_bounds(cast, seconds):
    refused = await cast.irina.patch("/tracking/settings", {"shortest_stop_s": seconds}, if_match='"0"')

    assert refused.status_code == 400


@pytest.mark.covers("P-rel-16")
async def test_days_of_an_older_version_are_derived_again_slowly_and_the_newest_first(cast, maker):
    old = ALGORITHM_VERSION - 1
    await derived_by(cast, maker, {TODAY - 2 * A_DAY: old, TODAY - A_DAY: old, TODAY: ALGORITHM_VERSION})

    many = await again(cast, maker, older_than=ALGORITHM_VERSION)
    twice = await again(cast, maker, older_than=ALGORITHM_VERSION)

    assert many == twice == 2
    assert await due_days(cast, maker) == [
        (TODAY - A_DAY, NOON + APART),
        (TODAY - 2 * A_DAY, NOON + 2 * APART),
    ]


@pytest.mark.covers("P-rel-16")
async def test_the_command_lets_days_be_derived_again_and_says_how_many(
    cast, other_cast, maker, settings, monkeypatch
):
    """In each company. The suite has thousands, so the command is told of two."""
    mine = {cast.company_id, other_cast.company_id}

    async def find_mine(maker):
        return [one for one in await find_companies(maker) if one in mine]

    monkeypatch.setattr("app.tracking.facts.again.find_companies", find_mine)
    old = ALGORITHM_VERSION - 1
    await derived_by(cast, maker, {TODAY - A_DAY: old, TODAY: ALGORITHM_VERSION})
    monkeypatch.setattr("app.cli.settings_from", lambda: settings)

    async def run(*options):
        done = await asyncio.to_thread(CliRunner().invoke, cli, ["derive-again", *options])
        assert done.exit_code == 0, done.output
        return dict(line.split(": ") for line in done.output.splitlines())

    of_older_version = await run()
    again_at = await due_days(cast, maker)
    of_any_version = await run("--every-version", "--since", TODAY.isoformat())

    assert of_older_version == {str(cast.company_id): "1 days", str(other_cast.company_id): "0 days"}
    assert [day for day, _ in again_at] == [TODAY - A_DAY]
    assert of_any_version == of_older_version
    assert len(await due_days(cast, maker)) == 2


@pytest.mark.covers("P-rel-16")
async def test_days_since_a_date_are_derived_again_whatever_their_version(cast, maker):
    await derived_by(cast, maker, {TODAY - days_ago * A_DAY: ALGORITHM_VERSION for days_ago in range(3)})

    assert await again(cast, maker, older_than=ALGORITHM_VERSION) == 0
    assert await again(cast, maker, since=TODAY - A_DAY) == 2


@pytest.mark.covers("P-rel-16")
async def test_a_day_of_an_older_version_has_the_new_one_after_it_was_derived_again(
    cast,
    pavel,
    maker,
    superuser,
    clock,
    derived,  # noqa: F811
):
    clock.advance(hours=2)
    await send(pavel, said(Route().stay(20).drive((3_000, 0)).stay(20)))
    await derived()
    mine = "WHERE company_id = $1"
    await superuser.execute(f"UPDATE track_derivation SET algorithm_version = 1 {mine}", cast.company_id)

    await again(cast, maker, older_than=ALGORITHM_VERSION)
    await derived()

    versions = await superuser.fetch(
        f"SELECT algorithm_version FROM track_derivation {mine}", cast.company_id
    )
    assert {row[0] for row in versions} == {ALGORITHM_VERSION}

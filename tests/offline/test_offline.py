"""Phones without network, wrong clocks, killed servers: in the end everything is as if each tap had come at once.

`make offline ARGS="--seeds 500"` plays games of 10 phones with 2,000 commands each; the suite plays small ones.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest
from sqlalchemy.dialects.postgresql import Range

from app.core.clock import Clock
from app.core.ids import uuid7
from app.core.scope import Role, Scope
from app.db.session import Sessions, create_engine, sessions, transaction
from app.documents.price_list.service import create_default_work_items
from app.identity.users.models import UserAccount
from app.workforce.people.models import Worker
from app.workforce.shifts.models import Shift
from tests.cast import Cast, Person, make_cast
from tests.dispatch.given import accept, an_offered_visit
from tests.killing import Killable, environment_of
from tests.offline.conftest import FIGURES, option
from tests.offline.oracle import differences
from tests.offline.phones import MEANT, Phone, Visit
from tests.offline.play import Figures, Game, cancel_somewhere
from tests.running import RunningProduct

pytestmark = pytest.mark.covers("M29", "P-rel-4", "P-rel-13")

KILLS = 50
"""A server is killed about so often in a long game. Its start takes longer than all requests between two kills."""
COMMANDS_OF_A_REQUEST = 15
"""On average."""


async def phones_of(cast: Cast, request: pytest.FixtureRequest, random: Random) -> list[Phone]:
    """Each with a worker of its own, whose visits are accepted. A few will be canceled while he is away."""
    commands = option(request.config, "--commands", 60)
    phones = []
    for _ in range(option(request.config, "--devices", 3)):
        visits_needed = max(3, commands * 3 // (2 * MEANT) + 2)
        worker, device_id, visits = await a_phone_with_visits(cast, visits_needed)
        for visit in visits:
            visit.wants_act = random.random() < 0.3
        canceled = visits[-1]
        answer = await cast.olga.post(
            f"/visits/{canceled.id}/cancel", {"reason": "Клиент передумал"}, if_match="*"
        )
        assert answer.status_code == 200, answer.text
        canceled.is_canceled = True
        phones.append(Phone(worker, device_id, visits, Random(random.random())))
    return phones


async def a_phone_with_visits(cast: Cast, count: int) -> tuple[Person, UUID, list[Visit]]:
    worker = await a_measurer(cast)
    assert worker.scope.device_id is not None
    visits = [await an_accepted_visit(cast, worker, days=2 + place) for place in range(count)]
    return worker, worker.scope.device_id, visits


async def a_measurer(cast: Cast) -> Person:
    scope = Scope(
        company_id=cast.company_id,
        user_id=uuid7(),
        roles=frozenset({Role.MEASURER}),
        device_id=uuid7(),
    )
    now = cast.olga.now()
    async with transaction(cast.maker, cast.company_id) as session:
        account = UserAccount(
            company_id=cast.company_id,
            id=scope.user_id,
            name="Замерщик",
            email=f"measurer-{scope.user_id.hex}@okna.example",
            roles=["measurer"],
        )
        session.add(account)
        await session.flush()
        home = "SRID=4326;POINT(37.6 55.7)"
        worker = Worker(company_id=cast.company_id, id=scope.user_id, skills=["measure"], home=home)
        session.add(worker)
        await session.flush()
        period = Range(now - timedelta(days=40), now + timedelta(days=400))
        session.add(Shift(company_id=cast.company_id, worker_id=scope.user_id, period=period))
    return replace(cast.pavel, id=scope.user_id, name=account.name, scope=scope)


async def an_accepted_visit(cast: Cast, worker: Person, *, days: int) -> Visit:
    now = cast.olga.now()
    visit_id = await an_offered_visit(cast, worker.id, starts_at=now + timedelta(days=days))
    await accept(cast, worker.scope, msgspec.convert(visit_id, type(worker.id)), now=now)
    return Visit(visit_id)


def keep_figures(request: pytest.FixtureRequest, figures: Figures) -> None:
    shown = {name: value for name, value in asdict(figures).items() if isinstance(value, int)}
    verdicts = {
        f"told {name}": figures.verdicts[name] for name in ("applied", "duplicate", "conflict", "rejected")
    }
    request.node.user_properties.append((FIGURES, shown | verdicts))


async def test_the_end_is_as_if_each_tap_had_come_at_once(cast, clock, request, seed):
    random = Random(seed)
    async with transaction(cast.maker, cast.company_id) as session:
        await create_default_work_items(session, cast.company_id)
    phones = await phones_of(cast, request, random)

    def set_clock(at: datetime) -> datetime:
        clock.moment = at
        return at

    game = Game(phones, set_clock=set_clock, cut_off=cancel_somewhere, random=random)
    figures = await game.play(option(request.config, "--commands", 60), clock.now())

    keep_figures(request, figures)
    assert await differences(cast, phones, figures) == []
    assert figures.sent > figures.commands


async def test_the_oracle_sees_what_is_lost_doubled_or_in_the_wrong_place(cast, clock, request):
    """Otherwise a game that is won would say nothing."""
    random = Random(0)
    phone = Phone(*await a_phone_with_visits(cast, 2), random)
    here, there = phone.visits
    game = Game([phone], set_clock=lambda _: clock.now(), cut_off=cancel_somewhere, random=random)
    for _ in range(40):
        phone.tap(clock.now())
    await game.settle([phone], clock.now())
    assert await differences(cast, [phone], game.figures) == []

    picture = next(iter(here.pictures.values()))
    spoiled = [
        lambda: here.history.append("paused"),
        lambda: here.payments.update({str(uuid7()): 1}),
        lambda: there.pictures.update({picture.id: picture}),
        lambda: phone.commands.append(replace(phone.commands[0], said=a_lost_one())),
    ]
    for number, spoil in enumerate(spoiled, start=1):
        spoil()
        assert len(await differences(cast, [phone], game.figures)) >= number


def a_lost_one() -> dict[str, Any]:
    return {"kind": "pause_visit", "command": {"command_id": str(uuid7()), "device_seq": 0}}


# --------------------------------------------------------------------------------------- a server that is killed


@pytest.fixture(scope="module")
def server(running: RunningProduct, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killable]:
    """Another API of the product, to be killed."""
    running.revive()
    log = tmp_path_factory.mktemp("killed") / "server.log"
    server = Killable(environment_of(running.settings), log=log, clock="real")
    yield server
    server.stop()


@pytest.fixture
async def live_cast(running: RunningProduct, server: Killable) -> AsyncIterator[Cast]:
    engine = create_engine(running.settings.app_database_url, pool_size=5)
    now = datetime.now(UTC)
    shifts = [Range(now - timedelta(days=40), now + timedelta(days=400))]
    maker: Sessions = sessions(engine)
    async with httpx.AsyncClient(base_url=server.address, timeout=60) as client:
        yield await make_cast(client, maker, running.settings, Clock(), shifts)
    await engine.dispose()


def killing(
    server: Killable,
) -> Callable[[Awaitable[httpx.Response], Random], Awaitable[httpx.Response | None]]:
    """Kills the server with -9 somewhere in the request, and starts it again."""

    async def kill(request: Awaitable[httpx.Response], random: Random) -> httpx.Response | None:
        task = asyncio.ensure_future(request)
        await asyncio.wait({task}, timeout=random.uniform(0, 0.3))
        server.kill()
        await asyncio.gather(task, return_exceptions=True)
        await server.answers()
        return None

    return kill


async def test_a_killed_server_loses_nothing_and_does_nothing_twice(live_cast, server, request, killed_seed):
    random = Random(killed_seed)
    async with transaction(live_cast.maker, live_cast.company_id) as session:
        await create_default_work_items(session, live_cast.company_id)
    phones = await phones_of(live_cast, request, random)
    commands = option(request.config, "--commands", 60)

    def now(_: datetime) -> datetime:
        return datetime.now(UTC)

    share = min(0.2, KILLS * COMMANDS_OF_A_REQUEST / (commands * len(phones)))
    game = Game(phones, set_clock=now, cut_off=killing(server), random=random, cut_off_share=share)
    figures = await game.play(commands, datetime.now(UTC) - timedelta(days=30))

    keep_figures(request, figures)
    assert server.kills > 0
    assert await differences(live_cast, phones, figures) == []

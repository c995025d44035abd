"""The whole product in this process, with a clock that is set: its API, its people and its background process."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import msgspec

from app.core.clock import Clock
from app.core.settings import Settings
from app.db.background import sweep_company
from app.db.jobs import JobContext
from app.db.session import transaction
from app.db.sweeps import find_due_work
from app.main import API, create_app
from app.seed.clock import SetClock
from app.wiring import JOBS
from app.worker import all_sweeps, make_relay, make_sender, make_teller

AT_ONCE = 8
"""Calls at the same time. More do not go faster, because one process serves them."""
TOKEN_LIFE = timedelta(minutes=9)
"""A little shorter than the product's."""
LEFT_TO_DO = frozenset({"act_pdf", "preview", "track_day"})
"""Sweeps with heavy work on what is stored: printed acts, small photos, trips and stops. The background process does
it when it starts."""


class Refused(Exception):
    """The API refused a call of the demo: something has changed that the demo does not know yet."""


class Person:
    """Somebody who is signed in. His session is renewed when the clock has gone on."""

    def __init__(self, stage: "Stage", tokens: dict[str, Any]) -> None:
        self.id = str(tokens["user_id"])
        self._stage = stage
        self._tokens = tokens
        self._good_until = stage.clock.now() + TOKEN_LIFE
        self._turn = asyncio.Lock()

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Answers the JSON of the answer. Bytes are sent as they are.

        Raises:
            Refused: the answer is not 2xx.
        """
        token = await self._token()
        return await self._stage.call(method, path, body, {"Authorization": f"Bearer {token}", **headers})

    async def get(self, path: str) -> Any:
        return await self.call("GET", path)

    async def post(self, path: str, body: Any = None, *, seen: int | None = None) -> Any:
        """`seen` is the version of what is changed, for commands that ask for it."""
        headers = {} if seen is None else {"If-Match": f'"{seen}"'}
        return await self.call("POST", path, body, **headers)

    async def put(self, path: str, body: Any) -> Any:
        return await self.call("PUT", path, body)

    async def patch(self, path: str, body: Any) -> Any:
        """Change what has a version: it is read first."""
        row = await self.get(path)
        return await self.call("PATCH", path, body, **{"If-Match": f'"{row["version"]}"'})

    async def _token(self) -> str:
        async with self._turn:
            if self._good_until <= self._stage.clock.now():
                body = {"refresh_token": self._tokens["refresh_token"]}
                self._tokens = await self._stage.call("POST", "/auth/refresh", body)
                self._good_until = self._stage.clock.now() + TOKEN_LIFE
            return str(self._tokens["access_token"])


class Stage:
    """What the demo plays on. Use `open_stage`."""

    def __init__(self, http: httpx.AsyncClient, context: JobContext, clock: SetClock, redis: Any) -> None:
        self.clock = clock
        self.company_id = UUID(int=0)
        """Set when it is registered."""
        self._http = http
        self._context = context
        settings = context.settings
        made = all_sweeps(make_relay(redis), make_sender(settings), make_teller(settings))
        self._sweeps = {sweep.name: sweep for sweep in made if sweep.name not in LEFT_TO_DO}
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def call(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Any:
        is_raw = isinstance(body, bytes)
        options: dict[str, Any] = {"content": body} if is_raw else {"json": body} if body is not None else {}
        async with self._turns:
            answer = await self._http.request(method, API + path, headers=headers, **options)
        if not answer.is_success:
            raise Refused(f"{method} {path} {body if not is_raw else ''}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    def newest_codes(self) -> dict[str, str]:
        """The newest sign-in code of each phone, from the file of the SMS that nobody gets."""
        lines = Path(self._context.settings.sms_file).read_text(encoding="utf-8").splitlines()
        said = [json.loads(line) for line in lines]
        return {one["to"]: "".join(filter(str.isdigit, one["text"]))[:6] for one in said}

    async def go_on_to(self, moment: datetime) -> None:
        """Set the clock, and do what the background process would have done by then."""
        self.clock.set(moment)
        await self.work_off()

    async def work_off(self) -> None:
        """Keep the deadlines that have passed, deliver events and send messages."""
        while await self._sweep_what_is_due():
            pass

    async def _sweep_what_is_due(self) -> int:
        async with transaction(self._context.sessions, None) as session:
            due = await find_due_work(session, until=self.clock.now())
        names = {one.sweep for one in due if one.company_id == self.company_id}
        taken = 0
        for name in sorted(names & self._sweeps.keys()):
            taken += await sweep_company(
                self._context.sessions,
                self._sweeps[name],
                self.company_id,
                queue_job=self._run_job,
                clock=self.clock,
            )
        return taken

    async def _run_job(self, job: str, company_id: UUID, *ids: Any) -> None:
        await JOBS[job](self._context, company_id, *ids)


@asynccontextmanager
async def open_stage(settings: Settings, clock: Clock) -> AsyncIterator[Stage]:
    """Whatever the gateways are, messages of the demo go to files: none of its people exists."""
    settings = msgspec.structs.replace(settings, sms_provider="file", email_provider="file")
    set_clock = SetClock(clock)
    app = create_app(settings, clock=set_clock)
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]  # Litestar types the ASGI scope its own way
    async with (
        app.lifespan(),
        httpx.AsyncClient(transport=transport, base_url="http://seed", timeout=60) as http,
    ):
        context = JobContext(
            sessions=app.state.sessions, settings=settings, clock=set_clock, files=app.state.files
        )
        yield Stage(http, context, set_clock, app.state.redis)


async def in_turn(*calls: Any) -> list[Any]:
    """Await one after the other."""
    return [await one for one in calls]


async def together(calls: Iterable[Any]) -> list[Any]:
    """Await all of them at the same time. The first failure ends all."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one) for one in calls]
    return [task.result() for task in tasks]

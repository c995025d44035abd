"""Whatever happens to a visit in whatever order: in each quiet moment its client knows what is true, or an item
says that he may not, and he has got no message that told him nothing new.

The oracle reads the texts that left, as the client reads them, and the visit, as the office sees it.
"""

import itertools
import random
import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
import pytest

from app.db.session import transaction
from app.dispatch.telling.sending import VisitsAreAsTold
from app.dispatch.visits.states import HOLD
from app.notifications.channels.protocol import Accepted, Channel, Rejected, ReportState, Unknown
from app.notifications.channels.sms.signatures import sign_reports
from app.notifications.messages.sending import Sender
from app.notifications.messages.service import receive_report
from tests.dispatch.confirming import field_of, sms, times_in
from tests.dispatch.given import TOMORROW, a_planned_visit
from tests.dispatch.test_confirmation import ASKED_AT
from tests.stories import tapped

STEPS_OF_STORY = 26
QUIET_AFTER = 0.3
"""After so many of the steps nothing happens for a while."""
OFF = {"visit_canceled", "visit_failed"}
WAITS_FOR = timedelta(hours=12)
WINDOW = re.compile(r"(\d+ марта) с (\d\d:\d\d)")
NAME = re.compile(r"Приедет (.+?)\.(?: Да, нет, перенести|$)")
LINK = re.compile(r"https://okna\.example(/v/[0-9A-Z]+)")
TOUCHES = {"visit_asked", "visit_reminded"}
"""They tell nothing new."""
ANSWERS = ["Да, ждём", "нет", "Не смогу", "перенести", "а кто приедет?", "ок", "да, но после 14", "yes pls"]
LEFT = {"sending", "sent", "delivered", "unknown"}
ITEMS = {"client_not_told", "client_without_phone", "message_not_delivered"}


class Gateway:
    """Takes most messages, and refuses or loses the others."""

    name = "file"

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.texts: list[str] = []

    async def send(self, *, text: str, **_: Any) -> Accepted | Rejected | Unknown:
        self.texts.append(text)
        match self._chance.random():
            case luck if luck < 0.1:
                return Rejected(code="500", permanent=True)
            case luck if luck < 0.2:
                return Rejected(code="429", permanent=False)
            case luck if luck < 0.3:
                return Unknown(detail="timeout")
            case _:
                return Accepted()


class Told:
    """One thing the client was told: by a message that left, or by a person who closed the item."""

    def __init__(
        self, kind: str, start: str | None, name: str | None, at: datetime, phone: str | None = None
    ) -> None:
        self.kind, self.start, self.name, self.at, self.phone = kind, start, name, at, phone


class Story:
    def __init__(self, cast, background, clock, seed: int, kind: str) -> None:
        self.cast, self.background, self.clock = cast, background, clock
        self.chance = random.Random(seed)
        self.kind = kind
        self.gateway = Gateway(self.chance)
        self.sender = Sender(
            {Channel.SMS: [self.gateway]}, default_sender="BRIGADA", still_true=[VisitsAreAsTold()]
        )
        self.steps: list[str] = []
        self.visit_id = ""
        self.expected_at: datetime | None = None
        self.is_nikolai_here = True
        self.phone: str | None = None
        self.crews = [str(cast.crew_id)]

    async def play(self) -> None:
        self.visit_id = await a_planned_visit(self.cast, kind=self.kind)
        self.phone = await self.given_phone()
        if self.kind == "installation":
            body = {"name": "Бригада Тимура", "foreman_id": str(self.cast.timur.id)}
            self.crews.append((await self.cast.irina.post("/crews", body)).json()["id"])
        for _ in range(STEPS_OF_STORY):
            step = self.chance.choice(STEPS)
            self.steps.append(step.__name__)
            await step(self)
            if self.chance.random() < QUIET_AFTER:
                self.steps.append("quiet")
                await self.quiet()
        await self.quiet()

    # What happens

    async def ask(self, person, method: str, path: str, body: Any = None, **headers: str) -> bool:
        """Something a person does. The product may refuse it. Returns whether it happened."""
        answer = await person.call(method, path, body, **headers)
        assert answer.status_code < 500, answer.text
        return answer.status_code < 300

    async def move(self) -> None:
        starts_at = TOMORROW + timedelta(hours=self.chance.choice([0, 1, 2]))
        body = {"starts_at": starts_at.isoformat(), "override_reason": "Так удобнее"}
        await self.ask(self.cast.olga, "PATCH", f"/visits/{self.visit_id}", body, if_match="*")

    async def save_anew(self) -> None:
        starts_at = (await self.visit())["starts_at"]
        await self.ask(
            self.cast.olga, "PATCH", f"/visits/{self.visit_id}", {"starts_at": starts_at}, if_match="*"
        )

    async def offer(self) -> None:
        if self.kind == "installation":
            whom = {"crew_id": self.chance.choice(self.crews)}
        else:
            whom = {"worker_id": str(self.chance.choice([self.cast.pavel, self.cast.nikolai]).id)}
        body = whom | {"override_reason": "Другого нет"}
        await self.ask(self.cast.olga, "POST", f"/visits/{self.visit_id}/offer", body)

    async def accept(self) -> None:
        await self.tap("accept")

    async def decline(self) -> None:
        await self.tap("decline", reason="busy")

    async def depart(self) -> None:
        if await self.tap("depart", eta_minutes=55):
            self.expected_at = self.clock.now() + timedelta(minutes=55)

    async def arrive(self) -> None:
        if self.chance.random() < 0.3:  # rarely, or stories are soon over
            await self.tap("arrive")

    async def give_up(self) -> None:
        if self.chance.random() < 0.3:
            reason = self.chance.choice(["unsafe", "no_access", "client_absent"])
            await self.tap("not-complete", reason=reason)

    async def withdraw(self) -> None:
        await self.ask(self.cast.olga, "POST", f"/visits/{self.visit_id}/withdraw", if_match="*")

    async def cancel(self) -> None:
        if self.chance.random() < 0.2:
            body = {"reason": "Клиент передумал"}
            await self.ask(self.cast.olga, "POST", f"/visits/{self.visit_id}/cancel", body, if_match="*")

    async def cancel_job(self) -> None:
        if self.chance.random() < 0.1:
            job_id = (await self.visit())["job_id"]
            await self.ask(self.cast.olga, "POST", f"/jobs/{job_id}/cancel", {"reason": "Клиент передумал"})

    async def change_crew(self) -> None:
        path = f"/crews/{self.cast.crew_id}/members"
        if not await self.ask(self.cast.irina, "POST", f"{path}/{self.cast.timur.id}/end", {}):
            await self.ask(self.cast.irina, "POST", path, {"worker_id": str(self.cast.timur.id)})

    async def dismiss(self) -> None:
        is_active = self.chance.random() < 0.7
        body = {"is_active": is_active}
        if await self.ask(self.cast.irina, "PATCH", f"/users/{self.cast.nikolai.id}", body, if_match="*"):
            self.is_nikolai_here = is_active

    async def given_phone(self) -> str:
        [client] = (await self.cast.olga.get("/clients")).json()["items"]
        [contact] = (await self.cast.olga.get(f"/clients/{client['id']}")).json()["contacts"]
        return str(contact["value"])

    async def change_phone(self) -> None:
        self.phone = self.chance.choice([None, "+79031234567", "+79037654321"])
        [client] = (await self.cast.olga.get("/clients")).json()["items"]
        contacts = [{"kind": "phone", "value": self.phone}] if self.phone else []
        path = f"/clients/{client['id']}"
        await self.ask(self.cast.olga, "PATCH", path, {"contacts": contacts}, if_match="*")

    async def call_client(self) -> None:
        for item in await self.items():
            await self.ask(self.cast.olga, "POST", f"/inbox/{item['id']}/done")

    async def report(self) -> None:
        messages = await self.messages()
        if not messages:
            return
        message = self.chance.choice(messages)
        state = self.chance.choice([ReportState.DELIVERED, ReportState.UNDELIVERED, ReportState.ACCEPTED])
        if message["status"] in ("queued", "suppressed", "expired"):
            return  # no gateway has it
        secret = self.background.context.settings.secret_key
        async with transaction(self.cast.maker, self.cast.company_id) as session:
            await receive_report(
                session,
                company_id=self.cast.company_id,
                message_id=UUID(message["id"]),
                state=state,
                raw={"state": state, "at": str(len(self.steps))},
                signature=sign_reports(secret, f"{self.cast.company_id}/{message['id']}"),
                secret_key=secret,
                report_within=None,
                now=self.clock.now(),
            )

    async def answer(self) -> None:
        """The client writes from the number that was written to last."""
        messages = await self.messages()
        if messages:
            text, phone = self.chance.choice(ANSWERS), messages[-1]["phone"]
            await sms(self.cast, self.visit_id, text, now=self.clock.now(), phone=phone)

    async def open_link(self) -> tuple[str, httpx.Response] | None:
        """Any link he has ever got."""
        links = [found[1] for one in self.gateway.texts if (found := LINK.search(one))]
        if not links:
            return None
        path = self.chance.choice(links)
        return path, await self.cast.olga._client.get(path)

    async def confirm_by_link(self) -> None:
        if opened := await self.open_link():
            path, page = opened
            await self.submit(path, page, answer="yes")

    async def move_by_link(self) -> None:
        if opened := await self.open_link():
            path, _ = opened
            page = await self.cast.olga._client.get(f"{path}/times")
            if times := times_in(page):
                await self.submit(f"{path}/times", page, time=self.chance.choice(times))

    async def cancel_by_link(self) -> None:
        opened = await self.open_link()
        if opened and self.chance.random() < 0.2:
            path, page = opened
            await self.submit(f"{path}/cancel", page, reason="price")

    async def submit(self, path: str, page: httpx.Response, **fields: str) -> None:
        seen = field_of(page, "seen")
        answer = await self.cast.olga._client.post(path, data={"seen": seen[0] if seen else "", **fields})
        assert answer.status_code in (200, 303, 404, 409), answer.text

    async def wait_for_touch(self) -> None:
        """Until he is to be asked or reminded."""
        starts_at = datetime.fromisoformat((await self.visit())["window_starts_at"])
        then = self.chance.choice([ASKED_AT, starts_at - timedelta(minutes=60)])
        self.clock.moment = max(self.clock.moment, then)

    async def act(self) -> None:
        await self.background.sweep("answer")

    async def wait_a_little(self) -> None:
        self.clock.advance(seconds=self.chance.choice([1, 3, 60, 600]))

    async def wait_long(self) -> None:
        if self.chance.random() < 0.1:
            then = TOMORROW + timedelta(minutes=self.chance.choice([30, 70, 200]))
            self.clock.moment = max(self.clock.moment, then)

    async def climb(self) -> None:
        await self.background.sweep("escalation")

    async def look(self) -> None:
        await self.background.sweep("telling")

    async def hear(self) -> None:
        await self.background.sweep("relay", "delivery")

    async def send(self) -> None:
        await self.sender.send_due_messages(self.cast.maker, self.cast.company_id, self.clock)

    async def tap(self, command: str, **fields: Any) -> bool:
        visit = await self.visit()
        worker = next((one for one in self.workers() if str(one.id) == visit["worker_id"]), None)
        if worker is None:
            return False
        body = tapped(self.clock.now(), **fields)
        return await self.ask(worker, "POST", f"/field/visits/{self.visit_id}/{command}", body)

    def workers(self):
        return [self.cast.pavel, self.cast.nikolai, self.cast.rinat, self.cast.timur]

    # What can be seen

    async def visit(self) -> dict[str, Any]:
        """With the name of who comes, as clients are told it. Nobody comes in place of somebody dismissed."""
        visit = dict((await self.cast.olga.get(f"/visits/{self.visit_id}")).json())
        worker = next((one for one in self.workers() if str(one.id) == visit["worker_id"]), None)
        first_name = worker.name.split()[0] if worker else None
        if worker is self.cast.nikolai and not self.is_nikolai_here and visit["status"] in COMES_ALONE:
            visit["status"] = "offered"
        return visit | {"comes": CREW_NAMES[first_name] if visit["crew_id"] else first_name}

    async def messages(self) -> list[dict[str, Any]]:
        path = f"/messages?subject_id={self.visit_id}&limit=100"
        return list(reversed((await self.cast.olga.get(path)).json()["items"]))

    async def items(self, *, is_open: bool = True) -> list[dict[str, Any]]:
        found = (await self.cast.olga.get(f"/inbox?is_open={str(is_open).lower()}&limit=100")).json()["items"]
        mine = [one for one in found if one["subject_id"] == self.visit_id and one["kind"] in ITEMS]
        return list(reversed(mine))

    async def told(self, visit: dict[str, Any]) -> list[Told]:
        """What the client was told, oldest first. What lies ahead he has not heard at a number that is not his now."""
        is_ahead = visit["status"] in AHEAD
        called = [one for one in await self.items(is_open=False) if one["done_by"]]
        by_phone = {one["params"].get("message_id") for one in called}
        told: list[tuple[str, Told]] = []
        for one in await self.messages():
            is_lost = is_ahead and one["phone"] != self.phone
            if (one["status"] in LEFT and not is_lost) or one["id"] in by_phone:
                told.append((one["id"], read(one)))
        for one in called:
            if "message_id" not in one["params"]:
                start = in_moscow(datetime.fromisoformat(one["params"]["starts_at"]))
                name = one["params"].get("who") or None
                at = datetime.fromisoformat(one["created_at"])
                told.append((one["id"], Told(one["params"]["message"], start, name, at)))
        return [one for _, one in sorted(told, key=lambda pair: pair[0])]

    # The oracle

    async def quiet(self) -> None:
        visit = await self.visit()
        before = await self.told(visit)
        knew = knows(visit, before, self.expected_at, now=self.clock.now() + HOLD)
        self.clock.moment += HOLD
        while await self.background.sweep("relay", "delivery", "telling") or await self.is_any_queued():
            await self.send()
            self.clock.advance(seconds=15)  # the gateway may have been busy
        await self.judge(before, knew)

    async def is_any_queued(self) -> bool:
        return any(one["status"] == "queued" for one in await self.messages())

    async def judge(self, before: list[Told], knew: bool) -> None:
        visit, items = await self.visit(), await self.items()
        told = await self.told(visit)
        what = f"{self.steps} {visit['status']} {[(one.kind, one.start, one.name) for one in told]} {items}"
        assert items or knows(visit, told, self.expected_at, now=self.clock.now()), what
        if knew:
            assert len([one for one in told if one.kind not in TOUCHES]) == len(
                [one for one in before if one.kind not in TOUCHES]
            ), what
        for one in told[len(before) :]:
            assert one.kind not in TOUCHES or is_true(one, visit), what
        assert len(items) <= 1, what
        for one, next_one in itertools.pairwise(told):
            same = (one.kind, one.start, one.name) == (next_one.kind, next_one.start, next_one.name)
            assert not same or one.phone != next_one.phone or one.kind == "on_my_way", what


STEPS = [
    Story.move,
    Story.move,
    Story.save_anew,
    Story.offer,
    Story.offer,
    Story.offer,
    Story.accept,
    Story.accept,
    Story.accept,
    Story.decline,
    Story.depart,
    Story.depart,
    Story.arrive,
    Story.give_up,
    Story.withdraw,
    Story.cancel,
    Story.cancel_job,
    Story.change_crew,
    Story.dismiss,
    Story.change_phone,
    Story.call_client,
    Story.report,
    Story.report,
    Story.answer,
    Story.answer,
    Story.confirm_by_link,
    Story.move_by_link,
    Story.cancel_by_link,
    Story.wait_for_touch,
    Story.act,
    Story.wait_a_little,
    Story.wait_long,
    Story.climb,
    Story.look,
    Story.hear,
    Story.send,
]


def in_moscow(moment: datetime) -> str:
    local = moment.astimezone(ZoneInfo("Europe/Moscow"))
    return f"{local.day} марта {local:%H:%M}"


def read(message: dict[str, Any]) -> Told:
    """What the client reads."""
    window, name = WINDOW.search(message["body"]), NAME.search(message["body"])
    return Told(
        message["kind"],
        " ".join(window.groups()) if window else None,
        name[1] if name else None,
        datetime.fromisoformat(message["created_at"]),
        message["phone"],
    )


def is_true(told: Told, visit: dict[str, Any]) -> bool:
    """A question or a reminder says what is so, to somebody who has not said that it does not suit him."""
    return (
        visit["status"] in ("planned", "offered", "accepted")
        and visit["client_answer"] not in ("no", "move")
        and told.start == in_moscow(datetime.fromisoformat(visit["window_starts_at"]))
        and told.name in (None, visit["comes"])
    )


AHEAD = {"planned", "offered", "escalated", "accepted", "en_route"}
COMES_ALONE = {"accepted", "en_route"}
CREW_NAMES = {"Ринат": "Бригада Рината", "Тимур": "Бригада Тимура"}


def knows(visit: dict[str, Any], told: list[Told], expected_at: datetime | None, *, now: datetime) -> bool:
    """Whether the client knows what is true, or need not know any more."""
    window_ends_at = datetime.fromisoformat(visit["window_ends_at"])
    last = told[-1] if told else None
    start = next((one.start for one in reversed(told) if one.start), None)
    true_start = in_moscow(datetime.fromisoformat(visit["window_starts_at"]))
    match visit["status"]:
        case "planned" | "offered" | "accepted":
            if window_ends_at <= now:
                return True
            if last is None or last.kind == "on_my_way":
                return False
            if last.kind == "worker_not_coming":
                return visit["status"] != "accepted" and start in (None, true_start)
            return start == true_start and (visit["status"] != "accepted" or name_fits(told, visit))
        case "en_route":
            return (
                expected_at is None or expected_at <= now or (last is not None and last.kind == "on_my_way")
            )
        case "canceled" | "not_completed":
            if (
                last is None
                or last.kind in OFF
                or (visit["status_reason"] or "").startswith("client_refused")
            ):
                return True
            if last.kind in ("on_my_way", "worker_not_coming"):
                return now >= last.at + WAITS_FOR
            return window_ends_at <= now
        case _:
            return True


def name_fits(told: list[Told], visit: dict[str, Any]) -> bool:
    """The person who was named, if somebody was since the last departure, is the one who comes."""
    named = None
    for one in told:
        if one.kind in ("on_my_way", "worker_not_coming"):
            named = None
        named = one.name or named
    return named is None or named == visit["comes"]


@pytest.mark.covers("P-rel-2", "P-rel-3")
@pytest.mark.parametrize("kind", ["measurement", "installation"])
@pytest.mark.parametrize("seed", range(2))
async def test_clients_know_what_is_true(cast, background, clock, seed, kind):
    await Story(cast, background, clock, seed, kind).play()

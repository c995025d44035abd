"""What lies on the dispatcher's desk: requests that nobody has answered, jobs without a time, absences, chats."""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from urllib.parse import quote
from uuid import uuid4

from app.seed.days import HOLIDAYS_OF, Course, Kind, holidays_of
from app.seed.people import ZONE, Company
from app.seed.places import Somebody
from app.seed.stage import together
from app.seed.visits import Visit, card_of

REQUESTS = [
    (2, "phone", "Пластиковое окно на кухню, две створки"),
    (9, "site", "Нужен замер балкона 6 метров, тёплое остекление"),
    (16, "messenger", "Запотевают окна, можно мастера?"),
    (31, "email", "Просим рассчитать 14 окон для офиса"),
    (55, "site", "Москитные сетки, 3 штуки"),
    (190, "phone", "Перезвонить после обеда, входная дверь"),
]
"""Minutes ago, channel and words."""
WITHOUT_TIME = [
    (Kind.SERVICE, "high", "Не закрывается створка, дует"),
    (Kind.SERVICE, "normal", "Отрегулировать три окна"),
    (Kind.SERVICE, "normal", "Заменить уплотнитель"),
    (Kind.INSTALLATION, "normal", "Монтаж двух окон, согласовать время"),
    (Kind.INSTALLATION, "low", "Монтаж балконного блока, ждут отпуска"),
    (Kind.MEASUREMENT, "urgent", "Разбито стекло, нужен замер сегодня"),
]
CHAT = [
    ("worker", "Клиент просит добавить подоконник, в смете его нет"),
    ("office", "Добавьте замер подоконника, смету пересчитаем"),
    ("worker", "Готово, 1450 × 250"),
]


async def absent(
    company: Company, key: str, since: datetime, until: datetime, *, kind: str, comment: str
) -> None:
    body = {"starts_at": since.isoformat(), "ends_at": until.isoformat(), "kind": kind, "comment": comment}
    booked = {"even_if_booked": True, "override_reason": "Согласовано с руководителем"}
    await company.irina.post(f"/workers/{company.workers[key].id}/absences", body | booked)


async def give_holidays(company: Company, now: datetime) -> None:
    """Ilya has planned his holidays long ago: nothing is planned for him then."""
    since, until = holidays_of(now, ZONE)
    await absent(company, HOLIDAYS_OF, since, until, kind="vacation", comment="Отпуск")


class Desk:
    """The office's day besides the visits."""

    def __init__(
        self, company: Company, visits: Sequence[Visit], people: Iterator[Somebody], types: dict[str, str]
    ) -> None:
        self._company = company
        self._visits = visits
        self._people = people
        self._types = types

    async def somebody_falls_ill(self, now: datetime) -> None:
        """Kirill is ill from tomorrow on. His visits are not taken from him: they lie before the dispatcher."""
        midnight = datetime.combine(now.astimezone(ZONE).date(), time(), ZONE)
        tomorrow, later = midnight + timedelta(days=1), midnight + timedelta(days=3)
        await absent(self._company, "kirill", tomorrow, later, kind="sick", comment="Больничный")

    async def take_requests(self, now: datetime) -> None:
        await together(self._request(minutes, channel, words, now) for minutes, channel, words in REQUESTS)

    async def _request(self, minutes: int, channel: str, words: str, now: datetime) -> None:
        client = next(self._people)
        body = {
            "channel": channel,
            "contact_name": f"{client.name} {client.surname}",
            "phone": client.phone,
            "address": client.home["address"],
            "comment": words,
            "received_at": (now - timedelta(minutes=minutes)).isoformat(),
        }
        await self._company.olga.post("/requests", body)

    async def leave_jobs_without_time(self) -> None:
        await together(self._job(kind, priority, words) for kind, priority, words in WITHOUT_TIME)

    async def _job(self, kind: Kind, priority: str, words: str) -> None:
        olga, person = self._company.olga, next(self._people)
        client = await olga.post("/clients", card_of(person))
        site = await olga.post(f"/clients/{client['id']}/sites", person.home)
        body = {"client_id": client["id"], "site_id": site["id"], "job_type_id": self._types[kind]}
        await olga.post("/jobs", body | {"priority": priority, "instructions": words})

    async def chat(self) -> None:
        """A measurer asks, the office answers; a second chat waits for its answer."""
        at_work = [one for one in self._visits if one.id and one.plan.who in ("pavel", "larisa")]
        talked = next(one for one in at_work if one.plan.course is Course.CONFIRMED)
        for who, text in CHAT:
            await self._say(talked, who, text)
        asked = next(one for one in at_work if one.plan.course is Course.CLIENT_MOVES)
        await self._say(asked, "worker", "Клиент не отвечает на звонки, что делать?", is_question=True)

    async def _say(self, visit: Visit, who: str, text: str, *, is_question: bool = False) -> None:
        if who == "office":
            await self._company.olga.post(f"/jobs/{visit.job_id}/messages", {"text": text})
            return
        now = self._company.stage.clock.now().isoformat()
        command = {"command_id": str(uuid4()), "occurred_at": now, "sent_at": now}
        body = command | {"text": text, "for_dispatcher": is_question}
        worker = self._company.workers[visit.plan.who]
        await worker.post(f"/field/jobs/{visit.job_id}/messages", body)

    async def clients_write(self) -> None:
        """Three answers by SMS: a yes, a question, and a stop of advertising."""
        address = (await self._company.irina.get("/sms-inbound-url"))["url"]
        ahead = [one for one in self._visits if one.plan.course is Course.DONE and one.id][-3:]
        for visit, words in zip(ahead, ("Да", "А сколько это займёт времени?", "СТОП"), strict=False):
            told = {"%p": quote(visit.client.phone), "%b": quote(words), "%c": "0", "%C": "UTF-8", "%I": ""}
            url = address
            for code, value in told.items():
                url = url.replace(code, value)
            await self._company.stage.call("GET", url.partition("/api/v1")[2])

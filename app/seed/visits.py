"""Plays the visits of the plan: the office books them, workers go there, clients answer."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.seed.catalogue import USED
from app.seed.days import Act, Beat, Course, Kind, Planned
from app.seed.people import WORKERS, Company
from app.seed.phones import Phone, answer_to, opening
from app.seed.places import Somebody
from app.seed.stage import together

ACCEPT_WITHIN_S = {Course.OFFERED: 1800}
"""Longer than usual, so that whoever looks at the demo has time to answer."""
WISHES = [
    "Два окна и балконная дверь, дует",
    "Звонить за час, собака",
    "Пропуск у охраны на фамилию",
    "Старые деревянные рамы, нужен демонтаж",
    "",
    "Парковка во дворе, шлагбаум",
    "Просит измерить и подоконники",
]
SIZES = [(1450, 1380), (1760, 1420), (870, 1410), (2100, 1500), (700, 2180), (1330, 1290)]
ROOMS = ["кухня", "спальня", "гостиная", "детская", "балкон", "кабинет"]


@dataclass
class Visit:
    """A visit of the plan as far as it has come."""

    number: int
    plan: Planned
    client: Somebody
    id: str = ""
    job_id: str = ""
    order_id: str = ""
    client_id: str = ""
    noted: dict[str, Any] = field(default_factory=dict)


class Player:
    """Plays beats. Everything that a person does at the same moment is done in its order."""

    def __init__(
        self,
        company: Company,
        visits: Sequence[Visit],
        job_types: dict[str, str],
        materials: dict[str, str],
    ) -> None:
        self._company = company
        self.visits = visits
        self._visits = {one.number: one for one in visits}
        self._job_types = job_types
        self._materials = materials
        self._phones = {key: Phone(company.stage, person) for key, person in company.workers.items()}
        self._acts: dict[Act, Callable[[Visit, datetime], Awaitable[Any]]] = {
            Act.BOOK: self._book,
            Act.OFFER: self._offer,
            Act.ACCEPT: self._tap("accept"),
            Act.DECLINE: self._tap("decline", reason="too_far", comment="Не успею с прошлого адреса"),
            Act.CONFIRM: self._answer("yes", "Да, ждём"),
            Act.ASK_TO_MOVE: self._answer("move", "Можно в другой день, после шести?"),
            Act.CALL_OFF: self._call_off,
            Act.DEPART: self._tap("depart", eta_minutes=25),
            Act.ARRIVE: self._tap("arrive"),
            Act.START: self._tap("start"),
            Act.PAUSE: self._tap("pause", reason="waiting_for_goods"),
            Act.PROVE: self._prove,
            Act.COMPLETE: self._tap("complete"),
            Act.COMPLETE_PARTLY: self._tap("complete", partially=True, comment="Не хватило отлива, довезём"),
            Act.GIVE_UP: self._tap("not-complete", reason="client_absent", comment="Телефон не отвечает"),
        }

    async def play(self, beats: Sequence[Beat]) -> None:
        """Play these beats at the present moment of the clock."""
        by_person: dict[str, list[Beat]] = defaultdict(list)
        for beat in beats:
            by_person[self._visits[beat.visit].plan.who].append(beat)
        await together(self._play_in_turn(own) for own in by_person.values())

    async def _play_in_turn(self, beats: Sequence[Beat]) -> None:
        for beat in beats:
            await self._acts[beat.act](self._visits[beat.visit], beat.at)

    def _tap(self, command: str, **fields: Any) -> Callable[[Visit, datetime], Awaitable[Any]]:
        async def tap(visit: Visit, at: datetime) -> None:
            phone = self._phones[visit.plan.who]
            at = max(at, visit.noted.get("offered_at", at))  # nobody answers before he is asked
            more = {"point": visit.client.home["point"]} if command in ("arrive", "start") else {}
            await phone.tap(f"/visits/{visit.id}/{command}", at, **fields, **more)

        return tap

    def _answer(self, says: str, words: str) -> Callable[[Visit, datetime], Awaitable[Any]]:
        async def answer(visit: Visit, _: datetime) -> None:
            body = {"says": says, "words": words}
            await self._company.olga.post(f"/visits/{visit.id}/client-answers", body)

        return answer

    async def _book(self, visit: Visit, _: datetime) -> None:
        booked = await (
            self._book_request(visit) if visit.plan.kind is Kind.MEASUREMENT else self._book_job(visit)
        )
        visit.id = booked["id"]

    async def _book_request(self, visit: Visit) -> dict[str, Any]:
        olga, client = self._company.olga, visit.client
        request = await olga.post(
            "/requests",
            {
                "channel": ("phone", "site", "messenger")[visit.number % 3],
                "contact_name": f"{client.name} {client.surname}",
                "phone": client.phone,
                "address": client.home["address"],
                "comment": WISHES[visit.number % len(WISHES)],
            },
        )
        body = {"client": card_of(client), "site": client.home, "visit": _time_of(visit.plan)}
        booked = await olga.post(f"/requests/{request['id']}/book-measurement", body)
        visit.client_id, visit.job_id = booked["client_id"], booked["job_id"]
        visit.order_id = booked["order_id"]
        return dict(booked["visit"])

    async def _book_job(self, visit: Visit) -> dict[str, Any]:
        olga = self._company.olga
        client = await olga.post("/clients", card_of(visit.client))
        site = await olga.post(f"/clients/{client['id']}/sites", visit.client.home)
        body = {
            "client_id": client["id"],
            "site_id": site["id"],
            "job_type_id": self._job_types[visit.plan.kind],
            "instructions": WISHES[visit.number % len(WISHES)],
        }
        job = await olga.post("/jobs", body)
        visit.client_id, visit.job_id, visit.order_id = client["id"], job["id"], job["order_id"]
        return dict(await olga.post(f"/jobs/{job['id']}/visits", _time_of(visit.plan)))

    async def _offer(self, visit: Visit, _: datetime) -> None:
        who = visit.plan.who
        whom: dict[str, Any] = (
            {"crew_id": self._company.crews[who]}
            if visit.plan.kind is Kind.INSTALLATION
            else {"worker_id": self._company.workers[who].id}
        )
        if within := ACCEPT_WITHIN_S.get(visit.plan.course):
            whom["accept_within_s"] = within
        await self._company.olga.post(f"/visits/{visit.id}/offer", whom)
        visit.noted["offered_at"] = self._company.stage.clock.now()

    async def _call_off(self, visit: Visit, _: datetime) -> None:
        body = {"reason": "Клиент заболел, позвонит сам"}
        olga, path = self._company.olga, f"/visits/{visit.id}"
        await olga.post(f"{path}/cancel", body, seen=(await olga.get(path))["version"])

    async def _prove(self, visit: Visit, at: datetime) -> None:
        phone = self._phones[visit.plan.who]
        await phone.upload(visit.id, at - timedelta(minutes=8), "photo")
        if visit.plan.kind is Kind.MEASUREMENT:
            await self._measure(phone, visit, at)
            return
        if visit.plan.kind is Kind.INSTALLATION:
            await phone.upload(visit.id, at - timedelta(minutes=5), "photo")
            used = [{"material_id": self._materials[code], "quantity": much} for code, much in USED.items()]
            await phone.tap(f"/visits/{visit.id}/materials", at, lines=used)
        await self._fill_in(phone, visit, at)
        if visit.plan.course is not Course.PARTLY:
            await self._sign_act(phone, visit, at)

    async def _measure(self, phone: Phone, visit: Visit, at: datetime) -> None:
        number = visit.number
        openings = [
            opening(f"О-{one + 1}", ROOMS[(number + one) % 6], *SIZES[(number + one) % 6])
            for one in range(1 + number % 3)
        ]
        await phone.tap(f"/visits/{visit.id}/measurements", at, openings=openings)
        visit.noted["measured"] = len(openings)
        await phone.upload(visit.id, at, "photo_act")
        if number % 2:
            paid = {"kind": "prepayment", "amount_kop": 15_000_00 + number % 5 * 5_000_00, "method": "card"}
            await phone.tap(f"/visits/{visit.id}/payments", at, **paid, receipt_ref=f"ФД {number:06d}")

    async def _fill_in(self, phone: Phone, visit: Visit, at: datetime) -> None:
        [version] = (await phone.look(f"/visits/{visit.id}/forms"))["versions"]
        answers = {code: answer_to(one) for code, one in version["schema"]["properties"].items()}
        form = {"form_id": version["form_id"], "version": version["version"], "answers": answers}
        await phone.tap(f"/visits/{visit.id}/forms", at, **form, is_finished=True)

    async def _sign_act(self, phone: Phone, visit: Visit, at: datetime) -> None:
        is_installation = visit.plan.kind is Kind.INSTALLATION
        quantity = 1 + visit.number % 3
        lines = [{"work_code": "window_install" if is_installation else "adjustment", "quantity": quantity}]
        window = {"name": "Окно ПВХ двухстворчатое", "kind": "window", "profile": "70 мм"}
        products = [window | {"opening_label": f"О-{one + 1}"} for one in range(quantity)]
        body = {"lines": lines, **({"products": products} if is_installation else {})}
        act = await phone.tap(f"/visits/{visit.id}/act", at, **body)
        signed = {
            "signer_name": f"{visit.client.surname} {visit.client.name}",
            "signature_attachment_id": await phone.upload(visit.id, at, "signature"),
            "content_hash": act["content_hash"],
        }
        await phone.tap(f"/acts/{act['id']}/sign", at, **signed)
        visit.noted["signed"] = act["id"]
        if due := act["content"]["due_kop"]:
            paid = {"kind": "final", "amount_kop": due, "method": ("cash", "card", "sbp")[visit.number % 3]}
            await phone.tap(f"/visits/{visit.id}/payments", at, **paid)


def card_of(client: Somebody) -> dict[str, Any]:
    """A client as the API takes him."""
    phone = {"kind": "phone", "value": client.phone, "is_primary": True}
    return {"name": client.name, "surname": client.surname, "contacts": [phone]}


def _time_of(plan: Planned) -> dict[str, Any]:
    return {"starts_at": plan.starts_at.isoformat(), "duration_min": plan.minutes}


def sectors_of(key: str) -> list[str]:
    """Where this worker goes. Empty: everywhere."""
    return WORKERS[key].sectors

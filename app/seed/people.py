"""The people of the demo company: office, workers, crews, where and when they work."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from app.seed.days import united, usual_hours
from app.seed.pictures import logo
from app.seed.places import SECTOR_NAMES, SECTORS
from app.seed.stage import Person, Stage, together

COMPANY = "Окна Плюс (демо)"
ZONE = ZoneInfo("Europe/Moscow")
SHIFT_DAYS = 45

OFFICE = [
    ("owner", "Ирина Орлова", "irina@okna.example"),
    ("supervisor", "Сергей Ильин", "sergei@okna.example"),
    ("dispatcher", "Ольга Белова", "olga@okna.example"),
    ("dispatcher", "Дарья Мещерякова", "darya@okna.example"),
    ("operator", "Марина Котова", "marina@okna.example"),
    ("accountant", "Галина Рыбина", "galina@okna.example"),
]
REQUISITES = {
    "legal_name": "ООО «Окна Плюс»",
    "inn": "7707083893",
    "kpp": "770701001",
    "ogrn": "1027700132195",
    "address": "Москва, Большая Дмитровка, 7/5",
    "phone": "+7 495 000-00-00",
    "bank_details": "р/с 40702810138250123017 в банке «Пример», БИК 044525225",
    "bank_name": "Банк «Пример», г. Москва",
    "bank_bic": "044525225",
    "bank_account": "40702810138250123017",
    "bank_corr_account": "30101810400000000225",
}


class Hand(NamedTuple):
    """A worker as he is hired."""

    name: str
    roles: list[str]
    skills: list[str]
    home: tuple[float, float]
    sectors: list[str]
    """His territories. Empty: he goes everywhere."""


WORKERS = {
    "pavel": Hand("Павел Громов", ["measurer"], ["measure"], (55.7601, 37.6189), []),
    "nikolai": Hand("Николай Седов", ["measurer"], ["measure"], (55.7936, 37.7013), ["north-east"]),
    "larisa": Hand("Лариса Лапина", ["measurer"], ["measure"], (55.8102, 37.5120), ["north-west"]),
    "ilya": Hand("Илья Корнеев", ["measurer"], ["measure"], (55.6612, 37.5480), ["south-west"]),
    "rinat": Hand("Ринат Галиев", ["foreman", "installer"], ["install"], (55.7262, 37.6241), []),
    "timur": Hand("Тимур Алиев", ["installer"], ["install"], (55.7109, 37.6542), []),
    "denis": Hand("Денис Фомин", ["foreman", "installer"], ["install", "service"], (55.8470, 37.6400), []),
    "oleg": Hand("Олег Птицын", ["installer"], ["install"], (55.8360, 37.6700), []),
    "viktor": Hand("Виктор Мельник", ["installer"], ["install"], (55.8250, 37.5900), []),
    "artur": Hand("Артур Саакян", ["foreman", "subcontractor"], ["install"], (55.6500, 37.6100), []),
    "ruslan": Hand("Руслан Юсупов", ["subcontractor"], ["install"], (55.6400, 37.6500), []),
    "stepan": Hand("Степан Юдин", ["service_master"], ["service"], (55.7752, 37.5838), []),
    "kirill": Hand("Кирилл Жданов", ["service_master"], ["service"], (55.7020, 37.7600), []),
}
"""Home base: latitude, longitude. Names of the skills: see the first settings of a company."""
CREWS = {
    "rinat": ("Бригада Рината", "Газель А123ВС", ["timur"]),
    "denis": ("Бригада Дениса", "Ларгус Е456КХ", ["oleg", "viktor"]),
    "artur": ("Бригада Артура (подряд)", "Спринтер О789МТ", ["ruslan"]),
}
"""By foreman: name, car, members."""


@dataclass
class Company:
    """Everybody who is signed in, by key."""

    stage: Stage
    block: int
    """Four digits of all its phones, so that no two demo companies of a server share one."""
    password: str
    irina: Person
    office: dict[str, Person] = field(default_factory=dict)
    workers: dict[str, Person] = field(default_factory=dict)
    crews: dict[str, str] = field(default_factory=dict)
    """Ids by foreman."""
    territories: dict[str, str] = field(default_factory=dict)

    @property
    def olga(self) -> Person:
        return self.office["dispatcher"]

    def worker_phone(self, key: str) -> str:
        """+7 972 is nobody’s: no operator has it."""
        return f"+7972{self.block:04d}{list(WORKERS).index(key):03d}"


async def found_company(stage: Stage) -> Company:
    """Register it, with its logo and requisites, its office and its workers. All of them are signed in."""
    password = secrets.token_urlsafe(12)
    _, name, email = OFFICE[0]
    owner = {"name": name, "email": email, "password": password}
    registered = await stage.call("POST", "/companies", {"name": COMPANY, "owner": owner})
    stage.company_id = UUID(registered["company"]["id"])
    company = Company(stage, secrets.randbelow(10_000), password, Person(stage, registered["tokens"]))
    await stage.work_off()  # its first settings
    await company.irina.patch("/company", REQUISITES)
    await company.irina.put("/company/logo", logo())
    await _hire_office(company)
    await _draw_territories(company)
    await together(_hire(company, key) for key in WORKERS)
    await together(_form_crew(company, foreman) for foreman in CREWS)
    await _sign_workers_in(company)
    return company


def logins_of(company: Company, now: datetime) -> dict[str, Any]:
    """What is printed when the product starts."""
    office = [{"role": role, "email": email, "password": company.password} for role, _, email in OFFICE]
    workers = [
        {"role": hand.roles[0], "name": hand.name, "phone": company.worker_phone(key)}
        for key, hand in WORKERS.items()
    ]
    return {
        "company": COMPANY,
        "made_at": now.isoformat(),
        "company_id": str(company.stage.company_id),
        "office": office,
        "workers": workers,
    }


async def _hire_office(company: Company) -> None:
    company.office["owner"] = company.irina
    for role, name, email in OFFICE[1:]:
        hired = {"name": name, "roles": [role], "email": email, "password": company.password}
        await company.irina.post("/users", hired)
        signing = {"email": email, "password": company.password, "company_id": str(company.stage.company_id)}
        tokens = await company.stage.call("POST", "/auth/sign-in", signing)
        company.office.setdefault(role, Person(company.stage, tokens))


async def _draw_territories(company: Company) -> None:
    for key, corners in SECTORS.items():
        ring = [[lon, lat] for lat, lon in [*corners, corners[0]]]
        drawn = await company.irina.post("/territories", {"name": SECTOR_NAMES[key], "coordinates": [ring]})
        company.territories[key] = drawn["id"]


async def _hire(company: Company, key: str) -> None:
    hand = WORKERS[key]
    body = {
        "name": hand.name,
        "phone": company.worker_phone(key),
        "roles": hand.roles,
        "skills": hand.skills,
        "home": {"lat": hand.home[0], "lon": hand.home[1]},
    }
    hired = await company.irina.post("/workers", body)
    if hand.sectors:
        ids = [company.territories[one] for one in hand.sectors]
        await company.irina.put(f"/workers/{hired['id']}/territories", {"territory_ids": ids})


async def _form_crew(company: Company, foreman: str) -> None:
    name, vehicle, members = CREWS[foreman]
    ids = {one["name"]: one["id"] for one in (await company.irina.get("/workers?limit=100"))["items"]}
    crew = await company.irina.post(
        "/crews", {"name": name, "foreman_id": ids[WORKERS[foreman].name], "vehicle": vehicle}
    )
    for member in members:
        joining = {"worker_id": ids[WORKERS[member].name]}
        await company.irina.post(f"/crews/{crew['id']}/members", joining)
    company.crews[foreman] = crew["id"]


async def _sign_workers_in(company: Company) -> None:
    """As phones do: ask for a code, read the SMS, send the code."""
    stage = company.stage
    asked = {}
    for key in WORKERS:
        body = {"phone": company.worker_phone(key), "company_id": str(stage.company_id)}
        asked[key] = (await stage.call("POST", "/auth/sms-codes", body))["request_id"]
    await stage.work_off()
    codes = stage.newest_codes()
    for key, hand in WORKERS.items():
        device = {"platform": "android", "name": f"Телефон: {hand.name.split()[0]}"}
        code = codes[company.worker_phone(key)]
        sent = {"request_id": asked[key], "code": code, "device": device, "company_id": str(stage.company_id)}
        company.workers[key] = Person(stage, await stage.call("POST", "/auth/sms-codes/verify", sent))


async def give_shifts(company: Company, first: datetime, more: tuple[datetime, datetime]) -> None:
    """From 08:00 to 20:00 on every day from `first` on, and in the hours `more`."""
    periods = _shifts(first, more)
    await together(
        company.irina.post(f"/workers/{person.id}/shifts", {"periods": periods})
        for person in company.workers.values()
    )


def _shifts(first: datetime, more: tuple[datetime, datetime]) -> list[dict[str, str]]:
    usual = usual_hours(first.astimezone(ZONE).date(), SHIFT_DAYS, ZONE)
    return [
        {"starts_at": since.isoformat(), "ends_at": until.isoformat()}
        for since, until in united([*usual, more])
    ]

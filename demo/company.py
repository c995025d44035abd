"""The company of the demo: its people, their shifts, a crew. All of it is created through the API."""

import json
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

from demo.caller import Caller
from demo.phones import next_sms, sms_to, wait_until
from demo.pictures import logo
from demo.transcript import MOSCOW, Transcript

SHIFT_DAYS = 14


IRINA, OLGA = "Ирина (владелец)", "Ольга (диспетчер)"


class Worker(NamedTuple):
    id: str
    name: str
    phone: str
    app: Caller


class Company(NamedTuple):
    name: str
    irina: Caller
    olga: Caller
    pavel: Worker
    nikolai: Worker
    rinat: Worker
    timur: Worker
    crew_id: str


PEOPLE = {
    "pavel": ("Павел Громов", ["measurer"], ["measure"], (55.7601, 37.6189)),
    "nikolai": ("Николай Седов", ["measurer"], ["measure"], (55.7936, 37.7013)),
    "rinat": ("Ринат Галиев", ["foreman", "installer"], ["install", "service"], (55.7262, 37.6241)),
    "timur": ("Тимур Алиев", ["installer"], ["install", "service"], (55.7109, 37.6542)),
}
"""Home bases: Okhotny Ryad, Sokolniki, Dobryninskaya, Avtozavodskaya (latitude, longitude)."""


def create_company(url: str, transcript: Transcript, kept: Path) -> Company:
    """Create a new company. The office signs in by password, workers by a code from an SMS.

    What they need to sign in again is written into `kept`.
    """
    password = secrets.token_urlsafe(12)
    stamp = uuid4().hex[:8]
    emails = {name: f"{name}-{stamp}@okna.example" for name in ("irina", "olga")}
    visitor = Caller(url, "visitor")
    registered = visitor.register_company(
        {
            "name": "Светлые окна",
            "timezone": "Europe/Moscow",
            "lang": "ru",
            "owner": {"name": "Ирина Орлова", "email": emails["irina"], "password": password},
        }
    )
    irina = Caller(url, IRINA, registered["tokens"]["access_token"])
    _fill_in_requisites(irina)
    _let_messages_go_at_any_hour(irina)
    olga = _hire_dispatcher(url, irina, emails["olga"], password)
    _wait_for_setup(olga)
    workers = {
        key: _hire_worker(url, irina, *facts, phone=f"+7916{uuid4().int % 10_000_000:07d}")
        for key, facts in PEOPLE.items()
    }
    crew = irina.create_crew(
        {"name": "Бригада Рината", "foreman_id": workers["rinat"].id, "vehicle": "Газель А123ВС"}
    )
    irina.add_crew_member(crew["id"], {"worker_id": workers["timur"].id, "share": 1})
    known = {"emails": emails, "password": password, "crew_id": crew["id"]}
    known["workers"] = {key: [one.id, one.name, one.phone] for key, one in workers.items()}
    kept.touch(mode=0o600)
    kept.write_text(json.dumps(known), encoding="utf-8")
    names = ", ".join(worker.name for worker in workers.values())
    transcript.says("Светлые окна", f"a new company with Ольга (диспетчер) and {names}")
    return Company("Светлые окна", irina, olga, **workers, crew_id=crew["id"])


def meet_again(url: str, kept: Path) -> Company:
    """The company that `create_company` made. Everybody signs in anew: their tokens have ended long ago."""
    known = json.loads(kept.read_text(encoding="utf-8"))
    irina, olga = (
        _sign_in_by_password(url, name, known["emails"][key], known["password"])
        for key, name in (("irina", IRINA), ("olga", OLGA))
    )
    workers = {
        key: Worker(worker_id, name, phone, _sign_in_by_code(url, name, phone))
        for key, (worker_id, name, phone) in known["workers"].items()
    }
    for worker in workers.values():
        irina.add_shifts(worker.id, {"periods": _shifts()})
    return Company("Светлые окна", irina, olga, **workers, crew_id=known["crew_id"])


def _sign_in_by_password(url: str, name: str, email: str, password: str) -> Caller:
    tokens = Caller(url, "visitor").sign_in({"email": email, "password": password})
    return Caller(url, name, tokens["access_token"])


def _fill_in_requisites(irina: Caller) -> None:
    company = irina.get_company()
    irina.change_company(
        {
            "legal_name": "ООО «Светлые окна»",
            "inn": "7707083893",
            "kpp": "770701001",
            "ogrn": "1027700132195",
            "address": "Москва, Большая Дмитровка, 7/5",
            "phone": "+7 495 123-45-67",
            "bank_details": "р/с 40702810138250123017 в ПАО Сбербанк, БИК 044525225",
            "bank_name": "ПАО Сбербанк, г. Москва",
            "bank_bic": "044525225",
            "bank_account": "40702810138250123017",
            "bank_corr_account": "30101810400000000225",
        },
        if_match=f'"{company["version"]}"',
    )
    irina.replace_logo(logo())


def _let_messages_go_at_any_hour(irina: Caller) -> None:
    """By default clients get no messages at night, and the demo works at any hour."""
    settings = irina.get_message_settings()
    always = {"since": "00:00", "until": "24:00", "weekdays": [1, 2, 3, 4, 5, 6, 7]}
    hours = dict.fromkeys(("service", "feedback", "marketing"), always)
    irina.change_message_settings({"hours": hours}, if_match=f'"{settings["version"]}"')


def _hire_dispatcher(url: str, irina: Caller, email: str, password: str) -> Caller:
    irina.create_user({"name": "Ольга Белова", "roles": ["dispatcher"], "email": email, "password": password})
    return _sign_in_by_password(url, OLGA, email, password)


def _wait_for_setup(olga: Caller) -> None:
    """Wait for job types and skills, which the background process creates after the registration."""
    wait_until(lambda: len(olga.list_job_types()["items"]) > 0, "the first settings of the company")


def _hire_worker(
    url: str,
    irina: Caller,
    name: str,
    roles: list[str],
    skills: list[str],
    home: tuple[float, float],
    *,
    phone: str,
) -> Worker:
    worker = irina.create_worker(
        {
            "name": name,
            "phone": phone,
            "roles": roles,
            "skills": skills,
            "home": {"lat": home[0], "lon": home[1]},
        }
    )
    irina.add_shifts(worker["id"], {"periods": _shifts()})
    return Worker(worker["id"], name, phone, _sign_in_by_code(url, name, phone))


def _shifts() -> list[dict[str, Any]]:
    """The next twelve hours, so that the demo works at any hour; then 08:00 to 20:00 Moscow time."""
    now = datetime.now(UTC)
    first = {"starts_at": now - timedelta(hours=1), "ends_at": now + timedelta(hours=12)}
    midnight = datetime.now(MOSCOW).replace(hour=0, minute=0, second=0, microsecond=0)
    days = [midnight + timedelta(days=day) for day in range(2, SHIFT_DAYS)]
    later = [{"starts_at": day + timedelta(hours=8), "ends_at": day + timedelta(hours=20)} for day in days]
    return [{key: moment.isoformat() for key, moment in period.items()} for period in [first, *later]]


def _sign_in_by_code(url: str, name: str, phone: str) -> Caller:
    """Sign in as a phone does: ask for a code, read the SMS, send the code."""
    visitor = Caller(url, name)
    before = len(sms_to(phone))
    asked = visitor.ask_login_code({"phone": phone})
    sms = next_sms(phone, after=before)
    code = "".join(char for char in sms.text if char.isdigit())[:6]
    device = {"platform": "android", "name": f"Телефон: {name.split(maxsplit=1)[0]}"}
    tokens = visitor.verify_login_code({"request_id": asked["request_id"], "code": code, "device": device})
    return Caller(url, name, tokens["access_token"])

"""What a message about a visit says: the parameters of its text."""

import re

from app.clients.api import flat_to_add
from app.core.i18n import text
from app.dispatch.telling.facts import VisitToTell
from app.dispatch.telling.policies.notices import Says, Words
from app.notifications.api import format_day, format_time, format_time_range

HOUSE = re.compile(r"(д\.?|дом)?\s*\d")
"""The beginning of the part of an address that is the number of the house."""


def say(words: Words, visit: VisitToTell, *, who_name: str, link: str = "") -> dict[str, str]:
    """The parameters of the text. Times are those of the clock on the client's wall. `link` opens the client's page.
    A question and a reminder name nobody who may not come after all."""
    zone, lang = visit.site_zone, visit.lang
    window = words.window
    params = {
        "company": visit.company,
        "what": text(lang, "visits", visit.job_kind),
        "day": format_day(window.starts_at, timezone=zone, lang=lang),
        "window": format_time_range(*window, timezone=zone, lang=lang),
        "worker": who_name,
    }
    if words.asks:
        params["ask"] = text(lang, "sms_words", "ask", link=link)
    elif link:
        params["link"] = link
    if who_name and words.says in (Says.ASKED, Says.REMINDED) and words.who == visit.truth.who:
        params["who"] = text(lang, "sms_words", "who", worker=who_name)
    if visit.has_other_sites:
        params["place"] = short_address(visit.address, visit.apartment, lang=lang)
    if words.says == Says.ON_THE_WAY and visit.expected_at is not None:
        params["expected"] = format_time(visit.expected_at, timezone=zone)
    return params


def name_of(words: Words, visit: VisitToTell, *, told: str) -> str:
    """Whom the client is told of: the crew by its name, a worker by his first name. `told` is who was named last."""
    if words.says == Says.ON_THE_WAY and visit.worker:
        return visit.worker.split()[0]
    if words.says == Says.NOT_COMING:
        return told
    if words.who is None:
        return ""
    if words.says in (Says.BOOKED, Says.PERSON) or words.who == visit.truth.who:
        return visit.crew or (visit.worker or "").partition(" ")[0]
    return told


def short_address(address: str, apartment: str, *, lang: str) -> str:
    """Street, house and apartment: enough for a client who has several addresses.

    `Москва, Тверская улица, 12, стр. 1` -> `Тверская улица, 12, стр. 1`. The whole address if no house is found.
    """
    parts = [part.strip() for part in address.split(",") if part.strip()]
    house = next((at for at, part in enumerate(parts) if at and HOUSE.match(part.lower())), 1)
    street = ", ".join(parts[house - 1 :])
    flat = flat_to_add(address, apartment)
    return text(lang, "visits", "apartment", street=street, apartment=flat) if flat else street

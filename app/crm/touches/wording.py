"""The words of messages of plans, and what of them a client gets."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.clients import api as clients
from app.clients.api import ClientFacts
from app.crm.responsible.queries import find_last_worker
from app.crm.rules.service import content_in_force
from app.crm.rules.words import in_a_sentence
from app.crm.touches.policies.entering import TOGETHER_DAYS
from app.crm.touches.policies.judging import Known, Need
from app.db.session import Session
from app.identity import api as identity
from app.identity.api import CompanyFacts
from app.notifications.api import format_day


async def words_for(
    session: Session,
    company: CompanyFacts,
    client: ClientFacts,
    known: Known,
    *,
    need: Need | None,
    zone: ZoneInfo,
) -> dict[str, str]:
    """All words that a template of a plan may use. What is not known is empty."""
    needs = needs_together(known.needs, need)
    day = needs[0].due_on if needs else known.due_on
    return {
        "company": company.name,
        "name": client.name,
        "what": await _name_needs(session, company, needs, client.lang),
        "day": _say_day(day, zone, client.lang) if day else "",
        "place": await _say_place(session, company, needs),
        "worker": await _say_worker(session, company, client),
    }


def needs_together(needs: Sequence[Need], first: Need | None) -> list[Need]:
    """What comes due together with this need, or with the first of all."""
    start = first or (needs[0] if needs else None)
    if start is None:
        return []
    last = start.due_on + timedelta(days=TOGETHER_DAYS)
    return [one for one in needs if start.due_on <= one.due_on <= last]


async def _name_needs(session: Session, company: CompanyFacts, needs: Sequence[Need], lang: str) -> str:
    rules = await content_in_force(session, company.id)
    names = {one.code: one.name_en if lang == "en" else one.name_ru for one in rules.categories}
    return in_a_sentence(names.get(one.category, one.category) for one in needs)


def _say_day(day: date, zone: ZoneInfo, lang: str) -> str:
    return format_day(datetime.combine(day, time(12), zone), timezone=zone.key, lang=lang)


async def _say_place(session: Session, company: CompanyFacts, needs: Sequence[Need]) -> str:
    if not needs:
        return ""
    sites = await clients.find_sites(session, company.id, [needs[0].site_id])
    return sites[0].address if sites else ""


async def _say_worker(session: Session, company: CompanyFacts, client: ClientFacts) -> str:
    worker_id = await find_last_worker(session, company.id, client.id)
    if worker_id is None:
        return ""
    found = await identity.find_users(session, company.id, [worker_id])
    return found[0].name if found else ""

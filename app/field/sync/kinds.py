"""Which kinds of items a phone gets, and who reads them.

A further kind is one entry of `KINDS`, with a field of the same name in `SyncItems` and `SyncRemoved`. Its reader gets
all visits of the phone, so that it needs one statement for all of them. It shows a worker nothing that no other route
shows him.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.core.scope import Scope
from app.db.work import Work
from app.documents.api import find_offered_works, show_acts_on_phone
from app.field.chat.queries import find_messages_of_jobs
from app.field.chat.schemas import ChatMessageOut
from app.field.conflicts.policies import DECIDED_SHOWN
from app.field.conflicts.queries import find_shown_to_user
from app.field.conflicts.schemas import ConflictOut
from app.field.forms.reading import find_form_versions
from app.field.materials.showing import show_jobs_on_phone
from app.field.presence.schemas import ColleagueOut
from app.field.sync.policies import SIGNALS_SHOWN, Days, Item
from app.field.timesheet.policies import CORRECTIONS_SHOWN
from app.field.timesheet.queries import find_corrections_of_worker
from app.field.work.reading import read_own_visits
from app.field.work.schemas import FieldVisitOut
from app.orders.api import find_offered_materials
from app.tracking.api import show_signals_on_phone
from app.workforce.api import find_all_colleagues


class Phone(NamedTuple):
    """Whose phone it is, and what it shows now."""

    work: Work
    owner: Scope
    visits: Sequence[FieldVisitOut]
    now: datetime

    @property
    def job_ids(self) -> list[UUID]:
        return list({visit.job_id for visit in self.visits})


MESSAGES_PER_JOB = 50
"""The newest. The app reads older ones online when somebody looks for them."""

Reader = Callable[[Phone], Awaitable[Sequence[Item]]]


async def _visits(phone: Phone) -> Sequence[Item]:
    return phone.visits


async def _messages(phone: Phone) -> Sequence[Item]:
    found = await find_messages_of_jobs(phone.work, phone.job_ids, newest=MESSAGES_PER_JOB)
    return [ChatMessageOut.of(message, author_name) for message, author_name in found]


async def _conflicts(phone: Phone) -> Sequence[Item]:
    """Those that nobody has decided yet, and what was decided lately: the worker must hear of it."""
    found = await find_shown_to_user(phone.work, phone.owner.user_id, decided_since=phone.now - DECIDED_SHOWN)
    return [ConflictOut.of(one) for one in found]


async def _works(phone: Phone) -> Sequence[Item]:
    return await find_offered_works(phone.work)


async def _materials(phone: Phone) -> Sequence[Item]:
    return await find_offered_materials(phone.work)


async def _acts(phone: Phone) -> Sequence[Item]:
    return await show_acts_on_phone(phone.work, phone.owner, phone.job_ids)


async def _job_materials(phone: Phone) -> Sequence[Item]:
    return await show_jobs_on_phone(phone.work, phone.job_ids, phone.owner.lang, now=phone.now)


async def _signals(phone: Phone) -> Sequence[Item]:
    """Those that are open, and what was decided lately: the worker must hear of it."""
    since = phone.now - SIGNALS_SHOWN
    return await show_signals_on_phone(phone.work, phone.owner, settled_since=since, now=phone.now)


async def _colleagues(phone: Phone) -> Sequence[Item]:
    return [ColleagueOut(id=one.id, name=one.name) for one in await find_all_colleagues(phone.work)]


async def _form_versions(phone: Phone) -> Sequence[Item]:
    named = [version_id for visit in phone.visits for form in visit.forms for version_id in form.version_ids]
    return await find_form_versions(phone.work, named)


async def _time_corrections(phone: Phone) -> Sequence[Item]:
    since = phone.now - CORRECTIONS_SHOWN
    return await find_corrections_of_worker(phone.work, phone.owner.user_id, corrected_since=since)


KINDS: Mapping[str, Reader] = {
    "visits": _visits,
    "form_versions": _form_versions,
    "messages": _messages,
    "conflicts": _conflicts,
    "acts": _acts,
    "works": _works,
    "materials": _materials,
    "job_materials": _job_materials,
    "colleagues": _colleagues,
    "time_corrections": _time_corrections,
    "signals": _signals,
}


async def read_items(work: Work, owner: Scope, days: Days, *, now: datetime) -> dict[str, Sequence[Item]]:
    """All that this worker's phone shall have now, by kind."""
    visits = await read_own_visits(work, owner, since=days.since, until=days.until, now=now)
    phone = Phone(work, owner, visits, now)
    return {kind: await read(phone) for kind, read in KINDS.items()}

from datetime import datetime
from uuid import UUID

from app.documents.api import ActOut, WorkItemOut
from app.field.chat.schemas import ChatMessageOut
from app.field.conflicts.schemas import ConflictOut
from app.field.materials.schemas import JobMaterialsOnPhoneOut
from app.field.presence.schemas import ColleagueOut
from app.field.timesheet.schemas import TimeCorrectionOut
from app.field.work.schemas import FieldVisitOut
from app.http.schemas import Out
from app.orders.api import FormVersionOut, MaterialOut
from app.tracking.api import StopSignalOut


class SyncItems(Out):
    """Items that are new or have changed, by kind. Each replaces what the phone has under the same id."""

    visits: list[FieldVisitOut]
    """The screens of his visits and those of his crew: with job, site, client, forms, proofs, the newest measurement
    of the order. The client's phone is masked outside its time, also if the phone was sent it before."""
    form_versions: list[FormVersionOut]
    """The versions that `forms` of the visits name, each once: what is filled in, and what is published now."""
    messages: list[ChatMessageOut]
    """The newest fifty of the chat of each job."""
    conflicts: list[ConflictOut]
    """Of his own commands: what nobody in the office has decided yet."""
    acts: list[ActOut]
    """Of the jobs of his visits, those that the client has still to sign and those that he has signed, if the worker
    is named on them."""
    works: list[WorkItemOut]
    """The price list: what can be put on an act today."""
    materials: list[MaterialOut]
    """The catalogue: what can be reported as used."""
    job_materials: list[JobMaterialsOnPhoneOut]
    """What the jobs of his visits are expected to need, beside what was used."""
    colleagues: list[ColleagueOut]
    """Everybody who works for the company now, to name a substitute."""
    time_corrections: list[TimeCorrectionOut]
    """What the office has corrected of his time in the last 31 days, with what he said of it."""
    signals: list[StopSignalOut]
    """His own stops that nothing explains, with his answers: at most fifty, and two weeks longer than they are open."""


class SyncRemoved(Out):
    """Ids of items that the phone must delete, by kind: they are gone, or not his any more."""

    visits: list[UUID]
    form_versions: list[UUID]
    messages: list[UUID]
    conflicts: list[UUID]
    acts: list[UUID]
    works: list[UUID]
    materials: list[UUID]
    job_materials: list[UUID]
    colleagues: list[UUID]
    time_corrections: list[UUID]
    signals: list[UUID]


class PhotoLimitsOut(Out):
    """How many files may be declared, stored or not: a phone tells the worker before he photographs in vain."""

    photos_per_job: int
    """`photo` and `photo_act` together."""
    proofs_per_visit: int
    """`photo`, `photo_act` and `signature` together."""
    others_per_job: int
    """Of each other purpose."""


class SyncOut(Out):
    """What has changed since the cursor."""

    cursor: str
    """Send it with the next request. If this answer is lost, the older cursor still works."""
    is_full: bool
    """This is everything. The phone deletes all items that it had before."""
    now: datetime
    """By the server's clock."""
    visits_until: datetime
    """Visits that begin later come when their time is nearer."""
    photo_limits: PhotoLimitsOut
    changed: SyncItems
    removed: SyncRemoved

"""What is known when a sheet is sent from the site."""

from typing import Any

from sqlalchemy import ARRAY, Uuid, any_, bindparam, select, true

from app.db.query import Query
from app.db.work import Lock
from app.dispatch.tables import Visit
from app.field.attachments.models import Attachment
from app.field.measurements.policies import KnownFile, SubmitFacts
from app.field.queries import select_visit
from app.orders.tables import (
    LAST_SHEET,
    MEASURED_JOB_COLUMNS,
    measured_job,
)

LOCK_MEASURED_VISIT = Lock(
    "lock_measured_visit",
    "SELECT FROM visit WHERE company_id = $1 AND id ="
    " (SELECT visit_id FROM measurement WHERE company_id = $1 AND job_id = $2"
    " ORDER BY version DESC LIMIT 1) FOR KEY SHARE",
)
"""The visit that the next version will refer to. The lock is shared, because this does not change it."""


def _submit_facts(*row: Any) -> SubmitFacts:
    visit_id, visit_status, *job = row
    return SubmitFacts(visit_id, visit_status, measured_job(*job))


TO_SUBMIT = Query(
    select_visit(Visit.id, Visit.status, *MEASURED_JOB_COLUMNS).outerjoin(LAST_SHEET, true()),
    _submit_facts,
)

FILES_OF_JOB = Query(
    select(*(getattr(Attachment, name) for name in KnownFile._fields)).where(
        Attachment.company_id == bindparam("company", type_=Uuid),
        Attachment.job_id == bindparam("job", type_=Uuid),
        Attachment.id == any_(bindparam("files", type_=ARRAY(Uuid))),
        Attachment.is_abandoned.is_(False),
    ),
    KnownFile,
)
"""Those of `files` that were declared for the job, uploaded or not."""
